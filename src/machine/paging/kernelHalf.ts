/**
 * The kernel's half of address spaces, as far as it is the same for every scheme that has one: a database of its own (number 0)
 * with a root, and, under page-table isolation, what a CPU loads on its way between user and kernel mode.
 */
import type { Pfn } from '../core/addresses';

export interface KernelHalf {
  readonly id: 0;
  readonly root: Pfn;
  /** Page-table isolation is on. */
  readonly isolated: boolean;
  /** The driver changes its tables like those of any other database. */
  readonly isMutable: boolean;
  /** Frames from 0 on that the allocator must not hand out: where its tables lie. */
  readonly reservedFrames: number;
  /** What CR3 has in user mode (1) or in the kernel (0), given what it has in one of them. */
  rootIn(root: Pfn, user: number): Pfn;
  /** What the listing says of the way in (0) or out (1). */
  entryText(user: number): string;
  /** A CPU is about to load CR3 on its way in or out: what it loads beside it. */
  switchOn(cpu: number, user: number): void;
}
