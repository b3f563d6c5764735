/**
 * Page sizes from the largest down (EMT, OSDI '25 fig. 10 `create_huge_page`; mm/huge_memory.c
 * `do_huge_pmd_anonymous_page`): the first that the driver finds eligible and the allocator can serve.
 */
import { alignDown, asPfn, formatVirtual, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { Attribute, type Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { linearIndex, type Vma } from '../vma';
import type { FileFaults } from './files';
import type { Resolution } from './resolution';
import { type FaultVerdict, THP } from './verdict';

const DO_HUGE_PAGE = functionIndex('do_huge_pmd_anonymous_page');

export class HugeFaults {
  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly resolution: Resolution,
    private readonly files: FileFaults,
    private readonly zeroPage: boolean,
  ) {}

  /** `tobj` is the absent object at the page, and still is if the answer is `undefined`: no huge page can be had. */
  map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict | undefined {
    const { emt, frames } = this.mappings;
    const { tdb } = process;
    let pages = emt.tdbPageSizes(tdb)[0];
    for (; pages > 1; pages = emt.decPageSize(tdb, pages)) {
      // A size that no allocator can serve is not worth the driver's look.
      if (pages > frames.hugePages) continue;
      if (!emt.thpEligible(tdb, tobj, pages, this.mappings.view(vma))) continue;
      this.probe.enter(DO_HUGE_PAGE, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
      const first = alignDown(vpn, pages);
      const result =
        vma.backing === 'dax'
          ? this.#mapDevice(process, vma, first, tobj, write, pages)
          : this.#mapAnonymous(process, vma, vpn, tobj, write, pages);
      this.probe.leave(DO_HUGE_PAGE, result === undefined ? 'fallback' : result.kind);
      if (result !== undefined) return result;
      emt.tobjInit(tobj, vpn);
    }
    return undefined;
  }

  #mapAnonymous(
    process: Process,
    vma: Vma,
    vpn: Vpn,
    tobj: Tobj,
    write: boolean,
    pages: number,
  ): FaultVerdict | undefined {
    const { frames } = this.mappings;
    const first = alignDown(vpn, pages);
    if (this.zeroPage && !write) return this.#mapZero(process, vma, first, tobj, pages);
    const pfn = frames.allocate(PageKind.Anon, process.family, linearIndex(vma, first), 0, frames.hugeOrder);
    if (pfn === -1) return this.#fallBack();
    frames.clear(pfn, true);
    if (write) frames.store(asPfn(pfn + (vpn - first)));
    this.mappings.describe(tobj, vma, first, pages, pfn);
    if (vma.write) this.mappings.makeWritable(tobj, write);
    if (this.mappings.update(process, tobj) !== 'ok') {
      frames.free(pfn);
      return this.#fallBack();
    }
    frames.share(pfn);
    process.rssAnon += pages;
    return this.#done('a huge page of zeroes');
  }

  #mapZero(process: Process, vma: Vma, first: Vpn, tobj: Tobj, pages: number): FaultVerdict | undefined {
    const pfn = this.mappings.frames.zero(true);
    if (pfn === -1) return this.#fallBack();
    this.mappings.describe(tobj, vma, first, pages, pfn);
    this.mappings.emt.tobjWriteAttr(tobj, Attribute.SPECIAL, 1);
    if (this.mappings.update(process, tobj) !== 'ok') return this.#fallBack();
    return this.#done('the huge zero page, read-only until a write replaces it');
  }

  /** A file's block must lie on a huge page of the device, at the same offset as the area has it. */
  #mapDevice(
    process: Process,
    vma: Vma,
    first: Vpn,
    tobj: Tobj,
    write: boolean,
    pages: number,
  ): FaultVerdict | undefined {
    const { frames } = this.mappings;
    const index = linearIndex(vma, first);
    const file = frames.cache.file(vma.file);
    if (index % pages !== 0 || index + pages > file.pages) return undefined;
    const pfn = this.files.devicePage(file, index);
    if (pfn === -1 || !frames.pages.has(asPfn(pfn), PageFlag.Compound)) return undefined;
    const result = this.files.mapDeviceFrames(process, vma, first, tobj, write, pfn, pages);
    if (result.kind !== 'fatal') this.probe.counters[Counter.HugePagesFaulted]++;
    return result.kind === 'fatal' ? result : THP;
  }

  #done(text: string): FaultVerdict {
    this.probe.counters[Counter.HugePagesFaulted]++;
    return this.resolution.resolved(THP, text);
  }

  #fallBack(): undefined {
    this.probe.counters[Counter.HugePageFallbacks]++;
    return undefined;
  }
}
