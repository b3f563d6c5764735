/**
 * The entries of a tree as software reads and writes them: every entry that the driver touches goes through this file, which
 * counts it, knows how entries lie in memory, and keeps the entry at hand in numbers.
 */
import { alignDown, asPfn, PAGE_BYTES, type Pfn, type Vpn } from '../../../core/addresses';
import { type Probe, Signal } from '../../../core/probe';
import { tableOwner } from '../../../emt/gather';
import type { Tobj } from '../../../emt/tobj';
import type { BuddyAllocator } from '../../../memory/buddy';
import { PAGE_WORDS } from '../../../memory/pagedStore';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import {
  entriesOf,
  indexOf,
  isFlatRoot,
  mapsBasePages,
  pagesPerEntry,
  type PagingFormat,
  pageSizesOf,
  rootFrame,
  tableBytes,
} from '../../format';
import type { EntryAttributes } from '../../x86/attributes';
import { frameOf, HIGH, LOW } from '../../x86/entry';
import type { KernelSpace } from '../../x86/kernelSpace';
import { levelArrays } from '../levelArrays';

export interface EntryOptions {
  /** Called for each step of the software's way down, before the entry of that level is read. */
  accessor?(level: number, vpn: Vpn): void;
  /** Called when an entry of a root has become present that processors keep in registers (PAE). */
  rootChanged?(root: Pfn): void;
}

export class Entries {
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
  readonly #entryWords: number;
  /** Entries of a frame, as a power of two. */
  readonly #frameShift: number;
  /** By level: pages of an entry, and 1 / these; mask of an index; level of the tables below; of flattened ones, or −1; 1 if it maps base pages; order of a table. */
  readonly #pages: Float64Array;
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  protected readonly next: Int32Array;
  protected readonly flattened: Int32Array;
  readonly #isBase: Uint8Array;
  protected readonly flatRoot: number;
  readonly #accessor: EntryOptions['accessor'];
  protected readonly order: Uint8Array;
  /** Level of a root that processors keep in registers, or −1. */
  readonly #inRegisters: number;

  constructor(
    readonly format: PagingFormat,
    readonly attributes: EntryAttributes,
    protected readonly memory: PhysicalMemory,
    protected readonly buddy: BuddyAllocator,
    protected readonly kernel: KernelSpace | null,
    readonly probe: Probe,
    private readonly options: EntryOptions = {},
  ) {
    const { levels } = format;
    this.pageSizes = pageSizesOf(format);
    this.#entryWords = format.entryBytes / 4;
    this.#frameShift = format.entryBytes === 8 ? 9 : 10;
    this.#pages = Float64Array.from(levels, pagesPerEntry);
    const arrays = levelArrays(format);
    this.#scale = arrays.scale;
    this.#mask = arrays.mask;
    this.#isBase = arrays.isBase;
    this.next = arrays.next;
    this.flattened = arrays.flattened;
    this.flatRoot = format.flatRoot ?? -1;
    this.#inRegisters = levels[0].inRegisters ? 0 : -1;
    this.#accessor = options.accessor;
    this.order = Uint8Array.from(levels, (_, i) => Math.max(0, Math.log2(tableBytes(format, i) / PAGE_BYTES)));
    this.smallestSpan = Math.min(...levels.filter(mapsBasePages).map(entriesOf));
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
    const flattened = this.flattened[level];
    return this.isBase(level) || this.isBase(this.next[level]) || (flattened !== -1 && this.isBase(flattened));
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
    if (isFlatRoot(root)) this.step(rootFrame(root), this.flatRoot, vpn);
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
    return this.order[level] !== 0;
  }

  /**
   * Entries of a wide table from that of `vpn` to the end of its frame, or `limit` if that is less, if the frame holds nothing at
   * all: software reads them one by one, and that is what is charged. 0 if the frame has to be looked at.
   */
  emptyRun(table: Pfn, level: number, vpn: Vpn, limit: number): number {
    return this.emptyFrom(table, indexOf(vpn, this.format.levels[level]), limit);
  }

  protected emptyFrom(table: Pfn, index: number, limit: number): number {
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
    const flattened = this.flattened[this.level];
    this.childLevel = flattened !== -1 && (this.high & HIGH.FLATTENED) !== 0 ? flattened : this.next[this.level];
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

  /** The object that the entry at hand is, `vpn` being one of its pages; an absent base page if it is empty. */
  take(vpn: Vpn, out: Tobj): void {
    const pages = this.isEmpty ? 1 : this.pagesAt(this.level);
    out.vpn = pages === 1 ? vpn : alignDown(vpn, pages);
    out.pages = pages;
    out.word0 = this.low;
    out.word1 = this.high;
  }
}
