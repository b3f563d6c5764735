/**
 * A set-associative cache of translations with true LRU replacement: every TLB and walk cache is one of these.
 *
 * Each set is a ring of ways in order of use: `head` is the most recently used, the one before it in the ring the least.
 * A victim is found without a search and becomes the head by turning the ring, so exact LRU costs a few array writes.
 * Holds always: invalid ways are at the old end of their ring, so that they are filled before anything is evicted.
 */
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';

const INVALID = -1;

export class AssociativeCache implements Stateful<readonly TypedArray[]> {
  readonly sets: number;
  /** Key without its set, or −1: page number of the entry's own page size, or prefix of a walk cache. */
  readonly tag: Float64Array;
  /** Page-size code; 0 in walk caches. */
  readonly size: Int8Array;
  /** Frame of the page (in 4 KiB units), or of the next table. */
  readonly frame: Float64Array;
  /** Rights and dirty state, see `TlbFlag`. */
  readonly flags: Int32Array;
  /** Valid entries per page-size code. */
  readonly population = new Int32Array(3);
  /** Tag that the last `fill` pushed out, or −1. */
  evictedTag = INVALID;
  evictedSize = 0;
  readonly #head: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #mask: number;
  readonly #state: ArrayState;

  /** `entries` must be a multiple of `ways`; neither needs to be a power of two. */
  constructor(
    readonly name: string,
    readonly entries: number,
    readonly ways: number,
  ) {
    this.sets = entries / ways;
    this.tag = new Float64Array(entries).fill(INVALID);
    this.size = new Int8Array(entries);
    this.frame = new Float64Array(entries);
    this.flags = new Int32Array(entries);
    this.#head = new Int32Array(this.sets);
    this.#next = new Int32Array(entries);
    this.#previous = new Int32Array(entries);
    for (let set = 0; set < this.sets; set++) {
      const first = set * ways;
      this.#head[set] = first;
      for (let way = 0; way < ways; way++) {
        this.#next[first + way] = first + ((way + 1) % ways);
        this.#previous[first + way] = first + ((way + ways - 1) % ways);
      }
    }
    this.#mask = (this.sets & (this.sets - 1)) === 0 ? this.sets - 1 : -1;
    this.#state = new ArrayState([
      this.tag,
      this.size,
      this.frame,
      this.flags,
      this.population,
      this.#head,
      this.#next,
      this.#previous,
    ]);
  }

  /** Sets are indexed by the number of the page in its own size. `&` takes the low 32 bits, which is all a mask needs. */
  setOf(key: number): number {
    return this.#mask >= 0 ? key & this.#mask : key % this.sets;
  }

  /** Index of the entry, made most recently used; −1 on a miss, which changes nothing. */
  find(key: number, size: number): number {
    const set = this.#mask >= 0 ? key & this.#mask : key % this.sets;
    const head = this.#head[set];
    if (this.tag[head] === key && this.size[head] === size) return head;
    // In order of place, not of use: following the ring costs a dependent load a way, and most of these are misses.
    const first = set * this.ways;
    for (let i = first; i < first + this.ways; i++) {
      if (this.tag[i] === key && this.size[i] === size) {
        this.#toFront(set, i);
        return i;
      }
    }
    return -1;
  }

  /** As `find`, but changes nothing. */
  peek(key: number, size: number): number {
    const first = this.setOf(key) * this.ways;
    for (let i = first; i < first + this.ways; i++) if (this.tag[i] === key && this.size[i] === size) return i;
    return -1;
  }

  /** Enters a key that is not there; it becomes the most recently used of its set. Returns its index. */
  fill(key: number, size: number, frame: number, flags: number): number {
    const set = this.setOf(key);
    const i = this.#previous[this.#head[set]];
    this.evictedTag = this.tag[i];
    this.evictedSize = this.size[i];
    if (this.evictedTag !== INVALID) this.population[this.evictedSize]--;
    this.population[size]++;
    this.tag[i] = key;
    this.size[i] = size;
    this.frame[i] = frame;
    this.flags[i] = flags;
    this.#head[set] = i;
    return i;
  }

  /** Makes one entry invalid and the first to be filled again. */
  invalidate(i: number): void {
    if (this.tag[i] === INVALID) return;
    this.population[this.size[i]]--;
    this.tag[i] = INVALID;
    const set = Math.floor(i / this.ways);
    // Once at the front, turning the ring by one step makes it the oldest.
    this.#toFront(set, i);
    this.#head[set] = this.#next[i];
  }

  clear(): void {
    for (let i = 0; i < this.entries; i++) this.invalidate(i);
  }

  /** Indices of the valid entries of a set, most recently used first. */
  inOrderOfUse(set: number): number[] {
    const order: number[] = [];
    let i = this.#head[set];
    do {
      if (this.tag[i] !== INVALID) order.push(i);
      i = this.#next[i];
    } while (i !== this.#head[set]);
    return order;
  }

  #toFront(set: number, i: number): void {
    const head = this.#head[set];
    if (i === head) return;
    const before = this.#previous[i];
    const after = this.#next[i];
    this.#next[before] = after;
    this.#previous[after] = before;
    const last = this.#previous[head];
    this.#next[last] = i;
    this.#previous[i] = last;
    this.#next[i] = head;
    this.#previous[head] = i;
    this.#head[set] = i;
  }

  save(): readonly TypedArray[] {
    return this.#state.save();
  }
  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
  }
  hash(into: Hasher): void {
    this.#state.hash(into);
  }
}
