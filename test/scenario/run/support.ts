/** Runs from text, with files from memory. */
import assert from 'node:assert/strict';
import { type FileHost, type LoadedRun, loadRun, type LoadRunOptions } from '../../../src/scenario/run/load';
import type { Output, Run } from '../../../src/scenario/run/run';

export function memoryHost(files: Readonly<Record<string, string | Uint8Array>>): FileHost {
  const bytesOf = (name: string): Promise<Uint8Array> => {
    const content = files[name];
    if (content === undefined) return Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' }));
    return Promise.resolve(typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'utf8')) : content);
  };
  return {
    readText: async (name) => Buffer.from(await bytesOf(name)).toString('utf8'),
    openTrace: async (name) => {
      const bytes = await bytesOf(name);

      const stream = (async function* () {
        yield bytes;
      })();
      return { name, stream };
    },
    resolve: (_from, name) => name,
  };
}

export function loadText(
  text: string,
  options: LoadRunOptions = {},
  files: Record<string, string> = {},
): Promise<LoadedRun> {
  return loadRun('test.ptscen', memoryHost({ 'test.ptscen': text, ...files }), options);
}

/** A run that stands at its first tick. */
export async function runOf(...lines: string[]): Promise<Run> {
  return (await loadText(lines.join('\n'))).run;
}

export interface Finished {
  run: Run;
  prints: string[];
  outputs: Output[];
}

/** Runs to the end. */
export async function finish(...lines: string[]): Promise<Finished> {
  const run = await runOf(...lines);
  const outputs: Output[] = [];
  run.onOutput = (output) => void outputs.push(output);
  for (let i = 0; run.end === null; i++) {
    assert.ok(i < 10_000, 'the run does not end');
    run.fast(10_000, null);
  }
  return { run, outputs, prints: outputs.flatMap((o) => (o.kind === 'print' ? [o.text] : [])) };
}

/** Runs to the end; everything that is expected must hold, and something must be. */
export async function holds(...lines: string[]): Promise<Finished> {
  const finished = await finish(...lines);
  assert.deepEqual(finished.run.failed, []);
  assert.deepEqual(finished.run.end, { kind: 'finished' });
  assert.ok(finished.run.passed > 0, 'nothing is expected');
  return finished;
}
