/** A page that was swapped out comes back (mm/memory.c `do_swap_page`): from the swap cache, else from the device. */
import { formatVirtual, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import type { Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { linearIndex, type Vma } from '../vma';
import type { Resolution } from './resolution';
import { BUS, type FaultVerdict, MAJOR, MINOR } from './verdict';

const F = {
  doSwapPage: functionIndex('do_swap_page'),
  swapRead: functionIndex('swap_read_folio'),
} as const;

export class SwapFaults {
  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly resolution: Resolution,
  ) {}

  /** `tobj` is the object that names the slot. */
  map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    this.probe.enter(F.doSwapPage, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    const result = this.#map(process, vma, vpn, tobj, write);
    this.probe.leave(F.doSwapPage, result.kind);
    return result;
  }

  #map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    const { emt, frames } = this.mappings;
    const { swap, pages } = frames;
    const slot = emt.tobjToSwap(process.tdb, tobj);
    if (!swap.isUsed(slot))
      return this.resolution.fatal(BUS, `nothing was swapped out to slot ${slot}: the page table is corrupt`);
    const cached = swap.cacheOf(slot);
    const pfn =
      cached === -1
        ? frames.allocate(PageKind.Anon, process.family, linearIndex(vma, vpn), swap.content(slot))
        : cached;
    if (pfn === -1) return this.resolution.outOfMemory();
    if (cached === -1) {
      this.probe.call(F.swapRead, 'kernel', this.probe.recorder !== null ? `slot ${slot}` : '');
      this.probe.counters[Counter.SwapReads]++;
      frames.enterSwapCache(pfn, slot);
    }
    // This entry names the slot no more, but the page still holds it: it can be swapped out again without being written.
    const last = swap.count(slot) === 1 && pages.mappings(pfn) === 0;
    const exclusive = write && last;
    this.mappings.describe(tobj, vma, vpn, 1, pfn);
    if (exclusive) this.mappings.makeWritable(tobj, true);
    const error = this.mappings.update(process, tobj);
    if (error !== 'ok') {
      // Nothing maps the page; it stays in the swap cache only if it was there before.
      if (cached === -1) {
        frames.leaveSwapCache(pfn);
        frames.free(pfn);
      }
      return this.resolution.failed(error);
    }
    swap.drop(slot);
    frames.share(pfn);
    if (last && (write || 2 * swap.used > swap.size)) frames.leaveSwapCache(pfn);
    if (exclusive) frames.store(pfn);
    pages.clear(pfn, PageFlag.LazyFree);
    process.swapEntries--;
    process.rssAnon++;
    return cached === -1
      ? this.resolution.resolved(MAJOR, `read from swap slot ${slot}`)
      : this.resolution.resolved(MINOR, `swap slot ${slot} was still in memory`, 'swap');
  }
}
