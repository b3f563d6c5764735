/**
 * What the hardware reads in a 64-bit x86 page-table entry (Intel SDM vol. 3A tables 4-15 to 4-20), and what entries on the path
 * of a walk give to the translation at its end (§4.6). What else there is to an entry is in paging/x86/entry.ts.
 *
 * An entry travels as two 32-bit words, low and high, because that is how it lies in memory and because bit operations
 * on them need no BigInt. All masks say which word they are for.
 */
import type { Pfn } from '../core/addresses';
import { HIGH, LOW, TlbFlag } from './bits';

export { HIGH, LOW };

/** Frame bits 32 to 51 in the high word. */
export const FRAME_HIGH = 0x000fffff;

export const frameOf = (low: number, high: number): Pfn => ((low >>> 12) + (high & FRAME_HIGH) * 0x100000) as Pfn;

/** Of a path on which no entry has been met yet. */
export const PATH_RIGHTS = TlbFlag.Write | TlbFlag.User;

/** Rights go down the path by AND, no-execute by OR. R/W and U/S are bits 1 and 2 as Write and User are bits 0 and 1. */
export const combined = (path: number, low: number, high: number): number =>
  (path & (TlbFlag.NoExecute | ((low >>> 1) & PATH_RIGHTS))) | ((high >>> 31) * TlbFlag.NoExecute);

/** What only a leaf says: D, G and the protection key. */
export const leafFlags = (low: number, high: number): number =>
  ((low & LOW.D) >>> 3) | ((low & LOW.G) >>> 4) | ((high >>> (HIGH.PKEY_SHIFT - TlbFlag.KeyShift)) & TlbFlag.KeyMask);
