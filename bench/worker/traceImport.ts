/**
 * Import of a lackey trace from a file, against two baselines that anyone can have for it: `cat` of the file to nowhere,
 * and JavaScript that does nothing but split the same bytes into lines. Rounds of everything are interleaved, so that
 * whatever else the machine does meets all alike; each figure is the median of its rounds.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { traceCache } from '../../src/hosts/traceCache';
import { CHUNK_ACCESSES, packAccess } from '../../src/machine/core/accessChunk';
import { randomWord } from '../../src/machine/core/random';
import { loadTrace, type LoadOptions, type LoadedTrace } from '../../src/trace/load';
import { type TraceStore, TraceStoreBuilder } from '../../src/trace/store';

const PIECE_BYTES = 1 << 18;
const RANDOM_ACCESSES = 1 << 20;
const RANDOM_PAGES = 1 << 14;

const [root, ...args] = process.argv.slice(2);
const option = (name: string, usual: number): number => Number(args[args.indexOf(name) + 1]) || usual;
const megabytes = option('--megabytes', 128);
const rounds = option('--rounds', 7);

const folder = mkdtempSync(join(tmpdir(), 'ptscope-bench-'));
const textFile = join(folder, 'python.lackey');
const gzipFile = join(folder, 'python.lackey.gz');
const files = traceCache({ directory: join(folder, 'cache') });

function writeTraces(): number {
  const fixture = gunzipSync(readFileSync(join(root, 'test/fixtures/traces/python-200k.lackey.gz')));
  const text = Buffer.concat(Array<Buffer>(Math.ceil((megabytes * 1e6) / fixture.length)).fill(fixture));
  writeFileSync(textFile, text);
  writeFileSync(gzipFile, gzipSync(text, { level: 1 }));
  return text.length;
}

function cat(): void {
  spawnSync('cat', [textFile], { stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit'] });
}

async function splitLines(): Promise<void> {
  let lines = 0;
  let carried = '';
  for await (const piece of createReadStream(textFile, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    const found = (carried + piece.toString('latin1')).split('\n');
    carried = found.pop() ?? '';
    lines += found.length;
  }
  if (lines === 0) throw new Error('there are lines');
}

async function load(file: string, options: LoadOptions = {}): Promise<LoadedTrace> {
  return loadTrace(await nodeFiles.openTrace(file), options);
}

async function importOnly(file: string, options: LoadOptions = {}): Promise<void> {
  (await load(file, options)).store.dispose();
}

/** Every round has to import anew: another directory each time. */
let imports = 0;
const importAndKeep = (): Promise<void> =>
  importOnly(textFile, { files: traceCache({ directory: join(folder, `cache-${imports++}`) }) });

/** Takes every chunk once, as a run does, without doing anything with it. */
function pass(store: TraceStore): void {
  let leads = 0;
  for (let at = 0; at < store.length; at += CHUNK_ACCESSES) leads += store.chunkOf(at).leadCount;
  if (leads === 0) throw new Error('there are leads');
}

function randomStore(): TraceStore {
  const builder = new TraceStoreBuilder();
  for (let i = 0; i < RANDOM_ACCESSES; i++) {
    const word = randomWord(1, i) >>> 0;
    builder.append(0x10_0000 + (word % RANDOM_PAGES), packAccess(i & 1, (word >>> 20) & 0xff8, 8), i + 1);
  }
  return builder.finish();
}

async function seconds(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
const rounded = (n: number, digits = 1): number => Number(n.toFixed(digits));

async function main(): Promise<void> {
  const textBytes = writeTraces();
  const inMemory = (await load(textFile)).store;
  await importOnly(textFile, { files });
  const kept = (await load(textFile, { files })).store;
  const random = randomStore();
  const work: Record<string, () => Promise<void> | void> = {
    cat,
    splitLines,
    import: () => importOnly(textFile),
    importDataOnly: () => importOnly(textFile, { instructions: false }),
    importAndKeep,
    importGzip: () => importOnly(gzipFile),
    reopen: () => importOnly(textFile, { files }),
    passInMemory: () => pass(inMemory),
    passFromFile: () => pass(kept),
  };
  const times = Object.fromEntries(Object.keys(work).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, once] of Object.entries(work)) times[name].push(await seconds(once));
  const took = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
  const rate = (name: string): number => rounded(textBytes / 1e6 / took[name]);
  report({
    textBytes,
    accesses: inMemory.length,
    catMBps: rate('cat'),
    splitLinesMBps: rate('splitLines'),
    importMBps: rate('import'),
    importDataOnlyMBps: rate('importDataOnly'),
    importAndKeepMBps: rate('importAndKeep'),
    importGzipTextMBps: rate('importGzip'),
    importToSplitLines: rounded(took.splitLines / took.import, 2),
    importToCat: rounded(took.cat / took.import, 3),
    reopenMs: rounded(took.reopen * 1000, 2),
    passInMemoryNsPerAccess: rounded((took.passInMemory * 1e9) / inMemory.length, 2),
    passFromFileNsPerAccess: rounded((took.passFromFile * 1e9) / kept.length, 2),
    bytesPerAccessPython: rounded(inMemory.bytes / inMemory.length, 2),
    bytesPerAccessRandom: rounded(random.bytes / random.length, 2),
  });
}

function report(result: Record<string, number>): void {
  if (args.includes('--json')) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);
}

main()
  .finally(() => rmSync(folder, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
