/**
 * The swap device (mm/swapfile.c): slots of one page. A slot is counted by the entries that name it; while the page that it
 * holds is also in memory, that page is the *swap cache* of the slot, and bringing it back costs no reading.
 *
 * A slot's record is four words: entries that name it, contents, frame + 1 of its swap cache, next free slot + 1.
 */
import { asPfn, type Pfn } from '../../core/addresses';
import type { Hasher } from '../../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import { PAGE_WORDS, PagedStore, type StoreSnapshot } from '../../memory/pagedStore';

const RECORD_WORDS = 4;
const RECORDS = PAGE_WORDS / RECORD_WORDS;
const COUNT = 0;
const CONTENT = 1;
const CACHE = 2;
const NEXT = 3;

export interface SwapSnapshot {
  readonly slots: StoreSnapshot;
  readonly small: readonly TypedArray[];
}

export class SwapDevice implements Stateful<SwapSnapshot> {
  readonly #slots = new PagedStore(1);
  /** [0]: first slot never used; [1]: first free slot + 1 of a list; [2]: slots in use. */
  readonly #progress = new Float64Array(3);
  readonly #small = new ArrayState([this.#progress]);

  /** `size` in slots; 0 for none. */
  constructor(readonly size: number) {}

  get used(): number {
    return this.#progress[2];
  }

  /** True also if there is no device. */
  get isFull(): boolean {
    return this.#progress[1] === 0 && this.#progress[0] >= this.size;
  }

  /** A slot for a page with these contents, named by nobody yet; −1 if the device is full. */
  allocate(content: number): number {
    let slot = this.#progress[1] - 1;
    if (slot >= 0) this.#progress[1] = this.#word(slot, NEXT);
    else if (this.#progress[0] < this.size) slot = this.#progress[0]++;
    else return -1;
    this.#progress[2]++;
    this.#set(slot, CONTENT, content);
    this.#set(slot, NEXT, 0);
    return slot;
  }

  /** First of `count` consecutive slots, each as `allocate` gives it; −1 if there are none. */
  allocateRun(count: number, content: number): number {
    const first = this.#progress[0];
    if (first + count > this.size) return -1;
    this.#progress[0] += count;
    this.#progress[2] += count;
    for (let i = 0; i < count; i++) this.#set(first + i, CONTENT, content);
    return first;
  }

  /** One more entry names the slot. */
  duplicate(slot: number): void {
    this.#set(slot, COUNT, this.count(slot) + 1);
  }

  /** One entry less. True if no entry names the slot any more: `free` may follow. */
  drop(slot: number): boolean {
    this.#set(slot, COUNT, this.count(slot) - 1);
    return this.count(slot) === 0;
  }

  /** The slot must be named by nobody. */
  free(slot: number): void {
    this.#set(slot, CACHE, 0);
    this.#set(slot, CONTENT, 0);
    this.#set(slot, NEXT, this.#progress[1]);
    this.#progress[1] = slot + 1;
    this.#progress[2]--;
  }

  count(slot: number): number {
    return this.#word(slot, COUNT);
  }

  content(slot: number): number {
    return this.#word(slot, CONTENT);
  }

  /** Frame that holds the same page, or −1. */
  cacheOf(slot: number): Pfn | -1 {
    const word = this.#word(slot, CACHE);
    return word === 0 ? -1 : asPfn(word - 1);
  }

  setCache(slot: number, pfn: Pfn | -1): void {
    this.#set(slot, CACHE, pfn + 1);
  }

  /** A slot that the device has given out: an entry that somebody edited may name any number. */
  isUsed(slot: number): boolean {
    return slot >= 0 && slot < this.#progress[0] && this.count(slot) > 0;
  }

  #word(slot: number, word: number): number {
    return slot < this.#slots.used * RECORDS ? this.#slots.words[slot * RECORD_WORDS + word] : 0;
  }

  #set(slot: number, word: number, value: number): void {
    const page = Math.floor(slot / RECORDS);
    this.#slots.extend(page + 1);
    this.#slots.touch(page);
    this.#slots.words[slot * RECORD_WORDS + word] = value;
  }

  save(): SwapSnapshot {
    return { slots: this.#slots.save(), small: this.#small.save() };
  }
  load(saved: SwapSnapshot): void {
    this.#slots.load(saved.slots);
    this.#small.load(saved.small);
  }
  hash(into: Hasher): void {
    this.#slots.hash(into);
    this.#small.hash(into);
  }
}
