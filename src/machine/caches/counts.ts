/** What the data caches count: one array of doubles, as the machine's own counters (core/counters.ts). */

/** More levels than a format has. */
export const MAX_LEVELS = 16;
/** Upper ends of the histogram's buckets, in cycles; what is longer has one more. */
export const BUCKETS = [4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

export const enum CacheCount {
  /** Hits and misses of L1 (data and, where the walker enters there, tables), of L1I, L2 and LLC: pairs. */
  L1,
  L1i = L1 + 2,
  L2 = L1i + 2,
  Llc = L2 + 2,
  /** First of four: lines that the walker read, by where they were found. */
  TablesFoundIn = Llc + 2,
  /** First of four: lines that programs read and wrote, and that they fetched from, by where they were found. */
  DataFoundIn = TablesFoundIn + 4,
  FetchesFoundIn = DataFoundIn + 4,
  /** Replacements of L2 and of LLC in which a page table's line was least recently used and one of data went instead. */
  ProtectedL2 = FetchesFoundIn + 4,
  ProtectedLlc,
  /** Latency of data accesses, and of fetches that the L1 had not, before any of it overlaps. */
  DataCycles,
  FetchCycles,
  /**
   * Walks that ended in a translation; cycles of their table reads, of what they had read before in vain because a hint was
   * stale, and of asking walk caches and hashing.
   */
  Walks,
  ReadCycles,
  AbandonedCycles,
  LookupCycles,
  LongestWalk,
  /** First of ten: walks by latency, see BUCKETS. */
  Histogram,
  /** First of MAX_LEVELS × 4: table reads of those walks by level, and by where they were found. */
  ByLevel = Histogram + 10,
  /** First of MAX_LEVELS: their cycles. */
  CyclesByLevel = ByLevel + 4 * MAX_LEVELS,
  Count = CyclesByLevel + MAX_LEVELS,
}
