/**
 * A write to a page that is mapped read-only although its area is writable (mm/memory.c `do_wp_page`): a private page with a
 * sole owner is made writable, one that is shared is copied; a shared mapping is told that it gets dirty.
 */
import { asPfn, formatVirtual, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { Attribute, Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { isPrivate, linearIndex, type Vma } from '../vma';
import type { Resolution } from './resolution';
import { BUS, COW, type FaultVerdict, PROTECTION } from './verdict';

const F = {
  doWpPage: functionIndex('do_wp_page'),
  wpPageCopy: functionIndex('wp_page_copy'),
  wpPageReuse: functionIndex('wp_page_reuse'),
  hugeWpPage: functionIndex('do_huge_pmd_wp_page'),
} as const;

export class WriteProtectFaults {
  readonly #split = new Tobj();
  readonly #frees: Pfn[] = [];

  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly resolution: Resolution,
  ) {}

  /** `tobj` is the present object at the page, not writable. */
  map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, exec: boolean): FaultVerdict {
    const huge = tobj.pages > 1;
    const name = huge ? F.hugeWpPage : F.doWpPage;
    this.probe.enter(name, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    const result = huge ? this.#huge(process, vma, vpn, tobj, exec) : this.#base(process, vma, vpn, tobj);
    this.probe.leave(name);
    return result;
  }

  #base(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj): FaultVerdict {
    const { emt, frames } = this.mappings;
    const { pages } = frames;
    const pfn = asPfn(emt.tobjReadAttr(tobj, Attribute.PA));
    if (!isPrivate(vma)) return this.#reuse(process, vma, tobj, 'the mapping is shared');
    if (pages.kind(pfn) === PageKind.Anon && pages.mappings(pfn) === 1 && this.#soleOwner(pfn)) {
      // Its contents change: the copy on the swap device is worth nothing any more.
      if (pages.has(pfn, PageFlag.SwapCache)) frames.leaveSwapCache(pfn);
      frames.store(pfn);
      return this.#reuse(process, vma, tobj, 'the page has no other owner');
    }
    return this.#copy(process, vma, vpn, tobj, pfn);
  }

  /** A swap slot that other entries name is an owner too. */
  #soleOwner(pfn: Pfn): boolean {
    const { pages, swap } = this.mappings.frames;
    return !pages.has(pfn, PageFlag.SwapCache) || swap.count(pages.content(pfn)) === 0;
  }

  #reuse(process: Process, vma: Vma, tobj: Tobj, why: string): FaultVerdict {
    this.probe.call(F.wpPageReuse, 'kernel');
    this.probe.counters[Counter.CowReuses]++;
    const pfn = asPfn(this.mappings.emt.tobjReadAttr(tobj, Attribute.PA));
    this.mappings.frames.pages.clear(this.mappings.frames.pages.head(pfn), PageFlag.LazyFree);
    this.mappings.describeRights(tobj, vma);
    this.mappings.makeWritable(tobj, true);
    const error = this.mappings.update(process, tobj);
    this.mappings.flush('cow', process, tobj.vpn, (tobj.vpn + tobj.pages) as Vpn);
    if (error !== 'ok') return this.resolution.failed(error);
    return this.resolution.resolved(PROTECTION, why);
  }

  #copy(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, from: Pfn): FaultVerdict {
    const { emt, frames } = this.mappings;
    this.probe.enter(F.wpPageCopy, 'kernel', this.probe.recorder !== null ? `frame 0x${from.toString(16)}` : '');
    const special = emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 1;
    frames.pinned = from;
    const to = frames.allocate(
      PageKind.Anon,
      process.family,
      linearIndex(vma, vpn),
      special ? 0 : frames.contentOf(from),
    );
    frames.pinned = -1;
    if (to === -1) {
      this.probe.leave(F.wpPageCopy, 'ENOMEM');
      return this.resolution.outOfMemory();
    }
    if (special) frames.clear(to, false);
    else frames.copy(from, to, false);
    this.mappings.describe(tobj, vma, vpn, 1, to);
    this.mappings.makeWritable(tobj, true);
    const error = this.mappings.update(process, tobj);
    this.mappings.flush('cow', process, vpn, (vpn + 1) as Vpn);
    this.probe.leave(F.wpPageCopy);
    if (error !== 'ok') {
      frames.free(to);
      return this.resolution.failed(error);
    }
    frames.share(to);
    frames.store(to);
    process.rssAnon++;
    if (!special) this.mappings.forgetFrames(process, vma, vpn, 1, from, false, this.#frees);
    frames.freeAll(this.#frees);
    this.#frees.length = 0;
    this.probe.counters[Counter.CowCopies]++;
    return this.resolution.resolved(COW, 'the page is shared: this process gets its own copy');
  }

  /** A sole owner keeps the huge page; of the huge zero page a new one is made; else the mapping is split and one page copied. */
  #huge(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, exec: boolean): FaultVerdict {
    const { emt, frames } = this.mappings;
    const { pages } = frames;
    const pfn = asPfn(emt.tobjReadAttr(tobj, Attribute.PA));
    if (!isPrivate(vma)) return this.#reuse(process, vma, tobj, 'the mapping is shared');
    const compound = pages.has(pfn, PageFlag.Compound);
    if (compound && pages.kind(pfn) === PageKind.Anon && pages.mappings(pfn) === 1) {
      frames.store(asPfn(pfn + (vpn - tobj.vpn)));
      return this.#reuse(process, vma, tobj, 'the huge page has no other owner');
    }
    if (pages.kind(pfn) === PageKind.Zero) {
      const replaced = this.#replaceHugeZero(process, vma, vpn, tobj);
      if (replaced !== undefined) return replaced;
    }
    const batch = this.mappings.startBatch(process);
    emt.tobjCopy(tobj, this.#split);
    const error = this.mappings.demote(process, this.#split, batch);
    this.mappings.finishBatch('demote', process, batch);
    if (error !== 'ok') return this.resolution.failed(error);
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    if (tobj.pages > 1) return this.resolution.fatal(BUS, 'a huge entry cannot be split');
    return this.map(process, vma, vpn, tobj, exec);
  }

  #replaceHugeZero(process: Process, vma: Vma, written: Vpn, tobj: Tobj): FaultVerdict | undefined {
    const { frames } = this.mappings;
    const { vpn, pages } = tobj;
    const to = frames.allocate(PageKind.Anon, process.family, linearIndex(vma, vpn), 0, frames.hugeOrder);
    if (to === -1) return undefined;
    frames.clear(to, true);
    frames.store(asPfn(to + (written - vpn)));
    this.mappings.describe(tobj, vma, vpn, pages, to);
    this.mappings.makeWritable(tobj, true);
    const error = this.mappings.update(process, tobj);
    this.mappings.flush('cow', process, vpn, (vpn + pages) as Vpn);
    if (error !== 'ok') {
      frames.free(to);
      return this.resolution.failed(error);
    }
    frames.share(to);
    process.rssAnon += pages;
    return this.resolution.resolved(COW, 'a huge page of its own instead of the huge zero page');
  }
}
