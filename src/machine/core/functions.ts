/**
 * The functions of the kernel and of the EMT API: their names, and what one call costs.
 *
 * Names are Linux's and EMT's own, so that a kernel developer finds a breakpoint at once. The instruction counts are
 * parameters of the model, not facts: orders of magnitude for a 4 KiB anonymous fault of about a thousand instructions
 * in all. `machine { cost NAME VALUE }` changes one by its name.
 */
import { kernel } from './kernelFunctions';

/** The 15 basic functions, which every MMU driver implements. */
const basic = {
  tobj_init: 4,
  tobj_read_attr: 3,
  tobj_write_attr: 3,
  tobj_copy: 6,
  tdb_find_tobj: 24,
  tdb_update_tobj: 40,
  tdb_remove_tobj: 30,
  tdb_page_sizes: 2,
  tdb_stats: 4,
  tsvc_init: 100,
  tsvc_create_tdb: 150,
  tsvc_destroy_tdb: 100,
  tsvc_switch_tdb: 60,
  tsvc_read_tdb: 4,
  tsvc_flush_tlb: 30,
} as const;

/** Customizable functions: each has an architecture-neutral default that a driver may override. */
const customizable = {
  tobj_iter_init: 8,
  tobj_iter_has_next: 4,
  tobj_iter_next: 8,
  tobj_iter_end: 2,
  addr_range_remove: 20,
  addr_range_free_tables: 20,
  addr_range_get_lock: 6,
  addr_range_write_lock: 20,
  addr_range_write_unlock: 10,
  addr_range_put_lock: 2,
  tlb_gather_start: 10,
  tlb_gather_finish: 30,
} as const;

export type FunctionName = keyof typeof kernel | keyof typeof basic | keyof typeof customizable;

export const FUNCTION_GROUPS = { kernel, basic, customizable } as const;
export const FUNCTION_NAMES = [
  ...Object.keys(kernel),
  ...Object.keys(basic),
  ...Object.keys(customizable),
] as readonly FunctionName[];

const costs: Record<string, number> = { ...kernel, ...basic, ...customizable };
export const defaultInstructions = (name: FunctionName): number => costs[name];

/** Index of a function in per-function counters. A lookup by name for set-up code; hot code keeps the index. */
export const functionIndex = (name: FunctionName): number => FUNCTION_NAMES.indexOf(name);
