/**
 * The kernel's instructions for making pages of one region present, by touching each page or by MAP_POPULATE and touching it
 * then: prints one line of JSON.
 *   kernelWork.js SETTINGS PAGES touch|populate
 */
import { packAccess, ScratchChunk } from '../../src/machine/core/accessChunk';
import { asVpn } from '../../src/machine/core/addresses';
import { Machine } from '../../src/machine/machine';
import { statistics } from '../../src/machine/statistics';
import { defaultConfig } from '../../src/scenario/language/presets';
import { applyOverride } from '../../src/scenario/language/settings';
import { machineOptions } from '../../src/scenario/run/configure';

export interface KernelFigures {
  faults: number;
  /** Kernel instructions: of page faults, of system calls, of the resizing thread. */
  pageFault: number;
  systemCall: number;
  other: number;
  /** Of all, what clears pages: the same work for every scheme. */
  clearing: number;
  hashes: number;
  tableReads: number;
  kicks: number;
  resizes: number;
  /** The functions that cost most, with their share. */
  top: [name: string, instructions: number][];
}

const CHUNK = 16384;
const START = 0x10_0000_0000 / 4096;

const [settingsText, pagesText, how] = process.argv.slice(2);
const pages = Number(pagesText);
let config = defaultConfig();
for (const text of JSON.parse(settingsText) as string[]) {
  const result = applyOverride(config, text);
  if (result.diagnostics.length > 0) throw new Error(`${text}: ${result.diagnostics[0].message}`);
  config = result.config;
}
const machine = new Machine(machineOptions(config));
const { kernel, replay } = machine;
kernel.createProcess('p');
const before = statistics(machine);
const mapped = kernel.mmap({
  ...{ pages, read: true, write: true, exec: false },
  at: asVpn(START),
  populate: how === 'populate',
});
if (!mapped.ok) throw new Error(mapped.text);
while (kernel.operation !== null) kernel.step();
const chunk = new ScratchChunk();
for (let done = 0; done < pages; done += CHUNK) {
  const count = Math.min(CHUNK, pages - done);
  chunk.clear();
  for (let i = 0; i < count; i++) chunk.append(START + done + i, packAccess(1, 0, 8));
  if (replay.run(chunk, 0, count, 0, 1) !== count) throw new Error('out of memory');
}
const after = statistics(machine);
const { byClass, byFunction } = after.kernel;
const clearing = ['clear_page', 'clear_huge_page'].reduce((n, name) => n + (byFunction[name]?.instructions ?? 0), 0);
const figures: KernelFigures = {
  faults: after.faults.total,
  pageFault: byClass.pageFault - before.kernel.byClass.pageFault,
  systemCall: byClass.systemCall - before.kernel.byClass.systemCall,
  other: byClass.other + byClass.timer - before.kernel.byClass.other - before.kernel.byClass.timer,
  clearing,
  hashes: after.ecpt?.hashes ?? 0,
  tableReads: after.kernel.tableReads,
  kicks: after.ecpt?.kicks ?? 0,
  resizes: after.ecpt?.resizes ?? 0,
  top: Object.entries(byFunction)
    .map(([name, { instructions }]): [string, number] => [name, instructions])
    .sort((a, b) => b[1] - a[1])
    .slice(0, 8),
};
console.log(JSON.stringify(figures));
