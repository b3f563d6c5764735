/**
 * A set-associative cache of translations: every TLB and walk cache is one of these. Replacement is true LRU, built in
 * because it is the hot one, or what a `Replacer` says.
 *
 * Each set is a ring of ways in order of use: its head is the most recently used, the one before that in the ring the
 * least. A victim is found without a search and becomes the head by turning the ring, so exact LRU costs a few array
 * writes. Holds always: invalid ways are at the old end of their ring, so that they are filled before anything is evicted.
 *
 * Each entry has a *mark*, a byte that follows from its tag. Four marks are compared at once, as the bytes of a word, and only
 * where one fits is the tag looked at: so a miss, the usual answer of a second-level TLB under load, reads a few words. Marks
 * follow from the tags: they are no state.
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
import { EntryData, Mark } from './bits';
import type { Replacer } from './replacement';

export { EntryData, Mark };

const enum Layout {
  Invalid = -1,
  /** Of a parked entry: this less its tag. */
  Parked = -2,
}

/**
 * Mark of a tag: from other bits than those that choose the set, so that tags of one set differ. Never 0, which is what is behind
 * the last way of a set.
 */
export const markOf = (tag: number): number => (Math.imul(tag | 0, 0x9e3779b1) >>> 24) | 1;

/** Stands for every PCID. */
export const ANY_PCID = -1;

export class AssociativeCache implements Stateful<readonly TypedArray[]> {
  readonly sets: number;
  /**
   * Of entry i: at 2i its tag, at 2i + 1 its data. A tag is the page number in the entry's own page size, or the prefix
   * of a walk cache's entry; −1 if the entry is invalid, −2 less the tag if it is parked.
   */
  slots: Float64Array;
  /** Marks of set s: the words from s × `markWords` on, the byte of its first way first. */
  marks: Int32Array;
  /** Words of marks a set has. */
  readonly markWords: number;
  /** The same, as bytes. */
  markBytes: Uint8Array;
  /** Of a parked entry its PCID; of others anything. */
  readonly pcids: Uint16Array;
  /** At s the most recently used entry of set s. */
  heads: Int32Array;
  /** Sets less one where that is a mask, else −1. */
  readonly mask: number;
  /** Valid entries of pages above 4 KiB, by page-size code. */
  readonly huge = new Int32Array(3);
  /** At i the next entry of the ring, at `entries + i` the one before. */
  ring: Int32Array;
  #state: ArrayState;

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
    this.markWords = Math.ceil(ways / 4);
    this.marks = new Int32Array(this.sets * this.markWords);
    this.markBytes = new Uint8Array(this.marks.buffer);
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
    this.pcids = new Uint16Array(entries);
    this.#state = this.#stateOf();
  }

  #stateOf(): ArrayState {
    return new ArrayState([
      this.slots,
      this.huge,
      this.heads,
      this.ring,
      this.pcids,
      ...(this.replacer === null ? [] : this.replacer.arrays),
    ]);
  }

  /** Bytes that it takes where it is moved to: a multiple of 8. */
  get bytes(): number {
    const { slots, ring, heads, marks } = this;
    return 8 * Math.ceil((slots.byteLength + ring.byteLength + heads.byteLength + marks.byteLength) / 8);
  }

  /** From now on it lies in `buffer`, from byte `at` on (a multiple of 8). Whoever holds one of its arrays holds an old one. */
  moveTo(buffer: ArrayBuffer, at: number): void {
    let next = at;
    const moved = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      next += to.byteLength;
      return to;
    };
    this.slots = moved(this.slots, new Float64Array(buffer, next, this.slots.length));
    this.ring = moved(this.ring, new Int32Array(buffer, next, this.ring.length));
    this.heads = moved(this.heads, new Int32Array(buffer, next, this.heads.length));
    this.marks = moved(this.marks, new Int32Array(buffer, next, this.marks.length));
    this.markBytes = new Uint8Array(buffer, this.marks.byteOffset, this.marks.byteLength);
    this.#state = this.#stateOf();
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
    const { slots, marks } = this;
    const wanted = size << EntryData.SizeShift;
    const pattern = Math.imul(markOf(key), Mark.Ones);
    const set = this.setOf(key);
    const first = set * this.markWords;
    const end = first + this.markWords;
    for (let word = first; word < end; word++) {
      const x = marks[word] ^ pattern;
      let fits = (x - Mark.Ones) & ~x & Mark.Highs;
      while (fits !== 0) {
        const i = set * this.ways + 4 * (word - first) + ((31 - Math.clz32(fits & -fits)) >>> 3);
        if (slots[2 * i] === key && (slots[2 * i + 1] & EntryData.SizeMask) === wanted) return i;
        fits &= fits - 1;
      }
    }
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
    }
    const size = data & EntryData.SizeMask;
    if (size !== 0) this.huge[size >> EntryData.SizeShift]++;
    slots[2 * i] = key;
    slots[2 * i + 1] = data;
    this.markBytes[4 * this.markWords * set + i - set * this.ways] = markOf(key);
    this.heads[set] = i;
    if (this.replacer !== null) this.replacer.filled(set, i - set * this.ways);
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

  /** Makes one entry invalid and the first to be filled again. */
  invalidate(i: number): void {
    if (!this.isValid(i)) return;
    const size = this.sizeOf(i);
    if (size !== 0) this.huge[size]--;
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
    for (let i = 0; i < this.entries; i++) {
      const tag = slots[2 * i];
      if (tag === Layout.Invalid) continue;
      if (tag < Layout.Invalid) {
        if (pcids[i] === to) woken++;
      } else if ((slots[2 * i + 1] & EntryData.Global) === 0) {
        pcids[i] = from;
        slots[2 * i] = Layout.Parked - tag;
      }
    }
    for (let i = 0; woken > 0 && i < this.entries; i++) {
      const tag = slots[2 * i];
      if (tag >= Layout.Invalid || pcids[i] !== to) continue;
      woken--;
      // A global page may have come since: one look-up must not have two answers, and a processor may forget any time.
      if (this.peek(Layout.Parked - tag, this.sizeOf(i)) >= 0) {
        this.invalidate(i);
        continue;
      }
      slots[2 * i] = Layout.Parked - tag;
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

  #mark(): void {
    for (let i = 0; i < this.entries; i++) {
      const set = Math.floor(i / this.ways);
      this.markBytes[4 * this.markWords * set + i - set * this.ways] = markOf(this.tagOf(i));
    }
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
    this.#mark();
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
