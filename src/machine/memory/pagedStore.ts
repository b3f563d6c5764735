/**
 * A growing array of 32-bit words whose snapshots cost in proportion to what changed.
 *
 * The live words are one typed array, so that hot code indexes it directly. They are divided into pages of 1,024 words;
 * whoever writes calls `touch(page)` first. `save` copies the pages touched since the last save into an immutable
 * two-level table that shares all others with earlier snapshots; `load` copies back only pages that differ.
 *
 * Holds always: `used` pages count as state; words beyond them are undefined, and whoever takes a new page clears it.
 * `words` is replaced when the store grows: hot code reads the field again after anything that may allocate.
 */
import { Hasher } from '../core/hash';
import type { Stateful } from '../core/state';

export const PAGE_WORDS = 1024;
const CHUNK = 256;

const UNSAVED = 1;
const UNHASHED = 2;
const TOUCHED = UNSAVED | UNHASHED;

type Chunk = readonly Int32Array[];
export interface StoreSnapshot {
  readonly used: number;
  readonly chunks: readonly Chunk[];
}

export class PagedStore implements Stateful<StoreSnapshot> {
  words: Int32Array;
  /** Pages that count as state. */
  used = 0;
  #marks: Uint8Array;
  #unsaved: number[] = [];
  #unhashed: number[] = [];
  #base: StoreSnapshot = { used: 0, chunks: [] };
  #pageHash: Int32Array;
  /** Sum of page hashes, modulo 2^32: independent of the order of updates. */
  #sum = 0;
  #hashedPages = 0;

  constructor(initialPages: number) {
    this.words = new Int32Array(initialPages * PAGE_WORDS);
    this.#marks = new Uint8Array(initialPages);
    this.#pageHash = new Int32Array(initialPages);
  }

  /** Must be called before a word of the page is written. */
  touch(page: number): void {
    if (this.#marks[page] !== TOUCHED) this.#mark(page);
  }

  #mark(page: number): void {
    if ((this.#marks[page] & UNSAVED) === 0) this.#unsaved.push(page);
    if ((this.#marks[page] & UNHASHED) === 0) this.#unhashed.push(page);
    this.#marks[page] = TOUCHED;
  }

  /** Makes pages 0 … pages − 1 state; new ones are cleared. */
  extend(pages: number): void {
    if (pages <= this.used) return;
    if (pages * PAGE_WORDS > this.words.length) this.#grow(pages);
    for (let page = this.used; page < pages; page++) {
      this.touch(page);
      this.words.fill(0, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    }
    this.used = pages;
  }

  #grow(pages: number): void {
    const capacity = Math.max(pages, Math.ceil(this.#marks.length * 1.5) + 16);
    const words = new Int32Array(capacity * PAGE_WORDS);
    words.set(this.words);
    this.words = words;
    const marks = new Uint8Array(capacity);
    marks.set(this.#marks);
    this.#marks = marks;
    const hashes = new Int32Array(capacity);
    hashes.set(this.#pageHash);
    this.#pageHash = hashes;
  }

  save(): StoreSnapshot {
    if (this.#unsaved.length === 0 && this.#base.used === this.used) return this.#base;
    const chunks = this.#base.chunks.slice() as Int32Array[][];
    const fresh = new Set<number>();
    for (const page of this.#unsaved) {
      this.#marks[page] &= ~UNSAVED;
      if (page >= this.used) continue;
      const c = Math.floor(page / CHUNK);
      if (!fresh.has(c)) {
        chunks[c] = chunks[c] ? chunks[c].slice() : [];
        fresh.add(c);
      }
      chunks[c][page % CHUNK] = this.words.slice(page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    }
    this.#unsaved = [];
    this.#base = { used: this.used, chunks };
    return this.#base;
  }

  load(saved: StoreSnapshot): void {
    const restore = (page: number, from: Int32Array): void => {
      this.words.set(from, page * PAGE_WORDS);
      if ((this.#marks[page] & UNHASHED) === 0) this.#unhashed.push(page);
      this.#marks[page] = UNHASHED;
    };
    for (const page of this.#unsaved) {
      this.#marks[page] &= ~UNSAVED;
      if (page < saved.used) restore(page, saved.chunks[Math.floor(page / CHUNK)][page % CHUNK]);
    }
    this.#unsaved = [];
    for (let c = 0; c * CHUNK < saved.used; c++) {
      const to = saved.chunks[c];
      const from = this.#base.chunks[c];
      if (to === from) continue;
      const pages = Math.min(CHUNK, saved.used - c * CHUNK);
      for (let i = 0; i < pages; i++) if (to[i] !== from?.[i]) restore(c * CHUNK + i, to[i]);
    }
    this.used = saved.used;
    this.#base = saved;
  }

  hash(into: Hasher): void {
    for (let page = this.used; page < this.#hashedPages; page++) {
      this.#sum = (this.#sum - this.#pageHash[page]) | 0;
      this.#pageHash[page] = 0;
    }
    for (const page of this.#unhashed) {
      this.#marks[page] &= ~UNHASHED;
      if (page < this.used) this.#rehash(page);
    }
    this.#unhashed = [];
    this.#hashedPages = this.used;
    into.number(this.used);
    into.word(this.#sum);
  }

  #rehash(page: number): void {
    const h = new Hasher();
    h.word(page);
    h.words(this.words, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
    this.#sum = (this.#sum - this.#pageHash[page] + h.low) | 0;
    this.#pageHash[page] = h.low;
  }
}
