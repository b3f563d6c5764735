/**
 * Running scenarios for what they expect: what stands outside of tests is a suite, each test is one on a machine of its
 * own; each `expect` is a case. The command `test` prints what comes out of this, the Test Explorer shows it.
 */
import type { TestCase, TestOutput, TestRequest, TestSuite } from '../protocol/tests';
import { testsOf } from '../scenario/run/compile';
import type { LoadedRun } from '../scenario/run/load';
import { onlyBinds, placeIn } from '../scenario/run/program';
import { type CliError, explainError, ExitCode } from './exit';
import type { CliHost } from './host';
import { failed } from './report/tests';
import { runTo, withRun } from './session';

export interface SuiteResult {
  suite: TestSuite;
  code: ExitCode;
}

interface Result extends SuiteResult {
  /** The tests that the file has; none if it could not be loaded. */
  tests: readonly string[];
  /** True if nothing stands outside of the tests. */
  empty: boolean;
}

/** What a test that prints in a loop may put into a report. */
const MAX_OUTPUTS = 1000;

/** Name of what stands outside of tests. */
const OUTSIDE = '';

/** The suites of a file as they end, one after the other; those that were asked for, or all. */
export async function* suitesOf(
  host: CliHost,
  { program, tests }: TestRequest,
  options: { progress: boolean },
): AsyncGenerator<SuiteResult> {
  if (tests !== undefined) {
    yield* selected(host, program, tests, options);
    return;
  }
  const own = await runSuite(host, program, options);
  if (!own.empty || own.tests.length === 0) yield own;
  if (own.code !== ExitCode.interrupted) yield* selected(host, program, own.tests, options);
}

async function* selected(
  host: CliHost,
  file: string,
  tests: readonly string[],
  options: { progress: boolean },
): AsyncGenerator<SuiteResult> {
  for (const test of tests) {
    const result = await runSuite(host, file, options, test === OUTSIDE ? undefined : test);
    yield result;
    if (result.code === ExitCode.interrupted) return;
  }
}

async function runSuite(host: CliHost, file: string, options: { progress: boolean }, test?: string): Promise<Result> {
  const began = host.now();
  const suiteOf = (cases: TestCase[], rest: Pick<TestSuite, 'output' | 'error' | 'errorAt'>): TestSuite => {
    const seconds = (host.now() - began) / 1000;
    return { file, ...(test === undefined ? {} : { test }), seconds, cases, ...rest };
  };
  try {
    return await withRun(host, file, { ...options, test }, async (loaded) => {
      const reached = new Set<number>();
      const watched = expectsOf(loaded);
      const output = outputOf(loaded);
      const halt = await runTo(host, loaded, options, { watched, onStatement: (id) => void reached.add(id) });
      const cases = casesOf(loaded, watched, reached);
      const { code, ...end } = halt === 'interrupted' ? INTERRUPTED : endOf(loaded);
      const suite = suiteOf(cases, { ...(output.length > 0 && { output }), ...end });
      const tests = testsOf(loaded.sources).map(({ name }) => name);
      const worse = code === ExitCode.ok && failed(suite) > 0 ? ExitCode.expectFailed : code;
      return { suite, code: worse, tests, empty: onlyBinds(loaded.run.program) };
    });
  } catch (error) {
    const { message, exitCode }: CliError = explainError(error);
    return { suite: suiteOf([], { error: message }), code: exitCode, tests: [], empty: false };
  }
}

const INTERRUPTED: { code: ExitCode; error: string } = { code: ExitCode.interrupted, error: 'interrupted' };

/** Fills while the run goes on. */
function outputOf({ run }: LoadedRun): TestOutput[] {
  const outputs: TestOutput[] = [];
  run.onOutput = (output) => {
    if (output.kind !== 'print' || outputs.length >= MAX_OUTPUTS) return;
    const { line, file, text } = output;
    outputs.push({ line: line + 1, ...(file !== undefined && { file }), text });
  };
  return outputs;
}

/** By statement id: 1 where the statement is an expectation. */
function expectsOf({ run }: LoadedRun): Uint8Array {
  const marks = new Uint8Array(run.program.statements.length);
  for (const instruction of run.program.instructions) {
    if (instruction.op !== 'tick') continue;
    const { kind } = instruction.statement;
    if (kind === 'expect' || kind === 'expectFails') marks[instruction.id] = 1;
  }
  return marks;
}

function casesOf({ run }: LoadedRun, watched: Uint8Array, reached: ReadonlySet<number>): TestCase[] {
  return run.program.statements
    .filter(({ id }) => watched[id] === 1)
    .map(({ id, file, range, text }) => {
      const { line: from0, ...place } = placeIn(run.program, file, range);
      const line = from0 + 1;
      const failures = run.failed
        .filter((f) => f.line === line && f.file === place.file)
        .map(({ message, actual, tick, compared }) => ({ message, actual, tick, ...(compared && { compared }) }));
      const status = failures.length > 0 ? 'failed' : reached.has(id) ? 'passed' : 'notReached';
      return { line, ...place, text, status, failures };
    });
}

function endOf({ run }: LoadedRun): { code: ExitCode } & Pick<TestSuite, 'error' | 'errorAt'> {
  const { end } = run;
  if (end?.kind !== 'fatal' && end?.kind !== 'error') return { code: ExitCode.ok };
  const { line, file, text } = end;
  const place = file === undefined ? `line ${line + 1}` : `${file}:${line + 1}`;
  const errorAt = { line: line + 1, ...(file !== undefined && { file }), tick: Math.max(0, run.tick - 1) };
  const code = end.kind === 'fatal' ? ExitCode.fatal : ExitCode.invalid;
  return { code, error: `${place}: ${text}`, errorAt };
}
