/**
 * The MMU driver of Elastic Cuckoo Page Tables: what EMT-Linux's ECPT.c does behind the EMT API.
 *
 * It meets the hardware walker in memory and in the registers of the CPUs, and shares no code with it but the hash and the
 * layout of a cluster. What it is made of is in the folder of its name.
 */
import { PAGE_BYTES } from '../../core/addresses';
import { Counter } from '../../core/counters';
import type { BasicFunctions, CustomizableFunctions, MmuDriver } from '../../emt/driver';
import type { PagingFormat } from '../format';
import type { SoftwareParts } from '../scheme';
import { readAttribute64, writeAttribute64 } from '../x86/attributes64';
import { x86Overrides } from '../x86/overrides';
import { Descriptors, WayNumbers } from './descriptor';
import { Blocks } from './driver/blocks';
import { Cwts } from './driver/cwts';
import { KernelData } from './driver/kernelData';
import { Huge } from './driver/huge';
import { Objects } from './driver/objects';
import { Ranges } from './driver/ranges';
import { Resizer } from './driver/resizer';
import { Scan } from './driver/scan';
import { Inserts } from './driver/inserts';
import { Mover } from './driver/mover';
import { Spaces } from './driver/spaces';
import { Ways } from './driver/ways';
import { makeHash } from './hash';
import { ENTRY_PAGES } from './layout';
import type { EcptOptions } from './format';
import { EcptKernel } from './kernel';

export class EcptDriver implements MmuDriver {
  readonly name = 'ecpt';
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly #resizer: Resizer;

  constructor(
    format: PagingFormat,
    private readonly options: EcptOptions,
    parts: SoftwareParts,
  ) {
    const { memory, buddy, tlb, probe, cpus, seed } = parts;
    const kernel = parts.kernel instanceof EcptKernel ? parts.kernel : null;
    const levels = format.levels.length;
    const others = format.hashed?.others ?? [];
    const data = new KernelData(memory, seed);
    const numbers = new WayNumbers(options.ways);
    const descriptors = new Descriptors(memory);
    const hash = makeHash(options.hash);
    const blocks = new Blocks(buddy, probe, [...format.levels.map((l) => `${l.name} way`), ...others]);
    const cwts = new Cwts(memory, descriptors, hash, data, blocks, probe, options.cwtEntries, levels);
    const levelOf = (size: number): number => format.levels.findIndex((l) => l.leafSize === size);
    const mover = new Mover(cpus, probe);
    const ways = new Ways({ options, numbers, memory, descriptors, hash, data, blocks, cwts, probe, mover, levelOf });
    const spaces = new Spaces({
      ...{ cpus, tlb, descriptors, numbers, blocks, cwts, ways, probe, mover, kernel },
      row: levels + 1,
      switch: options.switch,
    });
    const inserts = new Inserts(ways);
    this.#resizer = new Resizer(ways, inserts, (root, way) => spaces.publish(root, way));
    spaces.attach(this.#resizer);
    const objects = new Objects(ways, this.#resizer, probe);
    const pageSizes = format.levels.map((l) => ENTRY_PAGES[l.leafSize as 0 | 1 | 2]);
    const rows = levels + others.length;
    this.basic = {
      tobjInit: (tobj, vpn) => objects.clear(tobj, vpn),
      tobjReadAttr: readAttribute64,
      tobjWriteAttr: writeAttribute64,
      tobjCopy: (from, to) => objects.copy(from, to),
      tdbFindTobj: (tdb, vpn, out) => objects.find(tdb, vpn, out),
      tdbUpdateTobj: (tdb, tobj, old) => objects.update(tdb, tobj, old),
      tdbRemoveTobj: (tdb, tobj, old) => objects.remove(tdb, tobj, old),
      tdbPageSizes: () => pageSizes,
      tdbStats: () => {
        const frames = Array.from({ length: rows }, (_, i) => probe.counters[Counter.TablesByLevel + i]);
        return { tablesByLevel: frames.slice(0, levels), bytes: frames.reduce((a, b) => a + b, 0) * PAGE_BYTES };
      },
      tsvcInit: () => spaces.init(),
      tsvcCreateTdb: (id) => spaces.create(id),
      tsvcDestroyTdb: (tdb) => spaces.destroy(tdb),
      tsvcSwitchTdb: (tdb) => spaces.switchTo(tdb),
      tsvcReadTdb: () => tlb.readRoot(),
      tsvcFlushTlb: (tdb, start, end) => tlb.flushRange(tdb, start, end, false),
    };
    const scan = new Scan(objects, probe);
    const ranges = new Ranges(objects, scan);
    const huge = new Huge(objects, scan, mover, tlb);
    const attributes = { tobjReadAttr: readAttribute64, tobjWriteAttr: writeAttribute64 };
    this.overrides = {
      ...x86Overrides({ scan, huge, ranges, objects, attributes }),
      // `free_pgd_range` does nothing: tables are freed with the address space.
      addrRangeFreeTables: () => undefined,
      // Clusters move when others are entered: one coarse lock (`page_table_lock`), where trees have one a table.
      addrRangeGetLock: (tdb) => tdb.root,
      // There is nothing to flush: hints of the walk caches may be stale at any time.
      walkCacheFlush: () => undefined,
    };
  }

  get runsAlone(): boolean {
    return this.options.thread === 'alone';
  }

  get isBusy(): boolean {
    return this.#resizer.isBusy;
  }

  background(): void {
    this.#resizer.step();
  }
}
