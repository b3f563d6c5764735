/**
 * The functions of the kernel and of the EMT API: their names, and what one call costs.
 *
 * Names are Linux's and EMT's own, so that a kernel developer finds a breakpoint at once. The instruction counts are
 * parameters of the model, not facts: set once so that a 4 KiB anonymous fault over a radix tree is some hundreds of
 * instructions in all, up to a thousand. Other schemes are charged the same for a call, and for what their drivers really read and write.
 * `machine { cost NAME VALUE }` changes one by its name.
 */
import { kernel } from './kernelFunctions';

/** The 15 basic functions, which every MMU driver implements. */
const basic = {
  tobj_init: 4,
  tobj_read_attr: 3,
  tobj_write_attr: 3,
  tobj_copy: 6,
  tdb_find_tobj: 8,
  tdb_update_tobj: 18,
  tdb_remove_tobj: 12,
  tdb_page_sizes: 2,
  tdb_stats: 4,
  tsvc_init: 100,
  tsvc_create_tdb: 150,
  tsvc_destroy_tdb: 100,
  tsvc_switch_tdb: 60,
  tsvc_read_tdb: 4,
  tsvc_flush_tlb: 30,
} as const;

/** The 35 customizable functions, by group: each has an architecture-neutral default that a driver may override. */
const groups = {
  iterator: {
    tobj_iter_init: 8,
    tobj_iter_has_next: 4,
    tobj_iter_next: 8,
    tobj_iter_peek: 6,
    tobj_iter_seek: 4,
    tobj_iter_end: 2,
  },
  hugePage: {
    thp_eligible: 12,
    dec_page_size: 4,
    huge_promote: 60,
    huge_demote: 60,
    huge_clear: 30,
    huge_split_prepare: 10,
  },
  addressRange: {
    addr_range_void: 10,
    addr_range_remove: 20,
    addr_range_protect: 20,
    addr_range_copy: 30,
    addr_range_move: 30,
    addr_range_free_tables: 20,
  },
  lock: {
    addr_range_get_lock: 4,
    addr_range_try_lock: 12,
    addr_range_write_lock: 20,
    addr_range_write_unlock: 10,
    addr_range_put_lock: 2,
  },
  swap: {
    tobj_is_swap: 3,
    tobj_to_swap: 4,
    swap_to_tobj: 4,
    huge_to_swap: 60,
  },
  translationCache: {
    tlb_gather_start: 10,
    tlb_gather_table: 8,
    tlb_gather_finish: 30,
    walk_cache_flush: 12,
  },
  attributes: {
    tobj_test_clear_accessed: 6,
    tobj_test_clear_dirty: 6,
    tobj_write_protect: 6,
    tobj_make_writable: 6,
  },
} as const;

/** Accessors of EMT-Linux's FPT driver, one a level: what tests the folded bits, beside what the reads cost. */
const fpt = {
  fpt_pgd_offset_map_with_mm: 2,
  fpt_pud_offset_map_with_mm: 2,
  fpt_pmd_offset_map_with_mm: 2,
  fpt_pte_offset_map_with_mm: 2,
} as const;

/** The host below a guest, by KVM's names (arch/x86/kvm): what an EPT violation makes it do. */
const host = {
  handle_ept_violation: 150,
  handle_ept_misconfig: 150,
  kvm_mmu_page_fault: 120,
  kvm_faultin_pfn: 300,
  tdp_mmu_alloc_sp: 150,
  kvm_tdp_mmu_map: 120,
} as const;

const customizable = {
  ...groups.iterator,
  ...groups.hugePage,
  ...groups.addressRange,
  ...groups.lock,
  ...groups.swap,
  ...groups.translationCache,
  ...groups.attributes,
} as const;

/**
 * What one primitive operation of software on a table costs: index, load, test; or store. Drivers report each of them, and
 * it is charged to the EMT function that runs, so that two implementations of one function cost what they do.
 */
export interface SoftwareCosts {
  /** Instructions of one entry read from a table. */
  entry_read: number;
  /** Instructions of one entry written. */
  entry_write: number;
  /** Instructions of hashing a page number once, where tables are hashed. */
  entry_hash: number;
}

export const DEFAULT_SOFTWARE_COSTS: Readonly<SoftwareCosts> = { entry_read: 4, entry_write: 6, entry_hash: 35 };

export type FunctionName =
  keyof typeof kernel | keyof typeof basic | keyof typeof customizable | keyof typeof fpt | keyof typeof host;

export const FUNCTION_GROUPS = { kernel, basic, customizable, fpt, host } as const;
/** Names of the customizable functions by group of the EMT API. */
export const CUSTOMIZABLE_GROUPS: Readonly<Record<keyof typeof groups, readonly string[]>> = {
  iterator: Object.keys(groups.iterator),
  hugePage: Object.keys(groups.hugePage),
  addressRange: Object.keys(groups.addressRange),
  lock: Object.keys(groups.lock),
  swap: Object.keys(groups.swap),
  translationCache: Object.keys(groups.translationCache),
  attributes: Object.keys(groups.attributes),
};
export const FUNCTION_NAMES = [
  ...Object.keys(kernel),
  ...Object.keys(basic),
  ...Object.keys(customizable),
  ...Object.keys(fpt),
  ...Object.keys(host),
] as readonly FunctionName[];

const costs: Record<string, number> = { ...kernel, ...basic, ...customizable, ...fpt, ...host };
export const defaultInstructions = (name: FunctionName): number => costs[name];

/** Index of a function in per-function counters. A lookup by name for set-up code; hot code keeps the index. */
export const functionIndex = (name: FunctionName): number => FUNCTION_NAMES.indexOf(name);
