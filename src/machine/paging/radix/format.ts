/** The 4-level radix tree of x86-64 (Intel SDM vol. 3A §4.5): 9 + 9 + 9 + 9 index bits over 4 KiB pages. */
import type { PagingFormat } from '../format';

export const RADIX4: PagingFormat = {
  scheme: 'radix',
  title: 'x86-64 4-level radix tree',
  addressBits: 48,
  entryBytes: 8,
  levels: [
    { name: 'PGD', entryName: 'PML4E', shift: 39, bits: 9 },
    { name: 'PUD', entryName: 'PDPTE', shift: 30, bits: 9, leafSize: 2 },
    { name: 'PMD', entryName: 'PDE', shift: 21, bits: 9, leafSize: 1 },
    { name: 'PTE', entryName: 'PTE', shift: 12, bits: 9, leafSize: 0 },
  ],
};
