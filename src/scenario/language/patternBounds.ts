/** Bounds and counts of access patterns, which the checker and the run share. */

/** Skew of `zipf` without `theta`: that of the YCSB benchmarks (Cooper et al., SoCC 2010). */
export const DEFAULT_THETA = 0.99;
/** Above, the first place gets every access but one in a thousand. */
export const MAX_THETA = 10;

/** Bytes of an access without `size`. */
export const DEFAULT_ACCESS_BYTES = 8;

/** How many accesses of so many bytes lie wholly in a range, one every `step` bytes; one at least. */
export const stepCount = (length: number, sizeBytes: number, step: number): number =>
  Math.max(1, Math.floor((length - sizeBytes) / step) + 1);
