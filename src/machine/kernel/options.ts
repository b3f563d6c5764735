/** What a scenario can choose about the kernel. */

/** Operations whose TLB flush can be left out, to show what a missing flush does. */
export const FLUSHED_OPERATIONS = [
  'munmap',
  'mprotect',
  'mremap',
  'madvise',
  'fork',
  'exit',
  'cow',
  'promote',
  'demote',
  'migrate',
  'swapout',
  'reclaim',
] as const;
export type FlushedOperation = (typeof FLUSHED_OPERATIONS)[number];

export interface KernelOptions {
  /** Whether faults and khugepaged make huge pages: everywhere, where `madvise` asked for it, or nowhere. */
  thp: 'always' | 'madvise' | 'never';
  /** A first read of anonymous memory maps the zero page. */
  zeroPage: boolean;
  /** Bytes of the swap device; 0 for none. */
  swapBytes: number;
  dropFlush: readonly FlushedOperation[];
}

export const DEFAULT_KERNEL: KernelOptions = { thp: 'never', zeroPage: false, swapBytes: 0, dropFlush: [] };
