/**
 * Elastic Cuckoo Page Tables as data: as EMT-Linux released them (OSDI '25 artifact), or as they were published (ASPLOS '20 and
 * the EMT paper). The release has no ways for 1 GiB pages, resizes way by way, never shrinks, swaps a kicked cluster in place,
 * and loses one when an insert fails after 128 kicks.
 *
 * As views see the tables a level is a page size, with ways of its own and nothing below.
 */
import { plainUserSpace } from '../../core/userSpace';
import type { LevelFormat, PagingFormat } from '../format';

export interface EcptOptions {
  /** Ways by page-size code: 4 KiB, 2 MiB, 1 GiB. 0: the size does not exist. */
  ways: readonly [number, number, number];
  /** Entries (clusters) of a new way by page-size code; powers of two. */
  entries: readonly [number, number, number];
  hash: 'murmur' | 'crc';
  /** Occupied share of a way at which it is resized, and by how much it grows (a power of two). */
  resizeAt: number;
  resizeFactor: number;
  /** `way`: the one that is full. `size`: all ways of its page size. */
  resizeWhat: 'way' | 'size';
  /** `swap`: a kicked cluster is swapped out of its slot. `copy`: it is copied to its new one before its old one is written. */
  kick: 'swap' | 'copy';
  /** What becomes of an insert that found no place: the cluster in hand is lost (ENOMEM), or the ways are resized at once. */
  failure: 'lose' | 'resize';
  /** Whether ways shrink again. */
  downsize: boolean;
  /** Entries of a way of the cuckoo walk tables: of the PMD's and of the PUD's. Powers of two; they are never resized. */
  cwtEntries: readonly [number, number];
  /** Entries of the cuckoo walk caches, root's first: PUD, PMD. Fully associative. */
  cwc: readonly [number, number];
  /**
   * How software moves what it splits or joins in the kernel's own tables: the new entries are written before the old ones go, or
   * the old ones go first (EMT, OSDI '25 §7.1: the self-reference paradox).
   */
  move: 'copy-first' | 'remove-first';
  /** How a CPU changes between the two sets of the kernel's registers, under page-table isolation: with one instruction, or register by register. */
  switch: 'atomic' | 'torn';
  /** When the thread that resizes runs: a step behind each fault and each step of a system call, or only when it is told to. */
  thread: 'behind' | 'alone';
  /** When a round of parallel probes ends: with the probe that matched, or with the slowest. */
  wait: 'match' | 'all';
  /**
   * The tag of the lowest addresses is 0, as an empty slot's is. `checked`: an empty slot matches nothing. `released`: it matches
   * them, so that a cluster behind it may not be found any more.
   */
  tagZero: 'checked' | 'released';
}

/** [K include/asm/ECPT_defs.h, ECPT_CWT.h; Q ECPT.h] */
export const RELEASED: EcptOptions = {
  ways: [3, 3, 0],
  entries: [16384, 16384, 4096],
  hash: 'murmur',
  resizeAt: 0.6,
  resizeFactor: 4,
  resizeWhat: 'way',
  kick: 'swap',
  failure: 'lose',
  downsize: false,
  thread: 'behind',
  move: 'copy-first',
  switch: 'atomic',
  cwtEntries: [4096, 2048],
  cwc: [2, 16],
  wait: 'match',
  tagZero: 'checked',
};

/** Three page sizes, all ways of a size at once, both ways; the copy before the kick is the EMT paper's §7.1. */
export const PUBLISHED: EcptOptions = {
  ...RELEASED,
  ways: [3, 3, 3],
  resizeWhat: 'size',
  kick: 'copy',
  failure: 'resize',
  downsize: true,
};

/** Occupied share below which a way shrinks, to half: at a quarter it would be above the threshold to grow again. */
export const DOWNSIZE_AT = 0.2;
export const DOWNSIZE_FACTOR = 2;
/** `ECPT_INSERT_MAX_TRIES`, and `ECPT_REHASH_GRANULARITY` × `ECPT_REHASH_N_BATCH`. */
export const MAX_TRIES = 128;
export const BATCH_SLOTS = 16;
/** Table words of a descriptor: no more ways, kernel's, user's and the targets of resizes, can exist. */
export const MAX_SLOTS = 24;

const isPower = (n: number): boolean => Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;

/** Why no machine can be built with these, as a sentence. */
export function optionsRefusal({ ways, entries, resizeAt, resizeFactor, cwtEntries }: EcptOptions): string | undefined {
  const each = ways.reduce((a, b) => a + b, 0);
  if (ways.some((n) => !Number.isInteger(n) || n < 0 || n > 4)) return 'A page size has 0 to 4 ways.';
  if (ways[0] < 2) return 'Pages of 4 KiB need at least 2 ways: a cuckoo needs another nest.';
  if (ways.some((n) => n === 1)) return 'A page size has no ways, or at least 2: a cuckoo needs another nest.';
  if (2 * each + Math.max(...ways) > MAX_SLOTS)
    return `${each} ways are too many: the kernel's, the user's and the targets of resizes are ${2 * each + Math.max(...ways)}, and there are ${MAX_SLOTS} registers.`;
  if (![...entries, ...cwtEntries].every((n) => isPower(n) && n >= 64 && n <= 2 ** 22))
    return 'The entries of a way are a power of two from 64 to 4194304.';
  if (!(resizeAt > 0 && resizeAt < 1)) return 'A way is resized at an occupancy between 0 and 1.';
  if (!isPower(resizeFactor) || resizeFactor < 2 || resizeFactor > 16)
    return 'A way grows by a power of two from 2 to 16.';
  return undefined;
}

const ROWS = [
  { name: 'PTE', entryName: 'PTE', shift: 12 },
  { name: 'PMD', entryName: 'PDE', shift: 21 },
  { name: 'PUD', entryName: 'PDPTE', shift: 30 },
] as const;

/** Largest size first. `bits` of a level are those of a new way's entries. */
export function ecptFormat({ ways, entries }: EcptOptions): PagingFormat {
  const levels: LevelFormat[] = [];
  for (const size of [2, 1, 0] as const)
    if (ways[size] > 0) levels.push({ ...ROWS[size], bits: Math.log2(entries[size]) + 3, leafSize: size });
  return {
    scheme: 'ecpt',
    title: 'elastic cuckoo page tables',
    addressBits: 48,
    signExtended: true,
    mode: { longMode: true, pae: true, la57: false },
    // The lower half but its last page.
    userSpace: plainUserSpace(2 ** 35 - 1),
    entryBytes: 8,
    levels,
    hashed: { clusterBits: 3, parallel: true, others: ['CWT', 'descriptor'] },
  };
}
