/**
 * Work, as a number that the state of the run determines: what a stretch of the tape costs to run, and what a save costs
 * here. Both are in nanoseconds of an ordinary machine, from counters alone and never from a clock, so that checkpoints
 * lie where they lie whatever else the host does. Only their ratio matters.
 */
import { Counter } from '../machine/core/counters';
import type { Run } from '../scenario/run/run';

const TICK_NS = 5;
const MISS_NS = 10;
/** A walk through tables that the host's caches do not hold either. */
const WALK_NS = 120;
const KERNEL_INSTRUCTION_NS = 2;

/** Keeping a page's old contents at its first write, and comparing it at the save. */
const SAVED_PAGE_NS = 2300;
/**
 * In a phase that writes to many tables, the work between two saves is so many times a save. More makes such phases run
 * faster, and a seek into one of them slower: GUPS over 4,096 tables gets a checkpoint every 100 ms.
 */
const SAVE_SHARE = 10;

/** What every save costs (TLBs, counters, records: 25 to 500 µs) is little beside this, and a seek is not long in it. */
export const LEAST_SPACING = 5_000_000;

/** Work that the run has done; grows with every tick. */
export function workOf({ tick, machine: { probe } }: Run): number {
  const c = probe.counters;
  const misses = c[Counter.L1dMisses] + c[Counter.L1iMisses];
  const instructions = c[Counter.KernelPageFault] + c[Counter.KernelSystemCall] + c[Counter.KernelOther];
  return TICK_NS * tick + MISS_NS * misses + WALK_NS * c[Counter.StlbMisses] + KERNEL_INSTRUCTION_NS * instructions;
}

/** Work that has to lie before a save here, so that it costs little beside it. */
export function workBeforeSave({ machine: { memory } }: Run): number {
  return SAVE_SHARE * SAVED_PAGE_NS * (memory.pool.unsavedPages + memory.records.unsavedPages);
}
