/** Completion in the debug console: commands and what they take, names, members of the value before the last dot. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { NAMES } from '../scenario/language/names';
import { STATS_PATHS } from '../scenario/language/statsPaths';
import type { Run } from '../scenario/run/run';
import type { Subject } from '../scenario/run/subject';
import type { Value } from '../scenario/run/values';
import { commandIn, CONSOLE_COMMANDS, evaluateText } from './console';
import type { Argument } from './console/command';
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

interface Completable {
  name: string;
  summary: string;
  takes: Argument;
}

/** `bound`: names that have a value here, beside those of the language that `knows` says are known. */
export function completionsIn(
  subject: Pick<Subject, 'environment'>,
  bound: readonly string[],
  knows: (name: string) => boolean,
  commands: readonly Completable[],
  { text, column }: DebugProtocol.CompletionsArguments,
): DebugProtocol.CompletionsResponse['body'] {
  const before = text.slice(0, Math.max(0, column - 1));
  const command = /^\s*[a-z]+\s/.test(before) ? commandIn(commands, before)?.command : undefined;
  switch (command?.takes) {
    case 'none':
      return { targets: [] };
    case 'counter':
      return { targets: counters(before) };
    case 'command':
      return { targets: words(before, [...commands.map(wordOf), ...namesOf(knows)]) };
    default:
      return { targets: inExpression(subject, bound, knows, command === undefined ? commands : [], before) };
  }
}

interface Word {
  label: string;
  type: DebugProtocol.CompletionItemType;
  detail?: string;
}

const wordOf = ({ name, summary }: Completable): Word => ({ label: name, type: 'keyword', detail: summary });

const namesOf = (knows: (name: string) => boolean): Word[] =>
  NAMES.filter(({ name, supported }) => supported && knows(name)).map(({ name, doc }) => ({
    label: name,
    type: 'function',
    detail: doc,
  }));

/** Those that begin as the last word does. */
function words(before: string, known: readonly Word[], pattern = /\w*$/): DebugProtocol.CompletionItem[] {
  const prefix = pattern.exec(before)?.[0] ?? '';
  const start = before.length - prefix.length;
  return known
    .filter(({ label }) => label.startsWith(prefix))
    .map((word) => ({ ...word, start, length: prefix.length }));
}

/** `vmstat faults.` */
const counters = (before: string): DebugProtocol.CompletionItem[] =>
  words(
    before,
    STATS_PATHS.map((path) => ({ label: path.replace(/^stats\./, ''), type: 'value' })),
    /[\w.+]*$/,
  );

function inExpression(
  subject: Pick<Subject, 'environment'>,
  bound: readonly string[],
  knows: (name: string) => boolean,
  commands: readonly Completable[],
  before: string,
): DebugProtocol.CompletionItem[] {
  const [, path] = /((?:[\w.]|\([^()]*\))*\.)\w*$/.exec(before) ?? [];
  if (path !== undefined) {
    const members = membersOf(tryEvaluate(subject, path.slice(0, -1)) ?? false);
    return words(
      before,
      members.map((label) => ({ label, type: 'property' })),
    );
  }
  const values = bound.map((label): Word => ({ label, type: 'variable' }));
  const first = /^\s*\w*$/.test(before) ? commands.map(wordOf) : [];
  return words(before, [...values, ...namesOf(knows), ...first]);
}

function tryEvaluate(subject: Pick<Subject, 'environment'>, text: string): Value | undefined {
  try {
    return evaluateText(subject, text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
