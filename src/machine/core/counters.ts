/**
 * The machine's counters: one array of doubles, indexed by name, so that counting costs an addition and a snapshot a copy.
 * What each counts is said once, here; statistics, expressions and the command line read the same numbers.
 */
export const enum Counter {
  Reads,
  Writes,
  Execs,
  /** Pages that data accesses and fetches looked up: an access that crosses a page boundary counts twice. */
  Translations,
  L1iHits,
  L1iMisses,
  L1dHits,
  L1dMisses,
  StlbHits,
  StlbMisses,
  /** Walks that ended in a translation and were not made only to set a dirty bit. */
  Walks,
  /** Table entries read by those walks. */
  WalkReferences,
  WalkCycles,
  /** Longest of those walks, in references. */
  WalkLongest,
  /** Writes through a TLB entry with a clear dirty bit: the hardware walks again to set D. */
  DirtyAssists,
  /** Table entries read by walks that ended in a fault, from the root. */
  FaultReferences,
  /** Table entries read by walks that started in a walk cache, met a reason to fault and were started again at the root. */
  AbandonedReferences,
  FaultsMinor,
  FaultsMajor,
  FaultsCow,
  FaultsThp,
  FaultsProtection,
  FaultsSpurious,
  FaultsFatal,
  /** TLB flush operations that software asked for, and pages invalidated one by one. */
  Flushes,
  FlushedPages,
  /** Flushes that other CPUs had to be told of, and the inter-processor interrupts that told them. */
  Shootdowns,
  Ipis,
  IpiCycles,
  /** Kernel entries and exits that had to load CR3 (page-table isolation). */
  KptiSwitches,
  KptiCycles,
  /** Tables of the kernel's own: its database's, and the kernel half's root of each process under isolation. */
  KernelTables,
  KernelPageFault,
  KernelSystemCall,
  KernelTimer,
  KernelOther,
  /** Of the host below a guest: instructions that VM exits make it run. */
  HostWork,
  /** Cycles spent in look-ups of the second-level TLB and of walk caches. */
  LookupCycles,
  /** Cycles of all walks that `WalkCycles` leaves out: faulting, abandoned and dirty-bit walks. */
  OtherWalkCycles,
  /** Huge pages mapped at a fault, made of base pages by a collapse, and split. */
  HugePagesFaulted,
  HugePagesCollapsed,
  HugePagesSplit,
  /** Faults for which a huge page was wanted and no block was free. */
  HugePageFallbacks,
  /** Private pages that a write fault copied, and those it found to have a sole owner. */
  CowCopies,
  CowReuses,
  /** Pages read from files and from the swap device, and written to them. */
  FileReads,
  FileWrites,
  SwapReads,
  SwapWrites,
  /** Pages that reclaim has looked at, and those it has freed. */
  ReclaimScanned,
  Reclaimed,
  PagesMigrated,
  /** Flushes that the scenario had left out. */
  FlushesDropped,
  /** Flattened tables that were wanted and had to be normal ones, because no block of their size was free. */
  FlattenedFallbacks,
  /** Flushes in the middle of an operation, because a flattened table was freed that no batch of frees can hold. */
  ForcedFlushes,
  /** First of six: references by level of the format table, in its order. */
  ReferencesByLevel,
  /** First of six: tables in use by level, in that order. */
  TablesByLevel = ReferencesByLevel + 6,
  /** First of ten: hits and misses of up to five walk caches, root first. */
  WalkCaches = TablesByLevel + 6,
  /** Table entries that software read and wrote, through the EMT API. */
  SoftwareReads = WalkCaches + 10,
  SoftwareWrites,
  /** Tables taken out of a tree: a place in a table that was remembered before is good only while this stays. */
  TablesUnlinked,
  /** Hashes that software computed, and registers that it wrote for the walker. */
  SoftwareHashes,
  RegisterWrites,
  /** Walks of cuckoo tables that ended in a translation: one way probed, all of a page size, some of several, all there are. */
  EcptDirect,
  EcptSize,
  EcptPartial,
  EcptComplete,
  /** Of the complete ones, those whose hints were stale; lines of walk tables that were read to fill walk caches. */
  EcptStale,
  CwtReads,
  /** Hints that found no place in a walk table. */
  CwtFull,
  /** Clusters that made room for another, resizes begun, clusters that they moved, and inserts that found no place. */
  EcptKicks,
  EcptResizes,
  EcptResizesEnded,
  /** Steps of the thread that resizes. */
  EcptBatches,
  EcptMigrated,
  EcptFailures,
  /** VM exits of a guest's walks: EPT violations, those of them that the guest's kernel met when it wrote a table, and entries that nobody may have. */
  NestedViolations,
  NestedSoftware,
  NestedMisconfigurations,
  /** Cycles of leaving the guest and entering it again. */
  NestedExitCycles,
  /** Entries read by walks that a VM exit cut short. */
  NestedCutReferences,
  /** Of walks that ended in a translation: entries read of the guest's tables, and of the host's. */
  NestedGuestReferences,
  NestedHostReferences,
  /** Host walks that were made, the nested TLB’s answers apart. */
  NestedHostWalks,
  NestedTlbHits,
  NestedTlbMisses,
  /** First of ten: hits and misses of up to five of the host's walk caches, root first. */
  NestedWalkCaches,
  /** First of six: references by level of the host's tables; then tables in use by level. */
  NestedReferencesByLevel = NestedWalkCaches + 10,
  NestedTablesByLevel = NestedReferencesByLevel + 6,
  /** Guest frames that the host has given memory. */
  NestedBacked = NestedTablesByLevel + 6,
  /** Walks that found the page in more than one way. */
  EcptDuplicates,
  Count,
}
