/** What the reads of a walk would cost that nobody makes: with data caches, as their lines lie now. Changes nothing. */
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
  /** Until the walk has what it needs. */
  cycles: number;
}

export function walkCost(machine: Machine, { steps }: WalkNode): WalkCost {
  const { dataCaches, costs } = machine;
  const reads = steps.map(({ address, register }): ReadCost => {
    if (register !== undefined) return { cycles: 0 };
    if (dataCaches === null) return { cycles: costs.table_read };
    const { answer, cycles } = dataCaches.peek(address);
    return { cycles, from: answer };
  });
  return { reads, cycles: wholeOf(machine, steps, reads) };
}

/** One after the other; or, where probes go out together, what the match costs, or the slowest. */
function wholeOf({ scheme, options }: Machine, steps: readonly EntryNode[], reads: readonly ReadCost[]): number {
  if (scheme.format.hashed?.parallel !== true) return reads.reduce((sum, { cycles }) => sum + cycles, 0);
  const match = steps.findIndex(({ probe }) => probe?.matches === true);
  if (match >= 0 && options.ecpt?.wait !== 'all') return reads[match].cycles;
  return reads.reduce((most, { cycles }) => Math.max(most, cycles), 0);
}
