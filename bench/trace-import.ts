/**
 * How fast a lackey trace is imported: `npx tsx bench/trace-import.ts [--json] [--megabytes N]`.
 *
 * Machines differ and are shared, so the number to compare over time is the ratio to a plain scan for newlines over
 * the same bytes in the same process; each figure is the best of five rounds. Bundled, as it is shipped, the import is
 * about half as fast again as under tsx.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadTrace } from '../src/trace/load';

const ROUNDS = 5;
const PIECE_BYTES = 1 << 16;
const FIXTURE = join(__dirname, '../test/fixtures/traces/python-200k.lackey.gz');

async function main(): Promise<void> {
  const megabytes = Number(process.argv[process.argv.indexOf('--megabytes') + 1]) || 64;
  const text = repeated(gunzipSync(readFileSync(FIXTURE)), megabytes * 1e6);
  const gzip = gzipSync(text, { level: 1 });
  let newlines = 0;
  const scan = await best(() => void (newlines = countNewlines(text)));
  const plain = await best(() => importOf(text));
  const dataOnly = await best(() => importOf(text, { instructions: false }));
  const gzipped = await best(() => importOf(gzip));
  const rate = (seconds: number) => Number((text.length / 1e6 / seconds).toFixed(1));
  const result = {
    textBytes: text.length,
    lines: newlines,
    newlineScanMBps: rate(scan),
    importMBps: rate(plain),
    importDataOnlyMBps: rate(dataOnly),
    importGzipTextMBps: rate(gzipped),
    importToScanRatio: Number((scan / plain).toFixed(3)),
    nanosecondsPerLine: Number(((plain / newlines) * 1e9).toFixed(1)),
  };
  if (process.argv.includes('--json')) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(22)} ${value}`);
}

function repeated(text: Uint8Array, bytes: number): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes / text.length) * text.length);
  for (let at = 0; at < whole.length; at += text.length) whole.set(text, at);
  return whole;
}

function countNewlines(text: Uint8Array): number {
  let lines = 0;
  let at = 0;
  while (at < text.length) if (text[at++] === 10) lines++;
  return lines;
}

async function importOf(bytes: Uint8Array, options: { instructions?: boolean } = {}): Promise<void> {
  await loadTrace({ name: 'bench', stream: pieces(bytes) }, options);
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    await Promise.resolve();
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

/** Seconds of the fastest round. */
async function best(work: () => Promise<void> | void): Promise<number> {
  let seconds = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return seconds;
}

void main();
