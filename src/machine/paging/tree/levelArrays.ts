/** A tree's geometry in the arrays that walkers look levels up in: by level of the format, folded ones and those that stand for two. */
import { entriesOf, mapsBasePages, pagesPerEntry, type PagingFormat, walkCacheLevels } from '../format';

export interface LevelArrays {
  /** 1 / pages of 4 KiB that an entry covers. */
  readonly scale: Float64Array;
  /** Of an index. */
  readonly mask: Int32Array;
  /** Page-size code of a leaf, or −1. */
  readonly leafSize: Int32Array;
  /** 1 if entries map base pages and nothing else. */
  readonly isBase: Uint8Array;
  /** Level of the table that an entry points to; and of a flattened one, or −1. */
  readonly next: Int32Array;
  readonly flattened: Int32Array;
  /** Walk cache of the entries of a level, or −1; and the level of each walk cache, root's first. */
  readonly cacheOf: Int32Array;
  readonly cacheLevels: Int32Array;
}

export function levelArrays(format: PagingFormat): LevelArrays {
  const { levels } = format;
  const cached = walkCacheLevels(format);
  return {
    scale: Float64Array.from(levels, (l) => 1 / pagesPerEntry(l)),
    mask: Int32Array.from(levels, (l) => entriesOf(l) - 1),
    leafSize: Int32Array.from(levels, (l) => l.leafSize ?? -1),
    isBase: Uint8Array.from(levels, (l) => (mapsBasePages(l) ? 1 : 0)),
    next: Int32Array.from(levels, (l, i) => l.next ?? i + 1),
    flattened: Int32Array.from(levels, (l) => l.flattened ?? -1),
    cacheOf: Int32Array.from(levels, (l) =>
      mapsBasePages(l) ? -1 : cached.findIndex((level) => levels[level].shift === l.shift),
    ),
    cacheLevels: Int32Array.from(cached),
  };
}
