/**
 * One data cache: sets of lines of 64 bytes, by physical address, least recently used first to go.
 *
 * A set is its lines in order of use, the most recent first; so the order is the state, an empty place is always at the end, and
 * equal histories make equal words. A line's word is its tag plus one, doubled; bit 0 marks a line of a page table, which
 * the walker was the last to use. 0 is an empty place.
 *
 * Sets lie in a paged store, so that a snapshot of 16 MiB of lines costs what has changed since the last one.
 */
import { type StoreSnapshot, PAGE_WORDS, PagedStore } from '../memory/pagedStore';
import { type DataCacheGeometry, LINE_BYTES } from '../core/dataCache';
import type { Hasher } from '../core/hash';
import type { Stateful } from '../core/state';

/** Whether a line is of a page table: who used it last. */
export const enum LineOf {
  Data,
  Table,
}

export class CacheArray implements Stateful<StoreSnapshot> {
  readonly sets: number;
  readonly ways: number;
  readonly #store: PagedStore;
  /** Places from one set to the next: a power of two, so that no set lies in two pages of the store. */
  readonly #stride: number;
  /** Sets less one where that is a mask, else −1. */
  readonly #mask: number;
  readonly #words: Int32Array;

  constructor(
    readonly name: string,
    readonly geometry: DataCacheGeometry,
  ) {
    this.ways = geometry.ways;
    this.sets = geometry.sizeBytes / (LINE_BYTES * geometry.ways);
    this.#stride = 2 ** Math.ceil(Math.log2(this.ways));
    this.#mask = (this.sets & (this.sets - 1)) === 0 ? this.sets - 1 : -1;
    const pages = Math.ceil((this.sets * this.#stride) / PAGE_WORDS);
    this.#store = new PagedStore(pages);
    this.#store.extend(pages);
    this.#words = this.#store.words;
  }

  get lines(): number {
    return this.sets * this.ways;
  }

  setOf(line: number): number {
    return this.#mask >= 0 ? line & this.#mask : line % this.sets;
  }

  #wordOf(line: number): number {
    return (2 * (Math.floor(line / this.sets) + 1)) | 0;
  }

  /** Whether the line is there; if it is, it becomes the most recently used of its set, and what uses it now. */
  use(line: number, of: LineOf): boolean {
    const words = this.#words;
    const first = this.setOf(line) * this.#stride;
    const word = this.#wordOf(line);
    if ((words[first] & ~1) === word) {
      if (words[first] !== (word | of)) this.#put(first, word | of);
      return true;
    }
    for (let at = first + 1; at < first + this.ways; at++) {
      if ((words[at] & ~1) !== word) continue;
      this.#store.touch(Math.floor(first / PAGE_WORDS));
      for (let i = at; i > first; i--) words[i] = words[i - 1];
      words[first] = word | of;
      return true;
    }
    return false;
  }

  /**
   * Enters a line that is not there, as the most recently used. If its set is full, the least recently used line goes; while
   * tables are `protect`ed, the least recently used one of data, if there is any. True if that has kept a table's line.
   */
  fill(line: number, of: LineOf, protect: boolean): boolean {
    const words = this.#words;
    const first = this.setOf(line) * this.#stride;
    const last = first + this.ways - 1;
    let at = last;
    if (protect) {
      while (at >= first && (words[at] & 1) === LineOf.Table) at--;
      if (at < first) at = last;
    }
    this.#store.touch(Math.floor(first / PAGE_WORDS));
    for (let i = at; i > first; i--) words[i] = words[i - 1];
    words[first] = this.#wordOf(line) | of;
    return at !== last;
  }

  /** Whether a fill of that line would have to make room. */
  isFull(line: number): boolean {
    return this.#words[this.setOf(line) * this.#stride + this.ways - 1] !== 0;
  }

  #put(at: number, word: number): void {
    this.#store.touch(Math.floor(at / PAGE_WORDS));
    this.#words[at] = word;
  }

  /** Another CPU has written to the line. */
  drop(line: number): void {
    const words = this.#words;
    const first = this.setOf(line) * this.#stride;
    const word = this.#wordOf(line);
    for (let at = first; at < first + this.ways; at++) {
      if ((words[at] & ~1) !== word) continue;
      this.#store.touch(Math.floor(first / PAGE_WORDS));
      for (let i = at; i < first + this.ways - 1; i++) words[i] = words[i + 1];
      words[first + this.ways - 1] = 0;
      return;
    }
  }

  /** As `use`, without changing anything. */
  holds(line: number): boolean {
    const words = this.#words;
    const first = this.setOf(line) * this.#stride;
    const word = this.#wordOf(line);
    for (let at = first; at < first + this.ways; at++) if ((words[at] & ~1) === word) return true;
    return false;
  }

  /** Lines of a set, the most recently used first. For views. */
  linesOf(set: number): { line: number; of: LineOf }[] {
    const lines: { line: number; of: LineOf }[] = [];
    for (let at = set * this.#stride; at < set * this.#stride + this.ways && this.#words[at] !== 0; at++) {
      const word = this.#words[at] >>> 0;
      lines.push({ line: ((word >>> 1) - 1) * this.sets + set, of: word & 1 });
    }
    return lines;
  }

  /** Lines held, and those of them that are of page tables. Looks at all of them. */
  population(): { lines: number; tables: number } {
    let lines = 0;
    let tables = 0;
    for (const word of this.#words) {
      if (word === 0) continue;
      lines++;
      tables += word & 1;
    }
    return { lines, tables };
  }

  save(): StoreSnapshot {
    return this.#store.save();
  }

  load(saved: StoreSnapshot): void {
    this.#store.load(saved);
  }

  hash(into: Hasher): void {
    this.#store.hash(into);
  }
}
