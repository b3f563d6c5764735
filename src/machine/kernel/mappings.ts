/**
 * What the kernel does to one translation or to a range of them, on EMT alone, with the pages' records kept in step
 * (the middle of mm/memory.c and mm/rmap.c).
 *
 * One object for the kernel's life. `tobj` and `old` are scratch that callers share: whoever calls something else in between
 * must not rely on them.
 */
import { addPages, asPfn, asVpn, formatVirtual, type Pfn, type Vpn } from '../core/addresses';
import { Counter } from '../core/counters';
import type { Probe } from '../core/probe';
import type { Errno, VmaView } from '../emt/driver';
import type { Emt } from '../emt/emt';
import type { GatheredObject, TlbGather } from '../emt/gather';
import { Attribute, Tobj } from '../emt/tobj';
import type { Frames } from './memory/frames';
import { PageFlag, PageKind } from './memory/pages';
import type { FlushOperation } from '../core/flushOperations';
import type { KernelOptions } from './options';
import type { Process } from './process';
import { isPrivate, linearIndex, type Vma } from './vma';

/** A gather and the frames that may be freed when it is finished. Plain data, part of an operation's record. */
export interface Batch {
  readonly gather: TlbGather;
  readonly frees: Pfn[];
}

/** Objects that a batch holds back before it is flushed (about one mmu_gather batch). */
export const BATCH_LIMIT = 500;

export class Mappings {
  readonly old = new Tobj();
  readonly #dropped: ReadonlySet<FlushOperation>;
  readonly #view: { -readonly [K in keyof VmaView]: VmaView[K] } = { start: asVpn(0), end: asVpn(0), huge: false };

  constructor(
    readonly emt: Emt,
    readonly frames: Frames,
    private readonly probe: Probe,
    private readonly options: KernelOptions,
  ) {
    this.#dropped = new Set(options.dropFlush);
  }

  // ---- one translation ----------------------------------------------------------------------------------------------

  /** Enters the object under the lock that covers it. Reclaims memory if there is none for a table. */
  update(process: Process, tobj: Tobj): Errno {
    const { emt, frames } = this;
    for (;;) {
      const lock = emt.addrRangeLock(process.tdb, tobj.vpn, addPages(tobj.vpn, tobj.pages));
      const error = emt.tdbUpdateTobj(process.tdb, tobj, this.old);
      emt.addrRangeUnlock(lock);
      if (error !== 'ENOMEM' || frames.onShortage === null || !frames.onShortage()) return error;
    }
  }

  /** Makes `tobj` a mapping of the frame with the area's rights; for a write also young and dirty, as Linux maps a first write. */
  describe(tobj: Tobj, vma: Vma, vpn: Vpn, pages: number, pfn: Pfn): void {
    const { emt } = this;
    emt.tobjInit(tobj, vpn);
    if (pages > 1) emt.tobjWriteAttr(tobj, Attribute.SIZE, pages);
    emt.tobjWriteAttr(tobj, Attribute.PA, pfn);
    this.describeRights(tobj, vma);
  }

  /** The area's rights but WRITE, which is given by who knows that nobody else may see the write. */
  describeRights(tobj: Tobj, vma: Vma): void {
    const { emt } = this;
    emt.tobjWriteAttr(tobj, Attribute.PRESENT, 1);
    emt.tobjWriteAttr(tobj, Attribute.USER, 1);
    emt.tobjWriteAttr(tobj, Attribute.EXEC, vma.exec ? 1 : 0);
    emt.tobjWriteAttr(tobj, Attribute.ACCESSED, 1);
    if (vma.pkey !== 0) emt.tobjWriteAttr(tobj, Attribute.PKEY, vma.pkey);
    // khugepaged and swap-in also work on memory that nobody may access now (PAGE_NONE).
    if (!vma.read && !vma.write && !vma.exec) emt.tobjWriteAttr(tobj, Attribute.READ, 0);
  }

  makeWritable(tobj: Tobj, dirty: boolean): void {
    this.emt.tobjWriteAttr(tobj, Attribute.WRITE, 1);
    if (dirty) this.emt.tobjWriteAttr(tobj, Attribute.DIRTY, 1);
  }

  /** Anonymous memory as the policy says; a device is mapped in the largest pages that fit, as Linux does. */
  wantsHuge(vma: Vma): boolean {
    if (vma.huge === 'unwanted' || this.frames.hugePages === 1) return false;
    if (vma.backing !== 'anon' || vma.stack) return vma.backing === 'dax';
    return this.options.thp === 'always' || (this.options.thp === 'madvise' && vma.huge === 'wanted');
  }

  /** What EMT sees of the area; scratch. */
  view(vma: Vma, huge = this.wantsHuge(vma)): VmaView {
    this.#view.start = vma.start;
    this.#view.end = vma.end;
    this.#view.huge = huge;
    return this.#view;
  }

  // ---- flushing -----------------------------------------------------------------------------------------------------

  /** True if the scenario leaves this operation's flushes out. */
  drops(operation: FlushOperation): boolean {
    return this.#dropped.has(operation);
  }

  flush(operation: FlushOperation, process: Process, start: Vpn, end: Vpn): void {
    if (this.drops(operation)) this.#noteDropped(operation, start, end);
    else this.emt.tsvcFlushTlb(process.tdb, start, end);
  }

  #noteDropped(operation: FlushOperation, start: Vpn, end: Vpn): void {
    this.probe.counters[Counter.FlushesDropped]++;
    if (this.probe.recorder === null) return;
    const range = `${formatVirtual(start)} .. ${formatVirtual(end)}`;
    this.probe.note(`flush drop ${operation}: TLBs keep what they have of ${range}`);
  }

  startBatch(process: Process): Batch {
    return { gather: this.emt.tlbGatherStart(process.tdb), frees: [] };
  }

  /** A copy that may be changed, of a batch in an operation's record. */
  continueBatch({ gather, frees }: Batch): Batch {
    return {
      gather: { ...gather, objects: gather.objects.slice(), tables: gather.tables.slice() },
      frees: frees.slice(),
    };
  }

  isFull({ gather, frees }: Batch): boolean {
    if (gather.forced === true) return true;
    return frees.length >= BATCH_LIMIT || gather.tables.length >= BATCH_LIMIT || gather.objects.length >= BATCH_LIMIT;
  }

  /** Flushes, then frees; the batch is empty afterwards. */
  finishBatch(operation: FlushOperation, process: Process, batch: Batch): void {
    const { gather, frees } = batch;
    if (gather.start < gather.end && this.drops(operation)) {
      this.#noteDropped(operation, gather.start, gather.end);
      gather.start = gather.end = asVpn(0);
    }
    this.emt.tlbGatherFinish(process.tdb, gather);
    this.frames.freeAll(frees);
    frees.length = 0;
  }

  // ---- ranges -------------------------------------------------------------------------------------------------------

  /** Removes what is mapped in a part of an area: at most `limit` objects. Returns the first page not looked at. */
  zap(process: Process, vma: Vma, start: Vpn, end: Vpn, limit: number, batch: Batch): Vpn {
    const { objects } = batch.gather;
    const before = objects.length;
    const next = this.emt.addrRangeRemove(process.tdb, start, end, limit, batch.gather);
    for (let i = before; i < objects.length; i++) this.forget(process, vma, objects[i], batch.frees);
    objects.length = before;
    return next;
  }

  /** An object has left the database: the process maps its frames no more. */
  forget(process: Process, vma: Vma, object: GatheredObject, frees: Pfn[]): void {
    if (object.slot >= 0) {
      process.swapEntries -= object.pages;
      for (let i = 0; i < object.pages; i++) this.#dropSlot(object.slot + i);
      return;
    }
    if (object.special) return;
    this.forgetFrames(process, vma, object.vpn, object.pages, object.pfn, object.dirty, frees);
  }

  forgetFrames(process: Process, vma: Vma, vpn: Vpn, pages: number, pfn: Pfn, dirty: boolean, frees: Pfn[]): void {
    const records = this.frames.pages;
    if (pages === records.hugePages && records.has(pfn, PageFlag.Compound)) {
      if (this.#owns(process, vma, vpn, pfn)) this.#unshare(process, pfn, pages, dirty, frees);
      return;
    }
    for (let i = 0; i < pages; i++) {
      const frame = asPfn(pfn + i);
      if (this.#owns(process, vma, addPages(vpn, i), frame)) this.#unshare(process, frame, 1, dirty, frees);
    }
  }

  #unshare(process: Process, pfn: Pfn, pages: number, dirty: boolean, frees: Pfn[]): void {
    const records = this.frames.pages;
    if (records.kind(pfn) === PageKind.Anon) process.rssAnon -= pages;
    else {
      process.rssFile -= pages;
      if (dirty) records.set(pfn, PageFlag.Dirty);
    }
    this.frames.unshare(pfn, frees);
  }

  #dropSlot(slot: number): void {
    if (this.frames.swap.isUsed(slot)) this.frames.dropSlot(slot);
    else this.probe.note(`BUG: Bad swap entry: nothing was swapped out to slot ${slot}`);
  }

  /**
   * An entry that somebody edited may name a frame that is not its own, and that frame must not be given up with it; Linux
   * prints the same complaint and goes on. The frame must be mapped, and its place be that of the page.
   */
  #owns(process: Process, vma: Vma, vpn: Vpn, pfn: Pfn): boolean {
    const { pages } = this.frames;
    const kind = pages.kind(pfn);
    const owner = kind === PageKind.Anon ? process.family : vma.file;
    const expected = kind === PageKind.Anon ? isPrivate(vma) : kind === PageKind.File;
    if (expected && pages.mappings(pfn) > 0 && pages.owner(pfn) === owner && pages.index(pfn) === linearIndex(vma, vpn))
      return true;
    this.probe.note(`BUG: Bad page map: frame 0x${pfn.toString(16)} is not this page's`);
    return false;
  }

  // ---- huge pages ---------------------------------------------------------------------------------------------------

  /** Makes base objects of the huge object in `tobj` (`__split_huge_pmd`), and base pages of its compound. */
  demote(process: Process, tobj: Tobj, batch: Batch): Errno {
    const { emt } = this;
    let error = emt.hugeSplitPrepare(process.tdb, tobj);
    if (error === 'ok') error = emt.hugeDemote(process.tdb, tobj, batch.gather);
    if (error !== 'ok') return error;
    const pfn = asPfn(emt.tobjReadAttr(tobj, Attribute.PA));
    if (this.frames.pages.kind(pfn) === PageKind.Anon) this.frames.split(pfn);
    return 'ok';
  }

  /**
   * No huge object may reach over the border at `vpn`: one that does is demoted. What looks like one and is none, because
   * somebody edited an entry, is left to whoever meets it.
   */
  splitAt(process: Process, vpn: Vpn, batch: Batch): Errno {
    const tobj = new Tobj();
    this.emt.tdbFindTobj(process.tdb, vpn, tobj);
    if (this.emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0 || tobj.vpn === vpn) return 'ok';
    return this.demote(process, tobj, batch) === 'ENOMEM' ? 'ENOMEM' : 'ok';
  }
}
