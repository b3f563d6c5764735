/**
 * Simulated physical memory: frames of 4 KiB.
 *
 * A frame that holds a table, or whose bytes somebody asked to write, is *backed*: its 1,024 words are a slot of the
 * pool. Other frames exist only as a record, so that 64 GiB of data costs no more than its tables; their bytes read as
 * zero, which is what the kernel hands out. Reading never backs a frame and never changes state.
 *
 * Memory may have frames with two numbers: what a guest calls its frame is, for the host below it, another. Their records
 * name the same slot, so that whoever has either number finds the same bytes at no cost; `SharedFrames` says which belong
 * together, and is asked only when a frame gets or loses its slot.
 *
 * A frame's record is four words: state (bits 0–3 state, 4–8 order of a block's head frame), two words that belong to
 * whoever owns the frame (free-list links while it is free), and the slot number + 1, or 0 if not backed.
 */
import { asPfn, PAGE_BYTES, type Pfn } from '../core/addresses';
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import { PagedStore, PAGE_WORDS, type StoreSnapshot } from './pagedStore';
import type { ReadableMemory } from './readable';

export const RECORD_WORDS = 4;
const RECORDS_PER_PAGE = PAGE_WORDS / RECORD_WORDS;
/** Word of a frame's record that says which slot of the pool it has, + 1. */
export const RECORD_SLOT = 3;

/** The same for code that is measured: bundles look up constants that are no enum at run time. */
const enum Hot {
  RecordWords = 4,
  RecordSlot = 3,
  RecordsPerPage = 256,
  PageWords = 1024,
}

export interface MemorySnapshot {
  readonly records: StoreSnapshot;
  readonly pool: StoreSnapshot;
  readonly small: readonly TypedArray[];
}

/** Which numbers are the same frame. */
export interface SharedFrames {
  /** The numbers that software does not have: `first` to `end` − 1, all above its own. */
  readonly first: number;
  readonly end: number;
  /** The frame's other number, or −1. */
  otherOf(pfn: Pfn): Pfn | -1;
  /** The same for a frame that is about to be written: it gets another number if it needs one. */
  provide(pfn: Pfn): Pfn | -1;
}

export class PhysicalMemory implements ReadableMemory, Stateful<MemorySnapshot> {
  readonly frameCount: number;
  readonly records = new PagedStore(64);
  readonly pool = new PagedStore(64);
  /** [0]: first free slot + 1 of a list linked through the slots' first words. */
  readonly #freeSlots = new Int32Array(1);
  readonly #small = new ArrayState([this.#freeSlots]);
  #shared: SharedFrames | null = null;

  /** `frameCount` of that size are what the machine's software has. */
  constructor(sizeBytes: number) {
    this.frameCount = Math.floor(sizeBytes / PAGE_BYTES);
  }

  /** There are more frames than software has, and those of software are some of them. */
  share(shared: SharedFrames): void {
    this.#shared = shared;
    // Once for all: to grow the records by a page at a time would copy them each time.
    this.records.extend(Math.ceil(shared.end / RECORDS_PER_PAGE));
  }

  get sizeBytes(): number {
    return (this.#shared?.end ?? this.frameCount) * PAGE_BYTES;
  }

  /** Word `field` (0–2) of a frame's record. */
  record(pfn: Pfn, field: number): number {
    const { words } = this.records;
    const at = pfn * Hot.RecordWords + field;
    return at < words.length ? words[at] : 0;
  }

  setRecord(pfn: Pfn, field: number, value: number): void {
    const at = this.touchRecord(pfn);
    this.records.words[at + field] = value;
  }

  /** Index in `records.words` of a frame's record, of which words 0 to 2 may be written now. */
  touchRecord(pfn: Pfn): number {
    const page = Math.floor(pfn / Hot.RecordsPerPage);
    this.records.extend(page + 1);
    this.records.touch(page);
    return pfn * Hot.RecordWords;
  }

  /** Index of the frame's first word in `pool.words`, or −1 if it is not backed. */
  base(pfn: Pfn): number {
    const slot = this.record(pfn, Hot.RecordSlot);
    return slot === 0 ? -1 : (slot - 1) * Hot.PageWords;
  }

  /** Gives the frame a slot of zeroes if it has none. Returns the index of its first word. */
  back(pfn: Pfn): number {
    const have = this.base(pfn);
    if (have >= 0) return have;
    // First of all: who provides may write to tables of its own.
    const other = this.#shared === null ? -1 : this.#shared.provide(pfn);
    let slot = this.#freeSlots[0] - 1;
    if (slot >= 0) {
      this.#freeSlots[0] = this.pool.words[slot * PAGE_WORDS];
      this.pool.touch(slot);
      this.pool.words.fill(0, slot * PAGE_WORDS, (slot + 1) * PAGE_WORDS);
    } else {
      slot = this.pool.used;
      this.pool.extend(slot + 1);
    }
    this.#setSlot(pfn, other, slot + 1);
    return slot * PAGE_WORDS;
  }

  /** The frame's contents are gone, and it costs nothing again. */
  unback(pfn: Pfn): void {
    const slot = this.record(pfn, Hot.RecordSlot) - 1;
    if (slot < 0) return;
    this.pool.touch(slot);
    this.pool.words.fill(0, slot * PAGE_WORDS, (slot + 1) * PAGE_WORDS);
    this.pool.words[slot * PAGE_WORDS] = this.#freeSlots[0];
    this.#freeSlots[0] = slot + 1;
    this.#setSlot(pfn, this.#shared === null ? -1 : this.#shared.otherOf(pfn), 0);
  }

  #setSlot(pfn: Pfn, other: Pfn | -1, value: number): void {
    this.setRecord(pfn, RECORD_SLOT, value);
    if (other !== -1) this.setRecord(other, RECORD_SLOT, value);
  }

  /** 32-bit word at a physical address (a multiple of 4); 0 where nothing is backed, or no memory is. */
  readWord(address: number): number {
    const base = this.base(asPfn(Math.floor(address / PAGE_BYTES)));
    return base < 0 ? 0 : this.pool.words[base + ((address % PAGE_BYTES) >>> 2)];
  }

  frameWords(pfn: Pfn): Int32Array | undefined {
    const base = this.base(pfn);
    return base < 0 ? undefined : this.pool.words.subarray(base, base + PAGE_WORDS);
  }

  version(pfn: Pfn): number {
    // Where its words lie may change, too.
    this.records.version(Math.floor(pfn / RECORDS_PER_PAGE));
    const slot = this.record(pfn, RECORD_SLOT) - 1;
    return slot < 0 ? 0 : (slot + 1) * 2 ** 32 + (this.pool.version(slot) >>> 0);
  }

  get seenChanges(): number {
    return this.pool.seenChanges + this.records.seenChanges;
  }

  holds(address: number): boolean {
    const frame = address / PAGE_BYTES;
    if (frame < this.frameCount) return true;
    return this.#shared !== null && frame >= this.#shared.first && frame < this.#shared.end;
  }

  /** Writes a 32-bit word; backs the frame. The address must lie in memory. */
  writeWord(address: number, value: number): void {
    const base = this.back(asPfn(Math.floor(address / PAGE_BYTES)));
    this.pool.touch(base / PAGE_WORDS);
    this.pool.words[base + ((address % PAGE_BYTES) >>> 2)] = value;
  }

  /** Bytes for a memory view; fewer than asked where memory ends. */
  readBytes(address: number, count: number): Uint8Array {
    const length = Math.max(0, Math.min(count, this.sizeBytes - address));
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const at = address + i;
      bytes[i] = this.readWord(at - (at % 4)) >>> ((at % 4) * 8);
    }
    return bytes;
  }

  /** Writes bytes from a memory view; returns how many lay in memory. */
  writeBytes(address: number, bytes: Uint8Array): number {
    const length = Math.max(0, Math.min(bytes.length, this.sizeBytes - address));
    for (let i = 0; i < length; i++) {
      const at = address + i;
      if (!this.holds(at)) return i;
      const shift = (at % 4) * 8;
      const word = at - (at % 4);
      this.writeWord(word, (this.readWord(word) & ~(0xff << shift)) | (bytes[i] << shift));
    }
    return length;
  }

  save(): MemorySnapshot {
    return { records: this.records.save(), pool: this.pool.save(), small: this.#small.save() };
  }

  load(saved: MemorySnapshot): void {
    this.records.load(saved.records);
    this.pool.load(saved.pool);
    this.#small.load(saved.small);
  }

  /** A part of the work of a `load`: see `PagedStore.approach`. */
  approach(saved: MemorySnapshot, chunks: number): boolean {
    return this.records.approach(saved.records, chunks) && this.pool.approach(saved.pool, chunks);
  }

  hash(into: Hasher): void {
    this.records.hash(into);
    this.pool.hash(into);
    this.#small.hash(into);
  }
}
