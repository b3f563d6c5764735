/**
 * Memory of ways and walk tables: physically contiguous. Up to the allocator's largest block (4 MiB) it is one block; above, a run
 * of such blocks one behind the other, as Linux's contiguous-range allocator makes (`alloc_contig_pages`).
 *
 * Frames in use are counted by what they hold, in the machine's counters of tables.
 */
import { asPfn, type Pfn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import type { Probe } from '../../../core/probe';
import { tableOwner } from '../../../emt/gather';
import { type BuddyAllocator, MAX_ORDER } from '../../../memory/buddy';
import { isKernelDescriptor } from '../descriptor';

const LARGEST = 1 << MAX_ORDER;

/** Contiguous memory for the tables of an address space. */
export interface BlockSource {
  /** First of 2^order frames of zeroes, or −1; `row`: what they are for. */
  allocate(root: Pfn, order: number, row: number): Pfn | -1;
  free(root: Pfn, pfn: Pfn, order: number, row: number): void;
}

export class Blocks implements BlockSource {
  constructor(
    private readonly buddy: BuddyAllocator,
    private readonly probe: Probe,
    /** What frames are used for, by row of the counters: `PTE way`. */
    private readonly purposes: readonly string[],
  ) {}

  allocate(root: Pfn, order: number, row: number): Pfn | -1 {
    const purpose = this.purposes[row];
    const pfn =
      order <= MAX_ORDER
        ? this.buddy.allocate(order, purpose, tableOwner(row))
        : this.#run(1 << (order - MAX_ORDER), purpose, row);
    if (pfn !== -1) this.#count(root, row, 2 ** order);
    return pfn;
  }

  /** Tables of the kernel that are part of its image stay where they are: the allocator does not know them. */
  free(root: Pfn, pfn: Pfn, order: number, row: number): void {
    this.#count(root, row, -(2 ** order));
    // Whoever remembers a place in it must not find it again.
    this.probe.counters[Counter.TablesUnlinked]++;
    const step = order <= MAX_ORDER ? 1 << order : LARGEST;
    for (let at = 0; at < 2 ** order; at += step) this.buddy.free(asPfn(pfn + at), this.purposes[row], tableOwner(row));
  }

  #count(root: Pfn, row: number, frames: number): void {
    this.probe.counters[isKernelDescriptor(root) ? Counter.KernelTables : Counter.TablesByLevel + row] += frames;
  }

  /** Largest blocks one behind the other: those that are not are given back. */
  #run(blocks: number, purpose: string, row: number): Pfn | -1 {
    const taken: Pfn[] = [];
    let found = -1;
    while (found < 0) {
      const pfn = this.buddy.allocate(MAX_ORDER, purpose, tableOwner(row));
      if (pfn === -1) break;
      taken.push(pfn);
      taken.sort((a, b) => a - b);
      for (let i = blocks - 1; i < taken.length && found < 0; i++)
        if (taken[i] - taken[i - blocks + 1] === (blocks - 1) * LARGEST) found = taken[i - blocks + 1];
    }
    for (const pfn of taken)
      if (found < 0 || pfn < found || pfn >= found + blocks * LARGEST) this.buddy.free(pfn, purpose, tableOwner(row));
    return found < 0 ? -1 : asPfn(found);
  }
}
