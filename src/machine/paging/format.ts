/**
 * What a paging scheme's tables look like, as data. Walker, driver, inspector, address split, level names and
 * documentation all read the same table; none of them knows a mode by name.
 */
import { asPfn, isCanonical, PAGE_BYTES, PAGE_SHIFT, type Pfn, signExtendPage, type Vpn } from '../core/addresses';
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
  /** The same of the high word. */
  reservedHigh?: number;
  /** True if entries have no R/W, U/S and XD: they take nothing from the rights of a path (PAE's PDPTE). */
  withoutRights?: boolean;
  /** True of a root whose entries a processor keeps in registers from one load of CR3 to the next (PAE): x86/rootRegisters.ts. */
  inRegisters?: boolean;
  /** Level of the tables that an entry points to; absent: the one behind this. An entry of base pages points to none. */
  next?: number;
  /** Level of the table that an entry points to whose flattened bit (58) is set; absent: the bit is software's. */
  flattened?: number;
  /** True: the mode folds this level away. Its tables exist only where memory for a flattened one was missing. */
  folded?: boolean;
  /** True: the level stands for two, and its tables are flattened. */
  wide?: boolean;
}

/** Of tables that are not a tree: an entry is found by hashing its page, and none points to a table. */
export interface HashedFormat {
  /** Of 2^clusterBits consecutive pages the entries lie together, under one tag. */
  clusterBits: number;
  /** All probes of a walk go out together; else one after the other. */
  parallel: boolean;
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
  /**
   * Root first; the last one maps pages of 4 KiB. Behind it follow levels that stand for two of them: their tables are as wide
   * as both, and their entries are those of the lower one.
   */
  levels: readonly LevelFormat[];
  /** Level of a root table that CR3 says is flattened (bit 63). */
  flatRoot?: number;
  /** Present where tables are hashed: a level is then a page size, largest first, and all its entries are leaves. */
  hashed?: HashedFormat;
  /** Present in a guest, whose tables the others are: those of the host below it, which translate its physical addresses. */
  host?: PagingFormat;
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
/** The allocator's largest block; tables beyond it take several that lie in a row. */
const LARGEST_BLOCK = 2 ** 22;
const SIZE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A power of two in the largest unit that it fills: `512GiB`. */
function sizeText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && size % 1024 === 0; unit++) size /= 1024;
  return `${size}${SIZE_UNITS[unit]}`;
}

/** Why a scheme's root table finds no room in a memory of that size, with its size; undefined if it does. */
export function tooLarge(format: PagingFormat, memoryBytes: number): string | undefined {
  // How large hashed tables are follows from the memory, or from options.
  if (format.hashed !== undefined) return undefined;
  const bytes = tableBytes(format, 0);
  // The first block has reserved frames.
  if (bytes + (bytes > LARGEST_BLOCK ? LARGEST_BLOCK : 0) <= memoryBytes) return undefined;
  const { bits } = format.levels[0];
  return `\`${format.scheme}\` needs one table of ${sizeText(bytes)} for each process, in a row: 2^${bits} entries of ${format.entryBytes} bytes, one for every page of the address space. This machine has ${sizeText(memoryBytes)} of memory.`;
}

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

// ---- trees with flattened tables ------------------------------------------------------------------------------------

/** True if entries of the level map base pages and nothing else. */
export const mapsBasePages = (level: LevelFormat): boolean => level.shift === PAGE_SHIFT;

/** CR3's bit 63, in a root as everybody hands it around: a frame number. */
const FLAT_ROOT = 2 ** 51;

export const flatRootAt = (table: Pfn): Pfn => asPfn(table + FLAT_ROOT);
export const isFlatRoot = (root: Pfn): boolean => root >= FLAT_ROOT;
/** Frame of a root table. */
export const rootFrame = (root: Pfn): Pfn => (root >= FLAT_ROOT ? asPfn(root - FLAT_ROOT) : root);
/** Level of a root table. */
export const rootLevel = ({ flatRoot = 0 }: PagingFormat, root: Pfn): number => (root >= FLAT_ROOT ? flatRoot : 0);

/** Page sizes that a database has wherever its tables are, in 4 KiB pages, largest first: none that is folded away. */
export function pageSizesOf({ levels }: PagingFormat): number[] {
  const sizes = levels.filter((l) => l.leafSize !== undefined && l.folded !== true).map(pagesPerEntry);
  // A level and the one that stands for it and another have the same.
  return [...new Set(sizes)].sort((a, b) => b - a);
}

/** Levels whose entries the walk caches hold, one a cache, root's first: those that point to tables, lie in memory and are not folded away. */
export function walkCacheLevels({ levels }: PagingFormat): number[] {
  const isCached = (level: LevelFormat): boolean =>
    !mapsBasePages(level) && level.folded !== true && level.inRegisters !== true;
  const cached = levels.map((_, level) => level).filter((l) => isCached(levels[l]));
  return cached.sort((a, b) => levels[b].shift - levels[a].shift);
}

/**
 * Levels that a machine is given a walk cache for, root first: those that point to tables and lie in memory. Where a mode folds levels
 * they are those of the whole tree, of which the processor takes what is left.
 */
export const configuredCaches = ({ levels }: PagingFormat): LevelFormat[] =>
  levels.filter(({ wide, inRegisters }) => wide !== true && inRegisters !== true).slice(0, -1);

/** Levels above all that walk caches hold: 1 where the root's entries are in registers. */
export const levelsInRegisters = ({ levels }: PagingFormat): number => (levels[0].inRegisters ? 1 : 0);

/** Where a walk begins that no walk cache helps, in words. */
export const walkOrigin = ({ levels }: PagingFormat): string =>
  levels[0].inRegisters ? `the ${levels[0].entryName} registers` : 'CR3';

/** The register that a root's entry is kept in: `PDPTE2`. */
export const rootRegister = ({ levels }: PagingFormat, index: number): string => `${levels[0].entryName}${index}`;

/** Levels that a walk reads where all is folded that the mode folds, root first: those that an address is cut into. */
export function mainPath(format: PagingFormat): number[] {
  return pathFrom(format, format.flatRoot ?? 0);
}

/** From a table of a level down to base pages, through flattened tables where there may be one. */
export function pathFrom({ levels }: PagingFormat, first: number): number[] {
  const path = [first];
  for (let level = first; !mapsBasePages(levels[level]);) {
    const { next = level + 1, flattened = next } = levels[level];
    level = flattened;
    path.push(level);
  }
  return path;
}

/** Levels of a walk: those that it has read, and around them those that it would have or might come to. */
export function walkedPath(format: PagingFormat, read: readonly number[]): number[] {
  const { levels } = format;
  if (read.length === 0) return mainPath(format);
  const above = mainPath(format).filter((level) => levels[level].shift > levels[read[0]].shift);
  return [...above, ...read, ...pathFrom(format, read[read.length - 1]).slice(1)];
}
