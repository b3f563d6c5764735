/** What arguments look like, as DAP defines them. Whoever sends others is told so, before a handler runs. */
import { badReference } from './errors';

type Kind = 'string' | 'number' | 'boolean';
/** A field with a question mark behind its name may be absent. */
interface Fields {
  readonly [name: string]: Shape;
}
type Shape = Kind | readonly [Shape] | Fields;

const SOURCE: Fields = { 'path?': 'string', 'name?': 'string', 'sourceReference?': 'number' };
const TEXTS: Fields = { 'condition?': 'string', 'hitCondition?': 'string', 'logMessage?': 'string', 'mode?': 'string' };
const PLACE: Fields = { source: SOURCE, line: 'number' };
const THREAD: Fields = { 'granularity?': 'string' };

const SHAPES: Readonly<Record<string, Fields>> = {
  setBreakpoints: { source: SOURCE, 'breakpoints?': [{ line: 'number', ...TEXTS }], 'lines?': ['number'] },
  setFunctionBreakpoints: { breakpoints: [{ name: 'string', ...TEXTS }] },
  setExceptionBreakpoints: {
    filters: ['string'],
    'filterOptions?': [{ filterId: 'string', 'condition?': 'string', 'mode?': 'string' }],
  },
  setDataBreakpoints: { breakpoints: [{ dataId: 'string', 'accessType?': 'string', ...TEXTS }] },
  setInstructionBreakpoints: {
    breakpoints: [{ instructionReference: 'string', 'offset?': 'number', ...TEXTS }],
  },
  dataBreakpointInfo: {
    name: 'string',
    'variablesReference?': 'number',
    'bytes?': 'number',
    'asAddress?': 'boolean',
    'mode?': 'string',
  },
  breakpointLocations: { ...PLACE, 'endLine?': 'number' },
  gotoTargets: PLACE,
  goto: { targetId: 'number' },
  next: THREAD,
  stepIn: { ...THREAD, 'targetId?': 'number' },
  stepBack: THREAD,
  restartFrame: { frameId: 'number' },
  stepInTargets: { frameId: 'number' },
  stackTrace: { 'startFrame?': 'number', 'levels?': 'number' },
  variables: { variablesReference: 'number', 'start?': 'number', 'count?': 'number' },
  setVariable: { variablesReference: 'number', name: 'string', value: 'string' },
  setExpression: { expression: 'string', value: 'string' },
  evaluate: { expression: 'string', 'context?': 'string' },
  completions: { text: 'string', column: 'number' },
  source: { sourceReference: 'number', 'source?': SOURCE },
  disassemble: {
    memoryReference: 'string',
    instructionCount: 'number',
    'offset?': 'number',
    'instructionOffset?': 'number',
  },
  locations: { locationReference: 'number' },
  modules: { 'startModule?': 'number', 'moduleCount?': 'number' },
  readMemory: { memoryReference: 'string', count: 'number', 'offset?': 'number' },
  writeMemory: { memoryReference: 'string', data: 'string', 'offset?': 'number' },
  'ptscope/walk': { 'address?': 'string' },
  'ptscope/tree': { tree: 'string', 'parent?': 'string', 'start?': 'number', 'count?': 'number' },
  'ptscope/stepUnit': { stepOver: 'string' },
  'ptscope/map': { first: 'number', cellPages: 'number', cells: 'number' },
  'ptscope/mapPlace': { first: 'number', pages: 'number' },
  'ptscope/treePath': { address: 'string' },
  'ptscope/pin': { pin: 'string' },
  'ptscope/historyRows': { list: 'string', start: 'number', count: 'number' },
  'ptscope/seek': { tick: 'number', event: 'number' },
  'ptscope/travel': { what: 'string', direction: 'string', 'target?': 'string' },
  'ptscope/statistics': { 'known?': 'number' },
  'ptscope/translate': { expression: 'string' },
};

/** Throws a sentence for a person if the arguments lack something that the command needs, or have it of another kind. */
export function checkArguments(command: string, args: Readonly<Record<string, unknown>>): void {
  const problem = problemIn(args, SHAPES[command] ?? {}, '');
  if (problem !== undefined) throw badReference(`'${command}' needs ${problem}.`);
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first field that is not as it has to be, in words. */
function problemIn(value: Readonly<Record<string, unknown>>, fields: Fields, within: string): string | undefined {
  for (const [key, shape] of Object.entries(fields)) {
    const name = key.replace('?', '');
    const field = value[name];
    // Clients leave out what has no value, or send null for it.
    if (name !== key && (field === undefined || field === null)) continue;
    const problem = problemOf(field, shape, within + name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemOf(value: unknown, shape: Shape, name: string): string | undefined {
  if (typeof shape === 'string') return typeof value === shape ? undefined : `'${name}': a ${shape}`;
  if (!isList(shape)) return isRecord(value) ? problemIn(value, shape, `${name}.`) : `'${name}': an object`;
  if (!Array.isArray(value)) return `'${name}': an array`;
  for (const [i, element] of value.entries()) {
    const problem = problemOf(element, shape[0], `${name}[${i}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
