/**
 * The tables of a tree as software reads and writes them: every entry that the driver touches goes through this file, which
 * counts it, knows how entries lie in memory, and keeps the entry at hand in numbers.
 *
 * Tables are single frames from the buddy allocator; their number by level is kept in the machine's counters.
 */
import { alignDown, type Pfn, type Vpn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { type Probe, Signal } from '../../../core/probe';
import type { EmtFunctions, Errno, Tdb } from '../../../emt/driver';
import { tableOwner, type TlbGather } from '../../../emt/gather';
import type { Tobj } from '../../../emt/tobj';
import type { BuddyAllocator } from '../../../memory/buddy';
import { PAGE_WORDS } from '../../../memory/pagedStore';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { entriesOf, indexOf, pagesPerEntry, type PagingFormat } from '../../format';
import { frameOf, highOf, LOW, lowOf, TABLE_FLAGS } from '../../x86/entry';
import type { EntryAttributes } from '../../x86/attributes';
import type { KernelSpace } from '../../x86/kernelSpace';

export class Tables {
  /** Level of the tables that map base pages. */
  readonly last: number;
  /** Sizes that a leaf can have, in 4 KiB pages, largest first. */
  readonly pageSizes: readonly number[];
  /** The entry at hand: the table that it is in, the table's level, and its value. */
  table: Pfn = 0 as Pfn;
  level = 0;
  low = 0;
  high = 0;
  #emt: EmtFunctions | undefined;
  readonly #counters: Float64Array;
  readonly #entryWords: number;
  /** By level: what an entry that points to a table has beside its frame. */
  readonly #tableFlags: readonly number[];

  constructor(
    readonly format: PagingFormat,
    readonly attributes: EntryAttributes,
    private readonly memory: PhysicalMemory,
    private readonly buddy: BuddyAllocator,
    private readonly kernel: KernelSpace | null,
    readonly probe: Probe,
  ) {
    this.last = format.levels.length - 1;
    this.pageSizes = format.levels.filter((l) => l.leafSize !== undefined).map(pagesPerEntry);
    this.#counters = probe.counters;
    this.#entryWords = format.entryBytes / 4;
    this.#tableFlags = format.levels.map((l) => (l.withoutRights ? LOW.P : TABLE_FLAGS));
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
    return pagesPerEntry(this.format.levels[level]);
  }

  entriesAt(level: number): number {
    return entriesOf(this.format.levels[level]);
  }

  /** Pages that a whole table of the level covers. */
  spanAt(level: number): number {
    return this.pagesAt(level) * this.entriesAt(level);
  }

  /** Level whose leaves have the size, or −1. */
  levelOf(pages: number): number {
    for (let level = this.last; level >= 0; level--)
      if (this.pagesAt(level) === pages) return this.format.levels[level].leafSize === undefined ? -1 : level;
    return -1;
  }

  // ---- the entry at hand --------------------------------------------------------------------------------------------

  /** Reads the entry of a table that `vpn` goes through. */
  read(table: Pfn, level: number, vpn: Vpn): void {
    this.readAt(table, level, indexOf(vpn, this.format.levels[level]));
  }

  readAt(table: Pfn, level: number, index: number): void {
    const at = this.memory.base(table) + this.#entryWords * index;
    const words = this.memory.pool.words;
    this.table = table;
    this.level = level;
    this.low = words[at];
    this.high = this.#entryWords === 2 ? words[at + 1] : 0;
    this.probe.tableRead();
  }

  write(table: Pfn, level: number, vpn: Vpn, low: number, high: number): void {
    this.writeAt(table, level, indexOf(vpn, this.format.levels[level]), low, high);
  }

  writeAt(table: Pfn, level: number, index: number, low: number, wanted: number): void {
    // Under isolation a process has two roots, and user mode's must say the same of user space.
    let high = level === 0 && this.kernel !== null ? this.kernel.mirror(table, index, low, wanted) : wanted;
    if (this.#entryWords === 1) high = 0;
    const base = this.memory.base(table);
    const at = base + this.#entryWords * index;
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
    if (this.probe.watches.physicalWrites && this.probe.watches.writesFrame(table)) this.probe.signal(Signal.Watch);
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
  }

  get isEmpty(): boolean {
    return this.low === 0 && this.high === 0;
  }

  /**
   * Frame of the table that the entry at hand points to, or −1. An entry that somebody edited may point anywhere: only frames
   * that the driver made tables of the next level are followed.
   */
  child(): Pfn | -1 {
    if (this.level === this.last || (this.low & LOW.P) === 0 || (this.low & LOW.PS) !== 0) return -1;
    const next = frameOf(this.low, this.high);
    return this.buddy.belongsTo(next, tableOwner(this.level + 1)) ? next : -1;
  }

  /** True if the entry at hand is none that this driver writes: not empty, no page, and `child` is −1 by now. */
  get isBad(): boolean {
    return this.level < this.last && (this.low & LOW.PS) === 0 && !this.isEmpty;
  }

  /** Follows tables from the root to the entry that maps `vpn`, or to the first that points to no table. */
  descend(root: Pfn, vpn: Vpn): void {
    let table = root;
    for (let level = 0; ; level++) {
      this.read(table, level, vpn);
      const next = this.child();
      if (next === -1) return;
      table = next;
    }
  }

  /** Follows tables to the entry of `level` for `vpn`, and makes those that are missing. An error leaves what was made. */
  reach(root: Pfn, vpn: Vpn, level: number): Errno {
    let table = root;
    for (let above = 0; above < level; above++) {
      this.read(table, above, vpn);
      let next = this.child();
      if (next === -1) {
        if (!this.isEmpty) return (this.low & (LOW.P | LOW.PS)) === LOW.P ? 'EFAULT' : 'EEXIST';
        next = this.allocate(above + 1);
        if (next === -1) return 'ENOMEM';
        this.point(table, above, vpn, next);
      }
      table = next;
    }
    this.read(table, level, vpn);
    return 'ok';
  }

  /** Makes an entry point to a table. */
  point(table: Pfn, level: number, vpn: Vpn, child: Pfn): void {
    this.pointAt(table, level, indexOf(vpn, this.format.levels[level]), child);
  }

  pointAt(table: Pfn, level: number, index: number, child: Pfn): void {
    this.writeAt(table, level, index, lowOf(child, this.#tableFlags[level]), highOf(child, 0));
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
  allocate(level: number): Pfn | -1 {
    const order = level === 0 && this.kernel !== null ? this.kernel.rootOrder : 0;
    const pfn = this.buddy.allocate(order, `${this.format.levels[level].name} table`, tableOwner(level));
    if (pfn === -1) return -1;
    this.memory.back(pfn);
    this.#counters[Counter.TablesByLevel + level]++;
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
    if (level < this.last)
      for (let index = 0; index < this.entriesAt(level); index++) {
        this.readAt(table, level, index);
        const child = this.child();
        if (child !== -1) this.freeTree(child, level + 1);
      }
    this.free(table, level);
  }

  /** A table that nothing points to any more is freed once the walk caches have forgotten it. */
  gather(pfn: Pfn, level: number, gather: TlbGather): void {
    this.#counters[Counter.TablesByLevel + level]--;
    this.unlinked();
    this.emt.tlbGatherTable(gather, pfn, tableOwner(level));
  }

  gatherTree(table: Pfn, level: number, gather: TlbGather): void {
    if (level < this.last)
      for (let index = 0; index < this.entriesAt(level); index++) {
        this.readAt(table, level, index);
        const child = this.child();
        if (child !== -1) this.gatherTree(child, level + 1, gather);
      }
    this.gather(table, level, gather);
  }

  /** True if no entry of the table, or of tables below it, maps anything. */
  isEmptyTree(table: Pfn, level: number): boolean {
    for (let index = 0; index < this.entriesAt(level); index++) {
      this.readAt(table, level, index);
      if (this.isEmpty) continue;
      const child = this.child();
      if (child === -1 || !this.isEmptyTree(child, level + 1)) return false;
    }
    return true;
  }

  /** Tables in use by level, of all databases. */
  countByLevel(): number[] {
    return this.format.levels.map((_, level) => this.#counters[Counter.TablesByLevel + level]);
  }

  create(id: number): Tdb | null {
    const root = this.allocate(0);
    if (root === -1) return null;
    this.kernel?.share(root);
    return { id, root };
  }

  destroy({ root }: Tdb): void {
    this.kernel?.unshare();
    this.freeTree(root, 0);
  }
}
