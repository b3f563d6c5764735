/**
 * The 64-bit x86 page-table entry (Intel SDM vol. 3A tables 4-15 to 4-20), shared by every scheme that uses it.
 *
 * An entry travels as two 32-bit words, low and high, because that is how it lies in memory and because bit operations
 * on them need no BigInt. All masks say which word they are for.
 */
import type { Pfn } from '../../core/addresses';
import { FRAME_HIGH, frameOf, HIGH, LOW } from '../../mmu/entry';
import type { PagingFormat } from '../format';

export { frameOf, HIGH, LOW };

export const lowOf = (pfn: Pfn, flags: number): number => ((pfn % 0x100000) << 12) | flags;
export const highOf = (pfn: Pfn, flags: number): number => Math.floor(pfn / 0x100000) | flags;

/** Frame bits at or above the physical address width are reserved; this is their mask in the high word. */
export const reservedHigh = (physicalBits: number): number =>
  physicalBits >= 52 ? 0 : FRAME_HIGH & ~((1 << (physicalBits - 32)) - 1);
/** Low-word bits that must be 0 in a leaf, by page-size code: 2 MiB bits 13–20, 1 GiB bits 13–29, 4 MiB bit 21. */
export const RESERVED_LOW_OF_LEAF = [0, 0x001fe000, 0x3fffe000, 0x00200000] as const;

/**
 * First frame of the page that a leaf of a page-size code maps. Bit 12 of a huge leaf is PAT, not frame; a 4 MiB page
 * has bits 32–39 of its address in bits 13–20 of the entry (PSE-36, SDM vol. 3A table 4-4).
 */
export function leafFrame(pageSize: number, low: number, high: number): Pfn {
  if (pageSize === 0) return frameOf(low, high);
  if (pageSize !== 3) return frameOf(low & ~0x1fff, high);
  return (((low >>> 22) << 10) + ((low >>> 13) & 0xff) * 0x100000) as Pfn;
}

/** Level of the table that an entry points to; `high`: its high word. */
export function levelBelow({ levels }: PagingFormat, level: number, high: number): number {
  const { next = level + 1, flattened } = levels[level];
  return flattened !== undefined && (high & HIGH.FLATTENED) !== 0 ? flattened : next;
}

/** Linux's `_PAGE_TABLE`: what it sets in an entry that points to a table. */
export const TABLE_FLAGS = LOW.P | LOW.RW | LOW.US | LOW.A | LOW.D;

export const rawOf = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
export const lowWord = (raw: bigint): number => Number(BigInt.asIntN(32, raw));
export const highWord = (raw: bigint): number => Number(BigInt.asIntN(32, raw >> 32n));

export interface EntryBit {
  /** Short name for flag lists. */
  name: string;
  /** Member name in expressions, e.g. `pte(a).dirty`. */
  member: string;
  bit: number;
  set: string;
  clear: string;
  /** Where the bit has this meaning. */
  where: 'any' | 'leaf' | 'upper';
}

/** Single-bit fields, for decoders, tooltips and expressions. */
export const ENTRY_BITS: readonly EntryBit[] = [
  { name: 'P', member: 'present', bit: 0, set: 'present', clear: 'not present', where: 'any' },
  { name: 'RW', member: 'rw', bit: 1, set: 'writable', clear: 'read-only', where: 'any' },
  { name: 'US', member: 'user', bit: 2, set: 'user', clear: 'supervisor only', where: 'any' },
  { name: 'PWT', member: 'pwt', bit: 3, set: 'write-through', clear: 'write-back', where: 'any' },
  { name: 'PCD', member: 'pcd', bit: 4, set: 'not cached', clear: 'cached', where: 'any' },
  { name: 'A', member: 'accessed', bit: 5, set: 'accessed', clear: 'not accessed', where: 'any' },
  { name: 'D', member: 'dirty', bit: 6, set: 'dirty', clear: 'clean', where: 'leaf' },
  { name: 'PS', member: 'huge', bit: 7, set: 'maps a huge page', clear: 'points to a table', where: 'upper' },
  { name: 'G', member: 'global', bit: 8, set: 'global', clear: 'not global', where: 'leaf' },
  { name: 'NX', member: 'nx', bit: 63, set: 'no instruction fetch', clear: 'executable', where: 'any' },
];
