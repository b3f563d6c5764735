/** `ptscope test FILE…`: what scenarios expect, and whether it holds, in the form that a person or a CI server reads. */
import type { TestSuite } from '../../protocol/tests';
import { ExitCode } from '../exit';
import type { CliHost } from '../host';
import { junit, spec, tap } from '../report/tests';
import { toJson, writeResult } from '../session';
import { suitesOf } from '../testing';

export const TEST_FORMATS = ['spec', 'tap', 'junit', 'json', 'jsonl'] as const;

export interface TestOptions {
  format: (typeof TEST_FORMATS)[number];
  output?: string;
  progress: boolean;
  /** Names of the tests to run; absent: all, and what stands outside of them. */
  test?: string[];
}

const toLine = (suite: TestSuite): string => JSON.stringify(suite) + '\n';

const WRITERS = {
  spec,
  tap,
  junit,
  json: toJson,
  jsonl: (suites: readonly TestSuite[]): string => suites.map(toLine).join(''),
} as const;

export async function test(host: CliHost, files: readonly string[], options: TestOptions): Promise<ExitCode> {
  // Whoever reads line by line wants to know what has ended while the rest still runs.
  const streams = options.format === 'jsonl' && options.output === undefined;
  const suites: TestSuite[] = [];
  let worst: ExitCode = ExitCode.ok;
  for (const program of files) {
    for await (const { suite, code } of suitesOf(host, { program, tests: options.test }, options)) {
      if (streams) host.out(toLine(suite));
      else suites.push(suite);
      if (code > worst) worst = code;
    }
    if (worst === ExitCode.interrupted) break;
  }
  if (!streams) await writeResult(host, WRITERS[options.format](suites), options);
  return worst;
}
