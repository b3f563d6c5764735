/**
 * Old contents of pages, kept from the first touch after a save until the next save or load.
 *
 * Pages are slots of pooled slabs, so that touching allocates rarely. `release` makes all slots free; slabs
 * beyond what was needed are given back, half of all at a time, so that one large phase does not hold memory for ever.
 */
import { PAGE_WORDS } from './pageWords';

const SLAB_PAGES = 64;
const SLAB_WORDS = SLAB_PAGES * PAGE_WORDS;

export class UndoPages {
  #slabs: Int32Array[] = [];
  #count = 0;

  /** Copies the page that begins at `words[from]`; returns its slot. */
  keep(words: Int32Array, from: number): number {
    const slot = this.#count++;
    const n = Math.floor(slot / SLAB_PAGES);
    if (n === this.#slabs.length) this.#slabs.push(new Int32Array(SLAB_WORDS));
    this.#slabs[n].set(words.subarray(from, from + PAGE_WORDS), this.startOf(slot));
    return slot;
  }

  slabOf(slot: number): Int32Array {
    return this.#slabs[Math.floor(slot / SLAB_PAGES)];
  }

  /** Index of a slot's first word in its slab. */
  startOf(slot: number): number {
    return (slot % SLAB_PAGES) * PAGE_WORDS;
  }

  release(): void {
    const used = Math.ceil(this.#count / SLAB_PAGES);
    this.#slabs.length = Math.max(used, this.#slabs.length >> 1);
    this.#count = 0;
  }
}
