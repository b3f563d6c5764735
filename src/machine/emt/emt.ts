/**
 * The EMT API as the kernel calls it: translation objects, databases and the service (EMT, OSDI '25 §4).
 *
 * Each method counts the call, reports it, and runs the driver's implementation or the architecture-neutral default.
 * This is the only way from the kernel to translations: the kernel never knows which scheme it runs on.
 */
import { formatVirtual, type Pfn, type Vpn } from '../core/addresses';
import type { Implementation } from '../core/events';
import { functionIndex } from '../core/functions';
import type { Probe } from '../core/probe';
import type { BuddyAllocator } from '../memory/buddy';
import { makeDefaults } from './defaults';
import type { BasicFunctions, CustomizableFunctions, Errno, MmuDriver, Tdb, TdbStats } from './driver';
import type { TlbGather } from './gather';
import type { TobjIterator } from './iterator';
import { type Attribute, ATTRIBUTE_NAMES, type Tobj } from './tobj';

const F = {
  tobjInit: functionIndex('tobj_init'),
  tobjReadAttr: functionIndex('tobj_read_attr'),
  tobjWriteAttr: functionIndex('tobj_write_attr'),
  tobjCopy: functionIndex('tobj_copy'),
  tdbFindTobj: functionIndex('tdb_find_tobj'),
  tdbUpdateTobj: functionIndex('tdb_update_tobj'),
  tdbRemoveTobj: functionIndex('tdb_remove_tobj'),
  tdbPageSizes: functionIndex('tdb_page_sizes'),
  tdbStats: functionIndex('tdb_stats'),
  tsvcInit: functionIndex('tsvc_init'),
  tsvcCreateTdb: functionIndex('tsvc_create_tdb'),
  tsvcDestroyTdb: functionIndex('tsvc_destroy_tdb'),
  tsvcSwitchTdb: functionIndex('tsvc_switch_tdb'),
  tsvcReadTdb: functionIndex('tsvc_read_tdb'),
  tsvcFlushTlb: functionIndex('tsvc_flush_tlb'),
  tobjIterInit: functionIndex('tobj_iter_init'),
  tobjIterHasNext: functionIndex('tobj_iter_has_next'),
  tobjIterNext: functionIndex('tobj_iter_next'),
  tobjIterEnd: functionIndex('tobj_iter_end'),
  addrRangeRemove: functionIndex('addr_range_remove'),
  addrRangeFreeTables: functionIndex('addr_range_free_tables'),
  addrRangeGetLock: functionIndex('addr_range_get_lock'),
  addrRangeWriteLock: functionIndex('addr_range_write_lock'),
  addrRangeWriteUnlock: functionIndex('addr_range_write_unlock'),
  addrRangePutLock: functionIndex('addr_range_put_lock'),
  tlbGatherStart: functionIndex('tlb_gather_start'),
  tlbGatherFinish: functionIndex('tlb_gather_finish'),
} as const;

const range = (start: Vpn, end: Vpn): string => `${formatVirtual(start)}, ${formatVirtual(end)}`;

export class Emt {
  readonly #basic: BasicFunctions;
  readonly #custom: CustomizableFunctions;
  readonly #driver: MmuDriver;
  /** Which implementation of each customizable function runs. */
  readonly #by: Readonly<Record<keyof CustomizableFunctions, Implementation>>;

  constructor(
    driver: MmuDriver,
    private readonly probe: Probe,
    private readonly buddy: BuddyAllocator,
  ) {
    this.#driver = driver;
    this.#basic = driver.basic;
    const defaults = makeDefaults(this);
    this.#custom = { ...defaults, ...driver.overrides };
    const names = Object.keys(defaults) as (keyof CustomizableFunctions)[];
    const by = names.map((name) => [name, driver.overrides[name] === undefined ? 'default' : 'driver']);
    this.#by = Object.fromEntries(by) as Record<keyof CustomizableFunctions, Implementation>;
  }

  // ---- translation object ---------------------------------------------------------------------------------------

  tobjInit(tobj: Tobj, vpn: Vpn): void {
    this.#basic.tobjInit(tobj, vpn);
    this.#call(F.tobjInit, this.probe.recorder !== null ? formatVirtual(vpn) : '');
  }

  tobjReadAttr(tobj: Tobj, key: Attribute): number {
    const value = this.#basic.tobjReadAttr(tobj, key);
    const text = this.probe.recorder !== null ? `0x${value.toString(16)}` : '';
    this.#call(F.tobjReadAttr, this.probe.recorder !== null ? ATTRIBUTE_NAMES[key] : '', text);
    return value;
  }

  tobjWriteAttr(tobj: Tobj, key: Attribute, value: number): void {
    this.#basic.tobjWriteAttr(tobj, key, value);
    this.#call(F.tobjWriteAttr, this.probe.recorder !== null ? `${ATTRIBUTE_NAMES[key]}, 0x${value.toString(16)}` : '');
  }

  tobjCopy(from: Tobj, to: Tobj): void {
    this.#basic.tobjCopy(from, to);
    this.#call(F.tobjCopy);
  }

  // ---- database ---------------------------------------------------------------------------------------------------

  tdbFindTobj(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    this.#enter(F.tdbFindTobj, 'driver', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    this.#basic.tdbFindTobj(tdb, vpn, out);
    this.probe.leave(F.tdbFindTobj);
  }

  tdbUpdateTobj(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    this.#enter(F.tdbUpdateTobj, 'driver', this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '');
    const result = this.#basic.tdbUpdateTobj(tdb, tobj, old);
    this.probe.leave(F.tdbUpdateTobj, result === 'ok' ? '' : result);
    return result;
  }

  tdbRemoveTobj(tdb: Tdb, tobj: Tobj, old: Tobj): void {
    this.#enter(F.tdbRemoveTobj, 'driver', this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '');
    this.#basic.tdbRemoveTobj(tdb, tobj, old);
    this.probe.leave(F.tdbRemoveTobj);
  }

  tdbPageSizes(tdb: Tdb): readonly number[] {
    this.#call(F.tdbPageSizes);
    return this.#basic.tdbPageSizes(tdb);
  }

  tdbStats(tdb: Tdb): TdbStats {
    this.#call(F.tdbStats);
    return this.#basic.tdbStats(tdb);
  }

  // ---- service ----------------------------------------------------------------------------------------------------

  tsvcInit(): void {
    this.#call(F.tsvcInit);
    this.#basic.tsvcInit();
  }

  tsvcCreateTdb(id: number): Tdb | null {
    this.#enter(F.tsvcCreateTdb, 'driver', `${id}`);
    const tdb = this.#basic.tsvcCreateTdb(id);
    this.probe.leave(F.tsvcCreateTdb, tdb === null ? 'ENOMEM' : '');
    return tdb;
  }

  tsvcDestroyTdb(tdb: Tdb): void {
    this.#enter(F.tsvcDestroyTdb, 'driver', `${tdb.id}`);
    this.#basic.tsvcDestroyTdb(tdb);
    this.probe.leave(F.tsvcDestroyTdb);
  }

  tsvcSwitchTdb(tdb: Tdb): void {
    this.#enter(F.tsvcSwitchTdb, 'driver', `${tdb.id}`);
    this.#basic.tsvcSwitchTdb(tdb);
    this.probe.leave(F.tsvcSwitchTdb);
  }

  tsvcReadTdb(): Pfn {
    this.#call(F.tsvcReadTdb);
    return this.#basic.tsvcReadTdb();
  }

  tsvcFlushTlb(tdb: Tdb, start: Vpn, end: Vpn): void {
    this.#enter(F.tsvcFlushTlb, 'driver', this.probe.recorder !== null ? range(start, end) : '');
    this.#basic.tsvcFlushTlb(tdb, start, end);
    this.probe.leave(F.tsvcFlushTlb);
  }

  // ---- iterator ---------------------------------------------------------------------------------------------------

  tobjIterInit(tdb: Tdb, start: Vpn, end: Vpn): TobjIterator {
    this.#call(F.tobjIterInit, this.probe.recorder !== null ? range(start, end) : '', '', this.#by.tobjIterInit);
    return this.#custom.tobjIterInit(tdb, start, end);
  }

  tobjIterHasNext(iterator: TobjIterator): boolean {
    const more = this.#custom.tobjIterHasNext(iterator);
    this.#call(F.tobjIterHasNext, '', more ? 'true' : 'false', this.#by.tobjIterHasNext);
    return more;
  }

  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    this.#enter(F.tobjIterNext, this.#by.tobjIterNext, this.probe.recorder !== null ? formatVirtual(iterator.vpn) : '');
    this.#custom.tobjIterNext(tdb, iterator, out);
    this.probe.leave(F.tobjIterNext, this.probe.recorder !== null ? formatVirtual(out.vpn) : '');
  }

  tobjIterEnd(iterator: TobjIterator): void {
    this.#custom.tobjIterEnd(iterator);
    this.#call(F.tobjIterEnd, '', '', this.#by.tobjIterEnd);
  }

  // ---- address range ----------------------------------------------------------------------------------------------

  addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn {
    this.#enter(F.addrRangeRemove, this.#by.addrRangeRemove, this.probe.recorder !== null ? range(start, end) : '');
    const next = this.#custom.addrRangeRemove(tdb, start, end, limit, gather);
    this.probe.leave(F.addrRangeRemove, this.probe.recorder !== null ? `done up to ${formatVirtual(next)}` : '');
    return next;
  }

  addrRangeFreeTables(tdb: Tdb, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void {
    this.#enter(
      F.addrRangeFreeTables,
      this.#by.addrRangeFreeTables,
      this.probe.recorder !== null ? range(start, end) : '',
    );
    this.#custom.addrRangeFreeTables(tdb, start, end, floor, ceiling, gather);
    this.probe.leave(F.addrRangeFreeTables);
  }

  // ---- lock ---------------------------------------------------------------------------------------------------------

  /** Takes the lock that covers the range. One CPU: it is always free; its cost is what is counted. */
  addrRangeLock(tdb: Tdb, start: Vpn, end: Vpn): number {
    const lock = this.#custom.addrRangeGetLock(tdb, start, end);
    const name = this.probe.recorder !== null ? `lock 0x${lock.toString(16)}` : '';
    this.#call(
      F.addrRangeGetLock,
      this.probe.recorder !== null ? range(start, end) : '',
      name,
      this.#by.addrRangeGetLock,
    );
    this.#call(F.addrRangeWriteLock, name, '', 'default');
    return lock;
  }

  addrRangeUnlock(lock: number): void {
    const name = this.probe.recorder !== null ? `lock 0x${lock.toString(16)}` : '';
    this.#call(F.addrRangeWriteUnlock, name, '', 'default');
    this.#call(F.addrRangePutLock, name, '', 'default');
  }

  // ---- translation cache ------------------------------------------------------------------------------------------

  tlbGatherStart(): TlbGather {
    this.#call(F.tlbGatherStart, '', '', 'default');
    return { pages: [], tables: [], start: 0 as Vpn, end: 0 as Vpn };
  }

  /** Flushes what was gathered and only then frees it; the gather is empty afterwards. Returns the pages freed. */
  tlbGatherFinish(tdb: Tdb, gather: TlbGather): number {
    const text = this.probe.recorder !== null ? `${gather.pages.length} pages, ${gather.tables.length} tables` : '';
    this.#enter(F.tlbGatherFinish, 'default', text);
    if (gather.start < gather.end) this.tsvcFlushTlb(tdb, gather.start, gather.end);
    let pages = 0;
    for (const page of gather.pages) if (this.#free(page.pfn, 'page', page.owner)) pages++;
    for (const table of gather.tables) this.#free(table.pfn, 'table', table.owner);
    gather.pages = [];
    gather.tables = [];
    gather.start = gather.end = 0 as Vpn;
    this.probe.leave(F.tlbGatherFinish);
    return pages;
  }

  /** An entry that somebody edited may name a frame that is not its own; Linux prints the same complaint and goes on. */
  #free(pfn: Pfn, purpose: string, owner: number): boolean {
    const freed = this.buddy.free(pfn, purpose, owner);
    if (!freed) this.probe.note(`BUG: Bad page map: frame 0x${pfn.toString(16)} is not this ${purpose}'s`);
    return freed;
  }

  #call(index: number, detail = '', result = '', which: Implementation = 'driver'): void {
    this.probe.call(index, which, detail, result, which === 'driver' ? this.#driver.name : undefined);
  }

  #enter(index: number, which: Implementation, detail: string): void {
    this.probe.enter(index, which, detail, which === 'driver' ? this.#driver.name : undefined);
  }
}
