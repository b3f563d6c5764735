/** What the data caches of a machine are, as plain data, and which of them there cannot be. */
import { type DataCacheGeometry, geometryRefusal, reachRefusal } from '../core/dataCache';

export interface DataCacheOptions {
  /** Of each CPU: for data, for instructions, and for both. */
  l1: DataCacheGeometry;
  l1i: DataCacheGeometry;
  l2: DataCacheGeometry;
  /** Of all CPUs together. */
  llc: DataCacheGeometry;
  /** Cycles until an access has its line, by where it was found: all in all, not beyond the level before. */
  latency: Readonly<{ l1: number; l2: number; llc: number; dram: number }>;
  /** Where the walker's reads enter. */
  walker: 'l1' | 'l2';
  /** Page-table lines are kept in preference to data while many accesses walk: see priority.ts. */
  priority: boolean;
}

/** Why a machine with that much memory cannot have such caches, as a sentence; `undefined` if it can. */
export function cachesRefusal(options: DataCacheOptions, memoryBytes: number): string | undefined {
  for (const name of ['l1', 'l1i', 'l2', 'llc'] as const) {
    const why = geometryRefusal(options[name]) ?? reachRefusal(options[name], memoryBytes);
    if (why !== undefined) return `Data cache ${name}: ${why}.`.replace('..', '.');
  }
  return undefined;
}
