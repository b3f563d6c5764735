/**
 * The machine that a scenario asks for: resolved plain data, every value present. settings.ts makes one from a machine
 * block and from command-line overrides; whoever builds a machine reads nothing else.
 */
import type { EcptOptions } from '../../machine/paging/ecpt/format';
import type { DataCacheGeometry } from '../../machine/core/dataCache';
import type { NestedOptions } from '../../machine/paging/nested/format';
import type { FlushOperation } from '../../machine/core/flushOperations';

export const PAGE_SIZES = ['4K', '2M', '1G'] as const;
export type PageSize = (typeof PAGE_SIZES)[number];

export interface CacheGeometry {
  entries: number;
  /** Entries per set; equal to `entries` if fully associative. */
  ways: number;
}

/** One array of TLB entries, shared by all page sizes that it lists. Sets are indexed by the page number of the size. */
export interface TlbArray extends CacheGeometry {
  sizes: PageSize[];
}

export interface TlbConfig {
  dtlb: TlbArray[];
  itlb: TlbArray[];
  stlb: TlbArray[];
}

/** Cycles to the data in each level of the memory hierarchy. */
export interface Latency {
  l1: number;
  l2: number;
  llc: number;
  dram: number;
}

/** Each CPU’s L1 for data, L1 for instructions and L2, and the LLC of all. */
export const DATA_CACHES = ['l1', 'l1i', 'l2', 'llc'] as const;
export type DataCacheName = (typeof DATA_CACHES)[number];

export const PRESET_NAMES = ['skylake', 'icelake', 'zen4', 'emt', 'classroom'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export const REPLACEMENTS = ['lru', 'plru', 'random'] as const;
export const THP_MODES = ['always', 'madvise', 'never'] as const;
export const FPT_FREES = ['flush-first', 'block-first'] as const;
export const TABLE_RECLAIMS = ['off', 'refcount', 'pressure'] as const;

export interface MachineConfig {
  preset: PresetName;
  scheme: { name: string; args: string[] };
  memoryBytes: number;
  cpus: number;
  nodes: number;
  seed: number;
  tlb: TlbConfig;
  /** Walk caches, root first, one for each level that points to tables; for four levels those of PGD, PUD and PMD entries. */
  pwc: CacheGeometry[];
  replacement: (typeof REPLACEMENTS)[number];
  /** `strict`: what leaves the STLB leaves the first level too. `fill`: inclusive on fill alone. */
  stlbInclusive: 'fill' | 'strict';
  /** Which walk caches a walk promotes entries in: the one that hit, or all that know the address. */
  pwcPromote: 'hit' | 'all';
  /** Whether trace replay sends instruction fetches through the I-side. */
  instructions: boolean;
  thp: (typeof THP_MODES)[number];
  /** Whether a read of a fresh anonymous page maps the shared zero page. */
  zeropage: boolean;
  pcid: boolean;
  kpti: boolean;
  /** Bytes of swap space, a multiple of the page size; 0 is none. */
  swapBytes: number;
  /** Operations whose TLB flush is left out. */
  flushDrop: readonly FlushOperation[];
  /** Customizable EMT functions whose architecture-neutral default is taken instead of the driver’s own. */
  emtDefaults: 'all' | readonly string[];
  /** Order of work when a flattened table is freed. */
  fptFree: (typeof FPT_FREES)[number];
  /** Of cuckoo tables. */
  ecpt: EcptOptions;
  /** Of a guest over a host. */
  nested: NestedOptions;
  tablesReclaim: (typeof TABLE_RECLAIMS)[number];
  latency: Latency;
  /** Whether walks and data go through data caches; else every read of a table costs the same. */
  cache: boolean;
  dataCaches: Record<DataCacheName, DataCacheGeometry>;
  /** Whether lines of page tables are kept in preference to data. */
  cachePriority: boolean;
  /** Where table reads enter the data caches. */
  walker: 'l1' | 'l2';
  /** Parameters of the cost model that the scenario changes, by name; all others keep the model's values. */
  costs: Record<string, number>;
}
