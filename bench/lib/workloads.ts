/**
 * The traces that benchmarks run, generated with fixed seeds into files that the C++ reference and the engine both read.
 *
 * A record is a little-endian 64-bit word: bit 63 set for a write, bits 0 to 56 the virtual address. Files are kept in
 * .cache/bench and made once.
 */
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Workload {
  name: string;
  /** What it is, for the table. */
  title: string;
  /** Calls `put` for each access, `count` times in all. */
  generate(count: number, put: (address: number, write: boolean) => void): void;
}

const HEAP = 0x10_0000_0000;
const MIB = 1 << 20;
const GIB = 1 << 30;

/** xorshift128+, seeded by splitmix: the next uniform double in [0, 1) with 53 bits, from two 32-bit lanes. */
function uniform(seed: number): () => number {
  let a = Math.imul(seed, 0x9e3779b9) | 1;
  let b = Math.imul(seed ^ 0x85ebca6b, 0xc2b2ae35) | 1;
  let c = 0x6a09e667;
  let d = seed | 0;
  const word = (): number => {
    const t = a ^ (a << 11);
    a = b;
    b = c;
    c = d;
    d = d ^ (d >>> 19) ^ (t ^ (t >>> 8));
    return d >>> 0;
  };
  for (let i = 0; i < 16; i++) word();
  return () => (word() * 0x200000 + (word() >>> 11)) / 2 ** 53;
}

/** HPCC RandomAccess: load T[i], store T[i]. */
const gups =
  (bytes: number): Workload['generate'] =>
  (count, put) => {
    const next = uniform(1);
    for (let i = 0; i < count; i += 2) {
      const address = HEAP + 8 * Math.floor(next() * (bytes / 8));
      put(address, false);
      if (i + 1 < count) put(address, true);
    }
  };

const ZIPF_PAGES = 1 << 20;
/** Pages by rank with probability proportional to rank^-0.99, ranks scattered over the region; one write in four. */
const zipf: Workload['generate'] = (count, put) => {
  const cumulative = new Float64Array(ZIPF_PAGES);
  let sum = 0;
  for (let i = 0; i < ZIPF_PAGES; i++) cumulative[i] = sum += (i + 1) ** -0.99;
  const next = uniform(2);
  for (let i = 0; i < count; i++) {
    const wanted = next() * sum;
    let low = 0;
    let high = ZIPF_PAGES - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    const page = (Math.imul(low, 0x9e3779b1) >>> 0) % ZIPF_PAGES;
    put(HEAP + page * 4096 + 8 * Math.floor(next() * 512), next() < 0.25);
  }
};

const CHASE_NODES = 1 << 22;
/** A chain of 64-byte nodes through 256 MiB in random order: each load's address is the value of the last. */
const chase: Workload['generate'] = (count, put) => {
  const order = Int32Array.from({ length: CHASE_NODES }, (_, i) => i);
  const next = uniform(3);
  for (let i = CHASE_NODES - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (let i = 0; i < count; i++) put(HEAP + order[i % CHASE_NODES] * 64, false);
};

/** Data accesses of the beginning of a real Python program, again and again. */
function slice(root: string): Workload['generate'] {
  return (count, put) => {
    const text = gunzipSync(readFileSync(join(root, 'test/fixtures/traces/python-200k.lackey.gz'))).toString();
    const accesses: [number, boolean][] = [];
    for (const [, kind, address] of text.matchAll(/^ ([LSM]) ([0-9a-f]+),\d+$/gm)) {
      if (kind !== 'S') accesses.push([parseInt(address, 16), false]);
      if (kind !== 'L') accesses.push([parseInt(address, 16), true]);
    }
    for (let i = 0; i < count; i++) put(...accesses[i % accesses.length]);
  };
}

export const workloads = (root: string): Workload[] => [
  {
    name: 'sequential',
    title: '8-byte loads through 64 MiB',
    generate: (count, put) => {
      for (let i = 0; i < count; i++) put(HEAP + ((i * 8) % (64 * MIB)), false);
    },
  },
  { name: 'zipf', title: 'zipf 0.99 over 4 GiB, a quarter writes', generate: zipf },
  { name: 'gups-64M', title: 'GUPS over 64 MiB', generate: gups(64 * MIB) },
  { name: 'gups-8G', title: 'GUPS over 8 GiB', generate: gups(8 * GIB) },
  { name: 'chase', title: 'pointer chase through 256 MiB', generate: chase },
  {
    name: 'touch',
    title: 'the first write to every page, in order',
    generate: (count, put) => {
      for (let i = 0; i < count; i++) put(HEAP + i * 4096, true);
    },
  },
  { name: 'slice', title: 'a real Python program, data accesses, repeated', generate: slice(root) },
];

/** The file of a workload with `count` accesses; made if it is not there. */
export function workloadFile(root: string, name: string, count: number): string {
  const workload = workloads(root).find((w) => w.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const folder = join(root, '.cache/bench');
  const file = join(folder, `${name}-${count}.trace`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  const out = openSync(unfinished, 'w');
  const words = new Uint32Array(1 << 17);
  let at = 0;
  const flush = (): void => {
    writeSync(out, words.subarray(0, at));
    at = 0;
  };
  workload.generate(count, (address, write) => {
    words[at++] = address >>> 0;
    words[at++] = (Math.floor(address / 2 ** 32) & 0x1ffffff) | (write ? 0x80000000 : 0);
    if (at === words.length) flush();
  });
  flush();
  closeSync(out);
  renameSync(unfinished, file);
  return file;
}
