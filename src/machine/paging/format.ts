/**
 * What a paging scheme's tables look like, as data. Walker, driver, inspector, address split, level names and
 * documentation all read the same table; none of them knows a mode by name.
 */
import { isCanonical, PAGE_BYTES, PAGE_SHIFT, signExtendPage, type Vpn } from '../core/addresses';
import type { UserSpace } from '../core/userSpace';

export interface LevelFormat {
  /** The field's name for a table of this level: `PGD`. */
  name: string;
  /** Intel's name of an entry in it: `PML4E`. */
  entryName: string;
  /** Lowest address bit of the index. */
  shift: number;
  /** Index width in bits; the table has 2^bits entries. */
  bits: number;
  /** Page-size code (core/addresses) of a leaf at this level; absent where PS must be 0. */
  leafSize?: 0 | 1 | 2 | 3;
  /** Bits of the low word that must be 0 in a present entry, beside what is reserved in a leaf of that size. */
  reservedLow?: number;
  /** True if entries have no R/W, U/S and XD: they take nothing from the rights of a path (PAE's PDPTE). */
  withoutRights?: boolean;
}

/** Of tables that are not a tree: an entry is found by hashing its page, and none points to a table. */
export interface HashedFormat {
  /** Of 2^clusterBits consecutive pages the entries lie together, under one tag. */
  clusterBits: number;
  /** What there is beside tables of entries, each counted in frames behind those of the levels. */
  others: readonly string[];
}

/** How a processor is told to use such tables: Intel SDM vol. 3A §4.1.1. */
export interface PagingMode {
  /** EFER.LMA and CR4.PAE, and with them PCIDs and protection keys. */
  longMode: boolean;
  /** CR4.PAE, and with it EFER.NXE. */
  pae: boolean;
  /** CR4.LA57. */
  la57: boolean;
}

export interface PagingFormat {
  /** The scheme as the scenario writes it. */
  scheme: string;
  title: string;
  /** Bits of a virtual address that are translated. */
  addressBits: number;
  /**
   * True: the bits above must all equal the highest translated one, so that there is an upper half (canonical addresses).
   * False: they must be 0.
   */
  signExtended: boolean;
  /** 4: an entry is one 32-bit word, without XD and frame bits above 31. */
  entryBytes: 4 | 8;
  mode: PagingMode;
  userSpace: UserSpace;
  /** Bits of the high word that must be 0 in every present entry, whatever the physical address width. */
  reservedHigh?: number;
  /** Root first. The last level maps pages of 4 KiB. */
  levels: readonly LevelFormat[];
  /** Present where tables are hashed: a level is then a page size, largest first, and all its entries are leaves. */
  hashed?: HashedFormat;
}

/** 2^n for every width that occurs: a look-up is several times faster than the operator. */
const POWERS = Float64Array.from({ length: 65 }, (_, n) => 2 ** n);

export const entriesOf = (level: LevelFormat): number => POWERS[level.bits];
/** 4 KiB pages that one entry of the level covers. */
export const pagesPerEntry = (level: LevelFormat): number => POWERS[level.shift - 12];
export const indexOf = (vpn: number, level: LevelFormat): number =>
  Math.floor(vpn / pagesPerEntry(level)) % entriesOf(level);

/** Bytes of address space that one entry of the level covers: its reach. */
export const reachOf = (level: LevelFormat): number => POWERS[level.shift];
/** Bytes of one table of the level. A table that is smaller than a page has a frame for itself. */
export const tableBytes = (format: PagingFormat, level: number): number =>
  entriesOf(format.levels[level]) * format.entryBytes;
/** Frames that one table of the level takes. */
export const tableFrames = (format: PagingFormat, level: number): number =>
  Math.ceil(tableBytes(format, level) / PAGE_BYTES);
/** Frames that a 4 KiB page can be in: an entry of 4 bytes has 20 bits for them. */
export const reachableFrames = ({ entryBytes }: PagingFormat): number => POWERS[entryBytes === 4 ? 20 : 40];
/** Physical address of an entry. */
export const entryAddressIn = (format: PagingFormat, table: number, index: number): number =>
  table * PAGE_BYTES + index * format.entryBytes;

/** An entry's value with all its digits. */
export const formatEntry = (format: PagingFormat, raw: bigint): string =>
  '0x' + raw.toString(16).padStart(2 * format.entryBytes, '0');

/** True if the scheme translates the page: its address is canonical, or not too long. */
export const isTranslatable = (vpn: Vpn, format: PagingFormat): boolean =>
  format.signExtended ? isCanonical(vpn, format.addressBits) : vpn < 2 ** (format.addressBits - PAGE_SHIFT);
/** The page as programs number it, from the bits that tables index with. */
export const extendPage = (vpn: Vpn, format: PagingFormat): Vpn =>
  format.signExtended ? signExtendPage(vpn, format.addressBits) : vpn;
