/**
 * The tables of a tree as they come and go. Tables are blocks of the buddy allocator, of one frame or, if they are flattened, of 512;
 * their number by level is kept in the machine's counters. A frame of a large table is backed when the first entry is written to it.
 */
import { addPages, PAGE_BYTES, type Pfn, type Vpn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { type Probe, Signal } from '../../../core/probe';
import type { EmtFunctions, Errno, Tdb } from '../../../emt/driver';
import { gatherPage, tableOwner, type TlbGather } from '../../../emt/gather';
import type { BuddyAllocator } from '../../../memory/buddy';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { flatRootAt, indexOf, type PagingFormat, rootFrame, rootLevel } from '../../format';
import type { EntryAttributes } from '../../x86/attributes';
import { HIGH, highOf, LOW, lowOf, TABLE_FLAGS } from '../../x86/entry';
import type { KernelSpace } from '../../x86/kernelSpace';
import { Entries, type EntryOptions } from './entries';

export interface TableOptions extends EntryOptions {
  /** The block of a flattened table is free before the TLB has forgotten it, as in EMT's prototype. */
  blockFirst?: boolean;
}

export class Tables extends Entries {
  #emt: EmtFunctions | undefined;
  readonly #counters: Float64Array;
  /** By level: what an entry that points to a table has beside its frame. */
  readonly #tableFlags: readonly number[];

  constructor(
    format: PagingFormat,
    attributes: EntryAttributes,
    memory: PhysicalMemory,
    buddy: BuddyAllocator,
    kernel: KernelSpace | null,
    probe: Probe,
    private readonly tableOptions: TableOptions = {},
  ) {
    super(format, attributes, memory, buddy, kernel, probe, tableOptions);
    this.#counters = probe.counters;
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
    return this.flattened[level] === -1 ? this.next[level] : this.flattened[level];
  }

  /** Makes an entry point to a table of a level. */
  point(table: Pfn, level: number, vpn: Vpn, child: Pfn, childLevel: number): void {
    this.pointAt(table, level, indexOf(vpn, this.format.levels[level]), child, childLevel);
  }

  pointAt(table: Pfn, level: number, index: number, child: Pfn, childLevel: number): void {
    const flags = childLevel === this.flattened[level] ? HIGH.FLATTENED : 0;
    this.writeAt(table, level, index, lowOf(child, this.#tableFlags[level]), highOf(child, flags));
  }

  // ---- tables -------------------------------------------------------------------------------------------------------

  /** A new table of zeroes, or −1. */
  #allocate(level: number): Pfn | -1 {
    const order = level === 0 && this.kernel !== null ? this.kernel.rootOrder : this.order[level];
    const pfn = this.buddy.allocate(order, `${this.format.levels[level].name} table`, tableOwner(level));
    if (pfn === -1) return -1;
    if (this.order[level] === 0) this.memory.back(pfn);
    this.#counters[Counter.TablesByLevel + level]++;
    return pfn;
  }

  /**
   * A new table for an entry of a level to point to, or −1; `childLevel` says which it is: a flattened one if the format has it and
   * there is a block for it. Each entry decides for itself.
   */
  make(level: number): Pfn | -1 {
    return this.#allocateOr(this.flattened[level], this.next[level]);
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
        const empty = this.isWide(level) ? this.emptyFrom(table, index, Infinity) : 0;
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
    if (this.order[level] === 0) this.emt.tlbGatherTable(gather, pfn, tableOwner(level));
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
    if (this.tableOptions.blockFirst === true) {
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
      const empty = this.isWide(level) ? this.emptyFrom(table, index, Infinity) : 0;
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
    const table = this.#allocateOr(this.flatRoot, 0);
    if (table === -1) return null;
    const root = this.childLevel === this.flatRoot ? flatRootAt(table) : table;
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
    this.countByLevel().forEach((n, level) => (sum += n * PAGE_BYTES * 2 ** this.order[level]));
    return sum;
  }
}
