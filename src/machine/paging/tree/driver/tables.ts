/**
 * The tables of a tree as software reads and writes them: every entry that the driver touches goes through this file, which
 * counts it, knows how entries lie in memory, and keeps the entry at hand in numbers.
 *
 * Tables are blocks of the buddy allocator, of one frame or, if they are flattened, of 512; their number by level is kept in the
 * machine's counters. A frame of a large table is backed when the first entry is written to it.
 */
import { addPages, alignDown, asPfn, PAGE_BYTES, type Pfn, type Vpn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { type Probe, Signal } from '../../../core/probe';
import type { EmtFunctions, Errno, Tdb } from '../../../emt/driver';
import { gatherPage, tableOwner, type TlbGather } from '../../../emt/gather';
import type { Tobj } from '../../../emt/tobj';
import type { BuddyAllocator } from '../../../memory/buddy';
import { PAGE_WORDS } from '../../../memory/pagedStore';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import {
  entriesOf,
  flatRootAt,
  isFlatRoot,
  indexOf,
  mapsBasePages,
  pagesPerEntry,
  type PagingFormat,
  pageSizesOf,
  rootFrame,
  rootLevel,
  tableBytes,
} from '../../format';
import { frameOf, HIGH, highOf, LOW, lowOf, TABLE_FLAGS } from '../../x86/entry';
import type { EntryAttributes } from '../../x86/attributes';
import type { KernelSpace } from '../../x86/kernelSpace';

export interface TableOptions {
  /** Called for each step of the software's way down, before the entry of that level is read. */
  accessor?(level: number, vpn: Vpn): void;
  /** Called when an entry of a root has become present that processors keep in registers (PAE). */
  rootChanged?(root: Pfn): void;
  /** The block of a flattened table is free before the TLB has forgotten it, as in EMT's prototype. */
  blockFirst?: boolean;
}

export class Tables {
  /** Sizes that a leaf can have wherever it lies, in 4 KiB pages, largest first. */
  readonly pageSizes: readonly number[];
  /** Fewest pages that a table of base pages covers. */
  readonly smallestSpan: number;
  /** The entry at hand: the table that it is in, the table's level, and its value. */
  table: Pfn = 0 as Pfn;
  level = 0;
  low = 0;
  high = 0;
  /** Level of the table that `child` or `make` was about. */
  childLevel = 0;
  #emt: EmtFunctions | undefined;
  readonly #counters: Float64Array;
  readonly #entryWords: number;
  /** By level: what an entry that points to a table has beside its frame. */
  readonly #tableFlags: readonly number[];
  /** Entries of a frame, as a power of two. */
  readonly #frameShift: number;
  /** By level: pages of an entry, and 1 / these; mask of an index; level of the tables below; of flattened ones, or −1; 1 if it maps base pages; order of a table. */
  readonly #pages: Float64Array;
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  readonly #next: Int32Array;
  readonly #flattened: Int32Array;
  readonly #isBase: Uint8Array;
  readonly #flatRoot: number;
  readonly #accessor: TableOptions['accessor'];
  readonly #order: Uint8Array;
  /** Level of a root that processors keep in registers, or −1. */
  readonly #inRegisters: number;

  constructor(
    readonly format: PagingFormat,
    readonly attributes: EntryAttributes,
    private readonly memory: PhysicalMemory,
    private readonly buddy: BuddyAllocator,
    private readonly kernel: KernelSpace | null,
    readonly probe: Probe,
    private readonly options: TableOptions = {},
  ) {
    const { levels } = format;
    this.pageSizes = pageSizesOf(format);
    this.#counters = probe.counters;
    this.#entryWords = format.entryBytes / 4;
    this.#tableFlags = levels.map((l) => (l.withoutRights ? LOW.P : TABLE_FLAGS));
    this.#frameShift = format.entryBytes === 8 ? 9 : 10;
    this.#pages = Float64Array.from(levels, pagesPerEntry);
    this.#scale = Float64Array.from(levels, (l) => 1 / pagesPerEntry(l));
    this.#mask = Int32Array.from(levels, (l) => entriesOf(l) - 1);
    this.#flatRoot = format.flatRoot ?? -1;
    this.#inRegisters = levels[0].inRegisters ? 0 : -1;
    this.#accessor = options.accessor;
    this.#next = Int32Array.from(levels, (l, i) => l.next ?? i + 1);
    this.#flattened = Int32Array.from(levels, (l) => l.flattened ?? -1);
    this.#isBase = Uint8Array.from(levels, (l) => (mapsBasePages(l) ? 1 : 0));
    this.#order = Uint8Array.from(levels, (_, i) => Math.max(0, Math.log2(tableBytes(format, i) / PAGE_BYTES)));
    this.smallestSpan = Math.min(...levels.filter(mapsBasePages).map(entriesOf));
  }

  attach(emt: EmtFunctions): void {
    this.#emt = emt;
  }

  /** The API that the driver is behind. */
  get emt(): EmtFunctions {
    if (this.#emt === undefined) throw new Error('the driver is not attached to an EMT');
    return this.#emt;
  }

  // ---- geometry -----------------------------------------------------------------------------------------------------

  /** 4 KiB pages that an entry of the level covers. */
  pagesAt(level: number): number {
    return this.#pages[level];
  }

  /** True if entries of the level map base pages and nothing else. */
  isBase(level: number): boolean {
    return this.#isBase[level] !== 0;
  }

  /** True if a table of the level has a lock of its own: those of base pages, and those that point to such tables. */
  hasLock(level: number): boolean {
    const flattened = this.#flattened[level];
    return this.isBase(level) || this.isBase(this.#next[level]) || (flattened !== -1 && this.isBase(flattened));
  }

  /** True of a root whose entries processors keep in registers: only a load of CR3 makes a change of them known. */
  isInRegisters(level: number): boolean {
    return level === this.#inRegisters;
  }

  entriesAt(level: number): number {
    return entriesOf(this.format.levels[level]);
  }

  /** Pages that a whole table of the level covers. */
  spanAt(level: number): number {
    return this.pagesAt(level) * this.entriesAt(level);
  }

  /** Whether some level's leaves have the size. */
  hasSize(pages: number): boolean {
    for (let level = 0; level < this.#pages.length; level++)
      if (this.#pages[level] === pages && this.format.levels[level].leafSize !== undefined) return true;
    return false;
  }

  // ---- the entry at hand --------------------------------------------------------------------------------------------

  /** Reads the root's entry for `vpn`. */
  enter(root: Pfn, vpn: Vpn): void {
    if (isFlatRoot(root)) this.step(rootFrame(root), this.#flatRoot, vpn);
    else this.step(root, 0, vpn);
  }

  /** Reads the entry of a table that the way down has come to, as the software's accessor of that level does. */
  step(table: Pfn, level: number, vpn: Vpn): void {
    if (this.#accessor !== undefined) this.#accessor(level, vpn);
    this.read(table, level, vpn);
  }

  /** Reads the entry of a table that `vpn` goes through. */
  read(table: Pfn, level: number, vpn: Vpn): void {
    this.readAt(table, level, (vpn * this.#scale[level]) & this.#mask[level]);
  }

  readAt(table: Pfn, level: number, index: number): void {
    const base = this.memory.base(this.#frameOf(table, index));
    const at = base + this.#wordOf(index);
    const words = this.memory.pool.words;
    this.table = table;
    this.level = level;
    this.low = base < 0 ? 0 : words[at];
    this.high = base < 0 || this.#entryWords === 1 ? 0 : words[at + 1];
    this.probe.tableRead();
  }

  /** Frame of a table that holds an entry, and the entry's word in it. */
  #frameOf(table: Pfn, index: number): Pfn {
    return asPfn(table + (index >>> this.#frameShift));
  }
  #wordOf(index: number): number {
    return this.#entryWords * (index & ((1 << this.#frameShift) - 1));
  }

  /** True if tables of the level are more than one frame. */
  isWide(level: number): boolean {
    return this.#order[level] !== 0;
  }

  /**
   * Entries of a wide table from that of `vpn` to the end of its frame, or `limit` if that is less, if the frame holds nothing at
   * all: software reads them one by one, and that is what is charged. 0 if the frame has to be looked at.
   */
  emptyRun(table: Pfn, level: number, vpn: Vpn, limit: number): number {
    return this.#emptyFrom(table, indexOf(vpn, this.format.levels[level]), limit);
  }

  #emptyFrom(table: Pfn, index: number, limit: number): number {
    if (this.memory.base(this.#frameOf(table, index)) >= 0) return 0;
    const run = Math.min(limit, (1 << this.#frameShift) - (index & ((1 << this.#frameShift) - 1)));
    this.probe.tableReads(run);
    return run;
  }

  write(table: Pfn, level: number, vpn: Vpn, low: number, high: number): void {
    this.writeAt(table, level, (vpn * this.#scale[level]) & this.#mask[level], low, high);
  }

  writeAt(table: Pfn, level: number, index: number, low: number, wanted: number): void {
    // Under isolation a process has two roots, and user mode's must say the same of user space.
    let high = level === 0 && this.kernel !== null ? this.kernel.mirror(table, index, low, wanted) : wanted;
    if (this.#entryWords === 1) high = 0;
    const frame = this.#frameOf(table, index);
    const base = this.memory.back(frame);
    const at = base + this.#wordOf(index);
    const words = this.memory.pool.words;
    const oldLow = words[at];
    const oldHigh = this.#entryWords === 2 ? words[at + 1] : 0;
    this.memory.pool.touch(base / PAGE_WORDS);
    words[at] = low;
    if (this.#entryWords === 2) words[at + 1] = high;
    this.table = table;
    this.level = level;
    this.low = low | 0;
    this.high = high | 0;
    this.probe.tableWrite();
    if (this.probe.watches.physicalWrites && this.probe.watches.writesFrame(frame)) this.probe.signal(Signal.Watch);
    if (this.probe.recorder !== null)
      this.probe.recorder.emit({
        kind: 'entryWrite',
        level,
        table,
        index,
        oldLow,
        oldHigh,
        newLow: low | 0,
        newHigh: high | 0,
      });
    if (level === this.#inRegisters && (low & LOW.P) !== 0) this.options.rootChanged?.(table);
  }

  get isEmpty(): boolean {
    return this.low === 0 && this.high === 0;
  }

  /**
   * Frame of the table that the entry at hand points to, or −1. An entry that somebody edited may point anywhere: only frames
   * that the driver made tables of the next level are followed.
   */
  child(): Pfn | -1 {
    if (this.isBase(this.level) || (this.low & LOW.P) === 0 || (this.low & LOW.PS) !== 0) return -1;
    const flattened = this.#flattened[this.level];
    this.childLevel = flattened !== -1 && (this.high & HIGH.FLATTENED) !== 0 ? flattened : this.#next[this.level];
    const next = frameOf(this.low, this.high);
    return this.buddy.belongsTo(next, tableOwner(this.childLevel)) ? next : -1;
  }

  /** True if the entry at hand is none that this driver writes: not empty, no page, and `child` is −1 by now. */
  get isBad(): boolean {
    return !this.isBase(this.level) && (this.low & LOW.PS) === 0 && !this.isEmpty;
  }

  /** Follows tables from the root to the entry that maps `vpn`, or to the first that points to no table. */
  descend(root: Pfn, vpn: Vpn): void {
    this.enter(root, vpn);
    for (let next = this.child(); next !== -1; next = this.child()) this.step(next, this.childLevel, vpn);
  }

  /**
   * Follows tables to the entry of `pages` pages for `vpn`, and makes those that are missing. An error leaves what was made.
   * EINVAL: the level that has entries of that size is folded away here.
   */
  reach(root: Pfn, vpn: Vpn, pages: number): Errno {
    this.enter(root, vpn);
    while (this.pagesAt(this.level) > pages) {
      const { table, level } = this;
      let next = this.child();
      if (next === -1) {
        if (!this.isEmpty) return (this.low & (LOW.P | LOW.PS)) === LOW.P ? 'EFAULT' : 'EEXIST';
        if (this.pagesAt(this.#preferred(level)) < pages) return 'EINVAL';
        next = this.make(level);
        if (next === -1) return 'ENOMEM';
        const made = this.childLevel;
        this.point(table, level, vpn, next, made);
        this.childLevel = made;
      }
      this.step(next, this.childLevel, vpn);
    }
    return this.pagesAt(this.level) === pages ? 'ok' : 'EINVAL';
  }

  /** Level of the tables that entries of a level shall point to, if memory allows. */
  #preferred(level: number): number {
    return this.#flattened[level] === -1 ? this.#next[level] : this.#flattened[level];
  }

  /** Makes an entry point to a table of a level. */
  point(table: Pfn, level: number, vpn: Vpn, child: Pfn, childLevel: number): void {
    this.pointAt(table, level, indexOf(vpn, this.format.levels[level]), child, childLevel);
  }

  pointAt(table: Pfn, level: number, index: number, child: Pfn, childLevel: number): void {
    const flags = childLevel === this.#flattened[level] ? HIGH.FLATTENED : 0;
    this.writeAt(table, level, index, lowOf(child, this.#tableFlags[level]), highOf(child, flags));
  }

  /** The object that the entry at hand is, `vpn` being one of its pages; an absent base page if it is empty. */
  take(vpn: Vpn, out: Tobj): void {
    const pages = this.isEmpty ? 1 : this.pagesAt(this.level);
    out.vpn = pages === 1 ? vpn : alignDown(vpn, pages);
    out.pages = pages;
    out.word0 = this.low;
    out.word1 = this.high;
  }

  // ---- tables -------------------------------------------------------------------------------------------------------

  /** A new table of zeroes, or −1. */
  #allocate(level: number): Pfn | -1 {
    const order = level === 0 && this.kernel !== null ? this.kernel.rootOrder : this.#order[level];
    const pfn = this.buddy.allocate(order, `${this.format.levels[level].name} table`, tableOwner(level));
    if (pfn === -1) return -1;
    if (this.#order[level] === 0) this.memory.back(pfn);
    this.#counters[Counter.TablesByLevel + level]++;
    return pfn;
  }

  /**
   * A new table for an entry of a level to point to, or −1; `childLevel` says which it is: a flattened one if the format has it and
   * there is a block for it. Each entry decides for itself.
   */
  make(level: number): Pfn | -1 {
    return this.#allocateOr(this.#flattened[level], this.#next[level]);
  }

  #allocateOr(flattened: number, normal: number): Pfn | -1 {
    this.childLevel = normal;
    if (flattened === -1) return this.#allocate(normal);
    const block = this.#allocate(flattened);
    if (block !== -1) {
      this.childLevel = flattened;
      return block;
    }
    const pfn = this.#allocate(normal);
    if (pfn === -1) return -1;
    this.#counters[Counter.FlattenedFallbacks]++;
    this.probe.signal(Signal.Fallback);
    if (this.probe.recorder !== null) {
      const { levels } = this.format;
      this.probe.note(
        `no block of 2 MiB for a flattened ${levels[flattened].name} table: a normal ${levels[normal].name} table instead`,
        'fallback',
      );
    }
    return pfn;
  }

  get freeFrames(): number {
    return this.buddy.freeFrames;
  }

  /** Changes whenever a place in a table that was remembered may be one no longer. */
  get epoch(): number {
    return this.#counters[Counter.TablesUnlinked];
  }

  /** A table is no longer where it was. */
  unlinked(): void {
    this.#counters[Counter.TablesUnlinked]++;
  }

  /** A table that nothing points to any more, and nothing caches, is free. */
  free(pfn: Pfn, level: number): void {
    this.#counters[Counter.TablesByLevel + level]--;
    this.unlinked();
    this.buddy.free(pfn, `${this.format.levels[level].name} table`, tableOwner(level));
  }

  /** Frees a table and all below it, whatever they hold. */
  freeTree(table: Pfn, level: number): void {
    if (!this.isBase(level))
      for (let index = 0; index < this.entriesAt(level); index++) {
        const empty = this.isWide(level) ? this.#emptyFrom(table, index, Infinity) : 0;
        if (empty > 0) {
          index += empty - 1;
          continue;
        }
        this.readAt(table, level, index);
        const child = this.child();
        if (child !== -1) this.freeTree(child, this.childLevel);
      }
    this.free(table, level);
  }

  /** A table that nothing points to any more, which covered the pages from `vpn` on, is freed once the walk caches have forgotten it. */
  gather(tdb: Tdb, pfn: Pfn, level: number, vpn: Vpn, gather: TlbGather): void {
    this.#counters[Counter.TablesByLevel + level]--;
    this.unlinked();
    // No INVLPG changes what processors keep of a root: only a load of CR3 does (Linux's `need_flush_all`).
    if (this.isInRegisters(level - 1)) gatherPage(gather, vpn, this.spanAt(level));
    if (this.#order[level] === 0) this.emt.tlbGatherTable(gather, pfn, tableOwner(level));
    else this.#gatherFlattened(tdb, pfn, level, vpn, gather);
  }

  /**
   * The 512 frames of a flattened table are more than a batch of frees holds, so the TLB is flushed now, of all that the table
   * covered and of what the batch had gathered, and that is released too. With `blockFirst` the block is free before the flush,
   * which whoever ends the batch then makes: what a walk cache still knows of the table may be somebody else's by then.
   */
  #gatherFlattened(tdb: Tdb, pfn: Pfn, level: number, vpn: Vpn, gather: TlbGather): void {
    this.#counters[Counter.ForcedFlushes]++;
    gatherPage(gather, vpn, this.spanAt(level));
    if (this.options.blockFirst === true) {
      this.buddy.free(pfn, `${this.format.levels[level].name} table`, tableOwner(level));
      gather.forced = true;
      return;
    }
    this.emt.tlbGatherTable(gather, pfn, tableOwner(level));
    if (this.probe.recorder !== null)
      this.probe.note(`a flattened ${this.format.levels[level].name} table goes: the batch is flushed now`);
    this.emt.tlbGatherFinish(tdb, gather);
  }

  gatherTree(tdb: Tdb, table: Pfn, level: number, vpn: Vpn, gather: TlbGather): void {
    if (!this.isBase(level))
      for (let index = 0; index < this.entriesAt(level); index++) {
        this.readAt(table, level, index);
        const child = this.child();
        const start = addPages(vpn, index * this.pagesAt(level));
        if (child !== -1) this.gatherTree(tdb, child, this.childLevel, start, gather);
      }
    this.gather(tdb, table, level, vpn, gather);
  }

  /** True if no entry of the table, or of tables below it, maps anything. */
  isEmptyTree(table: Pfn, level: number): boolean {
    for (let index = 0; index < this.entriesAt(level); index++) {
      const empty = this.isWide(level) ? this.#emptyFrom(table, index, Infinity) : 0;
      if (empty > 0) {
        index += empty - 1;
        continue;
      }
      this.readAt(table, level, index);
      if (this.isEmpty) continue;
      const child = this.child();
      if (child === -1 || !this.isEmptyTree(child, this.childLevel)) return false;
    }
    return true;
  }

  /** Tables in use by level, of all databases. */
  countByLevel(): number[] {
    return this.format.levels.map((_, level) => this.#counters[Counter.TablesByLevel + level]);
  }

  create(id: number): Tdb | null {
    const table = this.#allocateOr(this.#flatRoot, 0);
    if (table === -1) return null;
    const root = this.childLevel === this.#flatRoot ? flatRootAt(table) : table;
    this.kernel?.share(root);
    return { id, root };
  }

  destroy({ root }: Tdb): void {
    this.kernel?.unshare();
    this.freeTree(rootFrame(root), rootLevel(this.format, root));
  }

  /** Bytes of the tables in use. */
  get bytes(): number {
    let sum = 0;
    this.countByLevel().forEach((n, level) => (sum += n * PAGE_BYTES * 2 ** this.#order[level]));
    return sum;
  }
}
