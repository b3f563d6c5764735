/** A tobj iterator: where a scan over a range stands. Plain data, so that a scan can be saved in the middle. */
import type { Vpn } from '../core/addresses';

export interface TobjIterator {
  readonly start: Vpn;
  readonly end: Vpn;
  /** Next page to be looked at. */
  vpn: Vpn;
  /** Objects handed out (a hole that was skipped is one), and look-ups from the root that this took. */
  objects: number;
  lookups: number;
  /** Entries that were reached from the one before by a step of a pointer, without a look-up. */
  steps: number;
  /**
   * The driver's: the table that the place is in, or −1; its level; the first page that it covers; and what the driver
   * needs to find out whether the table is still there. The architecture-neutral iterator leaves them as they are.
   */
  table: number;
  level: number;
  base: number;
  epoch: number;
  /** The driver's: from the place up to this page nothing larger than a base page is mapped. */
  baseOnlyTo: number;
}

export const newIterator = (start: Vpn, end: Vpn): TobjIterator => ({
  start,
  end,
  vpn: start,
  objects: 0,
  lookups: 0,
  steps: 0,
  table: -1,
  level: 0,
  base: 0,
  epoch: 0,
  baseOnlyTo: 0,
});

/** An iterator that is kept for a driver's life begins a scan, as a new one would, without allocating one. */
export function restart(iterator: TobjIterator, start: Vpn, end: Vpn): void {
  const it = iterator as { -readonly [K in keyof TobjIterator]: TobjIterator[K] };
  it.start = it.vpn = start;
  it.end = end;
  it.objects = it.lookups = it.steps = 0;
  it.table = -1;
  it.level = it.base = it.epoch = it.baseOnlyTo = 0;
}
