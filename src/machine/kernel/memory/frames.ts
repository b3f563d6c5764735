/**
 * Frames of data from their allocation to their end: allocator, page records, swap device and page cache kept in step
 * (mm/page_alloc.c, mm/rmap.c, mm/swap_state.c as far as they are about one page's life).
 *
 * Holds always: a frame that is mapped by nobody, and is in no cache, is free; a compound is mapped by huge objects alone.
 */
import { asPfn, type Pfn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Hasher } from '../../core/hash';
import type { Probe } from '../../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import { DATA_OWNER } from '../../emt/gather';
import { type BuddyAllocator, MAX_ORDER } from '../../memory/buddy';
import type { KernelOptions } from '../options';
import { PageCache, type PageCacheSnapshot } from './pageCache';
import { PageFlag, PageKind, Pages } from './pages';
import { SwapDevice, type SwapSnapshot } from './swap';
import type { StoreSnapshot } from '../../memory/pagedStore';

const F = {
  allocPages: functionIndex('alloc_pages'),
  clearPage: functionIndex('clear_page'),
  clearHugePage: functionIndex('clear_huge_page'),
  copyPage: functionIndex('copy_page'),
  copyHugePage: functionIndex('copy_huge_page'),
} as const;

const PURPOSES: Record<PageKind, string> = {
  [PageKind.None]: 'page',
  [PageKind.Anon]: 'anonymous page',
  [PageKind.File]: 'page-cache page',
  [PageKind.Zero]: 'zero page',
  [PageKind.Device]: 'device page',
  [PageKind.Pinned]: 'pinned page',
};

export interface FramesSnapshot {
  readonly pages: StoreSnapshot;
  readonly swap: SwapSnapshot;
  readonly cache: PageCacheSnapshot;
  readonly small: readonly TypedArray[];
}

const enum Small {
  /** Zero page + 1, and the huge one's. */
  Zero,
  HugeZero,
  /** Contents that have been given out. */
  Contents,
  /** Node that the running CPU belongs to. */
  Node,
  Count,
}

export class Frames implements Stateful<FramesSnapshot> {
  readonly pages: Pages;
  /** Of a compound: 4 KiB pages, and order in the allocator. */
  readonly hugePages: number;
  readonly hugeOrder: number;
  readonly cache = new PageCache();
  readonly swap: SwapDevice;
  readonly #values = new Float64Array(Small.Count);
  readonly #small = new ArrayState([this.#values]);
  /** Gives frames back when there are none; true if it may be tried again. Set by the reclaimer. */
  onShortage: (() => boolean) | null = null;
  /** Scratch: a frame that the fault which runs still needs, and reclaim must leave alone; −1 for none. */
  pinned: Pfn | -1 = -1;
  /** Scratch: the fault that runs is a program's, and not one that the kernel makes itself to have a page. */
  storing = false;

  /** `pageSizes`: what databases can hold, in 4 KiB pages, largest first. Huge is the largest that the allocator can serve. */
  constructor(
    readonly buddy: BuddyAllocator,
    private readonly probe: Probe,
    options: KernelOptions,
    pageSizes: readonly number[],
  ) {
    this.hugePages = pageSizes.find((pages) => pages <= 1 << MAX_ORDER) ?? 1;
    this.hugeOrder = Math.log2(this.hugePages);
    this.pages = new Pages(this.hugePages);
    this.swap = new SwapDevice(Math.floor(options.swapBytes / 4096));
  }

  get node(): number {
    return this.#values[Small.Node];
  }
  set node(node: number) {
    this.#values[Small.Node] = node;
  }

  /**
   * A program has written to the page: its contents are now those of no other. Only writes that the kernel sees can be known:
   * a page that is mapped writable is written without a fault. Contents 0 are zeroes.
   */
  store(pfn: Pfn): void {
    if (this.storing) this.pages.setContent(pfn, ++this.#values[Small.Contents]);
  }

  /** A block for one page, mapped by nobody yet; −1 if there is no memory even after reclaim. */
  allocate(kind: PageKind, owner: number, index: number, content: number, order = 0): Pfn | -1 {
    this.probe.enter(F.allocPages, 'kernel', order === 0 ? 'order 0' : `order ${order}`);
    let pfn = this.buddy.allocate(order, PURPOSES[kind], DATA_OWNER, this.node);
    // A huge page is a wish: nobody is made to give up memory for it.
    while (pfn === -1 && order === 0 && this.onShortage !== null && this.onShortage())
      pfn = this.buddy.allocate(order, PURPOSES[kind], DATA_OWNER, this.node);
    if (pfn !== -1) this.pages.start(pfn, kind, owner, index, content, order === 0 ? 0 : PageFlag.Compound);
    this.probe.leave(
      F.allocPages,
      this.probe.recorder === null ? '' : pfn === -1 ? 'no memory' : `frame 0x${pfn.toString(16)}`,
    );
    return pfn;
  }

  /**
   * A page of anonymous memory that is mapped once, all in one: `allocate`, `clear`, `share` and, if it was `written` by a
   * program, `store`, uncounted. −1, and nothing done, if no frame is free.
   */
  firstTouched(owner: number, index: number, written: boolean): Pfn | -1 {
    const pfn = this.buddy.allocate(0, PURPOSES[PageKind.Anon], DATA_OWNER, this.node);
    if (pfn === -1) return -1;
    this.pages.startMapped(pfn, PageKind.Anon, owner, index, written ? ++this.#values[Small.Contents] : 0);
    return pfn;
  }

  /** As `allocate` of a single frame or a huge page, on that node alone and without reclaim. */
  allocateOn(node: number, like: Pfn): Pfn | -1 {
    const { pages } = this;
    const compound = pages.has(like, PageFlag.Compound);
    this.probe.enter(F.allocPages, 'kernel', `node ${node}`);
    const pfn = this.buddy.allocateOn(node, compound ? this.hugeOrder : 0, PURPOSES[pages.kind(like)], DATA_OWNER);
    if (pfn !== -1) {
      const flags = compound ? PageFlag.Compound : 0;
      pages.start(pfn, pages.kind(like), pages.owner(like), pages.index(like), pages.content(like), flags);
    }
    this.probe.leave(F.allocPages, pfn === -1 ? 'no memory' : '');
    return pfn;
  }

  clear(pfn: Pfn, huge: boolean): void {
    const name = huge ? F.clearHugePage : F.clearPage;
    this.probe.call(name, 'kernel', this.probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '');
  }

  copy(from: Pfn, to: Pfn, huge: boolean): void {
    const name = huge ? F.copyHugePage : F.copyPage;
    const text = this.probe.recorder !== null ? `0x${from.toString(16)} to 0x${to.toString(16)}` : '';
    this.probe.call(name, 'kernel', text);
  }

  /** The zero page of that order, made when it is first needed; −1 if there is no memory for it. */
  zero(huge: boolean): Pfn | -1 {
    const at = huge ? Small.HugeZero : Small.Zero;
    if (this.#values[at] === 0) {
      const pfn = this.allocate(PageKind.Zero, 0, 0, 0, huge ? this.hugeOrder : 0);
      if (pfn === -1) return -1;
      this.clear(pfn, huge);
      this.#values[at] = pfn + 1;
    }
    return asPfn(this.#values[at] - 1);
  }

  /** Which zero pages have been made. */
  get zeroPages(): { smallZero: boolean; hugeZero: boolean } {
    return { smallZero: this.#values[Small.Zero] !== 0, hugeZero: this.#values[Small.HugeZero] !== 0 };
  }

  contentOf(pfn: Pfn): number {
    const word = this.pages.content(pfn);
    return this.pages.has(pfn, PageFlag.SwapCache) ? this.swap.content(word) : word;
  }

  /** One mapping more, of a base page or of a whole compound. */
  share(pfn: Pfn): void {
    this.pages.map(pfn);
  }

  /**
   * One mapping less of a base page or of a whole compound, which must be mapped. A frame that nobody needs any more is
   * added to `frees`: it may be freed when the TLBs have forgotten it.
   */
  unshare(pfn: Pfn, frees: Pfn[]): void {
    const { pages } = this;
    if (!pages.unmap(pfn)) return;
    if (pages.kind(pfn) !== PageKind.Anon) return;
    if (pages.has(pfn, PageFlag.SwapCache)) this.leaveSwapCache(pfn);
    frees.push(pfn);
  }

  /** The page and its slot part; a slot that no entry names is free then. The page keeps its contents. */
  leaveSwapCache(pfn: Pfn): void {
    const { pages, swap } = this;
    const slot = pages.content(pfn);
    pages.setContent(pfn, swap.content(slot));
    pages.clear(pfn, PageFlag.SwapCache);
    swap.setCache(slot, -1);
    if (swap.count(slot) === 0) swap.free(slot);
  }

  enterSwapCache(pfn: Pfn, slot: number): void {
    this.pages.set(pfn, PageFlag.SwapCache);
    this.pages.setContent(pfn, slot);
    this.swap.setCache(slot, pfn);
  }

  /** An entry that named the slot is gone. */
  dropSlot(slot: number): void {
    const { swap } = this;
    if (!swap.drop(slot)) return;
    // A page of the swap cache keeps the slot while it is mapped; one that is not mapped has no other reason to live.
    const cached = swap.cacheOf(slot);
    if (cached === -1) swap.free(slot);
    else if (this.pages.mappings(cached) === 0) {
      this.leaveSwapCache(cached);
      this.free(cached);
    }
  }

  /** Gives a block back that nobody maps. */
  free(pfn: Pfn): void {
    const { pages } = this;
    const purpose = PURPOSES[pages.kind(pfn)];
    pages.end(pfn);
    this.buddy.free(pfn, purpose, DATA_OWNER);
  }

  freeAll(frees: readonly Pfn[]): void {
    for (const pfn of frees) this.free(pfn);
  }

  /** A compound becomes base pages, in the records and in the allocator. */
  split(head: Pfn): void {
    if (!this.pages.has(head, PageFlag.Compound)) return;
    this.pages.split(head);
    this.buddy.split(head);
    this.probe.counters[Counter.HugePagesSplit]++;
  }

  /** Base pages in consecutive places and frames become a compound with one mapping. The first frame must be aligned. */
  join(head: Pfn): void {
    this.pages.join(head);
    this.buddy.join(head, this.hugeOrder);
  }

  save(): FramesSnapshot {
    return {
      pages: this.pages.save(),
      swap: this.swap.save(),
      cache: this.cache.save(),
      small: this.#small.save(),
    };
  }
  load(saved: FramesSnapshot): void {
    this.pages.load(saved.pages);
    this.swap.load(saved.swap);
    this.cache.load(saved.cache);
    this.#small.load(saved.small);
    this.pinned = -1;
    this.storing = false;
  }
  hash(into: Hasher): void {
    this.pages.hash(into);
    this.swap.hash(into);
    this.cache.hash(into);
    this.#small.hash(into);
  }
}
