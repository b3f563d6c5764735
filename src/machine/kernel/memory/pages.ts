/**
 * What the kernel knows of each frame of data (Linux's `struct page`): what it holds, who maps it, and where it belongs.
 *
 * A frame belongs to a place: a page of a family of address spaces (anonymous memory; fork keeps the place), or of a file.
 * The place is what the reverse map starts from, and what an entry that somebody edited is checked against.
 *
 * A huge page is a *compound*: its head frame speaks for all, except that each frame has its own contents. All mappings of a
 * compound are huge objects; the first demote makes base pages of it, each with the mappings that the compound had (so does
 * Linux's split_huge_page).
 *
 * A record is four words: mappings (bits 0–15), kind (16–18) and flags (from 20 on); the place's index, low word; its high bits
 * (16–31) and its family or file (0–15); the contents, or the swap slot that holds them while the page is in the swap cache.
 */
import { asPfn, type Pfn } from '../../core/addresses';
import type { Hasher } from '../../core/hash';
import type { Stateful } from '../../core/state';
import { PagedStore, type StoreSnapshot } from '../../memory/pagedStore';

export const enum PageKind {
  None,
  /** Anonymous: of a process and those it forked. */
  Anon,
  /** In the page cache of a file; shared anonymous memory is a file without a name, as Linux's shmem is. */
  File,
  /** The zero page, small or huge: mapped read-only by anybody, counted by nobody. */
  Zero,
  /** A frame of a device that is mapped directly (DAX). */
  Device,
  /** Pinned by a scenario, to fragment memory. */
  Pinned,
}

export const enum PageFlag {
  Compound = 1 << 20,
  /** Its contents are nowhere else: must be written before the frame is reused. */
  Dirty = 1 << 21,
  /** Word 3 is a swap slot that has the same contents, or will have. */
  SwapCache = 1 << 22,
  /** MADV_FREE: may be dropped as long as it is not written again. */
  LazyFree = 1 << 23,
  /** In the page cache: the cache's own reference. */
  Cached = 1 << 24,
  /** Was used since the clock's hand last passed, as far as the page cache knows. */
  Referenced = 1 << 25,
}

/** Of a record, and of a page of the store. */
const enum Layout {
  Words = 4,
  Records = 256,
  Mappings = 0xffff,
  KindShift = 16,
  KindMask = 7 << KindShift,
}

/** Of the word that has the place's owner and the high bits of its index. */
const enum Place {
  IndexHighShift = 16,
}

/** `mappings` cannot count further: nobody has that many processes. */
export const MAX_MAPPINGS = Layout.Mappings;

export class Pages implements Stateful<StoreSnapshot> {
  readonly #store = new PagedStore(16);

  /** `hugePages`: 4 KiB pages of a compound, a power of two; 1 if the scheme has no page size that the allocator can serve. */
  constructor(readonly hugePages: number) {}

  /** A frame, or the head of a compound, begins a life without mappings. */
  start(pfn: Pfn, kind: PageKind, owner: number, index: number, content: number, flags = 0): void {
    const at = this.#touch(pfn);
    const words = this.#store.words;
    words[at] = (kind << Layout.KindShift) | flags;
    words[at + 1] = index | 0;
    words[at + 2] = (owner & 0xffff) | (Math.floor(index / 2 ** 32) << Place.IndexHighShift);
    words[at + 3] = content;
  }

  /** As `start` of a single frame and `map`. */
  startMapped(pfn: Pfn, kind: PageKind, owner: number, index: number, content: number): void {
    this.start(pfn, kind, owner, index, content, 1);
  }

  /** The frame, or the compound, goes back to the allocator. */
  end(pfn: Pfn): void {
    const frames = this.has(pfn, PageFlag.Compound) ? this.hugePages : 1;
    for (let i = 0; i < frames; i++) {
      const at = this.#touch(asPfn(pfn + i));
      this.#store.words.fill(0, at, at + Layout.Words);
    }
  }

  kind(pfn: Pfn): PageKind {
    return (this.#word(pfn, 0) & Layout.KindMask) >> Layout.KindShift;
  }

  mappings(pfn: Pfn): number {
    return this.#word(pfn, 0) & Layout.Mappings;
  }

  has(pfn: Pfn, flag: PageFlag): boolean {
    return (this.#word(pfn, 0) & flag) !== 0;
  }

  set(pfn: Pfn, flag: PageFlag): void {
    if (this.has(pfn, flag)) return;
    const at = this.#touch(pfn);
    this.#store.words[at] |= flag;
  }

  clear(pfn: Pfn, flag: PageFlag): void {
    if (!this.has(pfn, flag)) return;
    const at = this.#touch(pfn);
    this.#store.words[at] &= ~flag;
  }

  /** Family or file. */
  owner(pfn: Pfn): number {
    return this.#word(pfn, 2) & 0xffff;
  }

  index(pfn: Pfn): number {
    return (this.#word(pfn, 1) >>> 0) + (this.#word(pfn, 2) >>> Place.IndexHighShift) * 2 ** 32;
  }

  /** Contents, or the swap slot of a page in the swap cache. */
  content(pfn: Pfn): number {
    return this.#word(pfn, 3);
  }

  setContent(pfn: Pfn, content: number): void {
    if (this.content(pfn) === content) return;
    const at = this.#touch(pfn);
    this.#store.words[at + 3] = content;
  }

  /** Head of the compound that the frame is part of, or the frame itself. */
  head(pfn: Pfn): Pfn {
    const head = asPfn(pfn - (pfn % this.hugePages));
    return this.has(head, PageFlag.Compound) ? head : pfn;
  }

  map(pfn: Pfn): void {
    const at = this.#touch(pfn);
    this.#store.words[at]++;
  }

  /** One mapping less. True if it was the last one. The page must be mapped. */
  unmap(pfn: Pfn): boolean {
    const at = this.#touch(pfn);
    return (--this.#store.words[at] & Layout.Mappings) === 0;
  }

  /** The page `to`, begun like `from`, is what that was: mappings, flags and contents. */
  inherit(from: Pfn, to: Pfn): void {
    const frames = this.has(from, PageFlag.Compound) ? this.hugePages : 1;
    for (let i = 0; i < frames; i++) this.setContent(asPfn(to + i), this.content(asPfn(from + i)));
    const at = this.#touch(to);
    this.#store.words[at] = this.#word(from, 0);
  }

  /** The compound becomes base pages with the same mappings, in consecutive places. */
  split(head: Pfn): void {
    const state = this.#word(head, 0) & ~PageFlag.Compound;
    const [kind, owner, index] = [this.kind(head), this.owner(head), this.index(head)];
    for (let i = 0; i < this.hugePages; i++) {
      const pfn = asPfn(head + i);
      this.start(pfn, kind, owner, index + i, this.content(pfn));
      this.#store.words[pfn * Layout.Words] = state;
    }
  }

  /** Base pages in consecutive places and frames become a compound with one mapping. The first frame must be aligned. */
  join(head: Pfn): void {
    const [kind, owner, index] = [this.kind(head), this.owner(head), this.index(head)];
    for (let i = 0; i < this.hugePages; i++) {
      const pfn = asPfn(head + i);
      const content = this.content(pfn);
      this.end(pfn);
      this.setContent(pfn, content);
    }
    this.start(head, kind, owner, index, this.content(head), PageFlag.Compound);
    this.map(head);
  }

  #word(pfn: Pfn, word: number): number {
    return pfn < this.#store.used * Layout.Records ? this.#store.words[pfn * Layout.Words + word] : 0;
  }

  /** Index of the frame's first word, which may now be written. */
  #touch(pfn: Pfn): number {
    const page = Math.floor(pfn / Layout.Records);
    this.#store.extend(page + 1);
    this.#store.touch(page);
    return pfn * Layout.Words;
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
