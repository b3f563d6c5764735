/** The hashed page table as data: one array of slots for each process, open addressing with linear probing, never resized. */
import { plainUserSpace } from '../../core/userSpace';
import type { PagingFormat } from '../format';

/** A slot is 16 bytes: the page number + 1 (0: the slot is empty), then an x86 entry. Only pages of 4 KiB. */
export const SLOT_WORDS = 4;
/** A page that finds no place in so many slots from its own has none: the table is full for it. */
export const MAX_PROBES = 128;
const MIN_LOG2 = 9;
/** 4 MiB: the largest block that the allocator has. */
const MAX_LOG2 = 18;

/** Logarithm of the slots of a table: twice as many as there are frames of memory. */
export function slotBits(frames: number): number {
  let log2 = MIN_LOG2;
  while (log2 < MAX_LOG2 && 2 ** log2 < 2 * frames) log2++;
  return log2;
}

/** The slot where the search for a page begins: multiplication by the golden ratio. */
export const homeOf = (vpn: number, log2: number): number =>
  Math.imul((vpn | 0) ^ Math.floor(vpn / 4294967296), 0x9e3779b1) >>> (32 - log2);

export const HASHED: PagingFormat = {
  scheme: 'hashed',
  title: 'hashed page table',
  addressBits: 48,
  signExtended: true,
  mode: { longMode: true, pae: true, la57: false },
  userSpace: plainUserSpace(2 ** 35 - 1),
  entryBytes: 8,
  // Two words of 8 bytes a slot.
  levels: [{ name: 'PTE', entryName: 'PTE', shift: 12, bits: MAX_LOG2 + 1, leafSize: 0 }],
  hashed: { clusterBits: 0, parallel: false, others: [] },
};
