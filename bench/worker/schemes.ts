/**
 * One workload on one scheme with data caches: prints what it took, as one line of JSON.
 *   schemes.js SETTINGS WORKLOAD
 * SETTINGS: JSON array of `KEY=VALUE`. WORKLOAD: a trace file, all of which counts; or `gups-8G:N`: every page is written once, in
 * order, then N accesses count.
 */
import { join } from 'node:path';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { packAccess, ScratchChunk } from '../../src/machine/core/accessChunk';
import { asVpn } from '../../src/machine/core/addresses';
import { Machine } from '../../src/machine/machine';
import { type Statistics, statistics } from '../../src/machine/statistics';
import type { MachineConfig } from '../../src/scenario/language/machineConfig';
import { defaultConfig } from '../../src/scenario/language/presets';
import { applyOverride } from '../../src/scenario/language/settings';
import { machineOptions } from '../../src/scenario/run/configure';
import { loadScenario } from '../../src/scenario/run/load';
import { workloads } from '../lib/workloads';

export interface SchemeFigures {
  accesses: number;
  walks: number;
  /** References of a walk; cycles of a walk, and of the walks that the rounds of stale hints and the look-ups are in. */
  references: number;
  latency: number;
  /** Share of the walks' table reads that went to memory. */
  fromMemory: number;
  /** Lines of page tables kept in preference to data. */
  protected: number;
  /** Share of data accesses that went to memory. */
  dataFromMemory: number;
  /** Cycles an access, all in all. */
  cycles: number;
  /** Of the whole run. */
  tableBytes: number;
  flushes: number;
  kernelInstructions: number;
  faults: number;
  /** CPU seconds of the whole run. */
  seconds: number;
}

const CHUNK = 16384;
const root = join(process.cwd());

function configOf(settings: readonly string[]): MachineConfig {
  let config = defaultConfig();
  for (const text of settings) {
    const result = applyOverride(config, text);
    if (result.diagnostics.length > 0) throw new Error(`${text}: ${result.diagnostics[0].message}`);
    config = result.config;
  }
  return config;
}

/** Statistics before and after what counts. */
type Halves = readonly [Statistics, Statistics];

async function trace(file: string, settings: readonly string[]): Promise<Halves> {
  const text = `process p\ntrace "${file}"\n`;
  const { run, dispose } = await loadScenario(join(root, 'bench.ptscen'), text, nodeFiles, { overrides: settings });
  const before = statistics(run.machine);
  while (run.end === null) run.fast(CHUNK, null);
  if (run.end.kind !== 'finished') throw new Error(JSON.stringify(run.end));
  const end = statistics(run.machine);
  dispose();
  return [before, end];
}

function gups(count: number, settings: readonly string[]): Halves {
  const machine = new Machine(machineOptions(configOf(settings)));
  const { kernel, replay } = machine;
  const heap = 0x10_0000_0000 / 4096;
  const pages = 2 ** 21;
  kernel.createProcess('gups');
  const mapped = kernel.mmap({ pages, read: true, write: true, exec: false, at: asVpn(heap), populate: false });
  if (!mapped.ok) throw new Error(mapped.text);
  const chunk = new ScratchChunk();
  const flush = (): void => {
    if (chunk.length > 0 && replay.run(chunk, 0, chunk.length, 0, 1) !== chunk.length) throw new Error('out of memory');
    chunk.clear();
  };
  const put = (address: number, write: boolean): void => {
    chunk.append(Math.floor(address / 4096), packAccess(write ? 1 : 0, address % 4096, 8));
    if (chunk.length === CHUNK) flush();
  };
  for (let page = 0; page < pages; page++) put((heap + page) * 4096, true);
  flush();
  const middle = statistics(machine);
  workloads(root)
    .find(({ name }) => name === 'gups-8G')!
    .generate(count, put);
  flush();
  return [middle, statistics(machine)];
}

function figures([before, after]: Halves): Omit<SchemeFigures, 'seconds'> {
  const [a, b] = [before.walks.latency!, after.walks.latency!];
  const walks = after.walks.count - before.walks.count;
  const cycles = b.reads + b.lookups + b.abandoned - a.reads - a.lookups - a.abandoned;
  const levels = Object.keys(b.byLevel);
  const reads = (l: typeof a, which: 'l1' | 'l2' | 'llc' | 'dram'): number =>
    levels.reduce((sum, name) => sum + l.byLevel[name][which], 0);
  const all = (['l1', 'l2', 'llc', 'dram'] as const).reduce((sum, w) => sum + reads(b, w) - reads(a, w), 0);
  const accesses = after.accesses.total - before.accesses.total;
  const [c, d] = [before.caches!, after.caches!];
  const lines = (s: typeof c): number => s.data.l1 + s.data.l2 + s.data.llc + s.data.dram;
  return {
    accesses,
    walks,
    references: (after.walks.references - before.walks.references) / Math.max(1, walks),
    latency: cycles / Math.max(1, walks),
    fromMemory: (reads(b, 'dram') - reads(a, 'dram')) / Math.max(1, all),
    protected: d.l2.protected + d.llc.protected - c.l2.protected - c.llc.protected,
    dataFromMemory: (d.data.dram - c.data.dram) / (lines(d) - lines(c)),
    cycles: (after.cycles - before.cycles) / accesses,
    tableBytes: after.tables.bytes,
    flushes: after.flushes.total,
    kernelInstructions: after.kernel.instructions,
    faults: after.faults.total,
  };
}

async function main(): Promise<void> {
  const [settingsText, workload] = process.argv.slice(2);
  const settings = JSON.parse(settingsText) as string[];
  const count = /^gups-8G:(\d+)$/.exec(workload)?.[1];
  const halves = count === undefined ? await trace(workload, settings) : gups(Number(count), settings);
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ ...figures(halves), seconds: (user + system) / 1e6 }));
}

void main();
