/**
 * `ptscope test FILE…`: runs scenarios for what they expect. What stands outside of tests is a suite, each test is one on
 * a machine of its own; each `expect` is a case.
 */
import { testsOf } from '../../scenario/run/compile';
import type { LoadedRun } from '../../scenario/run/load';
import { onlyBinds, placeIn } from '../../scenario/run/program';
import { type CliError, explainError, ExitCode } from '../exit';
import type { CliHost } from '../host';
import { failed, junit, spec, tap, type TestCase, type TestSuite } from '../report/tests';
import { runTo, toJson, withRun, writeResult } from '../session';

export const TEST_FORMATS = ['spec', 'tap', 'junit', 'json'] as const;

export interface TestOptions {
  format: (typeof TEST_FORMATS)[number];
  output?: string;
  progress: boolean;
}

const WRITERS = { spec, tap, junit, json: toJson } as const;

export async function test(host: CliHost, files: readonly string[], options: TestOptions): Promise<ExitCode> {
  const suites: TestSuite[] = [];
  let worst: ExitCode = ExitCode.ok;
  for (const file of files) {
    for await (const { suite, code } of runFile(host, file, options)) {
      suites.push(suite);
      if (code > worst) worst = code;
    }
    if (worst === ExitCode.interrupted) break;
  }
  await writeResult(host, WRITERS[options.format](suites), options);
  return worst;
}

interface Result {
  suite: TestSuite;
  code: ExitCode;
  /** The tests that the file has; none if it could not be loaded. */
  tests: readonly string[];
  /** True if nothing stands outside of the tests. */
  empty: boolean;
}

async function* runFile(host: CliHost, file: string, options: TestOptions): AsyncGenerator<Result> {
  const own = await runSuite(host, file, options);
  if (!own.empty || own.tests.length === 0) yield own;
  let { code } = own;
  for (const test of own.tests) {
    if (code === ExitCode.interrupted) return;
    const result = await runSuite(host, file, options, test);
    yield result;
    code = result.code;
  }
}

async function runSuite(host: CliHost, file: string, options: TestOptions, test?: string): Promise<Result> {
  const began = host.now();
  const suiteOf = (cases: TestCase[], error?: string): TestSuite => {
    const seconds = (host.now() - began) / 1000;
    return { file, ...(test === undefined ? {} : { test }), seconds, cases, error };
  };
  try {
    return await withRun(host, file, { ...options, test }, async (loaded) => {
      const reached = new Set<number>();
      const watched = expectsOf(loaded);
      const halt = await runTo(host, loaded, options, { watched, onStatement: (id) => void reached.add(id) });
      const cases = casesOf(loaded, watched, reached);
      const { code, error } = halt === 'interrupted' ? INTERRUPTED : endOf(loaded);
      const suite = suiteOf(cases, error);
      const tests = testsOf(loaded.sources).map(({ name }) => name);
      const worse = code === ExitCode.ok && failed(suite) > 0 ? ExitCode.expectFailed : code;
      return { suite, code: worse, tests, empty: onlyBinds(loaded.run.program) };
    });
  } catch (error) {
    const { message, exitCode }: CliError = explainError(error);
    return { suite: suiteOf([], message), code: exitCode, tests: [], empty: false };
  }
}

const INTERRUPTED: { code: ExitCode; error?: string } = { code: ExitCode.interrupted, error: 'interrupted' };

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
        .map(({ message, actual }) => ({ message, actual }));
      const status = failures.length > 0 ? 'failed' : reached.has(id) ? 'passed' : 'notReached';
      return { line, ...place, text, status, failures };
    });
}

function endOf({ run }: LoadedRun): { code: ExitCode; error?: string } {
  const { end } = run;
  if (end?.kind !== 'fatal' && end?.kind !== 'error') return { code: ExitCode.ok };
  const place = end.file === undefined ? `line ${end.line + 1}` : `${end.file}:${end.line + 1}`;
  return { code: end.kind === 'fatal' ? ExitCode.fatal : ExitCode.invalid, error: `${place}: ${end.text}` };
}
