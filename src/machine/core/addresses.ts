/**
 * Addresses inside the machine, and their conversion at the edges.
 *
 * A virtual address travels as (page number, byte offset). The page number is the upper 52 bits of the 64-bit address
 * as an unsigned integer: a double holds it exactly, so no hot path needs BigInt. Page numbers are of 4 KiB pages
 * whatever the size of the page that maps them. The brands cost nothing at run time; they keep a virtual page number
 * from being used where a physical frame number is meant.
 */
declare const vpnBrand: unique symbol;
declare const pfnBrand: unique symbol;

/** Virtual page number: 0 … 2^52 − 1. */
export type Vpn = number & { readonly [vpnBrand]: true };
/** Physical frame number (4 KiB frames). */
export type Pfn = number & { readonly [pfnBrand]: true };

export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 4096;
/** Page sizes by code, as TLB entries carry them: 0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB. */
export const PAGE_SIZE_NAMES = ['4K', '2M', '1G'] as const;
export const PAGES_OF_SIZE = [1, 512, 262144] as const;
/** Sizes of pages as tables map them: those, and 3 = the 4 MiB page of 32-bit paging, which a TLB keeps as two of 2 MiB. */
export const LEAF_SIZE_NAMES = [...PAGE_SIZE_NAMES, '4M'] as const;
export const PAGES_OF_LEAF = [...PAGES_OF_SIZE, 1024] as const;

export const asVpn = (n: number): Vpn => n as Vpn;
export const asPfn = (n: number): Pfn => n as Pfn;
export const addPages = (vpn: Vpn, pages: number): Vpn => (vpn + pages) as Vpn;
export const minVpn = (a: Vpn, b: Vpn): Vpn => (a < b ? a : b);
export const maxVpn = (a: Vpn, b: Vpn): Vpn => (a > b ? a : b);

/** The first page of the aligned block of `pages` (a power of two) that holds `vpn`. */
export const alignDown = (vpn: Vpn, pages: number): Vpn => (Math.floor(vpn / pages) * pages) as Vpn;
export const alignUp = (vpn: Vpn, pages: number): Vpn => (Math.ceil(vpn / pages) * pages) as Vpn;

export const vpnOfAddress = (address: bigint): Vpn => Number(BigInt.asUintN(64, address) >> 12n) as Vpn;
export const offsetOfAddress = (address: bigint): number => Number(address & 0xfffn);
export const addressOf = (vpn: Vpn, offset = 0): bigint => (BigInt(vpn) << 12n) | BigInt(offset);
export const physicalOf = (pfn: Pfn, offset = 0): number => pfn * PAGE_BYTES + offset;

/** Page numbers of 64-bit addresses: they wrap around at the end. An enum, because hot code takes it as a number. */
export const enum PageNumbers {
  Count = 4503599627370496,
}

/** A page number that may have gone over the end of the address space, once at most. */
export const wrapPage = (page: number): Vpn => (page < PageNumbers.Count ? page : page - PageNumbers.Count) as Vpn;

/** Page of a table's upper half: all bits above `addressBits` are ones there. */
export function signExtendPage(vpn: Vpn, addressBits: number): Vpn {
  const span = 2 ** (addressBits - PAGE_SHIFT);
  return vpn >= span / 2 && vpn < span ? ((vpn + PageNumbers.Count - span) as Vpn) : vpn;
}

/** Pages of each of the two canonical halves: the upper one begins at 2^52 less these. */
export const canonicalPages = (addressBits: number): number => 2 ** (addressBits - 1 - PAGE_SHIFT);

/** True if all address bits from `addressBits − 1` up are equal (Intel SDM vol. 1 §3.3.7.1). */
export function isCanonical(vpn: Vpn, addressBits: number): boolean {
  const half = canonicalPages(addressBits);
  return vpn < half || vpn >= PageNumbers.Count - half;
}

/** `0x5555_5540_0000`: hexadecimal in groups of four digits, as scenario files write addresses. */
export function formatAddress(address: bigint): string {
  const digits = address.toString(16);
  if (digits.length <= 4) return '0x' + digits;
  return '0x' + digits.replace(/\B(?=(.{4})+$)/g, '_');
}
export const formatVirtual = (vpn: Vpn, offset = 0): string => formatAddress(addressOf(vpn, offset));
/** Physical addresses stay below 2^52, so a double holds them. */
export const formatPhysical = (address: number): string => '0x' + address.toString(16);
