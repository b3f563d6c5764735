/**
 * A growing array of 32-bit words whose snapshots cost in proportion to the words that changed.
 *
 * The live words are one typed array, so that hot code indexes it directly. They are divided into pages of 1,024 words;
 * whoever writes calls `touch(page)` first, and the first touch since the last save or load keeps the page's old
 * contents. `save` compares the touched pages with these and stores what differs, chunk by chunk, as immutable versions
 * (chunkVersion.ts) that snapshots share; `load` undoes the touched pages and turns chunks of another version into it.
 *
 * Holds always: `used` pages count as state, and words beyond them are zero, so that taking a new page costs nothing.
 * Untouched pages are as the last save or load left them. `words` is replaced when the store grows: hot code reads the
 * field again after anything that may allocate.
 */
import { Hasher } from '../core/hash';
import type { Stateful } from '../core/state';
import {
  applyList,
  Changes,
  CHUNK_PAGES,
  CHUNK_WORDS,
  type ChunkVersion,
  listsBetween,
  materialise,
  materialisePages,
  pagesOf,
} from './chunkVersion';
import { PAGE_WORDS } from './pageWords';
import { UndoPages } from './undoPages';

export { PAGE_WORDS };

const UNSAVED = 1;
const UNHASHED = 2;
/** Nobody has asked for the page's version since it last changed. */
const UNSEEN = 4;
const TOUCHED = UNSAVED | UNHASHED | UNSEEN;

/** Slot of a touched page whose old contents are zeroes. */
const ZEROES = -1;
const ZERO_PAGE = new Int32Array(PAGE_WORDS);

export interface StoreSnapshot {
  readonly used: number;
  /** `null`, or missing at the end: all zeroes. */
  readonly chunks: readonly (ChunkVersion | null)[];
}

/** Scratch that all stores share: nothing is kept in it between calls. */
const changes = new Changes();
const scratch = new Int32Array(CHUNK_WORDS);

export class PagedStore implements Stateful<StoreSnapshot> {
  words: Int32Array;
  /** Pages that count as state. */
  used = 0;
  #marks: Uint8Array;
  #unsaved: number[] = [];
  #unhashed: number[] = [];
  /** Of unsaved pages: slot of the old contents. */
  #slots: Int32Array;
  readonly #undo = new UndoPages();
  /** What the untouched pages, and the old contents of the touched ones, are. */
  #base: StoreSnapshot = { used: 0, chunks: [] };
  #pageHash: Int32Array;
  #versions: Int32Array;
  /** How often a page has changed whose version somebody had asked for. */
  seenChanges = 0;
  /** Sum of page hashes, modulo 2^32: independent of the order of updates. */
  #sum = 0;

  constructor(initialPages: number) {
    this.words = new Int32Array(initialPages * PAGE_WORDS);
    this.#marks = new Uint8Array(initialPages);
    this.#slots = new Int32Array(initialPages);
    this.#pageHash = new Int32Array(initialPages);
    this.#versions = new Int32Array(initialPages);
  }

  /**
   * A number that is another one whenever the page may have changed since it was last asked for; for whoever keeps what
   * they have made of a page. Host-side: it is no part of the state. Writers pay for it once after each question.
   */
  version(page: number): number {
    if (page >= this.#marks.length) return 0;
    this.#marks[page] &= ~UNSEEN;
    return this.#versions[page];
  }

  /** Must be called before a word of the page is written. */
  touch(page: number): void {
    if (this.#marks[page] !== TOUCHED) this.#mark(page);
  }

  #mark(page: number): void {
    if ((this.#marks[page] & UNSAVED) === 0) {
      this.#unsaved.push(page);
      const zero = page >= this.#base.used || (this.#base.chunks[Math.floor(page / CHUNK_PAGES)] ?? null) === null;
      this.#slots[page] = zero ? ZEROES : this.#undo.keep(this.words, page * PAGE_WORDS);
    }
    if ((this.#marks[page] & UNHASHED) === 0) this.#unhashed.push(page);
    if ((this.#marks[page] & UNSEEN) === 0) this.#newVersion(page);
    this.#marks[page] = TOUCHED;
  }

  /** Pages touched since the last save or load: what the next save will cost in proportion to. */
  get unsavedPages(): number {
    return this.#unsaved.length;
  }

  /** Makes pages 0 … pages − 1 state; new ones are zero. */
  extend(pages: number): void {
    if (pages <= this.used) return;
    this.#reserve(pages);
    this.used = pages;
  }

  /** From now on the words are `words`, which are zero and have more room; whoever holds the old ones holds old ones. */
  moveTo(words: Int32Array): void {
    words.set(this.words.subarray(0, this.used * PAGE_WORDS));
    this.words = words;
  }

  #reserve(pages: number): void {
    if (pages <= this.#marks.length) return;
    const room = Math.floor(this.words.length / PAGE_WORDS);
    const wanted = Math.ceil(this.#marks.length * 1.5) + 16;
    const capacity = pages <= room ? Math.min(room, Math.max(pages, wanted)) : Math.max(pages, wanted);
    const grown = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    // The words behind `used` are not copied: the host gives memory that nobody has touched for nothing.
    if (capacity > room) this.moveTo(new Int32Array(capacity * PAGE_WORDS));
    this.#marks = grown(this.#marks, new Uint8Array(capacity));
    this.#slots = grown(this.#slots, new Int32Array(capacity));
    this.#pageHash = grown(this.#pageHash, new Int32Array(capacity));
    this.#versions = grown(this.#versions, new Int32Array(capacity));
  }

  save(): StoreSnapshot {
    if (this.#unsaved.length === 0 && this.#base.used === this.used) return this.#base;
    const chunks = this.#base.chunks.slice();
    const pages = new Int32Array(this.#unsaved).sort();
    for (let from = 0; from < pages.length;) {
      const chunk = Math.floor(pages[from] / CHUNK_PAGES);
      let to = from + 1;
      while (to < pages.length && pages[to] < (chunk + 1) * CHUNK_PAGES) to++;
      while (chunks.length <= chunk) chunks.push(null);
      chunks[chunk] = this.#version(chunk, pages, from, to);
      from = to;
    }
    this.#forgetUndo();
    this.#base = { used: this.used, chunks };
    return this.#base;
  }

  /** The version that a chunk is in now; `pages[from … to − 1]` are its touched pages. */
  #version(chunk: number, pages: Int32Array, from: number, to: number): ChunkVersion | null {
    changes.count = 0;
    for (let i = from; i < to; i++) {
      const page = pages[i];
      const slot = this.#slots[page];
      const old = slot === ZEROES ? ZERO_PAGE : this.#undo.slabOf(slot);
      const oldAt = slot === ZEROES ? 0 : this.#undo.startOf(slot);
      changes.compare(this.words, page * PAGE_WORDS, old, oldAt, (page % CHUNK_PAGES) * PAGE_WORDS);
    }
    const end = Math.min((chunk + 1) * CHUNK_PAGES, this.used) * PAGE_WORDS;
    return changes.version(this.#base.chunks[chunk] ?? null, this.words, chunk * CHUNK_WORDS, end);
  }

  #forgetUndo(): void {
    for (const page of this.#unsaved) this.#marks[page] &= ~UNSAVED;
    this.#unsaved = [];
    this.#undo.release();
  }

  load(saved: StoreSnapshot): void {
    this.#undoTouched();
    this.#reserve(saved.used);
    const before = this.#base.chunks;
    const after = saved.chunks;
    if (before !== after)
      for (let chunk = Math.max(before.length, after.length) - 1; chunk >= 0; chunk--)
        this.#turn(chunk, before[chunk] ?? null, after[chunk] ?? null);
    this.used = saved.used;
    this.#base = saved;
  }

  /**
   * A part of the work of a `load`, for whoever must not be busy for long: turns at most so many chunks into what they are
   * in `saved`. True when all of them are. The words are no state until a `load` follows, which may be of any save.
   */
  approach(saved: StoreSnapshot, most: number): boolean {
    this.#undoTouched();
    this.#reserve(saved.used);
    const { chunks: before } = this.#base;
    if (before === saved.chunks) return true;
    const chunks = before.slice();
    this.used = Math.max(this.used, saved.used);
    this.#base = { used: this.used, chunks };
    let left = most;
    for (let chunk = Math.max(chunks.length, saved.chunks.length) - 1; chunk >= 0; chunk--) {
      const [from, to] = [chunks[chunk] ?? null, saved.chunks[chunk] ?? null];
      if (from === to) continue;
      if (left-- === 0) return false;
      this.#turn(chunk, from, to);
      while (chunks.length <= chunk) chunks.push(null);
      chunks[chunk] = to;
    }
    return true;
  }

  #undoTouched(): void {
    for (const page of this.#unsaved) {
      const slot = this.#slots[page];
      const at = page * PAGE_WORDS;
      if (slot === ZEROES) this.words.fill(0, at, at + PAGE_WORDS);
      else {
        const from = this.#undo.startOf(slot);
        this.words.set(this.#undo.slabOf(slot).subarray(from, from + PAGE_WORDS), at);
      }
      this.#changed(page);
    }
    this.#forgetUndo();
  }

  /** Turns the words of a chunk from one version into another. */
  #turn(chunk: number, from: ChunkVersion | null, to: ChunkVersion | null): void {
    if (from === to) return;
    const start = chunk * CHUNK_WORDS;
    const onward = listsBetween(from, to);
    if (onward !== undefined) {
      for (let i = onward.length - 1; i >= 0; i--) applyList(onward[i], this.words, start);
      for (const page of pagesOfAll(onward)) this.#changed(chunk * CHUNK_PAGES + page);
      return;
    }
    const back = listsBetween(to, from);
    if (back !== undefined) {
      const pages = pagesOfAll(back);
      materialisePages(to, pages, this.words, start);
      for (const page of pages) this.#changed(chunk * CHUNK_PAGES + page);
      return;
    }
    materialise(to, scratch);
    const pages = Math.min(CHUNK_PAGES, this.#marks.length - chunk * CHUNK_PAGES);
    for (let i = 0; i < pages; i++) {
      const at = start + i * PAGE_WORDS;
      if (samePage(this.words, at, scratch, i * PAGE_WORDS)) continue;
      this.words.set(scratch.subarray(i * PAGE_WORDS, (i + 1) * PAGE_WORDS), at);
      this.#changed(chunk * CHUNK_PAGES + i);
    }
  }

  #changed(page: number): void {
    if ((this.#marks[page] & UNHASHED) === 0) this.#unhashed.push(page);
    if ((this.#marks[page] & UNSEEN) === 0) this.#newVersion(page);
    this.#marks[page] |= UNHASHED | UNSEEN;
  }

  #newVersion(page: number): void {
    this.#versions[page]++;
    this.seenChanges++;
  }

  hash(into: Hasher): void {
    for (const page of this.#unhashed) {
      this.#marks[page] &= ~UNHASHED;
      this.#rehash(page);
    }
    this.#unhashed = [];
    into.number(this.used);
    into.word(this.#sum);
  }

  /** A page of zeroes counts nothing, so that pages which were never touched need not be looked at. */
  #rehash(page: number): void {
    const at = page * PAGE_WORDS;
    let hash = 0;
    if (!samePage(this.words, at, ZERO_PAGE, 0)) {
      const h = new Hasher();
      h.word(page);
      h.words(this.words, at, at + PAGE_WORDS);
      hash = h.low;
    }
    this.#sum = (this.#sum - this.#pageHash[page] + hash) | 0;
    this.#pageHash[page] = hash;
  }
}

function pagesOfAll(lists: readonly ChunkVersion[]): Set<number> {
  const pages = new Set<number>();
  for (const list of lists) for (const page of pagesOf(list)) pages.add(page);
  return pages;
}

function samePage(a: Int32Array, aAt: number, b: Int32Array, bAt: number): boolean {
  const end = aAt + PAGE_WORDS;
  for (let i = aAt, j = bAt; i < end; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}
