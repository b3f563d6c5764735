/** Completion in the debug console: commands, names, members of the value before the last dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { NAMES } from '../scenario/language/names';
import type { Run } from '../scenario/run/run';
import type { Subject } from '../scenario/run/subject';
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
  args: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  return completionsIn(run, Object.keys(run.bindings), () => true, CONSOLE_COMMANDS, args);
}

/** `bound`: names that have a value here, beside those of the language that `knows` says are known. */
export function completionsIn(
  subject: Pick<Subject, 'environment'>,
  bound: readonly string[],
  knows: (name: string) => boolean,
  commands: readonly { name: string; summary: string }[],
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
    const members = membersOf(tryEvaluate(subject, path.slice(0, -1)) ?? false);
    return { targets: members.filter((m) => m.startsWith(prefix)).map((m) => item(m, 'property')) };
  }
  const words = start === 0 ? commands.map((c) => item(c.name, 'keyword', c.summary)) : [];
  const values = bound.map((name) => item(name, 'variable'));
  const known = NAMES.filter(({ name }) => knows(name)).map((row) => item(row.name, 'function', row.doc));
  return { targets: [...values, ...known, ...words].filter((t) => t.label.startsWith(prefix)) };
}

function tryEvaluate(subject: Pick<Subject, 'environment'>, text: string): Value | undefined {
  try {
    return evaluateText(subject, text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
