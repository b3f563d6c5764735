/**
 * The MMU driver of tree-shaped tables: what Linux's x86 code does behind the EMT API (arch/x86/mm/pgtable.c, mm/memory.c
 * `__pte_alloc`, `free_pgd_range`).
 *
 * It reads and writes the same bytes as the hardware walker, and shares no code with it. Tables are single frames from
 * the buddy allocator; their number by level is kept in the machine's counters.
 */
import {
  addPages,
  alignDown,
  alignUp,
  asVpn,
  formatVirtual,
  maxVpn,
  minVpn,
  type Pfn,
  type Vpn,
} from '../../core/addresses';
import { Counter } from '../../core/counters';
import { type Probe, Signal } from '../../core/probe';
import type { BasicFunctions, CustomizableFunctions, Errno, MmuDriver, Tdb, TdbStats } from '../../emt/driver';
import { gatherPage, tableOwner, type TlbGather } from '../../emt/gather';
import type { TobjIterator } from '../../emt/iterator';
import type { Tobj } from '../../emt/tobj';
import type { BuddyAllocator } from '../../memory/buddy';
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { entriesOf, indexOf, pagesPerEntry, type PagingFormat } from '../format';
import { readX86Attribute, writeX86Attribute } from '../x86/attributes';
import { frameOf, highOf, LOW, lowOf, TABLE_FLAGS } from '../x86/entry';
import type { KernelSpace } from '../x86/kernelSpace';
import type { TlbService } from '../x86/tlbService';

export class RadixDriver implements MmuDriver {
  readonly name = 'radix';
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly #last: number;
  /** Scratch of `#descend`: the table and level at which it ended. */
  #table: Pfn = 0 as Pfn;
  #level = 0;

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly buddy: BuddyAllocator,
    private readonly tlb: TlbService,
    private readonly kernel: KernelSpace | null,
    private readonly probe: Probe,
  ) {
    this.#last = format.levels.length - 1;
    const sizes = format.levels.filter((l) => l.leafSize !== undefined).map(pagesPerEntry);
    this.basic = {
      tobjInit: (tobj, vpn) => this.#clear(tobj, vpn),
      tobjReadAttr: readX86Attribute,
      tobjWriteAttr: writeX86Attribute,
      tobjCopy: (from, to) => void Object.assign(to, from),
      tdbFindTobj: (tdb, vpn, out) => this.#find(tdb, vpn, out),
      tdbUpdateTobj: (tdb, tobj, old) => this.#update(tdb, tobj, old),
      tdbRemoveTobj: (tdb, tobj, old) => this.#remove(tdb, tobj, old),
      tdbPageSizes: () => sizes,
      tdbStats: () => this.#stats(),
      tsvcInit: () => undefined,
      tsvcCreateTdb: (id) => this.#create(id),
      tsvcDestroyTdb: (tdb) => this.#destroy(tdb),
      tsvcSwitchTdb: (tdb) => this.tlb.switchTo(tdb),
      tsvcReadTdb: () => this.tlb.readRoot(),
      // The caller does not say whether it has freed tables: idle CPUs, too, must forget them then.
      tsvcFlushTlb: (tdb, start, end) => this.tlb.flushRange(tdb, start, end, true),
    };
    this.overrides = {
      tobjIterNext: (tdb, iterator, out) => this.#next(tdb, iterator, out),
      addrRangeFreeTables: (tdb, start, end, floor, ceiling, gather) =>
        this.#freeTables(tdb.root, 0, start, end, floor, ceiling, gather),
      addrRangeGetLock: (tdb, start) => this.#lockOf(tdb, start),
    };
  }

  #clear(tobj: Tobj, vpn: Vpn): void {
    tobj.vpn = vpn;
    tobj.pages = 1;
    tobj.word0 = 0;
    tobj.word1 = 0;
  }

  /** Follows tables from the root to the entry that maps `vpn`, or to the first that points to no table. */
  #descend(tdb: Tdb, vpn: Vpn): void {
    this.#table = tdb.root;
    for (let level = 0; ; level++) {
      this.#level = level;
      if (level === this.#last) return;
      const at = this.#wordOf(this.#table, level, vpn);
      const low = this.memory.pool.words[at];
      if ((low & LOW.P) === 0 || (low & LOW.PS) !== 0) return;
      const next = frameOf(low, this.memory.pool.words[at + 1]);
      if (!this.#isTable(next, level + 1)) return;
      this.#table = next;
    }
  }

  /** An entry that somebody edited may point anywhere: only frames that the driver made tables of this level are followed. */
  #isTable(pfn: Pfn, level: number): boolean {
    return this.buddy.belongsTo(pfn, tableOwner(level));
  }

  /** Index in the pool of the entry's low word. */
  #wordOf(table: Pfn, level: number, vpn: Vpn): number {
    return this.memory.base(table) + 2 * indexOf(vpn, this.format.levels[level]);
  }

  #find(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    this.#descend(tdb, vpn);
    this.#take(vpn, out);
  }

  /** The object at the place where `#descend` ended. */
  #take(vpn: Vpn, out: Tobj): void {
    const at = this.#wordOf(this.#table, this.#level, vpn);
    const low = this.memory.pool.words[at];
    const high = this.memory.pool.words[at + 1];
    if (low === 0 && high === 0) {
      this.#clear(out, vpn);
      if (this.probe.recorder !== null)
        this.probe.note(`nothing at ${formatVirtual(vpn)}: the ${this.format.levels[this.#level].name} entry is empty`);
      return;
    }
    const pages = pagesPerEntry(this.format.levels[this.#level]);
    out.vpn = alignDown(vpn, pages);
    out.pages = pages;
    out.word0 = low;
    out.word1 = high;
  }

  #update(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    let table = tdb.root;
    let level = 0;
    for (; pagesPerEntry(this.format.levels[level]) > tobj.pages; level++) {
      const at = this.#wordOf(table, level, tobj.vpn);
      if ((this.memory.pool.words[at] & LOW.P) !== 0) {
        table = frameOf(this.memory.pool.words[at], this.memory.pool.words[at + 1]);
        if (!this.#isTable(table, level + 1)) return 'EFAULT';
        continue;
      }
      const next = this.#allocateTable(level + 1);
      if (next === -1) return 'ENOMEM';
      this.#write(table, level, tobj.vpn, lowOf(next, TABLE_FLAGS), highOf(next, 0));
      table = next;
    }
    const at = this.#wordOf(table, level, tobj.vpn);
    old.vpn = tobj.vpn;
    old.pages = tobj.pages;
    old.word0 = this.memory.pool.words[at];
    old.word1 = this.memory.pool.words[at + 1];
    this.#write(table, level, tobj.vpn, tobj.word0, tobj.word1);
    return 'ok';
  }

  #remove(tdb: Tdb, tobj: Tobj, old: Tobj): void {
    this.#descend(tdb, tobj.vpn);
    this.#take(tobj.vpn, old);
    if (old.word0 !== 0 || old.word1 !== 0) this.#write(this.#table, this.#level, tobj.vpn, 0, 0);
  }

  #write(table: Pfn, level: number, vpn: Vpn, low: number, wanted: number): void {
    const base = this.memory.base(table);
    const index = indexOf(vpn, this.format.levels[level]);
    const high = level === 0 && this.kernel !== null ? this.kernel.mirror(table, index, low, wanted) : wanted;
    const words = this.memory.pool.words;
    const oldLow = words[base + 2 * index];
    const oldHigh = words[base + 2 * index + 1];
    this.memory.pool.touch(base / PAGE_WORDS);
    words[base + 2 * index] = low;
    words[base + 2 * index + 1] = high;
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

  #allocateTable(level: number): Pfn | -1 {
    const order = level === 0 && this.kernel !== null ? this.kernel.rootOrder : 0;
    const pfn = this.buddy.allocate(order, `${this.format.levels[level].name} table`, tableOwner(level));
    if (pfn === -1) return -1;
    this.memory.back(pfn);
    this.probe.counters[Counter.TablesByLevel + level]++;
    return pfn;
  }

  #freeTable(pfn: Pfn, level: number): void {
    this.probe.counters[Counter.TablesByLevel + level]--;
    this.buddy.free(pfn, `${this.format.levels[level].name} table`, tableOwner(level));
  }

  #create(id: number): Tdb | null {
    const root = this.#allocateTable(0);
    if (root === -1) return null;
    this.kernel?.share(root);
    return { id, root };
  }

  #destroy(tdb: Tdb): void {
    this.tlb.forget(tdb);
    this.kernel?.unshare();
    this.#freeTable(tdb.root, 0);
  }

  #stats(): TdbStats {
    const tablesByLevel = this.format.levels.map((_, i) => this.probe.counters[Counter.TablesByLevel + i]);
    return { tablesByLevel, bytes: tablesByLevel.reduce((a, b) => a + b, 0) * 4096 };
  }

  /** Skips what an absent upper entry covers in one step. */
  #next(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    for (;;) {
      this.#descend(tdb, iterator.vpn);
      iterator.lookups++;
      const at = this.#wordOf(this.#table, this.#level, iterator.vpn);
      const pages = pagesPerEntry(this.format.levels[this.#level]);
      const next = addPages(alignDown(iterator.vpn, pages), pages);
      const empty = this.memory.pool.words[at] === 0 && this.memory.pool.words[at + 1] === 0;
      if (empty && next < iterator.end) {
        iterator.vpn = next;
        continue;
      }
      this.#take(empty ? asVpn(iterator.end - 1) : iterator.vpn, out);
      iterator.vpn = next;
      iterator.objects++;
      return;
    }
  }

  /**
   * Frees the tables below `table` that serve nothing outside start … end: an entry's table goes if all it covers lies
   * between `floor` and `ceiling` (Linux's `free_pgd_range`). The pages in the range must have been removed.
   */
  #freeTables(table: Pfn, level: number, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void {
    if (level === this.#last) return;
    const format = this.format.levels[level];
    const pages = pagesPerEntry(format);
    let vpn = alignDown(start, pages);
    const stop = minVpn(
      alignUp(end, pages),
      addPages(alignDown(start, pages * entriesOf(format)), pages * entriesOf(format)),
    );
    for (; vpn < stop; vpn = addPages(vpn, pages)) {
      const at = this.#wordOf(table, level, vpn);
      const low = this.memory.pool.words[at];
      if ((low & LOW.P) === 0 || (low & LOW.PS) !== 0) continue;
      const child = frameOf(low, this.memory.pool.words[at + 1]);
      if (!this.#isTable(child, level + 1)) {
        this.probe.note(`BUG: bad ${format.name} entry: frame 0x${child.toString(16)} is no table`);
        this.#write(table, level, vpn, 0, 0);
        continue;
      }
      const entryEnd = addPages(vpn, pages);
      this.#freeTables(child, level + 1, maxVpn(start, vpn), minVpn(end, entryEnd), floor, ceiling, gather);
      if (vpn < floor || entryEnd > ceiling) continue;
      this.#write(table, level, vpn, 0, 0);
      this.probe.counters[Counter.TablesByLevel + level + 1]--;
      gather.tables.push({ pfn: child, owner: tableOwner(level + 1) });
      // The walk caches may hold this table: the flush must reach them even if no page was mapped.
      gatherPage(gather, maxVpn(start, vpn), 1);
    }
  }

  /** Split locks: a leaf table has its own; before it exists the root's stands in for it. */
  #lockOf(tdb: Tdb, vpn: Vpn): number {
    this.#descend(tdb, vpn);
    return this.#level === this.#last ? this.#table : tdb.root;
  }
}
