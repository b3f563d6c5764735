/**
 * A set-associative cache of translations: every TLB and walk cache is one of these. Replacement is true LRU, built in
 * because it is the hot one, or what a `Replacer` says.
 *
 * Each set is a ring of ways in order of use: its head is the most recently used, the one before that in the ring the
 * least. A victim is found without a search and becomes the head by turning the ring, so exact LRU costs a few array
 * writes. Holds always: invalid ways are at the old end of their ring, so that they are filled before anything is evicted.
 *
 * Where a set has many ways, entries are also in a hash table over the whole cache, so that a miss, the usual answer of a
 * second-level TLB under load, costs one look instead of one a way. The table follows from the tags: it is no state.
 *
 * Entries of an address space that is not the current one (its PCID is not CR3's) are *parked*: their tag becomes a
 * negative number that no look-up asks for, and `pcids` says whose they are. So look-ups and fills know nothing of PCIDs,
 * and a global entry, which is never parked, is found under each. Changing the PCID costs a pass over the entries.
 *
 * Laid out for the hot path (docs/performance.md): tag and data of an entry are neighbours, and all links are in one array.
 */
import { PAGES_OF_SIZE } from '../core/addresses';
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { Replacer } from './replacement';

const enum Layout {
  Invalid = -1,
  /** Of a parked entry: this less its tag. */
  Parked = -2,
  /** Sets with more ways than this are searched through the hash table. */
  ScannedWays = 16,
  /** Of buckets to entries, as a power of two. */
  SparsenessBits = 2,
}

/**
 * An entry's data is `frame * Scale + low bits`: flags (see `TlbFlag`) in bits 0 to 4, the page-size code in bits 5
 * and 6, the protection key in bits 7 to 10. `data & mask` on the double gives the low bits; frames below 2^40 keep it
 * exact.
 */
export const enum EntryData {
  Scale = 2048,
  /** Flags and protection key, in their places. */
  Flags = 0x79f,
  Global = 16,
  SizeShift = 5,
  SizeMask = 96,
}

/** Stands for every PCID. */
export const ANY_PCID = -1;

export class AssociativeCache implements Stateful<readonly TypedArray[]> {
  readonly sets: number;
  /**
   * Of entry i: at 2i its tag, at 2i + 1 its data. A tag is the page number in the entry's own page size, or the prefix
   * of a walk cache's entry; −1 if the entry is invalid, −2 less the tag if it is parked.
   */
  readonly slots: Float64Array;
  /** Low 32 bits of the tags, or anything where an entry is invalid: to scan a set in few cache lines. */
  readonly lows: Int32Array;
  /** Of a parked entry its PCID; of others anything. */
  readonly pcids: Uint16Array;
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
    /** Says which entry has to go; `null` for LRU. */
    readonly replacer: Replacer | null = null,
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
    this.pcids = new Uint16Array(entries);
    this.#state = new ArrayState([
      this.slots,
      this.huge,
      this.heads,
      this.ring,
      this.pcids,
      ...(replacer === null ? [] : replacer.arrays),
    ]);
  }

  /** Of a parked entry too. */
  tagOf(i: number): number {
    const tag = this.slots[2 * i];
    return tag < Layout.Invalid ? Layout.Parked - tag : tag;
  }
  isValid(i: number): boolean {
    return this.slots[2 * i] !== Layout.Invalid;
  }
  /** Belongs to another PCID than the current one: no look-up finds it. */
  isParked(i: number): boolean {
    return this.slots[2 * i] < Layout.Invalid;
  }
  /** First frame of the page (in 4 KiB units), or the next table. */
  frameOf(i: number): number {
    return Math.floor(this.slots[2 * i + 1] / EntryData.Scale);
  }
  /** Rights, dirty state, G and the protection key (see `TlbFlag`). */
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
    const i = this.replacer === null ? this.ring[this.entries + this.heads[set]] : this.#chosen(set);
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
    if (this.replacer !== null) this.replacer.filled(set, i - set * this.ways);
    if (this.hashed) this.#link(i, key);
    return i;
  }

  /** Entry that the next `fill` of a key would replace. */
  victim(key: number): number {
    const set = this.setOf(key);
    return this.replacer === null ? this.ring[this.entries + this.heads[set]] : this.#chosen(set);
  }

  /** Invalid ways first; else the replacer's choice. */
  #chosen(set: number): number {
    const first = set * this.ways;
    for (let i = first; i < first + this.ways; i++) if (!this.isValid(i)) return i;
    return first + this.replacer!.victim(set);
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
    if (this.hashed) this.#unlink(i, this.slots[2 * i]);
    this.slots[2 * i] = Layout.Invalid;
    if (this.replacer !== null) return;
    const set = Math.floor(i / this.ways);
    // Once at the front, turning the ring by one step makes it the oldest.
    this.use(i, set);
    this.heads[set] = this.ring[i];
  }

  clear(): void {
    for (let i = 0; i < this.entries; i++) this.invalidate(i);
  }

  // ---- address spaces ---------------------------------------------------------------------------------------------

  /** CR3's PCID changes: parks what belongs to `from`, and brings back what belongs to `to`. */
  retag(from: number, to: number): void {
    const { slots, pcids } = this;
    let woken = 0;
    let parked = 0;
    for (let i = 0; i < this.entries; i++) {
      const tag = slots[2 * i];
      if (tag === Layout.Invalid) continue;
      if (tag < Layout.Invalid) {
        if (pcids[i] === to) woken++;
      } else if ((slots[2 * i + 1] & EntryData.Global) === 0) {
        pcids[i] = from;
        slots[2 * i] = Layout.Parked - tag;
        parked++;
      }
    }
    if (parked > 0) this.#index();
    for (let i = 0; woken > 0 && i < this.entries; i++) {
      const tag = slots[2 * i];
      if (tag >= Layout.Invalid || pcids[i] !== to) continue;
      woken--;
      // A global page may have come since: one look-up must not have two answers, and a processor may forget any time.
      if (this.peek(Layout.Parked - tag, this.sizeOf(i)) >= 0) {
        this.invalidate(i);
        continue;
      }
      if (this.hashed) this.#unlink(i, tag);
      slots[2 * i] = Layout.Parked - tag;
      this.lows[i] = slots[2 * i] | 0;
      if (this.hashed) this.#link(i, slots[2 * i]);
    }
  }

  /** PCID that an entry belongs to, if the others' are parked; ANY_PCID for a global one. */
  pcidOf(i: number, current: number): number {
    if (this.isParked(i)) return this.pcids[i];
    return (this.slots[2 * i + 1] & EntryData.Global) === 0 ? current : ANY_PCID;
  }

  /** Drops the entries of a PCID (or ANY_PCID), and global ones if asked; `current`: whose entries are not parked. */
  drop(pcid: number, current: number, global: boolean): void {
    for (let i = 0; i < this.entries; i++) {
      if (!this.isValid(i)) continue;
      const owner = this.pcidOf(i, current);
      if (owner === ANY_PCID ? global : pcid === ANY_PCID || owner === pcid) this.invalidate(i);
    }
  }

  /** The entry of a key, not of a global page unless asked, that belongs to a PCID; −1 if there is none. */
  findOf(key: number, size: number, pcid: number, current: number, global: boolean): number {
    const first = this.setOf(key) * this.ways;
    for (let i = first; i < first + this.ways; i++) {
      if (!this.isValid(i) || this.tagOf(i) !== key || this.sizeOf(i) !== size) continue;
      const owner = this.pcidOf(i, current);
      if (owner === ANY_PCID ? global : owner === pcid) return i;
    }
    return Layout.Invalid;
  }

  /** What `lows` and the hash table say follows from the tags. */
  #index(): void {
    for (let i = 0; i < this.entries; i++) this.lows[i] = this.slots[2 * i] | 0;
    if (!this.hashed) return;
    this.index.fill(Layout.Invalid);
    for (let i = 0; i < this.entries; i++) if (this.isValid(i)) this.#link(i, this.slots[2 * i]);
  }

  /** Indices of the valid entries of a set, most recently used first; of other policies than LRU, only the first is. */
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
    if (this.replacer !== null) {
      this.heads[set] = i;
      this.replacer.used(set, i - set * this.ways);
      return;
    }
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
    this.#forgetOldPcids();
    return this.#state.save();
  }

  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
    this.#index();
  }

  hash(into: Hasher): void {
    this.#forgetOldPcids();
    this.#state.hash(into);
  }

  /** Equal states are equal bytes: the PCID of an entry that is not parked means nothing. */
  #forgetOldPcids(): void {
    for (let i = 0; i < this.entries; i++) if (this.slots[2 * i] >= Layout.Invalid) this.pcids[i] = 0;
  }
}
