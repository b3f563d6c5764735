/** What the reads of a walk would cost that nobody makes: with data caches, as their lines lie now. Changes nothing. */
import { PAGE_BYTES, physicalOf } from '../../machine/core/addresses';
import type { Machine } from '../../machine/machine';
import type { EntryNode, WalkNode } from '../../machine/paging/inspector';

export interface ReadCost {
  cycles: number;
  /** Where the line would be found, where there are data caches. */
  from?: string;
}

export interface WalkCost {
  /** Of each step of the walk. */
  reads: readonly ReadCost[];
  /** Of an entry of the host's tables. */
  hostRead(entry: EntryNode): ReadCost;
  /** Until the walk has what it needs, in both dimensions. */
  cycles: number;
}

export function walkCost(machine: Machine, { steps, host = [] }: WalkNode): WalkCost {
  const { dataCaches, costs } = machine;
  const costAt = (address: number): ReadCost => {
    if (dataCaches === null) return { cycles: costs.table_read };
    const { answer, cycles } = dataCaches.peek(address);
    return { cycles, from: answer };
  };
  const reads = steps.map(({ address, register }, step): ReadCost => {
    if (register !== undefined) return { cycles: 0 };
    const below = host.find((walk) => walk.step === step);
    if (below === undefined) return costAt(address);
    // A guest's entry is where the host has it; if that is nowhere, it is not read.
    return below.pfn === undefined ? { cycles: 0 } : costAt(physicalOf(below.pfn, address % PAGE_BYTES));
  });
  const hostRead = ({ address }: EntryNode): ReadCost => costAt(address);
  const below = host.flatMap((walk) => walk.steps).reduce((sum, entry) => sum + hostRead(entry).cycles, 0);
  return { reads, hostRead, cycles: wholeOf(machine, steps, reads) + below };
}

/** One after the other; or, where probes go out together, what the match costs, or the slowest. */
function wholeOf({ scheme, options }: Machine, steps: readonly EntryNode[], reads: readonly ReadCost[]): number {
  if (scheme.format.hashed?.parallel !== true) return reads.reduce((sum, { cycles }) => sum + cycles, 0);
  const match = steps.findIndex(({ probe }) => probe?.matches === true);
  if (match >= 0 && options.ecpt?.wait !== 'all') return reads[match].cycles;
  return reads.reduce((most, { cycles }) => Math.max(most, cycles), 0);
}
