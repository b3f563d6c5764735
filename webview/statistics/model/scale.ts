/** Scales and the numbers on axes. */

/** Numbers from 0 to at least `most`, at round distances: about `count` of them. */
export function roundTicks(most: number, count: number, base: 10 | 2 = 10): number[] {
  if (!(most > 0)) return [0, 1];
  const step = roundStep(most / count, base);
  const ticks: number[] = [];
  for (let i = 0; ; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
    if (i * step >= most * (1 - 1e-9)) return ticks;
  }
}

/** As above, but only those that are not beyond the end of the axis. */
export function ticksWithin(most: number, count: number): number[] {
  return roundTicks(most, count).filter((tick) => tick <= most && Number.isInteger(tick));
}

/** The least round number that is not below: 1, 2 or 5 times a power of ten, or a power of two. */
function roundStep(least: number, base: 10 | 2): number {
  if (base === 2) return 2 ** Math.ceil(Math.log2(least));
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least * (1 - 1e-9)) ?? 10 * power;
}

/** The point whose tick is closest. Ticks ascend. */
export function nearest(ticks: readonly number[], tick: number): number {
  let low = 0;
  let high = ticks.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ticks[middle] ?? 0) < tick) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  return before >= 0 && tick - (ticks[before] ?? 0) < (ticks[low] ?? 0) - tick ? before : low;
}

/** Of a stack: for each series the lower and the upper edge at every point. */
export function stacked(
  series: readonly { values: readonly (number | null)[] }[],
): { low: number[]; high: number[] }[] {
  let below: number[] = [];
  return series.map(({ values }) => {
    const low = values.map((_, i) => below[i] ?? 0);
    const high = values.map((value, i) => (low[i] ?? 0) + (value ?? 0));
    below = high;
    return { low, high };
  });
}

/** Points of a table: not more than a person reads. */
const ROWS = 16;

/** Indices of points: about as many, the first, the last and the cursor's among them. */
export function chosen(points: number, cursor: number): number[] {
  const step = Math.max(1, (points - 1) / (ROWS - 1));
  const indices = new Set([cursor, points - 1]);
  for (let i = 0; i < points - 1; i += step) indices.add(Math.round(i));
  return [...indices].filter((index) => index >= 0 && index < points).sort((a, b) => a - b);
}
