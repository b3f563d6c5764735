/**
 * What a paging scheme's tables look like, as data. Walker, driver, inspector, address split, level names and
 * documentation all read the same table; none of them knows a mode by name.
 */

export interface LevelFormat {
  /** The field's name for a table of this level: `PGD`. */
  name: string;
  /** Intel's name of an entry in it: `PML4E`. */
  entryName: string;
  /** Lowest address bit of the index. */
  shift: number;
  /** Index width in bits; the table has 2^bits entries. */
  bits: number;
  /** Page-size code (0 = 4 KiB, 1 = 2 MiB, 2 = 1 GiB) of a leaf at this level; absent where PS must be 0. */
  leafSize?: 0 | 1 | 2;
}

export interface PagingFormat {
  /** The scheme as the scenario writes it. */
  scheme: string;
  title: string;
  /** Bits of a virtual address that are translated; those above must all equal the highest of them. */
  addressBits: number;
  entryBytes: number;
  /** Root first. The last level maps pages of 4 KiB. */
  levels: readonly LevelFormat[];
}

/** 2^n for every width that occurs: a look-up is several times faster than the operator. */
const POWERS = Float64Array.from({ length: 65 }, (_, n) => 2 ** n);

export const entriesOf = (level: LevelFormat): number => POWERS[level.bits];
/** 4 KiB pages that one entry of the level covers. */
export const pagesPerEntry = (level: LevelFormat): number => POWERS[level.shift - 12];
export const indexOf = (vpn: number, level: LevelFormat): number =>
  Math.floor(vpn / pagesPerEntry(level)) % entriesOf(level);
