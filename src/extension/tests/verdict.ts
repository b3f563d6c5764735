/** A suite's result as the Test Explorer wants it. Pure, so that tests need no editor. */
import type { TestCase, TestFailure, TestSuite } from '../../protocol/tests';

export interface VerdictMessage {
  text: string;
  /** From 0; absent: the test as a whole. */
  line?: number;
  /** Path of an included file; absent: the scenario itself. */
  file?: string;
  /** Where a debugger goes to look at it. */
  tick?: number;
  /** Two values to compare. */
  expected?: string;
  actual?: string;
}

export interface Verdict {
  state: 'passed' | 'failed' | 'errored' | 'skipped';
  messages: VerdictMessage[];
  durationMs: number;
  /** What it printed and did not come to, a line each. */
  output: Pick<VerdictMessage, 'text' | 'line' | 'file'>[];
}

/** A loop can fail a million times; nobody reads that. */
const MAX_MESSAGES = 20;

export function verdictOf(suite: TestSuite): Verdict {
  const failures = suite.cases.flatMap((each) => each.failures.map((failure) => messageOf(each, failure)));
  const errors = suite.error === undefined ? [] : [errorOf(suite.error, suite.errorAt)];
  const more = failures.length - MAX_MESSAGES;
  const told = [...failures.slice(0, MAX_MESSAGES), ...(more > 0 ? [{ text: `… and ${more} more failures` }] : [])];
  return {
    state: stateOf(suite, failures.length),
    messages: [...told, ...errors],
    durationMs: suite.seconds * 1000,
    output: [
      ...(suite.output ?? []).map(({ text, ...place }) => ({ text, ...placeOf(place) })),
      ...suite.cases.filter(({ status }) => status === 'notReached').map(notReached),
    ],
  };
}

function stateOf({ error, errorAt }: TestSuite, failures: number): Verdict['state'] {
  if (error === 'interrupted') return 'skipped';
  // A run that ended badly is a failed test; one that could not begin is an error.
  if (error !== undefined) return errorAt === undefined ? 'errored' : 'failed';
  return failures > 0 ? 'failed' : 'passed';
}

const placeOf = ({ line, file }: { line: number; file?: string }): Pick<VerdictMessage, 'line' | 'file'> => ({
  line: line - 1,
  ...(file !== undefined && { file }),
});

const notReached = ({ text, ...place }: TestCase): Verdict['output'][number] => ({
  text: `not reached: ${text}`,
  ...placeOf(place),
});

function messageOf({ text, line, file }: TestCase, { message, actual, tick, compared }: TestFailure): VerdictMessage {
  const base = { text: `${message || text}: ${actual}`, ...placeOf({ line, file }), tick };
  if (compared === undefined) return base;
  const { operator, expected } = compared;
  return { ...base, expected: operator === '==' ? expected : `${operator} ${expected}`, actual: compared.actual };
}

/** The checker's errors begin with their place: `heap.ptscen:3:7: PTS005: …`. */
function errorOf(text: string, at: TestSuite['errorAt']): VerdictMessage {
  if (at !== undefined) return { text, ...placeOf(at), tick: at.tick };
  const [, file, line, why] = /^(.+?):(\d+):\d+: (PTS\d+: .*)$/s.exec(text) ?? [];
  return line === undefined ? { text } : { text: why, line: Number(line) - 1, file };
}
