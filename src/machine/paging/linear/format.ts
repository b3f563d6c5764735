/** The flat table: one array with an entry for every page of the address space. What trees were invented against. */
import { PAGE_SHIFT } from '../../core/addresses';
import { plainUserSpace } from '../../core/userSpace';
import type { PagingFormat } from '../format';

/** For addresses of 13 to 64 bits; how large the table would be is for its user to look at first. */
export const linear = (addressBits: number): PagingFormat => ({
  scheme: `linear ${addressBits}`,
  title: `flat table of a ${addressBits}-bit address space`,
  addressBits,
  signExtended: false,
  // No processor has this mode; but for its tables it is one of 64 bits. No half is the kernel's.
  mode: { longMode: true, pae: true, la57: false },
  userSpace: plainUserSpace(2 ** (addressBits - PAGE_SHIFT) - 1),
  entryBytes: 8,
  levels: [{ name: 'PTE', entryName: 'PTE', shift: PAGE_SHIFT, bits: addressBits - PAGE_SHIFT, leafSize: 0 }],
});
