/** Completion in the debug console: commands, names, members of the value before the last dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { NAMES } from '../scenario/language/names';
import type { Run } from '../scenario/run/run';
import type { Value } from '../scenario/run/values';
import { CONSOLE_COMMANDS, evaluateText } from './console';
import { UserError } from './errors';

const membersOf = (value: Value): string[] => {
  if (typeof value !== 'object') return [];
  if (value.type === 'object') return value.members.map((m) => m.name).filter((n) => !/^\d/.test(n));
  return value.type === 'symbol' ? [] : ['start', 'end', 'size'];
};

export function completions(
  run: Run,
  { text, column }: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  const before = text.slice(0, Math.max(0, column - 1));
  const [, path, prefix] = /((?:[\w.]|\([^()]*\))*\.)?(\w*)$/.exec(before) ?? ['', undefined, ''];
  const start = before.length - prefix.length;
  const item = (
    label: string,
    type: DebugProtocol.CompletionItemType,
    detail?: string,
  ): DebugProtocol.CompletionItem => ({
    label,
    type,
    detail,
    start,
    length: prefix.length,
  });
  if (path !== undefined) {
    const members = membersOf(tryEvaluate(run, path.slice(0, -1)) ?? false);
    return { targets: members.filter((m) => m.startsWith(prefix)).map((m) => item(m, 'property')) };
  }
  const commands = start === 0 ? CONSOLE_COMMANDS.map((c) => item(c.name, 'keyword', c.summary)) : [];
  const bound = Object.keys(run.bindings).map((name) => item(name, 'variable'));
  const known = NAMES.map((row) => item(row.name, 'function', row.doc));
  return { targets: [...bound, ...known, ...commands].filter((t) => t.label.startsWith(prefix)) };
}

function tryEvaluate(run: Run, text: string): Value | undefined {
  try {
    return evaluateText(run, text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
