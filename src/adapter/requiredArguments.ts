/** What requests cannot do without, as DAP defines it. Whoever sends less is told so, before a handler runs. */
import { badReference } from './errors';

type Kind = 'string' | 'number' | 'object' | 'array';

const REQUIRED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  setBreakpoints: { source: 'object' },
  setFunctionBreakpoints: { breakpoints: 'array' },
  setExceptionBreakpoints: { filters: 'array' },
  setDataBreakpoints: { breakpoints: 'array' },
  dataBreakpointInfo: { name: 'string' },
  breakpointLocations: { source: 'object', line: 'number' },
  gotoTargets: { source: 'object', line: 'number' },
  goto: { targetId: 'number' },
  variables: { variablesReference: 'number' },
  setVariable: { variablesReference: 'number', name: 'string', value: 'string' },
  setExpression: { expression: 'string', value: 'string' },
  evaluate: { expression: 'string' },
  completions: { text: 'string', column: 'number' },
  source: { sourceReference: 'number' },
  readMemory: { memoryReference: 'string', count: 'number' },
  writeMemory: { memoryReference: 'string', data: 'string' },
  'ptscope/tree': { tree: 'string' },
  'ptscope/seek': { tick: 'number', event: 'number' },
  'ptscope/travel': { what: 'string', direction: 'string', target: 'string' },
  'ptscope/map': { first: 'number', cellPages: 'number', cells: 'number' },
  'ptscope/mapPlace': { first: 'number', pages: 'number' },
  'ptscope/treePath': { address: 'string' },
  'ptscope/translate': { expression: 'string' },
};

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/** Throws a sentence for a person if the arguments lack something that the command needs. */
export function checkArguments(command: string, args: Readonly<Record<string, unknown>>): void {
  for (const [name, kind] of Object.entries(REQUIRED[command] ?? {}))
    if (kindOf(args[name]) !== kind)
      throw badReference(
        `'${command}' needs '${name}': ${kind === 'array' || kind === 'object' ? 'an' : 'a'} ${kind}.`,
      );
}
