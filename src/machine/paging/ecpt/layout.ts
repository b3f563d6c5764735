/**
 * Clusters: what a slot of an Elastic Cuckoo Page Table is made of (EMT, OSDI '25 §6.2 fig. 12; EMT-Linux ECPT_defs.h).
 *
 * A slot is a cache line of 8 x86 entries for 8 consecutive pages of one size. Bits 52 to 56 of an entry are the table's own:
 * those of entries 0 to 6 are pieces of 5 bits of the tag, the lowest first; those of entry 7 the number of entries that are
 * not *none*. Bits 57 (spare) and 58 (DEVMAP) stay as they are.
 *
 * Nothing here knows where a cluster lies: functions take words and the index of its first.
 */
import type { Vpn } from '../../core/addresses';
import type { Tobj } from '../../emt/tobj';
import { LOW } from '../x86/entry';

/** Slots of a frame. */
export const SLOTS_PER_FRAME = 64;

export const enum Cluster {
  Entries = 8,
  Words = 16,
  Bytes = 64,
  /** Bits 52 to 56, in the high word. */
  Meta = 0x01f00000,
  MetaShift = 20,
  /** Entries that hold pieces of the tag; the one behind them holds the count. */
  TagEntries = 7,
  CountWord = 15,
}

/** The bits of an entry's low word that do not keep it from being none, beside those of the table: a walk may have set them. */
const A_AND_D = LOW.A | LOW.D;
/** Address bits above the 48 that are translated are no part of a tag. */
const PAGES = 2 ** 36;
/** Pages that a cluster covers and that an entry covers, by page-size code. */
export const CLUSTER_PAGES = [8, 8 * 512, 8 * 512 * 512] as const;
export const ENTRY_PAGES = [1, 512, 512 * 512] as const;

/** The tag of a page's cluster: 33 bits for 4 KiB, 24 for 2 MiB, 15 for 1 GiB. */
export const tagOf = (vpn: Vpn, size: number): number =>
  Math.floor((vpn < PAGES ? vpn : vpn % PAGES) / CLUSTER_PAGES[size]);
/** First page of a tag's cluster, without sign extension. */
export const pageOfTag = (tag: number, size: number): Vpn => (tag * CLUSTER_PAGES[size]) as Vpn;
/** Place of a page's entry in its cluster. */
export const entryOf = (vpn: Vpn, size: number): number => (size === 0 ? vpn : Math.floor(vpn / ENTRY_PAGES[size])) & 7;

/** True if the cluster's tag is this one; an empty slot has tag 0. */
export function hasTag(words: Int32Array, at: number, tag: number): boolean {
  const low = tag | 0;
  if ((words[at + 1] & Cluster.Meta) !== (low & 31) << Cluster.MetaShift) return false;
  for (let i = 1; i < 6; i++)
    if ((words[at + 2 * i + 1] & Cluster.Meta) !== ((low >>> (5 * i)) & 31) << Cluster.MetaShift) return false;
  const last = (low >>> 30) | (Math.floor(tag / 4294967296) << 2);
  return (words[at + 13] & Cluster.Meta) === (last & 31) << Cluster.MetaShift;
}

/** The tag, put together from its pieces. */
export function readTag(words: Int32Array, at: number): number {
  let tag = 0;
  for (let i = Cluster.TagEntries - 1; i >= 0; i--)
    tag = tag * 32 + ((words[at + 2 * i + 1] & Cluster.Meta) >>> Cluster.MetaShift);
  return tag;
}

/** Entries that are not none, as the cluster says. */
export const readCount = (words: Int32Array, at: number): number =>
  (words[at + Cluster.CountWord] & Cluster.Meta) >>> Cluster.MetaShift;

export function writeCount(words: Int32Array, at: number, count: number): void {
  const i = at + Cluster.CountWord;
  words[i] = (words[i] & ~Cluster.Meta) | (count << Cluster.MetaShift);
}

/** Writes the pieces of a tag; 0 wipes it. */
export function writeTag(words: Int32Array, at: number, tag: number): void {
  let rest = tag;
  for (let i = 0; i < Cluster.TagEntries; i++) {
    const piece = rest % 32;
    rest = (rest - piece) / 32;
    words[at + 2 * i + 1] = (words[at + 2 * i + 1] & ~Cluster.Meta) | (piece << Cluster.MetaShift);
  }
}

/** Tag 0 and count 0: nothing is in the slot. */
export const isEmptySlot = (words: Int32Array, at: number): boolean =>
  readCount(words, at) === 0 && hasTag(words, at, 0);

/** Nothing is mapped: what is left aside are A, D and the table's own bits. */
export const isNone = (low: number, high: number): boolean => (low & ~A_AND_D) === 0 && (high & ~Cluster.Meta) === 0;

/** What the hardware takes for empty: unlike software it does not forgive A and D. */
export const isHardwareEmpty = (low: number, high: number): boolean => low === 0 && (high & ~Cluster.Meta) === 0;

/** Of a swap entry (see x86/attributes.ts) bits 46 to 58 are ones; of them 52 to 58 are not kept, and 46 to 51 tell what it is. */
const enum Swap {
  Dropped = 0x07f00000,
  Kept = 0x000fc000,
}

const isSwapWord = (low: number, high: number): boolean =>
  (low & (LOW.P | LOW.G)) === 0 && (high & Swap.Kept) === Swap.Kept;

/** The high word of an object as a cluster keeps it: without the bits that are the table's. */
export const storedHigh = (low: number, high: number): number =>
  high & ~(isSwapWord(low, high) ? Swap.Dropped : Cluster.Meta);

/** Fills an object from an entry. */
export function loadWords(out: Tobj, low: number, high: number): void {
  if (isNone(low, high)) {
    out.word0 = out.word1 = 0;
    return;
  }
  out.word0 = low;
  out.word1 = isSwapWord(low, high) ? high | Swap.Dropped : high & ~Cluster.Meta;
}
