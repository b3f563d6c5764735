/** What the hardware walker of a tree is built with. */
import type { TableReads } from '../../caches/tableReads';
import type { ReplacementOptions } from '../../mmu/replacement';

export interface WalkerOptions {
  /** Geometry of the walk caches, root's first; one for each level that points to tables. */
  caches: readonly { entries: number; ways: number }[];
  /** `hit`: only the deepest hit becomes most recently used. `all`: every cache is asked and every hit promoted. */
  promote: 'hit' | 'all';
  physicalBits: number;
  replacement: ReplacementOptions;
  /** The data caches; `null`: every read costs `table_read`. */
  tableReads: TableReads | null;
}
