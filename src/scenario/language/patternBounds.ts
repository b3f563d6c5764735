/** Bounds of access patterns, which the checker and the run share. */

/** Skew of `zipf` without `theta`: that of the YCSB benchmarks (Cooper et al., SoCC 2010). */
export const DEFAULT_THETA = 0.99;
/** Above, the first place gets every access but one in a thousand. */
export const MAX_THETA = 10;
