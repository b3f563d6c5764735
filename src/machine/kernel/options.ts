/** What a scenario can choose about the kernel. */
import type { FlushOperation } from '../core/flushOperations';

export interface KernelOptions {
  /** Whether faults and khugepaged make huge pages: everywhere, where `madvise` asked for it, or nowhere. */
  thp: 'always' | 'madvise' | 'never';
  /** A first read of anonymous memory maps the zero page. */
  zeroPage: boolean;
  /** Bytes of the swap device; 0 for none. */
  swapBytes: number;
  dropFlush: readonly FlushOperation[];
}

export const DEFAULT_KERNEL: KernelOptions = { thp: 'never', zeroPage: false, swapBytes: 0, dropFlush: [] };
