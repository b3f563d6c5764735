/**
 * What the hardware reads in a 64-bit x86 page-table entry (Intel SDM vol. 3A tables 4-15 to 4-20), and what entries on the path
 * of a walk give to the translation at its end (§4.6). What else there is to an entry is in paging/x86/entry.ts.
 *
 * An entry travels as two 32-bit words, low and high, because that is how it lies in memory and because bit operations
 * on them need no BigInt. All masks say which word they are for.
 */
import type { Pfn } from '../core/addresses';
import { TlbFlag } from './rights';

/** Bits of the low word. */
export const enum LOW {
  P = 1 << 0,
  RW = 1 << 1,
  US = 1 << 2,
  PWT = 1 << 3,
  PCD = 1 << 4,
  A = 1 << 5,
  D = 1 << 6,
  PS = 1 << 7,
  G = 1 << 8,
  SPECIAL = 1 << 9,
  UFFD_WP = 1 << 10,
  SOFT_DIRTY = 1 << 11,
}

/** Bits of the high word. */
export const enum HIGH {
  NX = 1 << 31,
  DEVMAP = 1 << 26,
  /** Bit 58 of an entry that points to a table: the table is flattened. */
  FLATTENED = 1 << 26,
  PKEY_SHIFT = 27,
  PKEY_MASK = 0xf << 27,
}

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
