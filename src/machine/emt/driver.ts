/**
 * What an MMU driver implements (EMT, OSDI '25 §4.1, design MODEL *EMT API*).
 *
 * The 15 basic functions are required. The customizable ones have an architecture-neutral default, built on the basic
 * ones (defaults.ts); a driver overrides those for which its tables allow something better. Errors are small unions: a
 * driver never throws for what a program or an allocator did.
 */
import type { Pfn, Vpn } from '../core/addresses';
import type { Attribute, Tobj } from './tobj';
import type { TlbGather } from './gather';
import type { TobjIterator } from './iterator';

/** A translation database: the translations of one address space. Plain data; `root` is the driver's. */
export interface Tdb {
  readonly id: number;
  readonly root: Pfn;
}

/** `EFAULT`: an entry on the way points to a frame that holds no table. */
export type Errno = 'ok' | 'ENOMEM' | 'EFAULT';

/** Tables of one address space or of all, by level of the scheme's format, root first. */
export interface TdbStats {
  tablesByLevel: readonly number[];
  bytes: number;
}

export interface BasicFunctions {
  /** Makes `tobj` an absent base-page object for `vpn`. */
  tobjInit(tobj: Tobj, vpn: Vpn): void;
  tobjReadAttr(tobj: Tobj, key: Attribute): number;
  tobjWriteAttr(tobj: Tobj, key: Attribute, value: number): void;
  tobjCopy(from: Tobj, to: Tobj): void;
  /** The one object at `vpn`; in a hole an absent one of base-page size. */
  tdbFindTobj(tdb: Tdb, vpn: Vpn, out: Tobj): void;
  /** Enters or replaces the translation; what was there is left in `old`. */
  tdbUpdateTobj(tdb: Tdb, tobj: Tobj, old: Tobj): Errno;
  /** Removes the translation at `tobj.vpn`; what was there is left in `old`. */
  tdbRemoveTobj(tdb: Tdb, tobj: Tobj, old: Tobj): void;
  /** Page sizes that a database can hold, in 4 KiB pages, largest first. */
  tdbPageSizes(tdb: Tdb): readonly number[];
  tdbStats(tdb: Tdb): TdbStats;
  tsvcInit(): void;
  /** A new empty database, or `null` if there is no memory for it. */
  tsvcCreateTdb(id: number): Tdb | null;
  /** The database must be empty; its root is freed. */
  tsvcDestroyTdb(tdb: Tdb): void;
  tsvcSwitchTdb(tdb: Tdb): void;
  /** Root of the database that the CPU uses now. */
  tsvcReadTdb(): Pfn;
  /** Drops cached translations of the pages start … end − 1. */
  tsvcFlushTlb(tdb: Tdb, start: Vpn, end: Vpn): void;
}

export interface CustomizableFunctions {
  tobjIterInit(tdb: Tdb, start: Vpn, end: Vpn): TobjIterator;
  tobjIterHasNext(iterator: TobjIterator): boolean;
  /** The object at the iterator's place; the place moves behind it. May skip holes. */
  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void;
  tobjIterEnd(iterator: TobjIterator): void;
  /**
   * Removes what is mapped in the range and gathers its frames, but looks at no more than `limit` objects. Returns the
   * first page that was not looked at: `end` if all were.
   */
  addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn;
  /** Frees tables that serve only the range; `floor` and `ceiling` are the nearest mappings on both sides. */
  addrRangeFreeTables(tdb: Tdb, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void;
  /** Number of the lock that covers the range. */
  addrRangeGetLock(tdb: Tdb, start: Vpn, end: Vpn): number;
}

export interface MmuDriver {
  readonly name: string;
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
}
