/**
 * The EMT API as the kernel calls it: translation objects, databases and the service (EMT, OSDI '25 §4).
 *
 * Each method counts the call, reports it, and runs the driver's implementation or the architecture-neutral default.
 * This is the only way from the kernel to translations: the kernel never knows which scheme it runs on. The classes below
 * this one hold the methods of the other groups.
 */
import { formatVirtual, type Pfn, type Vpn } from '../core/addresses';
import { Counter } from '../core/counters';
import { functionIndex } from '../core/functions';
import type { Probe } from '../core/probe';
import type { BuddyAllocator } from '../memory/buddy';
import { F, rangeText } from './calls';
import type { EmtFunctions, Errno, MmuDriver, Tdb, UncountedPages } from './driver';
import type { TlbGather } from './gather';
import { RangeCalls } from './rangeCalls';
import type { Tobj } from './tobj';

const REHASH = functionIndex('do_rehash_range');

const lockText = (lock: number): string => `lock 0x${lock.toString(16)}`;

export class Emt extends RangeCalls implements EmtFunctions {
  constructor(driver: MmuDriver, probe: Probe, buddy: BuddyAllocator, forced: 'all' | readonly string[] = []) {
    super(driver, probe, buddy, forced);
    driver.attach?.(this);
  }

  /** See `UncountedPages`. Attributes of its objects are written by `uncountedAttributes`. */
  get uncounted(): UncountedPages | null {
    return this.driver.uncounted ?? null;
  }
  get uncountedAttributes(): Pick<EmtFunctions, 'tobjWriteAttr'> {
    return this.basic;
  }

  /** One bounded step of a kernel thread of the driver's, if one has work. `asked`: somebody has said so. False if there was nothing to do. */
  background(asked = false): boolean {
    if (!this.driver.isBusy || (this.driver.runsAlone === true && !asked)) return false;
    const { probe } = this;
    const [outer, workClass] = [probe.running, probe.workClass[0]];
    probe.running = REHASH;
    probe.workClass[0] = Counter.KernelOther;
    probe.enter(REHASH, 'kernel');
    this.driver.background?.();
    probe.leave(REHASH);
    probe.running = outer;
    probe.workClass[0] = workClass;
    return true;
  }

  // ---- lock ---------------------------------------------------------------------------------------------------------

  addrRangeGetLock(tdb: Tdb, start: Vpn, end: Vpn): number {
    const outer = this.probe.running;
    this.probe.running = F.addrRangeGetLock;
    const lock = this.custom.addrRangeGetLock(tdb, start, end);
    this.probe.running = outer;
    const text = this.probe.recorder !== null ? rangeText(start, end) : '';
    this.call(F.addrRangeGetLock, text, this.probe.recorder !== null ? lockText(lock) : '', this.by.addrRangeGetLock);
    return lock;
  }

  addrRangeTryLock(lock: number): boolean {
    const taken = this.custom.addrRangeTryLock(lock);
    const text = this.probe.recorder !== null ? lockText(lock) : '';
    this.call(F.addrRangeTryLock, text, taken ? 'true' : 'false', this.by.addrRangeTryLock);
    return taken;
  }

  addrRangeWriteLock(lock: number): void {
    this.custom.addrRangeWriteLock(lock);
    const text = this.probe.recorder !== null ? lockText(lock) : '';
    this.call(F.addrRangeWriteLock, text, '', this.by.addrRangeWriteLock);
  }

  addrRangeWriteUnlock(lock: number): void {
    this.custom.addrRangeWriteUnlock(lock);
    const text = this.probe.recorder !== null ? lockText(lock) : '';
    this.call(F.addrRangeWriteUnlock, text, '', this.by.addrRangeWriteUnlock);
  }

  addrRangePutLock(lock: number): void {
    this.custom.addrRangePutLock(lock);
    const text = this.probe.recorder !== null ? lockText(lock) : '';
    this.call(F.addrRangePutLock, text, '', this.by.addrRangePutLock);
  }

  /** Gets the lock that covers the range and takes it. One CPU: it is always free; its cost is what is counted. */
  addrRangeLock(tdb: Tdb, start: Vpn, end: Vpn): number {
    const lock = this.addrRangeGetLock(tdb, start, end);
    this.addrRangeWriteLock(lock);
    return lock;
  }

  addrRangeUnlock(lock: number): void {
    this.addrRangeWriteUnlock(lock);
    this.addrRangePutLock(lock);
  }

  // ---- swap ---------------------------------------------------------------------------------------------------------

  tobjIsSwap(tobj: Tobj): boolean {
    const outer = this.enter(F.tobjIsSwap, this.by.tobjIsSwap);
    const swap = this.custom.tobjIsSwap(tobj);
    this.leave(F.tobjIsSwap, outer, swap ? 'true' : 'false');
    return swap;
  }

  tobjToSwap(tdb: Tdb, tobj: Tobj): number {
    const outer = this.enter(F.tobjToSwap, this.by.tobjToSwap);
    const slot = this.custom.tobjToSwap(tdb, tobj);
    this.leave(F.tobjToSwap, outer, this.probe.recorder !== null ? `slot ${slot}` : '');
    return slot;
  }

  swapToTobj(tobj: Tobj, slot: number): void {
    const text = this.probe.recorder !== null ? `slot ${slot}` : '';
    const outer = this.enter(F.swapToTobj, this.by.swapToTobj, text);
    this.custom.swapToTobj(tobj, slot);
    this.leave(F.swapToTobj, outer);
  }

  hugeToSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno {
    const text = this.probe.recorder !== null ? `${formatVirtual(huge.vpn)}, slot ${firstSlot}` : '';
    const outer = this.enter(F.hugeToSwap, this.by.hugeToSwap, text);
    const error = this.custom.hugeToSwap(tdb, huge, firstSlot, gather);
    this.leave(F.hugeToSwap, outer, error === 'ok' ? '' : error);
    return error;
  }

  // ---- translation cache ------------------------------------------------------------------------------------------

  tlbGatherStart(tdb: Tdb): TlbGather {
    this.call(F.tlbGatherStart, '', '', this.by.tlbGatherStart);
    return this.custom.tlbGatherStart(tdb);
  }

  tlbGatherTable(gather: TlbGather, pfn: Pfn, owner: number): void {
    this.custom.tlbGatherTable(gather, pfn, owner);
    const text = this.probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '';
    this.call(F.tlbGatherTable, text, '', this.by.tlbGatherTable);
  }

  tlbGatherFinish(tdb: Tdb, gather: TlbGather): void {
    const text = this.probe.recorder !== null ? `${gather.objects.length} objects, ${gather.tables.length} tables` : '';
    const outer = this.enter(F.tlbGatherFinish, this.by.tlbGatherFinish, text);
    this.custom.tlbGatherFinish(tdb, gather);
    this.leave(F.tlbGatherFinish, outer);
  }

  walkCacheFlush(tdb: Tdb, start: Vpn, end: Vpn): void {
    const text = this.probe.recorder !== null ? rangeText(start, end) : '';
    const outer = this.enter(F.walkCacheFlush, this.by.walkCacheFlush, text);
    this.custom.walkCacheFlush(tdb, start, end);
    this.leave(F.walkCacheFlush, outer);
  }

  // ---- attributes in place ----------------------------------------------------------------------------------------

  tobjTestClearAccessed(tdb: Tdb, tobj: Tobj): boolean {
    const outer = this.#enterObject(F.tobjTestClearAccessed, this.by.tobjTestClearAccessed, tobj);
    const was = this.custom.tobjTestClearAccessed(tdb, tobj);
    this.leave(F.tobjTestClearAccessed, outer, was ? 'true' : 'false');
    return was;
  }

  tobjTestClearDirty(tdb: Tdb, tobj: Tobj): boolean {
    const outer = this.#enterObject(F.tobjTestClearDirty, this.by.tobjTestClearDirty, tobj);
    const was = this.custom.tobjTestClearDirty(tdb, tobj);
    this.leave(F.tobjTestClearDirty, outer, was ? 'true' : 'false');
    return was;
  }

  tobjWriteProtect(tdb: Tdb, tobj: Tobj): void {
    const outer = this.#enterObject(F.tobjWriteProtect, this.by.tobjWriteProtect, tobj);
    this.custom.tobjWriteProtect(tdb, tobj);
    this.leave(F.tobjWriteProtect, outer);
  }

  tobjMakeWritable(tdb: Tdb, tobj: Tobj): void {
    const outer = this.#enterObject(F.tobjMakeWritable, this.by.tobjMakeWritable, tobj);
    this.custom.tobjMakeWritable(tdb, tobj);
    this.leave(F.tobjMakeWritable, outer);
  }

  #enterObject(index: number, which: 'default' | 'driver' | 'kernel', tobj: Tobj): number {
    return this.enter(index, which, this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '');
  }
}
