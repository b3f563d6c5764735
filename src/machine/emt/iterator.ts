/** A tobj iterator: where a scan over a range stands. Plain data, so that a scan can be saved in the middle. */
import type { Vpn } from '../core/addresses';

export interface TobjIterator {
  readonly start: Vpn;
  readonly end: Vpn;
  /** Next page to be looked at. */
  vpn: Vpn;
  /** Objects handed out, and look-ups from the root that this took. */
  objects: number;
  lookups: number;
}
