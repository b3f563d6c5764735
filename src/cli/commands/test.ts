/** `ptscope test FILE…`: runs scenarios for what they expect. A file is a suite, each of its `expect`s a case. */
import type { LoadedRun } from '../../scenario/run/load';
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
    const { suite, code } = await runFile(host, file, options);
    suites.push(suite);
    if (code > worst) worst = code;
    if (worst === ExitCode.interrupted) break;
  }
  await writeResult(host, WRITERS[options.format](suites), options);
  return worst;
}

async function runFile(
  host: CliHost,
  file: string,
  options: TestOptions,
): Promise<{ suite: TestSuite; code: ExitCode }> {
  const began = host.now();
  const seconds = (): number => (host.now() - began) / 1000;
  try {
    return await withRun(host, file, options, async (loaded) => {
      const reached = new Set<number>();
      const watched = expectsOf(loaded);
      const halt = await runTo(host, loaded, options, { watched, onStatement: (id) => void reached.add(id) });
      const cases = casesOf(loaded, watched, reached);
      const { code, error } = halt === 'interrupted' ? INTERRUPTED : endOf(loaded);
      const suite: TestSuite = { file, seconds: seconds(), cases, error };
      return { suite, code: code === ExitCode.ok && failed(suite) > 0 ? ExitCode.expectFailed : code };
    });
  } catch (error) {
    const { message, exitCode }: CliError = explainError(error);
    return { suite: { file, seconds: seconds(), cases: [], error: message }, code: exitCode };
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
    .map(({ id, range, text }) => {
      const line = range.start.line + 1;
      const failures = run.failed.filter((f) => f.line === line).map(({ message, actual }) => ({ message, actual }));
      const status = failures.length > 0 ? 'failed' : reached.has(id) ? 'passed' : 'notReached';
      return { line, text, status, failures };
    });
}

function endOf({ run }: LoadedRun): { code: ExitCode; error?: string } {
  const { end } = run;
  if (end?.kind === 'fatal') return { code: ExitCode.fatal, error: `line ${end.line + 1}: ${end.text}` };
  if (end?.kind === 'error') return { code: ExitCode.invalid, error: `line ${end.line + 1}: ${end.text}` };
  return { code: ExitCode.ok };
}
