/**
 * Operations of the kernel that change translations and flush TLBs for it. The flush of each can be left out
 * (`machine { flush drop OPERATION }`), to show what it is good for.
 */
export const FLUSH_OPERATIONS = [
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
export type FlushOperation = (typeof FLUSH_OPERATIONS)[number];
