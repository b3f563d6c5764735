/**
 * Where `stride.ts` finds what it works on, and leaves what it has found, in its memory: byte addresses. Enums alone, for both
 * sides. i32 unless said otherwise.
 */

export const enum At {
  /** Words of `Answer`. */
  Answer = 0,
  /** f64: page of the access that has to be walked for. */
  WalkPage = 64,
  /** f64: the lowest and the highest page that is watched, and bits of those between (core/watch.ts). */
  LowestWatched = 72,
  HighestWatched = 80,
  /** f64: pages from the first on, and below the second, are no addresses. */
  LowerEnd = 88,
  UpperStart = 96,
  /** Walks that started below level i − 1, by i: 0 for the root. */
  WalksFrom = 128,
  QuickMask = 160,
  QuickWant = 192,
  /** First-level TLBs for data and instructions, second-level TLB. */
  Data = 256,
  Code = 304,
  Second = 352,
  /** Levels of the tables, root first, and what else a walk needs. */
  Levels = 512,
  Tables = 1024,
  WatchedPages = 1536,
  /** Columns of the chunk: packed leads, their places (u16), their pages (f64). */
  Leads = 0x10000,
  Places = 0x20000,
  Pages = 0x30000,
  /** The caches, and behind them the simulated memory. */
  Free = 0x50000,
}

/** Words from `At.Answer` on. */
export const enum Answer {
  End,
  Lead,
  Misses,
  SecondHits,
  /** Place of the last access that walked, −1 if none did. */
  WalkedAt,
  /** Numbers of the last leads that were made, −1 if none was. */
  DataLead,
  CodeLead,
  WalkKind,
}

/** Words of a cache's description, as `Cache` in stride.ts. */
export const enum CacheWord {
  Slots,
  Heads,
  Ring,
  Marks,
  Entries,
  Sets,
  Mask,
  Ways,
  MarkWords,
  Count = 12,
}

/** Words of a level's, as `Level`; then its walk cache's. */
export const enum LevelWord {
  Shift,
  IndexMask,
  Next,
  Cache = 4,
  Count = 16,
}

/** Words from `At.Tables` on, as `Tables`. */
export const enum TablesWord {
  /** Levels, or 0: not walked here. */
  Count,
  /** The level nearest to the root that a walk may start at. */
  First,
  Records,
  RecordCount,
  Pool,
}

/** How `run` ended: at the end, at an access that is the translator's, at one that misses and has to be walked for. */
export const enum LoopEnd {
  Done,
  Other,
  Walk,
}

/** What `run` may do besides hits that are where the last of their set was. */
export const enum May {
  /** Other hits of the first level: with LRU. */
  SearchSet = 1,
  /** Misses. */
  Miss = 2,
  /** Reading tables. */
  Walk = 4,
  /** Pages are watched. */
  Watched = 8,
  GlobalPages = 16,
}
