/** What data caches and walks through them have counted, as records: parts of `Statistics` in a machine that has them. */
import { BUCKETS, CacheCount } from './caches/counts';
import type { DataCaches } from './caches/dataCaches';
import type { HitsAndMisses } from './statistics';

/** Lines by where they were found. */
export interface FoundIn {
  l1: number;
  l2: number;
  llc: number;
  dram: number;
}

/** Of walks that ended in a translation, as `walks.count` counts them; all in cycles. */
export interface WalkLatency {
  /** Of one walk, all that follows included. */
  mean: number;
  longest: number;
  /** Waiting for table reads. */
  reads: number;
  /** Asking walk caches and hashing before. */
  lookups: number;
  /** Reads made in vain before, because what a walk cache said was stale. */
  abandoned: number;
  /** Walks by latency: `upTo32` has those of more than 16 and at most 32 cycles. */
  histogram: Record<string, number>;
  /** Table reads by level, by where they were found, with their cycles. Reads of one round go out together: their cycles overlap. */
  byLevel: Record<string, FoundIn & { cycles: number }>;
}

export interface CacheStatistics {
  l1: HitsAndMisses;
  l1i: HitsAndMisses;
  /** `protected`: lines of page tables that were the next to go and stayed in preference to data. */
  l2: HitsAndMisses & { protected: number };
  llc: HitsAndMisses & { protected: number };
  /** Lines that walkers read, also of walks that fault or only set a dirty bit. */
  tables: FoundIn;
  /** Lines that programs read and wrote, and fetched from; `cycles`: before any of them overlap. */
  data: FoundIn & { cycles: number };
  fetches: FoundIn & { cycles: number };
}

const foundIn = (c: Float64Array, first: number): FoundIn => ({
  l1: c[first],
  l2: c[first + 1],
  llc: c[first + 2],
  dram: c[first + 3],
});

export function cacheStatistics({ counts: c }: DataCaches): CacheStatistics {
  const pair = (first: CacheCount): HitsAndMisses => ({ hits: c[first], misses: c[first + 1] });
  return {
    l1: pair(CacheCount.L1),
    l1i: pair(CacheCount.L1i),
    l2: { ...pair(CacheCount.L2), protected: c[CacheCount.ProtectedL2] },
    llc: { ...pair(CacheCount.Llc), protected: c[CacheCount.ProtectedLlc] },
    tables: foundIn(c, CacheCount.TablesFoundIn),
    data: { ...foundIn(c, CacheCount.DataFoundIn), cycles: c[CacheCount.DataCycles] },
    fetches: { ...foundIn(c, CacheCount.FetchesFoundIn), cycles: c[CacheCount.FetchCycles] },
  };
}

/** `levels`: names of the format's levels. */
export function walkLatency({ counts: c }: DataCaches, levels: readonly string[]): WalkLatency {
  const reads = c[CacheCount.ReadCycles];
  const lookups = c[CacheCount.LookupCycles];
  const abandoned = c[CacheCount.AbandonedCycles];
  const walks = c[CacheCount.Walks];
  return {
    mean: walks === 0 ? 0 : (reads + lookups + abandoned) / walks,
    longest: c[CacheCount.LongestWalk],
    reads,
    lookups,
    abandoned,
    histogram: Object.fromEntries(
      [...BUCKETS.map((end) => `upTo${end}`), 'more'].map((name, i) => [name, c[CacheCount.Histogram + i]]),
    ),
    byLevel: Object.fromEntries(
      levels.map((name, i) => [
        name,
        { ...foundIn(c, CacheCount.ByLevel + 4 * i), cycles: c[CacheCount.CyclesByLevel + i] },
      ]),
    ),
  };
}

/** Cycles that programs wait for data and instructions, `parallel` accesses at a time. */
export const dataCycles = ({ counts: c }: DataCaches, parallel: number): number =>
  (c[CacheCount.DataCycles] + c[CacheCount.FetchCycles]) / Math.max(1, parallel);
