/** The radix trees of x86, root first: Intel SDM vol. 3A §4.3 (32-bit), §4.4 (PAE), §4.5 (4-level and 5-level paging). */
import { plainUserSpace, type UserSpace } from '../../core/userSpace';
import type { LevelFormat, PagingFormat } from '../format';

/** The lower half but its last page (TASK_SIZE_MAX). */
const LOWER_47_BITS = plainUserSpace(2 ** 35 - 1);
/** The split of 3 GiB for programs and 1 GiB for the kernel that Linux has on x86-32; programs begin at 4 MiB. */
const THREE_GIB: UserSpace = { end: 0xc0000, window: 0xc0000, program: 0x400 };

/** The four lower levels of 64-bit paging: 9 + 9 + 9 + 9 index bits over 4 KiB pages. */
const LONG_MODE: readonly LevelFormat[] = [
  { name: 'PGD', entryName: 'PML4E', shift: 39, bits: 9 },
  { name: 'PUD', entryName: 'PDPTE', shift: 30, bits: 9, leafSize: 2 },
  { name: 'PMD', entryName: 'PDE', shift: 21, bits: 9, leafSize: 1 },
  { name: 'PTE', entryName: 'PTE', shift: 12, bits: 9, leafSize: 0 },
];

export const RADIX4: PagingFormat = {
  scheme: 'radix',
  title: 'x86-64 4-level radix tree',
  addressBits: 48,
  signExtended: true,
  mode: { longMode: true, pae: true, la57: false },
  userSpace: LOWER_47_BITS,
  entryBytes: 8,
  levels: LONG_MODE,
};

/**
 * With CR4.LA57: one more level above, 57-bit addresses. Linux gives programs addresses of more than 47 bits only where
 * they ask for them (Documentation/arch/x86/x86_64/5level-paging.rst).
 */
export const RADIX5: PagingFormat = {
  scheme: 'radix 5',
  title: 'x86-64 5-level radix tree',
  addressBits: 57,
  signExtended: true,
  mode: { longMode: true, pae: true, la57: true },
  userSpace: { ...LOWER_47_BITS, end: 2 ** 44 - 1 },
  entryBytes: 8,
  levels: [
    { name: 'PGD', entryName: 'PML5E', shift: 48, bits: 9 },
    { ...LONG_MODE[0], name: 'P4D' },
    ...LONG_MODE.slice(1),
  ],
};

/** Two levels of 4-byte entries, 10 + 10 + 12; with CR4.PSE a PDE may map 4 MiB, and then has address bits 32–39 in it. */
export const RADIX32: PagingFormat = {
  scheme: 'radix 32',
  title: 'x86 32-bit two-level tree',
  addressBits: 32,
  signExtended: false,
  mode: { longMode: false, pae: false, la57: false },
  userSpace: THREE_GIB,
  entryBytes: 4,
  levels: [
    { name: 'PGD', entryName: 'PDE', shift: 22, bits: 10, leafSize: 3 },
    { name: 'PTE', entryName: 'PTE', shift: 12, bits: 10, leafSize: 0 },
  ],
};

/** PDPTE of PAE: bits 1 and 2, 5 to 8, and 63 are reserved (SDM vol. 3A table 4-8). */
const RESERVED_IN_PDPTE = { reservedLow: 0x1e6, reservedHigh: 1 << 31 };

/** 2 + 9 + 9 + 12. The four PDPTEs are in registers, and have no rights; bits 52 to 62 are reserved everywhere (no protection keys). */
export const PAE: PagingFormat = {
  scheme: 'pae',
  title: 'x86 PAE three-level tree',
  addressBits: 32,
  signExtended: false,
  mode: { longMode: false, pae: true, la57: false },
  userSpace: THREE_GIB,
  entryBytes: 8,
  reservedHigh: 0x7ff00000,
  levels: [
    {
      ...{ name: 'PGD', entryName: 'PDPTE', shift: 30, bits: 2 },
      ...RESERVED_IN_PDPTE,
      withoutRights: true,
      inRegisters: true,
    },
    { name: 'PMD', entryName: 'PDE', shift: 21, bits: 9, leafSize: 1 },
    { name: 'PTE', entryName: 'PTE', shift: 12, bits: 9, leafSize: 0 },
  ],
};
