/**
 * Accesses a second on three workloads, first time (cold: compiling, page faults) and at best (warm).
 *
 * Machines differ and are shared: the number to compare over time is the ratio to a tight loop over typed arrays that
 * is measured in the same process (1 would mean that an access costs as much as one turn of that loop).
 */
import { join } from 'node:path';
import { asVpn } from '../../src/machine/core/addresses';
import { randomWord } from '../../src/machine/core/random';
import { Access } from '../../src/machine/mmu/rights';
import { type FileHost, loadRun, loadScenario } from '../../src/scenario/run/load';
import type { Run } from '../../src/scenario/run/run';
import { nodeFiles } from '../../src/hosts/nodeFiles';

const ROUNDS = 12;
const PAIRS = 1 << 20;
const SEQUENTIAL = 1 << 22;
const MIB = 1 << 20;
/** First page of the heap of the synthetic workloads. */
const HEAP = 0x10_0000;
const HEAP_PAGES = (64 * MIB) / 4096;

interface Figures {
  coldPerSecond: number;
  warmPerSecond: number;
  /** Warm, against turns a second of the reference loop. */
  ratio: number;
}

const root = process.argv[2];
const noFiles: FileHost = nodeFiles;

async function heapRun(): Promise<Run> {
  const text = `process p\nmmap heap 64MiB rw anon at 0x${(HEAP * 4096).toString(16)}\n`;
  const { run } = await loadScenario('bench.ptscen', text, noFiles, {});
  run.fast(10, null);
  return run;
}

/** GUPS: reads a random word of 64 MiB and writes it back. */
async function gups(): Promise<() => number> {
  const { machine } = await heapRun();
  const places = Int32Array.from({ length: PAIRS }, (_, i) => randomWord(1, i) % (HEAP_PAGES * 512));
  return () => {
    for (let i = 0; i < PAIRS; i++) {
      const vpn = asVpn(HEAP + (places[i] >>> 9));
      const offset = (places[i] & 511) * 8;
      machine.access(Access.Read, vpn, offset, 8, 1);
      machine.access(Access.Write, vpn, offset, 8, 1);
    }
    return 2 * PAIRS;
  };
}

/** Word after word through 32 MiB. */
async function sequential(): Promise<() => number> {
  const { machine } = await heapRun();
  return () => {
    for (let i = 0; i < SEQUENTIAL; i++) machine.access(Access.Read, asVpn(HEAP + (i >>> 9)), (i & 511) * 8, 8, 1);
    return SEQUENTIAL;
  };
}

/** The beginning of a real Python program, data accesses alone, as `ptscope run` replays it. */
async function python(): Promise<() => number> {
  const file = join(root, 'test/fixtures/traces/python-200k.lackey.gz');
  const { run } = await loadRun(file, nodeFiles, { overrides: ['instructions=off'] });
  const start = run.save();
  return () => {
    run.load(start);
    while (run.end === null) run.fast(1 << 16, null);
    return run.tick;
  };
}

/** What the machine can be compared with anywhere: a dependent look-up in a table that fits the first-level cache. */
function reference(): () => number {
  const table = Int32Array.from({ length: 1024 }, (_, i) => Math.imul(i, 0x9e3779b1) & 1023);
  return () => {
    let at = 0;
    for (let i = 0; i < SEQUENTIAL; i++) at = table[(at + i) & 1023];
    if (at < 0) throw new Error('unreachable');
    return SEQUENTIAL;
  };
}

const WORKLOADS = { gups64MiB: gups, sequential, python200k: python };

function measure(work: () => number): { cold: number; warm: number } {
  const once = (): number => {
    const began = performance.now();
    const n = work();
    return n / ((performance.now() - began) / 1000);
  };
  const cold = once();
  return { cold, warm: Math.max(...Array.from({ length: ROUNDS }, once)) };
}

async function main(): Promise<void> {
  const loop = measure(reference()).warm;
  const result: Record<string, Figures> = {};
  for (const [name, make] of Object.entries(WORKLOADS)) {
    const { cold, warm } = measure(await make());
    result[name] = {
      coldPerSecond: Math.round(cold),
      warmPerSecond: Math.round(warm),
      ratio: Number((warm / loop).toFixed(4)),
    };
  }
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ referencePerSecond: Math.round(loop), ...result }));
    return;
  }
  const million = (n: number): string => `${(n / 1e6).toFixed(1)} M/s`.padStart(10);
  console.log(`reference   ${million(loop)}`);
  for (const [name, { coldPerSecond, warmPerSecond, ratio }] of Object.entries(result))
    console.log(
      `${name.padEnd(11)} cold ${million(coldPerSecond)}  warm ${million(warmPerSecond)}  ratio ${ratio.toFixed(4)}`,
    );
}

void main();
