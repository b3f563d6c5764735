/** Tests run in this process: in the web, and of files that only VS Code can read. */
import { version } from '../../package.json';
import type { CliHost } from '../cli/host';
import { suitesOf } from '../cli/testing';
import type { TestRequest, TestSuite } from '../protocol/tests';
import type { FileHost } from '../scenario/run/load';
import { yieldToHost } from './yielding';

export async function runTestsInline(
  files: FileHost,
  request: TestRequest,
  onSuite: (suite: TestSuite) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const { suite } of suitesOf(hostOf(files, signal), request, { progress: false })) onSuite(suite);
}

/** What the engine asks of a command line, with nobody at a terminal. */
function hostOf(files: FileHost, signal: AbortSignal): CliHost {
  const nobody = (): void => undefined;
  const refuse = (): Promise<never> => Promise.reject(new Error('tests write no files'));
  return {
    ...{ version, signal, yieldToHost, out: nobody, error: nobody, terminal: false },
    now: () => performance.now(),
    files: { ...files, writeText: refuse },
    startDap: refuse,
  };
}
