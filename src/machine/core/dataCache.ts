/** Geometries of data caches. */

export const LINE_BYTES = 64;
/** Sets are searched from end to end. */
export const MAX_WAYS = 64;
export const MAX_CACHE_BYTES = 2 ** 30;
/** Lines of memory that share a set and can be told apart. */
const TAGS = 2 ** 31 - 1;

export interface DataCacheGeometry {
  /** A multiple of 64 × ways. */
  sizeBytes: number;
  /** Lines of a set, 1 to MAX_WAYS. */
  ways: number;
}

/** Why there is no such cache, as a sentence; `undefined` if there is. */
export function geometryRefusal({ sizeBytes, ways }: DataCacheGeometry): string | undefined {
  const sets = sizeBytes / (LINE_BYTES * ways);
  if (!Number.isInteger(ways) || ways < 1 || ways > MAX_WAYS) return `A set of a data cache has 1 to ${MAX_WAYS} ways.`;
  if (sizeBytes > MAX_CACHE_BYTES) return 'A data cache has at most 1 GiB.';
  if (!Number.isInteger(sets) || sets < 1)
    return `${sizeBytes} bytes do not divide into sets of ${ways} lines of ${LINE_BYTES} bytes.`;
  return undefined;
}

/** Why such a cache cannot stand before that much memory; `undefined` if it can. */
export const reachRefusal = ({ sizeBytes, ways }: DataCacheGeometry, memoryBytes: number): string | undefined =>
  memoryBytes / LINE_BYTES / (sizeBytes / (LINE_BYTES * ways)) > TAGS
    ? 'too few sets to tell apart the lines of so much memory'
    : undefined;
