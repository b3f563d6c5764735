/**
 * What every call of the EMT API has in common: it is counted, reported as an event that names the implementation that ran,
 * and work on tables is charged to it.
 */
import { formatVirtual, type Vpn } from '../core/addresses';
import type { Implementation } from '../core/events';
import { functionIndex, type FunctionName } from '../core/functions';
import type { Probe } from '../core/probe';
import type { BuddyAllocator } from '../memory/buddy';
import { makeDefaults } from './defaults';
import type { BasicFunctions, CustomizableFunctions, EmtFunctions, MmuDriver } from './driver';
import type { TobjIterator } from './iterator';

export type CustomizableName = keyof CustomizableFunctions;

/** `tobjIterNext` → `tobj_iter_next` */
export const snakeName = (method: string): string => method.replace(/[A-Z]/g, (c) => '_' + c.toLowerCase());

/** `0x1000, 0x3000`, for the arguments of a call on a range. */
export const rangeText = (start: Vpn, end: Vpn): string => `${formatVirtual(start)}, ${formatVirtual(end)}`;

/** Indices of the functions in the probe's counters. */
export const F = {
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
  tobjIterPeek: functionIndex('tobj_iter_peek'),
  tobjIterSeek: functionIndex('tobj_iter_seek'),
  tobjIterEnd: functionIndex('tobj_iter_end'),
  thpEligible: functionIndex('thp_eligible'),
  decPageSize: functionIndex('dec_page_size'),
  hugePromote: functionIndex('huge_promote'),
  hugeDemote: functionIndex('huge_demote'),
  hugeClear: functionIndex('huge_clear'),
  hugeSplitPrepare: functionIndex('huge_split_prepare'),
  addrRangeVoid: functionIndex('addr_range_void'),
  addrRangeRemove: functionIndex('addr_range_remove'),
  addrRangeProtect: functionIndex('addr_range_protect'),
  addrRangeCopy: functionIndex('addr_range_copy'),
  addrRangeMove: functionIndex('addr_range_move'),
  addrRangeFreeTables: functionIndex('addr_range_free_tables'),
  addrRangeGetLock: functionIndex('addr_range_get_lock'),
  addrRangeTryLock: functionIndex('addr_range_try_lock'),
  addrRangeWriteLock: functionIndex('addr_range_write_lock'),
  addrRangeWriteUnlock: functionIndex('addr_range_write_unlock'),
  addrRangePutLock: functionIndex('addr_range_put_lock'),
  tobjIsSwap: functionIndex('tobj_is_swap'),
  tobjToSwap: functionIndex('tobj_to_swap'),
  swapToTobj: functionIndex('swap_to_tobj'),
  hugeToSwap: functionIndex('huge_to_swap'),
  tlbGatherStart: functionIndex('tlb_gather_start'),
  tlbGatherTable: functionIndex('tlb_gather_table'),
  tlbGatherFinish: functionIndex('tlb_gather_finish'),
  walkCacheFlush: functionIndex('walk_cache_flush'),
  tobjTestClearAccessed: functionIndex('tobj_test_clear_accessed'),
  tobjTestClearDirty: functionIndex('tobj_test_clear_dirty'),
  tobjWriteProtect: functionIndex('tobj_write_protect'),
  tobjMakeWritable: functionIndex('tobj_make_writable'),
} as const;

/** The customizable functions that run, and whose they are. */
interface Choice {
  custom: CustomizableFunctions;
  by: Readonly<Record<CustomizableName, Implementation>>;
}

export abstract class EmtCalls {
  protected readonly basic: BasicFunctions;
  protected custom: CustomizableFunctions;
  protected readonly driver: MmuDriver;
  /** Which implementation of each customizable function runs. */
  protected by: Readonly<Record<CustomizableName, Implementation>>;
  readonly #configured: Choice;
  readonly #choose: (isDriver: (name: string) => boolean) => Choice;

  /**
   * `forced`: customizable functions whose architecture-neutral default runs although the driver overrides it, by the names
   * of FUNCTION_GROUPS; names that are none are of no effect.
   */
  constructor(
    driver: MmuDriver,
    protected readonly probe: Probe,
    buddy: BuddyAllocator,
    forced: 'all' | readonly string[],
  ) {
    this.driver = driver;
    this.basic = driver.basic;
    // What defaults call is the whole API, which the class at the end of this chain is.
    const defaults = makeDefaults(this as unknown as EmtFunctions, buddy, probe);
    const names = Object.keys(defaults) as CustomizableName[];
    this.#choose = (isDriver) => {
      const kept = names.filter((name) => driver.overrides[name] !== undefined && isDriver(name));
      const by = names.map((name) => [name, kept.includes(name) ? 'driver' : 'default']);
      return {
        custom: { ...defaults, ...Object.fromEntries(kept.map((name) => [name, driver.overrides[name]])) },
        by: Object.fromEntries(by) as Record<CustomizableName, Implementation>,
      };
    };
    this.#configured = this.#choose((name) => forced !== 'all' && !forced.includes(snakeName(name)));
    ({ custom: this.custom, by: this.by } = this.#configured);
  }

  /** Does some work with the driver's implementations, or with the defaults alone, whatever is configured. */
  using(which: 'default' | 'driver', work: () => void): void {
    ({ custom: this.custom, by: this.by } = this.#choose(() => which === 'driver'));
    // A recorder may unwind the work in the middle.
    try {
      work();
    } finally {
      ({ custom: this.custom, by: this.by } = this.#configured);
    }
  }

  /** Which implementation of a function of the API runs; `name` is one of FUNCTION_GROUPS. */
  implementationOf(name: FunctionName): Implementation {
    const method = Object.keys(this.by).find((key) => snakeName(key) === name);
    return method === undefined ? 'driver' : this.by[method as CustomizableName];
  }

  /** A call in which nothing else is reported. */
  protected call(index: number, detail = '', result = '', which: Implementation = 'driver'): void {
    this.probe.call(index, which, detail, result, which === 'driver' ? this.driver.name : undefined);
  }

  /** A call begins. Returns the function that ran until now, for `leave`. */
  protected enter(index: number, which: Implementation, detail = ''): number {
    const outer = this.probe.running;
    this.probe.running = index;
    this.probe.enter(index, which, detail, which === 'driver' ? this.driver.name : undefined);
    return outer;
  }

  protected leave(index: number, outer: number, result = '', iterator?: TobjIterator): void {
    this.probe.leave(index, result, iterator);
    this.probe.running = outer;
  }
}
