/** The command line in this process: arguments in, exit code and both outputs out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CliHost } from '../../src/cli/host';
import { runCommandLine } from '../../src/cli/program';
import type { RunReport } from '../../src/cli/report/runReport';
import { nodeFiles } from '../../src/hosts/nodeFiles';

export const ROOT = path.resolve(__dirname, '../..');
export const example = (name: string): string => path.join(ROOT, 'examples', name);
export const traceFixture = (name: string): string => path.join(ROOT, 'test/fixtures/traces', name);

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

export async function ptscope(args: readonly string[], world: Partial<CliHost> = {}): Promise<Outcome> {
  const outcome: Outcome = { code: -1, out: '', err: '' };
  const host: CliHost = {
    version: '0.0.0',
    files: nodeFiles,
    out: (text) => void (outcome.out += text),
    error: (text) => void (outcome.err += text),
    terminal: false,
    now: () => performance.now(),
    yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
    signal: new AbortController().signal,
    startDap: () => Promise.resolve(),
    ...world,
  };
  outcome.code = await runCommandLine(args, host);
  return outcome;
}

export async function runJson(...args: string[]): Promise<RunReport> {
  const { out, err } = await ptscope(['run', ...args, '--format', 'json']);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as RunReport;
}

/** A folder for the files of one suite; gone after it. */
export function temporaryFolder(): {
  file(name: string, content: string | Uint8Array): string;
  path(name: string): string;
} {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'ptscope-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (name) => path.join(folder, name),
    file: (name, content) => {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** One message, no trace of a stack. */
export const isOneMessage = (text: string): boolean => /^[^\n]+\n$/.test(text) && !/\n?\s+at .*:\d+:\d+/.test(text);
