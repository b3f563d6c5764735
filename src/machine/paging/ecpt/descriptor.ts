/**
 * The descriptor of an address space (EMT-Linux ECPT.h, 480 bytes) and the registers that the hardware walks from.
 *
 * A table word is the table's address (a multiple of 4 KiB) plus the logarithm of its entries in bits 0 to 11, where 0 means
 * that the way is not built. The kernel keeps virtual addresses in it and registers physical ones; here both are physical.
 * CR3 names the descriptor and says that ECPT is on, but the hardware never reads memory through it.
 *
 * Ways have absolute numbers: the kernel's 4 KiB ones first, then its larger sizes, then the user's, then the targets of
 * resizes, which all ways of the same relative number share. As released: 0–2, 3–5, 6–8, 9–11, 12–14.
 */
import { asPfn, PAGE_BYTES, type Pfn } from '../../core/addresses';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { MAX_SLOTS } from './format';

/** Where the descriptor has what, in 32-bit words. */
const enum Word {
  Tables = 0,
  Cwts = 48,
  /** The address space's number (Linux: its mm). */
  Owner = 56,
  /** Linux: the list of all descriptors; not used here. */
  List = 58,
  Occupancy = 62,
  Pointers = 86,
  /** A byte a way. */
  Queued = 110,
  CwtOccupancy = 116,
}

export const DESCRIPTOR_BYTES = 480;

/** Model-specific registers by number [K ECPT_defs.h; Q misc_helper.c]. */
export const enum Msr {
  Table = 0x4000,
  Pointer = 0x4020,
  Cwt = 0x4040,
  /** Addresses from here up are looked for in the kernel's tables. */
  KernelStart = 0x4100,
  /**
   * The second set of the kernel's registers that the EMT paper (§7.1) asks for, and which of both the walker uses: writing that is
   * its serializing switch instruction. No release has them; the numbers are this model's.
   */
  KernelSet = 0x4101,
  SecondTable = 0x4200,
  SecondPointer = 0x4220,
  SecondCwt = 0x4240,
}

/** PAGE_OFFSET as a page number: addresses from there up are the kernel's, all below the user's. */
export const KERNEL_START = 0xffff888000000;

/** The kernel's own descriptor (init_mm's), in the first MiB, which the allocator never hands out: database 0. */
export const KERNEL_DESCRIPTOR = asPfn(17);
/** Under page-table isolation: what of the kernel user mode has, which is the code that enters it. */
export const ENTRY_DESCRIPTOR = asPfn(18);
export const isKernelDescriptor = (root: Pfn): boolean => root === KERNEL_DESCRIPTOR || root === ENTRY_DESCRIPTOR;

/** The numbers of ways for a choice of how many each page size has. */
export class WayNumbers {
  /** Ways of one half. */
  readonly half: number;
  readonly firstTarget: number;
  readonly #start: readonly number[];

  constructor(readonly ways: readonly [number, number, number]) {
    this.half = ways[0] + ways[1] + ways[2];
    this.firstTarget = 2 * this.half;
    this.#start = [0, ways[0], ways[0] + ways[1]];
  }

  /** First way of a page size in the kernel's half (0) or the user's (1). */
  first(user: number, size: number): number {
    return user * this.half + this.#start[size];
  }

  waysOf(size: number): number {
    return this.ways[size];
  }

  sizeOf(way: number): number {
    const relative = way % this.half;
    return relative < this.#start[1] ? 0 : relative < this.#start[2] ? 1 : 2;
  }

  /** Number inside its page size. */
  relative(way: number): number {
    return (way % this.half) - this.#start[this.sizeOf(way)];
  }

  isUser(way: number): boolean {
    return way >= this.half;
  }

  /** Where the target of a way's resize is described. */
  target(way: number): number {
    return this.firstTarget + this.relative(way);
  }
}

/** The base of a table and the logarithm of its entries, from a table word. */
export const tableFrame = (word: number): Pfn => asPfn(Math.floor(word / PAGE_BYTES));
export const tableLog2 = (word: number): number => word % PAGE_BYTES;
export const tableWord = (table: Pfn, log2: number): number => table * PAGE_BYTES + log2;

/** Reads and writes descriptors. None of it is counted: it is a few words that stay in the nearest cache. */
export class Descriptors {
  constructor(readonly memory: PhysicalMemory) {}

  #read(root: Pfn, word: number): number {
    const base = this.memory.base(root);
    return base < 0 ? 0 : this.memory.pool.words[base + word];
  }

  #write(root: Pfn, word: number, value: number): void {
    const base = this.memory.back(root);
    if (this.memory.pool.words[base + word] === (value | 0)) return;
    this.memory.pool.touch(base >> 10);
    this.memory.pool.words[base + word] = value;
  }

  #long(root: Pfn, word: number): number {
    return (this.#read(root, word) >>> 0) + this.#read(root, word + 1) * 4294967296;
  }

  #writeLong(root: Pfn, word: number, value: number): void {
    this.#write(root, word, value | 0);
    this.#write(root, word + 1, Math.floor(value / 4294967296));
  }

  table(root: Pfn, way: number): number {
    return this.#long(root, Word.Tables + 2 * way);
  }
  setTable(root: Pfn, way: number, word: number): void {
    this.#writeLong(root, Word.Tables + 2 * way, word);
  }
  isBuilt(root: Pfn, way: number): boolean {
    return tableLog2(this.table(root, way)) !== 0;
  }

  /** Of the PMD's walk tables 0 and 1, of the PUD's 2 and 3. */
  cwt(root: Pfn, index: number): number {
    return this.#long(root, Word.Cwts + 2 * index);
  }
  setCwt(root: Pfn, index: number, word: number): void {
    this.#writeLong(root, Word.Cwts + 2 * index, word);
  }

  owner(root: Pfn): number {
    return this.#read(root, Word.Owner);
  }
  setOwner(root: Pfn, id: number): void {
    this.#write(root, Word.Owner, id);
  }

  /** Slots in use of a way, or of the target of a resize. */
  occupancy(root: Pfn, way: number): number {
    return this.#read(root, Word.Occupancy + way);
  }
  setOccupancy(root: Pfn, way: number, slots: number): void {
    this.#write(root, Word.Occupancy + way, slots);
  }

  /** Slots of the way below this one have moved to the target of its resize. */
  pointer(root: Pfn, way: number): number {
    return this.#read(root, Word.Pointers + way);
  }
  setPointer(root: Pfn, way: number, slot: number): void {
    this.#write(root, Word.Pointers + way, slot);
  }

  /** A resize of the way is wanted, or goes on. */
  isQueued(root: Pfn, way: number): boolean {
    return ((this.#read(root, Word.Queued + (way >> 2)) >>> (8 * (way & 3))) & 0xff) !== 0;
  }
  setQueued(root: Pfn, way: number, queued: boolean): void {
    const word = Word.Queued + (way >> 2);
    const bit = 1 << (8 * (way & 3));
    const now = this.#read(root, word);
    this.#write(root, word, queued ? now | bit : now & ~bit);
  }

  cwtOccupancy(root: Pfn, index: number): number {
    return this.#read(root, Word.CwtOccupancy + index);
  }
  setCwtOccupancy(root: Pfn, index: number, entries: number): void {
    this.#write(root, Word.CwtOccupancy + index, entries);
  }

  /** Ways of the descriptor that are built, targets included. */
  builtWays(root: Pfn): number[] {
    return Array.from({ length: MAX_SLOTS }, (_, way) => way).filter((way) => this.isBuilt(root, way));
  }
}
