/**
 * The memory map that a trace implies. A trace says which pages were used, not which mappings there were, so regions
 * are guessed: touched pages that lie close together become one region. What the guess is good for is a process in
 * which no access of the trace faults fatally, and names that a person can point at.
 */
import { asVpn, type Vpn } from '../machine/core/addresses';
import { PageUse, type TouchedPages } from './pageSet';

/**
 * Touched pages with at most this many untouched ones between them are one region: 64 pages = 256 KiB. Programs leave
 * such holes inside a mapping (unused code, sparse heaps), and loaders leave larger ones between mappings.
 */
export const LARGEST_GAP_PAGES = 64;

export type RegionHint = 'code' | 'code and data' | 'stack' | 'heap' | 'data' | 'read-only data' | 'kernel';

export interface InferredRegion {
  /** `region0`, `region1` … in ascending order of addresses. */
  name: string;
  /** First page. */
  start: Vpn;
  /** The page after the last. */
  end: Vpn;
  pagesTouched: number;
  pagesRead: number;
  pagesWritten: number;
  pagesExecuted: number;
  /** What it may have been, judged by use and place alone. */
  hint: RegionHint;
}

export function inferRegions({ vpns, uses }: TouchedPages): InferredRegion[] {
  const regions: InferredRegion[] = [];
  vpns.forEach((page, i) => {
    let region = regions.at(-1);
    if (region === undefined || page - region.end > LARGEST_GAP_PAGES) {
      region = emptyRegion(regions.length, page);
      regions.push(region);
    }
    region.end = asVpn(page + 1);
    region.pagesTouched++;
    if (uses[i] & PageUse.read) region.pagesRead++;
    if (uses[i] & PageUse.write) region.pagesWritten++;
    if (uses[i] & PageUse.exec) region.pagesExecuted++;
  });
  guess(regions);
  return regions;
}

const emptyRegion = (index: number, page: number): InferredRegion => ({
  name: `region${index}`,
  start: asVpn(page),
  end: asVpn(page),
  pagesTouched: 0,
  pagesRead: 0,
  pagesWritten: 0,
  pagesExecuted: 0,
  hint: 'data',
});

/** Upper half of the 64-bit addresses. */
const KERNEL_START = 2 ** 51;

function guess(regions: InferredRegion[]): void {
  for (const region of regions) {
    if (region.start >= KERNEL_START) region.hint = 'kernel';
    else if (region.pagesExecuted > 0) region.hint = region.pagesWritten > 0 ? 'code and data' : 'code';
    else region.hint = region.pagesWritten > 0 ? 'data' : 'read-only data';
  }
  // Of the regions that are only data, the highest is the stack on every common system; the largest other, the heap.
  const data = regions.filter((region) => region.hint === 'data');
  const stack = data.pop();
  if (stack !== undefined) stack.hint = 'stack';
  const heap = data.reduce<InferredRegion | undefined>(
    (largest, region) => (largest && largest.pagesTouched >= region.pagesTouched ? largest : region),
    undefined,
  );
  if (heap !== undefined) heap.hint = 'heap';
}
