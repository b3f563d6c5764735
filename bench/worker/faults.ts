/**
 * What the kernel's work costs per page, on one process and its child, and what it leaves in memory: prints one line of JSON.
 *   faults.js PAGES DEFAULTS
 * DEFAULTS: `all` runs EMT's architecture-neutral defaults instead of the driver's own functions.
 */
import { asVpn, type Vpn } from '../../src/machine/core/addresses';
import { ScratchChunk, packAccess } from '../../src/machine/core/accessChunk';
import { Machine } from '../../src/machine/machine';
import { statistics } from '../../src/machine/statistics';
import { resolveMachine } from '../../src/scenario/language/settings';
import { machineOptions } from '../../src/scenario/run/configure';

export interface Figures {
  /** CPU nanoseconds a page, by what was done. */
  perPage: Record<string, number>;
  /** Bytes that the process grew by over the first touches, and those of the modelled page tables. */
  memoryBytes: number;
  tableBytes: number;
}

const START = 0x1000000;
const CHUNK = 16384;

const [pagesText, defaults] = process.argv.slice(2);
const pages = Number(pagesText);
const { config } = resolveMachine(undefined);
const machine = new Machine({
  ...machineOptions(config),
  memoryBytes: 16 * 2 ** 30,
  emtDefaults: defaults === 'all' ? 'all' : [],
});
const { kernel, replay } = machine;
const perPage: Record<string, number> = {};

function measure(name: string, work: () => void): void {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  perPage[name] = Math.round((1000 * (user + system)) / pages);
}

/** Writes every page once, as a pattern of the scenario language would. */
function writeAll(): void {
  const scratch = new ScratchChunk();
  for (let done = 0; done < pages; done += CHUNK) {
    const count = Math.min(CHUNK, pages - done);
    scratch.clear();
    for (let i = 0; i < count; i++) scratch.append(START + done + i, packAccess(1, 0, 8));
    if (replay.run(scratch, 0, count, 0, 1) !== count) throw new Error('a write failed');
  }
}

const steps = (): void => {
  while (!kernel.step());
};
const [start, end] = [asVpn(START), asVpn(START + pages)] as [Vpn, Vpn];

if (!kernel.createProcess('parent')) throw new Error('no memory');
kernel.mmap({ pages, read: true, write: true, exec: false, at: start, populate: false });
// Once in small, so that the code is compiled.
const before = (global.gc?.(), process.memoryUsage());
measure('first touch', writeAll);
global.gc?.();
const after = process.memoryUsage();
const { tables } = statistics(machine);
measure('fork', () => {
  kernel.fork('child');
  steps();
});
measure('copy on write', writeAll);
measure('exit of the child', () => {
  kernel.exit('child');
  steps();
});
measure('mprotect', () => {
  kernel.mprotect(start, end, { read: true, write: false, exec: false });
  steps();
});
measure('iterate', () => {
  kernel.iterate(start, end);
  steps();
});
measure('munmap', () => {
  kernel.munmap(start, end);
  steps();
});

const bytes = (usage: NodeJS.MemoryUsage): number => usage.heapUsed + usage.arrayBuffers;
const figures: Figures = { perPage, memoryBytes: bytes(after) - bytes(before), tableBytes: tables.bytes };
console.log(JSON.stringify(figures));
