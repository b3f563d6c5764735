/**
 * The MMU driver of tree-shaped tables: what Linux's x86 code does behind the EMT API.
 *
 * It reads and writes the same bytes as the hardware walker, and shares no code with it. What it is made of is in the folder
 * of its name; all geometry comes from the format.
 */
import { addPages } from '../../core/addresses';
import type { Probe } from '../../core/probe';
import type { BasicFunctions, CustomizableFunctions, EmtFunctions, MmuDriver, UncountedPages } from '../../emt/driver';
import type { BuddyAllocator } from '../../memory/buddy';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import type { PagingFormat } from '../format';
import { attributesOf } from '../x86/attributes';
import { x86Overrides } from '../x86/overrides';
import type { KernelSpace } from '../x86/kernelSpace';
import type { TlbService } from '../x86/tlbService';
import { Huge } from './driver/huge';
import { Scan } from './driver/iterator';
import { lockOf } from './driver/locks';
import { Objects } from './driver/objects';
import { Ranges } from './driver/ranges';
import { type TableOptions, Tables } from './driver/tables';
import { UncountedEntries } from './driver/uncounted';

export class TreeDriver implements MmuDriver {
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly uncounted?: UncountedPages;
  readonly #tables: Tables;

  constructor(
    readonly name: string,
    format: PagingFormat,
    memory: PhysicalMemory,
    buddy: BuddyAllocator,
    private readonly tlb: TlbService,
    kernel: KernelSpace | null,
    probe: Probe,
    options: TableOptions = {},
  ) {
    const tables = new Tables(format, attributesOf(format), memory, buddy, kernel, probe, {
      rootChanged: (root) => this.tlb.reloadRoot(root),
      ...options,
    });
    this.#tables = tables;
    const objects = new Objects(tables);
    this.basic = this.#basicFunctions(tables, objects);
    this.overrides = this.#customizableFunctions(tables, objects);
    // Where tables fold, how many entries are read depends on the page.
    if (format.levels.every(({ flattened, next }) => flattened === undefined && next === undefined))
      this.uncounted = new UncountedEntries(format, memory, buddy, probe);
  }

  attach(emt: EmtFunctions): void {
    this.#tables.attach(emt);
  }

  #basicFunctions(tables: Tables, objects: Objects): BasicFunctions {
    return {
      tobjInit: (tobj, vpn) => objects.clear(tobj, vpn),
      tobjReadAttr: tables.attributes.tobjReadAttr,
      tobjWriteAttr: tables.attributes.tobjWriteAttr,
      tobjCopy: (from, to) => objects.copy(from, to),
      tdbFindTobj: (tdb, vpn, out) => objects.find(tdb, vpn, out),
      tdbUpdateTobj: (tdb, tobj, old) => objects.update(tdb, tobj, old),
      tdbRemoveTobj: (tdb, tobj, old) => objects.remove(tdb, tobj, old),
      tdbPageSizes: () => tables.pageSizes,
      tdbStats: () => ({ tablesByLevel: tables.countByLevel(), bytes: tables.bytes }),
      tsvcInit: () => undefined,
      tsvcCreateTdb: (id) => tables.create(id),
      tsvcDestroyTdb: (tdb) => {
        this.tlb.forget(tdb);
        tables.destroy(tdb);
      },
      tsvcSwitchTdb: (tdb) => this.tlb.switchTo(tdb),
      tsvcReadTdb: () => this.tlb.readRoot(),
      // The caller does not say whether it has freed tables: idle CPUs, too, must forget them then.
      tsvcFlushTlb: (tdb, start, end) => this.tlb.flushRange(tdb, start, end, true),
    };
  }

  #customizableFunctions(tables: Tables, objects: Objects): Partial<CustomizableFunctions> {
    const scan = new Scan(tables, objects);
    const ranges = new Ranges(tables, scan);
    const huge = new Huge(tables, objects);
    return {
      ...x86Overrides({ scan, huge, ranges, objects, attributes: tables.attributes }),

      hugeClear: (tdb, tobj, old, gather) => huge.clear(tdb, tobj, old, gather),
      hugeSplitPrepare: () => huge.splitPrepare(),
      addrRangeFreeTables: (tdb, start, end, floor, ceiling, gather) =>
        ranges.freeTables(tdb, start, end, floor, ceiling, gather),
      addrRangeGetLock: (tdb, start, end) => lockOf(tables, tdb, start, end),
      // Any INVLPG empties the walk caches (Intel SDM vol. 3A §4.10.4.1): one page will do.
      walkCacheFlush: (tdb, start) => this.tlb.flushRange(tdb, start, addPages(start, 1), true),
    };
  }
}
