/**
 * The page cache: which frame holds which page of which file (mm/filemap.c), as one radix tree a file with 64 slots a node,
 * the shape of Linux's XArray. Nodes lie in one paged store, so that a snapshot costs what changed.
 *
 * A file is as long as the first mapping of its name made it: a later mapping may reach behind its end, and touching that is
 * SIGBUS. Shared anonymous memory is a file without a name that grows as needed (mm/shmem.c).
 */
import { asPfn, type Pfn } from '../../core/addresses';
import type { Hasher } from '../../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import { PAGE_WORDS, PagedStore, type StoreSnapshot } from '../../memory/pagedStore';

const SLOT_BITS = 6;
const SLOTS = 1 << SLOT_BITS;
const NODES = PAGE_WORDS / SLOTS;

export type FileKind = 'file' | 'shared' | 'dax';

/** Immutable: a change makes a new record. */
export interface FileRecord {
  readonly id: number;
  readonly name: string;
  readonly kind: FileKind;
  /** Length in pages; Infinity is no length: it grows. */
  readonly pages: number;
  /** Root node + 1 of its tree, 0 while it is empty, and the levels of the tree. */
  readonly root: number;
  readonly height: number;
  /** Pages in the cache. */
  readonly cached: number;
}

export interface PageCacheSnapshot {
  readonly files: readonly FileRecord[];
  readonly nodes: StoreSnapshot;
  readonly small: readonly TypedArray[];
}

export class PageCache implements Stateful<PageCacheSnapshot> {
  #files: readonly FileRecord[] = [];
  readonly #nodes = new PagedStore(1);
  /** [0]: nodes ever used; [1]: first free node + 1, linked through their first words. */
  readonly #progress = new Float64Array(2);
  readonly #small = new ArrayState([this.#progress]);

  get files(): readonly FileRecord[] {
    return this.#files;
  }

  /** The file of that name, made with this length if it does not exist; without a name always a new one. */
  open(name: string, kind: FileKind, pages: number): FileRecord {
    const found = name === '' ? undefined : this.#files.find((f) => f.name === name && f.kind === kind);
    if (found !== undefined) return found;
    const file = { id: this.#files.length, name, kind, pages, root: 0, height: 0, cached: 0 };
    this.#files = [...this.#files, file];
    return file;
  }

  file(id: number): FileRecord {
    return this.#files[id];
  }

  /** Frame that holds the page, or −1. */
  find(id: number, index: number): Pfn | -1 {
    const { root, height } = this.#files[id];
    if (root === 0 || index >= SLOTS ** height) return -1;
    let node = root - 1;
    for (let level = height - 1; ; level--) {
      const word = this.#nodes.words[node * SLOTS + slotOf(index, level)];
      if (word === 0) return -1;
      if (level === 0) return asPfn(word - 1);
      node = word - 1;
    }
  }

  /** The page must not be cached. */
  insert(id: number, index: number, pfn: Pfn): void {
    let { root, height } = this.#files[id];
    const { cached } = this.#files[id];
    // A node is never empty: an empty tree begins as high as it must be, a tree that is too low gets a root above its own.
    if (root === 0) while (index >= SLOTS ** ++height);
    else
      for (; index >= SLOTS ** height; height++) {
        const above = this.#allocate();
        this.#set(above, 0, root);
        root = above + 1;
      }
    if (root === 0) root = this.#allocate() + 1;
    this.#replace(id, { root, height, cached: cached + 1 });
    let node = root - 1;
    for (let level = height - 1; level > 0; level--) {
      const slot = slotOf(index, level);
      if (this.#nodes.words[node * SLOTS + slot] === 0) this.#set(node, slot, this.#allocate() + 1);
      node = this.#nodes.words[node * SLOTS + slot] - 1;
    }
    this.#set(node, slotOf(index, 0), pfn + 1);
  }

  /** The page holds another frame from now on, or none (−1). It must be cached. */
  change(id: number, index: number, pfn: Pfn | -1): void {
    const { root, height, cached } = this.#files[id];
    const path: number[] = [];
    let node = root - 1;
    for (let level = height - 1; level > 0; level--) {
      path.push(node);
      node = this.#nodes.words[node * SLOTS + slotOf(index, level)] - 1;
    }
    this.#set(node, slotOf(index, 0), pfn + 1);
    if (pfn !== -1) return;
    this.#replace(id, { root, height, cached: cached - 1 });
    for (let level = 1; level <= height && this.#isEmpty(node); level++) {
      this.#release(node);
      const parent = path.pop();
      if (parent === undefined) this.#replace(id, { root: 0, height: 0, cached: 0 });
      else this.#set((node = parent), slotOf(index, level), 0);
    }
  }

  /** Cached pages of a file from `from` on, in order: the first at or behind it, or −1. */
  next(id: number, from: number): number {
    const { root, height } = this.#files[id];
    return root === 0 || from >= SLOTS ** height ? -1 : this.#nextBelow(root - 1, height - 1, from, 0);
  }

  /** First cached page at or behind `from` below a node whose first page is `base`, or −1. */
  #nextBelow(node: number, level: number, from: number, base: number): number {
    const pages = SLOTS ** level;
    for (let slot = Math.max(0, Math.floor((from - base) / pages)); slot < SLOTS; slot++) {
      const word = this.#nodes.words[node * SLOTS + slot];
      if (word === 0) continue;
      const start = base + slot * pages;
      if (level === 0) return start;
      const found = this.#nextBelow(word - 1, level - 1, from, start);
      if (found >= 0) return found;
    }
    return -1;
  }

  #replace(id: number, change: Partial<FileRecord>): void {
    const files = this.#files.slice();
    files[id] = { ...files[id], ...change };
    this.#files = files;
  }

  #allocate(): number {
    const free = this.#progress[1] - 1;
    if (free >= 0) {
      this.#progress[1] = this.#nodes.words[free * SLOTS];
      this.#set(free, 0, 0);
      return free;
    }
    const node = this.#progress[0]++;
    this.#nodes.extend(Math.floor(node / NODES) + 1);
    return node;
  }

  #release(node: number): void {
    this.#set(node, 0, this.#progress[1]);
    this.#progress[1] = node + 1;
  }

  #isEmpty(node: number): boolean {
    for (let i = 0; i < SLOTS; i++) if (this.#nodes.words[node * SLOTS + i] !== 0) return false;
    return true;
  }

  #set(node: number, slot: number, value: number): void {
    this.#nodes.touch(Math.floor(node / NODES));
    this.#nodes.words[node * SLOTS + slot] = value;
  }

  save(): PageCacheSnapshot {
    return { files: this.#files, nodes: this.#nodes.save(), small: this.#small.save() };
  }
  load(saved: PageCacheSnapshot): void {
    this.#files = saved.files;
    this.#nodes.load(saved.nodes);
    this.#small.load(saved.small);
  }
  hash(into: Hasher): void {
    into.plain(this.#files);
    this.#nodes.hash(into);
    this.#small.hash(into);
  }
}

const slotOf = (index: number, level: number): number => Math.floor(index / SLOTS ** level) % SLOTS;
