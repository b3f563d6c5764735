/**
 * Every counter of the machine as one nested record: what the Statistics view, `stats` in expressions and
 * `ptscope run --format json` show. Field names are an interface (design CLI): fields are added, never renamed.
 */
import { cacheStatistics, type CacheStatistics, dataCycles, walkLatency, type WalkLatency } from './cacheStatistics';
import { PAGE_BYTES } from './core/addresses';
import { Counter } from './core/counters';
import { FUNCTION_NAMES } from './core/functions';
import type { Machine } from './machine';
import { entriesOf, levelsInRegisters, type PagingFormat, tableFrames, walkCacheLevels } from './paging/format';

export interface HitsAndMisses {
  hits: number;
  misses: number;
}

export interface EcptStatistics {
  /** Walks by what they had to probe; `stale`: of the complete ones, those after stale hints. */
  walks: { direct: number; size: number; partial: number; complete: number; stale: number };
  /** Lines of walk tables read to fill walk caches; hints that found no place in one. */
  cwt: { reads: number; full: number };
  /** Hashes that software computed. */
  hashes: number;
  kicks: number;
  /** Begun, and ended. */
  resizes: number;
  resized: number;
  /** Steps of the thread that resizes. */
  batches: number;
  /** Walks that found a page in more than one way. */
  duplicates: number;
  /** Clusters moved by resizes. */
  migrated: number;
  /** Inserts that found no place. */
  failures: number;
  registerWrites: number;
}

export interface NestedStatistics {
  /** VM exits: EPT violations, those of them that the guest's kernel met when it wrote, EPT misconfigurations. */
  violations: number;
  software: number;
  misconfigurations: number;
  exitCycles: number;
  /** Instructions that the host ran. */
  instructions: number;
  /** Of walks that ended in a translation: entries read of the guest's tables, and of the host's. */
  guestReferences: number;
  hostReferences: number;
  hostReferencesByLevel: Record<string, number>;
  /** Entries read by walks that a VM exit cut short. */
  cutReferences: number;
  hostWalks: number;
  tlb: HitsAndMisses;
  /** The host's walk caches. */
  walkCaches: Record<string, HitsAndMisses>;
  /** The host's tables, and guest frames that it has given memory. */
  tables: { count: number; bytes: number };
  backed: number;
}

export interface Statistics {
  accesses: { total: number; reads: number; writes: number; execs: number; translations: number };
  faults: {
    total: number;
    minor: number;
    major: number;
    cow: number;
    thp: number;
    protection: number;
    spurious: number;
    fatal: number;
    references: number;
  };
  tlb: { l1i: HitsAndMisses; l1d: HitsAndMisses; stlb: HitsAndMisses };
  walks: {
    count: number;
    references: number;
    dirtyAssists: number;
    cycles: number;
    longest: number;
    abandonedReferences: number;
    referencesByLevel: Record<string, number>;
    /** Present with data caches. */
    latency?: WalkLatency;
  };
  walkCaches: Record<string, HitsAndMisses>;
  /** Present where there are data caches. */
  caches?: CacheStatistics;
  /** Of processes; `kernel`: tables of the kernel's address space, which the others leave out. */
  tables: {
    bytes: number;
    count: number;
    byLevel: Record<string, number>;
    kernel: number;
    /** Tables of 2 MiB that stand for two levels. */
    flattened: number;
    /** Flattened tables that were wanted and had to be normal ones. */
    fallbacks: number;
    /** Entries of tables in use, and those of them that say nothing. Counted when asked for. */
    readonly slots: { total: number; wasted: number };
  };
  kernel: {
    instructions: number;
    /** Table entries that software read and wrote. */
    tableReads: number;
    tableWrites: number;
    byClass: { pageFault: number; systemCall: number; timer: number; other: number };
    byFunction: Record<string, { calls: number; instructions: number }>;
  };
  /** `dropped`: those that the scenario had left out; `forced`: those that a flattened table made necessary at once. */
  flushes: { total: number; pages: number; shootdowns: number; ipis: number; dropped: number; forced: number };
  /** Private pages that write faults copied, and those that had a sole owner. */
  cow: { copies: number; reuses: number };
  /** `fallbacks`: faults for which a huge page was wanted and no block was free. */
  huge: { faulted: number; collapsed: number; split: number; fallbacks: number };
  /** Pages read from files and written back to them. */
  files: { reads: number; writes: number };
  /** Pages read and written, and slots. */
  swap: { reads: number; writes: number; used: number; size: number };
  reclaim: { scanned: number; freed: number };
  /** Pages moved to another memory node. */
  migrated: number;
  /** Kernel entries and exits that loaded CR3. */
  kpti: { switches: number };
  /** Present with cuckoo tables. */
  ecpt?: EcptStatistics;
  /** Present in a guest. */
  nested?: NestedStatistics;
  memory: { frames: number; freeFrames: number };
  cycles: number;
  instructionsPerCycle: number;
}

export function statistics(machine: Machine): Statistics {
  const c = machine.probe.counters;
  const { caches } = machine;
  const { format } = machine.scheme;
  const { levels } = format;
  const byLevel = (first: Counter): Record<string, number> =>
    Object.fromEntries(levels.map((l, i) => [l.name, c[first + i]]));
  const pair = (hits: Counter): HitsAndMisses => ({ hits: c[hits], misses: c[hits + 1] });
  const kinds = tableKinds(format);
  const tables = kinds.reduce((sum, _, i) => sum + c[Counter.TablesByLevel + i], 0);
  const frames = kinds.reduce((sum, kind, i) => sum + c[Counter.TablesByLevel + i] * kind.frames, 0);
  const kernelInstructions =
    c[Counter.KernelPageFault] + c[Counter.KernelSystemCall] + c[Counter.KernelTimer] + c[Counter.KernelOther];
  const instructions = programInstructions(c) + kernelInstructions;
  const cycles =
    instructions * machine.costs.instruction +
    c[Counter.LookupCycles] +
    c[Counter.WalkCycles] +
    c[Counter.OtherWalkCycles] +
    c[Counter.IpiCycles] +
    c[Counter.KptiCycles] +
    c[Counter.NestedExitCycles] +
    c[Counter.HostWork] * machine.costs.instruction +
    (caches === null ? 0 : dataCycles(caches, machine.costs.memory_parallelism));
  const faults = {
    minor: c[Counter.FaultsMinor],
    major: c[Counter.FaultsMajor],
    cow: c[Counter.FaultsCow],
    thp: c[Counter.FaultsThp],
    protection: c[Counter.FaultsProtection],
    spurious: c[Counter.FaultsSpurious],
    fatal: c[Counter.FaultsFatal],
  };
  return {
    accesses: {
      total: c[Counter.Reads] + c[Counter.Writes] + c[Counter.Execs],
      reads: c[Counter.Reads],
      writes: c[Counter.Writes],
      execs: c[Counter.Execs],
      translations: c[Counter.Translations],
    },
    faults: {
      total: Object.values(faults).reduce((a, b) => a + b, 0),
      ...faults,
      references: c[Counter.FaultReferences],
    },
    tlb: { l1i: pair(Counter.L1iHits), l1d: pair(Counter.L1dHits), stlb: pair(Counter.StlbHits) },
    walks: {
      count: c[Counter.Walks],
      references: c[Counter.WalkReferences],
      dirtyAssists: c[Counter.DirtyAssists],
      cycles: c[Counter.WalkCycles],
      longest: c[Counter.WalkLongest],
      abandonedReferences: c[Counter.AbandonedReferences],
      referencesByLevel: byLevel(Counter.ReferencesByLevel),
      ...(caches === null
        ? {}
        : {
            latency: walkLatency(
              caches,
              [...levels, ...(format.host?.levels ?? [])].map((l) => l.name),
            ),
          }),
    },
    walkCaches: Object.fromEntries(
      walkCacheNames(machine).map((name, i) => [name, pair(walkCacheCounter(machine.scheme.format, i))]),
    ),
    ...(caches === null ? {} : { caches: cacheStatistics(caches) }),
    tables: {
      bytes: frames * PAGE_BYTES,
      count: tables,
      byLevel: Object.fromEntries(kinds.map(({ name }, i) => [name, c[Counter.TablesByLevel + i]])),
      kernel: c[Counter.KernelTables],
      flattened: levels.reduce((sum, l, i) => sum + (l.wide === true ? c[Counter.TablesByLevel + i] : 0), 0),
      fallbacks: c[Counter.FlattenedFallbacks],
      get slots() {
        return slotsOf(machine);
      },
    },
    kernel: {
      instructions: kernelInstructions,
      tableReads: c[Counter.SoftwareReads],
      tableWrites: c[Counter.SoftwareWrites],
      byClass: {
        pageFault: c[Counter.KernelPageFault],
        systemCall: c[Counter.KernelSystemCall],
        timer: c[Counter.KernelTimer],
        other: c[Counter.KernelOther],
      },
      byFunction: Object.fromEntries(
        FUNCTION_NAMES.map(
          (name, i) =>
            [name, { calls: machine.probe.calls[i], instructions: machine.probe.instructionsOf(i) }] as const,
        ).filter(([, f]) => f.calls > 0),
      ),
    },
    flushes: {
      total: c[Counter.Flushes],
      pages: c[Counter.FlushedPages],
      shootdowns: c[Counter.Shootdowns],
      ipis: c[Counter.Ipis],
      dropped: c[Counter.FlushesDropped],
      forced: c[Counter.ForcedFlushes],
    },
    cow: { copies: c[Counter.CowCopies], reuses: c[Counter.CowReuses] },
    huge: {
      faulted: c[Counter.HugePagesFaulted],
      collapsed: c[Counter.HugePagesCollapsed],
      split: c[Counter.HugePagesSplit],
      fallbacks: c[Counter.HugePageFallbacks],
    },
    files: { reads: c[Counter.FileReads], writes: c[Counter.FileWrites] },
    swap: {
      reads: c[Counter.SwapReads],
      writes: c[Counter.SwapWrites],
      used: machine.kernel.frames.swap.used,
      size: machine.kernel.frames.swap.size,
    },
    reclaim: { scanned: c[Counter.ReclaimScanned], freed: c[Counter.Reclaimed] },
    migrated: c[Counter.PagesMigrated],
    kpti: { switches: c[Counter.KptiSwitches] },
    ...(machine.options.scheme === 'ecpt' ? { ecpt: ecptStatistics(c) } : {}),
    ...(format.host === undefined ? {} : { nested: nestedStatistics(c, format.host) }),
    memory: { frames: machine.memory.frameCount, freeFrames: machine.buddy.freeFrames },
    cycles,
    instructionsPerCycle: cycles === 0 ? 0 : instructions / cycles,
  };
}

/** Tables of processes, of all kinds, as counters say. */
export function tablesCounted({ scheme: { format } }: Machine, counters: Float64Array): number {
  const kinds = format.levels.length + (format.hashed?.others.length ?? 0);
  return counters.subarray(Counter.TablesByLevel, Counter.TablesByLevel + kinds).reduce((sum, n) => sum + n, 0);
}

/** What `Counter.TablesByLevel` counts, in its order. Hashed tables are counted in frames. */
export function tableKinds(format: PagingFormat): { name: string; frames: number }[] {
  const framesOf = (i: number): number => (format.hashed === undefined ? tableFrames(format, i) : 1);
  const names = [...format.levels.map(({ name }) => name), ...(format.hashed?.others ?? [])];
  return names.map((name, i) => ({ name, frames: framesOf(i) }));
}

/** Hits of the n-th walk cache; its misses are counted behind them. Those of trees are counted by level. */
export const walkCacheCounter = (format: PagingFormat, n: number): Counter =>
  Counter.WalkCaches + 2 * (n + levelsInRegisters(format));

/** The level whose entries each walk cache holds, root's first. */
export function walkCacheNames({ mmu, scheme: { format } }: Machine): string[] {
  const cached = walkCacheLevels(format);
  return mmu.walkCaches.map(({ name }, i) =>
    format.hashed === undefined ? format.levels[cached[i]].name : name.slice(name.lastIndexOf(' ') + 1),
  );
}

/** Entries of all processes' tables, found by looking at them. */
function slotsOf({ kernel, inspector }: Machine): { total: number; wasted: number } {
  const slots = { total: 0, wasted: 0 };
  for (const process of kernel.processes) {
    if (process.exited) continue;
    const { tables, entries = [] } = inspector.census(process.tdb.root, { entries: true });
    tables.forEach((count, level) => {
      const total = count * entriesOf(inspector.format.levels[level]);
      slots.total += total;
      slots.wasted += total - (entries[level] ?? 0);
    });
  }
  return slots;
}
function nestedStatistics(c: Float64Array, host: PagingFormat): NestedStatistics {
  const byLevel = (first: Counter): [string, number][] => host.levels.map((l, i) => [l.name, c[first + i]]);
  const tables = byLevel(Counter.NestedTablesByLevel).map(([, count]) => count);
  return {
    violations: c[Counter.NestedViolations],
    software: c[Counter.NestedSoftware],
    misconfigurations: c[Counter.NestedMisconfigurations],
    exitCycles: c[Counter.NestedExitCycles],
    instructions: c[Counter.HostWork],
    guestReferences: c[Counter.NestedGuestReferences],
    hostReferences: c[Counter.NestedHostReferences],
    hostReferencesByLevel: Object.fromEntries(byLevel(Counter.NestedReferencesByLevel)),
    cutReferences: c[Counter.NestedCutReferences],
    hostWalks: c[Counter.NestedHostWalks],
    tlb: { hits: c[Counter.NestedTlbHits], misses: c[Counter.NestedTlbMisses] },
    walkCaches: Object.fromEntries(
      walkCacheLevels(host).map((level, i) => [
        host.levels[level].name,
        { hits: c[Counter.NestedWalkCaches + 2 * i], misses: c[Counter.NestedWalkCaches + 2 * i + 1] },
      ]),
    ),
    tables: {
      count: tables.reduce((sum, n) => sum + n, 0),
      bytes: tables.reduce((sum, n, level) => sum + n * tableFrames(host, level) * PAGE_BYTES, 0),
    },
    backed: c[Counter.NestedBacked],
  };
}

const ecptStatistics = (c: Float64Array): EcptStatistics => ({
  walks: {
    direct: c[Counter.EcptDirect],
    size: c[Counter.EcptSize],
    partial: c[Counter.EcptPartial],
    complete: c[Counter.EcptComplete],
    stale: c[Counter.EcptStale],
  },
  cwt: { reads: c[Counter.CwtReads], full: c[Counter.CwtFull] },
  hashes: c[Counter.SoftwareHashes],
  kicks: c[Counter.EcptKicks],
  resizes: c[Counter.EcptResizes],
  resized: c[Counter.EcptResizesEnded],
  batches: c[Counter.EcptBatches],
  duplicates: c[Counter.EcptDuplicates],
  migrated: c[Counter.EcptMigrated],
  failures: c[Counter.EcptFailures],
  registerWrites: c[Counter.RegisterWrites],
});

/** Fetches are the program's instructions; a program whose fetches are not replayed counts one per data access. */
const programInstructions = (c: Float64Array): number =>
  Math.max(c[Counter.Execs], c[Counter.Reads] + c[Counter.Writes]);
