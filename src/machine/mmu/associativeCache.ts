/**
 * A set-associative cache of translations with true LRU replacement: every TLB and walk cache is one of these.
 *
 * Each set is a ring of ways in order of use: its head is the most recently used, the one before that in the ring the
 * least. A victim is found without a search and becomes the head by turning the ring, so exact LRU costs a few array
 * writes. Holds always: invalid ways are at the old end of their ring, so that they are filled before anything is evicted.
 *
 * Where a set has many ways, entries are also in a hash table over the whole cache, so that a miss, the usual answer of a
 * second-level TLB under load, costs one look instead of one a way. The table follows from the tags: it is no state.
 *
 * Laid out for the hot path (docs/performance.md): tag and data of an entry are neighbours, and all links are in one array.
 */
import { PAGES_OF_SIZE } from '../core/addresses';
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';

const enum Layout {
  Invalid = -1,
  /** Sets with more ways than this are searched through the hash table. */
  ScannedWays = 4,
  /** Of buckets to entries, as a power of two. */
  SparsenessBits = 2,
}

/**
 * An entry's data is `frame * Scale + low bits`: flags (see `TlbFlag`) in bits 0 to 4, the page-size code in bits 5
 * and 6. `data & mask` on the double gives the low bits; frames below 2^40 keep it exact.
 */
export const enum EntryData {
  Scale = 128,
  Flags = 31,
  SizeShift = 5,
  SizeMask = 96,
}

export class AssociativeCache implements Stateful<readonly TypedArray[]> {
  readonly sets: number;
  /**
   * Of entry i: at 2i its tag, at 2i + 1 its data. A tag is the page number in the entry's own page size, or the prefix
   * of a walk cache's entry; −1 if the entry is invalid.
   */
  readonly slots: Float64Array;
  /** Low 32 bits of the tags, or anything where an entry is invalid: to scan a set in few cache lines. */
  readonly lows: Int32Array;
  /** At s the most recently used entry of set s. */
  readonly heads: Int32Array;
  /** Sets less one where that is a mask, else −1. */
  readonly mask: number;
  /** Valid entries of pages above 4 KiB, by page-size code. */
  readonly huge = new Int32Array(3);
  /** At i the next entry of the ring, at `entries + i` the one before. */
  readonly ring: Int32Array;
  readonly #state: ArrayState;
  /** Ways are found through the table. */
  readonly hashed: boolean;
  /** First entry of each bucket; from `chains` on, the next one in an entry's bucket. −1 at the end. */
  readonly index: Int32Array;
  readonly chains: number;
  readonly bucketShift: number;

  /** `entries` must be a multiple of `ways`; neither needs to be a power of two. */
  constructor(
    readonly name: string,
    readonly entries: number,
    readonly ways: number,
  ) {
    this.sets = entries / ways;
    this.slots = new Float64Array(2 * entries);
    for (let i = 0; i < entries; i++) this.slots[2 * i] = Layout.Invalid;
    this.lows = new Int32Array(entries);
    this.heads = new Int32Array(this.sets);
    this.ring = new Int32Array(2 * entries);
    for (let set = 0; set < this.sets; set++) {
      const first = set * ways;
      this.heads[set] = first;
      for (let way = 0; way < ways; way++) {
        this.ring[first + way] = first + ((way + 1) % ways);
        this.ring[entries + first + way] = first + ((way + ways - 1) % ways);
      }
    }
    this.mask = (this.sets & (this.sets - 1)) === 0 ? this.sets - 1 : -1;
    this.hashed = ways > Layout.ScannedWays;
    const bucketBits = Math.ceil(Math.log2(entries)) + Layout.SparsenessBits;
    this.bucketShift = 32 - bucketBits;
    this.chains = 1 << bucketBits;
    this.index = new Int32Array(this.hashed ? this.chains + entries : 0).fill(Layout.Invalid);
    this.#state = new ArrayState([this.slots, this.huge, this.heads, this.ring]);
  }

  tagOf(i: number): number {
    return this.slots[2 * i];
  }
  isValid(i: number): boolean {
    return this.slots[2 * i] !== Layout.Invalid;
  }
  /** First frame of the page (in 4 KiB units), or the next table. */
  frameOf(i: number): number {
    return Math.floor(this.slots[2 * i + 1] / EntryData.Scale);
  }
  /** Rights and dirty state. */
  flagsOf(i: number): number {
    return this.slots[2 * i + 1] & EntryData.Flags;
  }
  /** Page-size code; 0 in walk caches. */
  sizeOf(i: number): number {
    return (this.slots[2 * i + 1] & EntryData.SizeMask) >> EntryData.SizeShift;
  }

  /** Sets are indexed by the number of the page in its own size. `&` takes the low 32 bits, which is all a mask needs. */
  setOf(key: number): number {
    return this.mask >= 0 ? key & this.mask : key % this.sets;
  }

  /** Index of the entry, made most recently used; −1 on a miss, which changes nothing. */
  find(key: number, size: number): number {
    const i = this.peek(key, size);
    if (i >= 0) this.use(i, this.setOf(key));
    return i;
  }

  /** As `find`, but changes nothing. */
  peek(key: number, size: number): number {
    const slots = this.slots;
    const wanted = size << EntryData.SizeShift;
    if (this.hashed) {
      const index = this.index;
      let i = index[Math.imul(key | 0, 0x9e3779b1) >>> this.bucketShift];
      while (i >= 0 && (slots[2 * i] !== key || (slots[2 * i + 1] & EntryData.SizeMask) !== wanted))
        i = index[this.chains + i];
      return i;
    }
    // In order of place, not of use: following the ring costs a dependent load a way, and most of these are misses.
    const lows = this.lows;
    const low = key | 0;
    const first = this.setOf(key) * this.ways;
    const end = first + this.ways;
    for (let i = first; i < end; i++)
      if (lows[i] === low && slots[2 * i] === key && (slots[2 * i + 1] & EntryData.SizeMask) === wanted) return i;
    return -1;
  }

  /** Makes an entry of the set the most recently used. */
  use(i: number, set: number): void {
    if (this.heads[set] !== i) this.#toFront(set, i);
  }

  /** Enters a key that is not there; it becomes the most recently used of its set. Returns its index. */
  fill(key: number, size: number, frame: number, flags: number): number {
    return this.enter(key, frame * EntryData.Scale + (flags | (size << EntryData.SizeShift)));
  }

  /** The same, with the entry's data as it is kept. */
  enter(key: number, data: number): number {
    const slots = this.slots;
    const set = this.mask >= 0 ? key & this.mask : key % this.sets;
    const i = this.ring[this.entries + this.heads[set]];
    const evicted = slots[2 * i];
    if (evicted !== Layout.Invalid) {
      const evictedSize = slots[2 * i + 1] & EntryData.SizeMask;
      if (evictedSize !== 0) this.huge[evictedSize >> EntryData.SizeShift]--;
      if (this.hashed) this.#unlink(i, evicted);
    }
    const size = data & EntryData.SizeMask;
    if (size !== 0) this.huge[size >> EntryData.SizeShift]++;
    slots[2 * i] = key;
    slots[2 * i + 1] = data;
    this.lows[i] = key | 0;
    this.heads[set] = i;
    if (this.hashed) this.#link(i, key);
    return i;
  }

  /** Entry that the next `fill` of a key would replace. */
  victim(key: number): number {
    return this.ring[this.entries + this.heads[this.setOf(key)]];
  }

  /** First 4 KiB page of an entry of a TLB; −1 if it is invalid. */
  firstPageOf(i: number): number {
    return this.isValid(i) ? this.tagOf(i) * PAGES_OF_SIZE[this.sizeOf(i)] : Layout.Invalid;
  }

  /** Valid entries. */
  get population(): number {
    let n = 0;
    for (let i = 0; i < this.entries; i++) if (this.isValid(i)) n++;
    return n;
  }

  /** Changes what a valid entry says. The page size must stay. */
  update(i: number, frame: number, flags: number): void {
    this.slots[2 * i + 1] = frame * EntryData.Scale + (flags | (this.slots[2 * i + 1] & EntryData.SizeMask));
  }

  #link(i: number, key: number): void {
    const bucket = Math.imul(key | 0, 0x9e3779b1) >>> this.bucketShift;
    this.index[this.chains + i] = this.index[bucket];
    this.index[bucket] = i;
  }

  #unlink(i: number, key: number): void {
    const index = this.index;
    let at = Math.imul(key | 0, 0x9e3779b1) >>> this.bucketShift;
    while (index[at] !== i) at = this.chains + index[at];
    index[at] = index[this.chains + i];
  }

  /** Makes one entry invalid and the first to be filled again. */
  invalidate(i: number): void {
    if (!this.isValid(i)) return;
    const size = this.sizeOf(i);
    if (size !== 0) this.huge[size]--;
    if (this.hashed) this.#unlink(i, this.tagOf(i));
    this.slots[2 * i] = Layout.Invalid;
    const set = Math.floor(i / this.ways);
    // Once at the front, turning the ring by one step makes it the oldest.
    this.use(i, set);
    this.heads[set] = this.ring[i];
  }

  clear(): void {
    for (let i = 0; i < this.entries; i++) this.invalidate(i);
  }

  /** Indices of the valid entries of a set, most recently used first. */
  inOrderOfUse(set: number): number[] {
    const order: number[] = [];
    let i = this.heads[set];
    do {
      if (this.isValid(i)) order.push(i);
      i = this.ring[i];
    } while (i !== this.heads[set]);
    return order;
  }

  #toFront(set: number, i: number): void {
    const ring = this.ring;
    const entries = this.entries;
    const head = this.heads[set];
    const before = ring[entries + i];
    const after = ring[i];
    ring[before] = after;
    ring[entries + after] = before;
    const last = ring[entries + head];
    ring[last] = i;
    ring[entries + i] = last;
    ring[i] = head;
    ring[entries + head] = i;
    this.heads[set] = i;
  }

  save(): readonly TypedArray[] {
    return this.#state.save();
  }

  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
    for (let i = 0; i < this.entries; i++) this.lows[i] = this.slots[2 * i] | 0;
    if (!this.hashed) return;
    this.index.fill(Layout.Invalid);
    for (let i = 0; i < this.entries; i++) if (this.isValid(i)) this.#link(i, this.tagOf(i));
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
  }
}
