/**
 * The cost model: cycles that hardware operations take. Parameters of the model, not facts; `machine { cost NAME VALUE }`
 * changes one by its name. With the data-cache model off every table read costs `table_read`.
 */
export interface HardwareCosts {
  /** Cycles of one table read by the walker (about a second-level cache hit with the odd miss). */
  table_read: number;
  /** Cycles added by a look-up in the second-level TLB. */
  stlb_lookup: number;
  /** Cycles added by a look-up in the walk caches. */
  walk_cache_lookup: number;
  /** Cycles of one hash, where tables are hashed; it runs beside the walk caches' look-up. */
  hash: number;
  /** Cycles per instruction without translation stalls (EMT's script: 0.5). */
  instruction: number;
  /** Cycles that a TLB shootdown costs for each CPU it reaches: the initiator waits until all have answered. */
  ipi: number;
  /**
   * How many accesses to data wait at the same time, where there are data caches: the cycles of each count by that much less.
   * A walk waits alone (EMT's script: 8).
   */
  memory_parallelism: number;
  /** Cycles of the CR3 switch in one kernel entry or exit under page-table isolation. */
  kpti_switch: number;
  /** Cycles of leaving a guest for its host and of entering it again, without what the host does meanwhile. */
  vm_exit: number;
}

export const DEFAULT_COSTS: Readonly<HardwareCosts> = {
  table_read: 30,
  stlb_lookup: 7,
  walk_cache_lookup: 1,
  hash: 2,
  instruction: 0.5,
  memory_parallelism: 8,
  ipi: 2000,
  kpti_switch: 200,
  vm_exit: 1500,
};
