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

/** What an area means to translations: all that EMT knows of a VMA. */
export interface VmaView {
  readonly start: Vpn;
  readonly end: Vpn;
  /** Huge pages are wanted here: by the machine's policy, or by advice. */
  readonly huge: boolean;
}

/** Rights that a range is to have from now on. Without `read` nothing may be accessed, but the pages stay (PROT_NONE). */
export interface RangeRights {
  readonly read: boolean;
  readonly write: boolean;
  readonly exec: boolean;
  /** Protection key, or −1 to leave it as it is. */
  readonly pkey: number;
}

/** How far a bounded step over a range came: `next` is the first page that was not looked at. */
export interface RangeResult {
  next: Vpn;
  error: Errno;
}

/** Decides what becomes of each object of a range that is copied to another database (fork). */
export interface CopyPolicy {
  /**
   * May change `tobj`, a copy of the object, into what the copy shall be; what it is then is also what the original becomes
   * (write-protected, for copy-on-write). False: the object is not copied, and the original stays as it is.
   */
  share(tobj: Tobj): boolean;
}

export interface CustomizableFunctions {
  // ---- iterator

  tobjIterInit(tdb: Tdb, start: Vpn, end: Vpn): TobjIterator;
  tobjIterHasNext(iterator: TobjIterator): boolean;
  /** The object at the iterator's place; the place moves behind it. May skip holes. */
  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void;
  /** The object that `tobjIterNext` would hand out; the place stays. */
  tobjIterPeek(tdb: Tdb, iterator: TobjIterator, out: Tobj): void;
  /** Goes on at `vpn`, which lies in the iterator's range. */
  tobjIterSeek(iterator: TobjIterator, vpn: Vpn): void;
  tobjIterEnd(iterator: TobjIterator): void;

  // ---- huge page

  /**
   * Whether a page of `pages` 4 KiB pages may be put where `tobj` is: the size exists, the aligned range lies in the area,
   * which wants huge pages, and nothing is mapped in it (`addr_range_void`).
   */
  thpEligible(tdb: Tdb, tobj: Tobj, pages: number, vma: VmaView): boolean;
  /** The next smaller page size in 4 KiB pages; 0 below the base page. */
  decPageSize(tdb: Tdb, pages: number): number;
  /** Enters the huge object `huge` in place of whatever is mapped in its range (collapse). The caller owns the pages that go. */
  hugePromote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno;
  /** Makes of a huge object objects of the next smaller size with the same frames and attributes. On an error nothing changes. */
  hugeDemote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno;
  /** Removes a huge object, leaves it in `old`, and gathers its range. */
  hugeClear(tdb: Tdb, huge: Tobj, old: Tobj, gather: TlbGather): void;
  /** ENOMEM if a demote of the object would fail for want of memory. */
  hugeSplitPrepare(tdb: Tdb, huge: Tobj): Errno;

  // ---- address range

  /** True if nothing is mapped in the range. */
  addrRangeVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean;
  /**
   * Removes what is mapped in the range and gathers it, but looks at no more than `limit` objects. Huge objects that reach
   * out of the range must have been demoted. Returns the first page that was not looked at: `end` if all were.
   */
  addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn;
  /**
   * Gives what is mapped in the range these rights. `write` is given to no object that is not writable already: who may write
   * what is decided at the fault (copy-on-write, dirty tracking). Bounded and gathered as `addrRangeRemove`.
   */
  addrRangeProtect(tdb: Tdb, start: Vpn, end: Vpn, rights: RangeRights, limit: number, gather: TlbGather): Vpn;
  /** Copies the objects of the range from one database to another as the policy says. Bounded; `gather`: of `from`. */
  addrRangeCopy(
    from: Tdb,
    to: Tdb,
    start: Vpn,
    end: Vpn,
    policy: CopyPolicy,
    limit: number,
    gather: TlbGather,
  ): RangeResult;
  /** Moves the objects of the range so that `start` comes to lie at `to`; huge ones must be aligned there too. Bounded. */
  addrRangeMove(tdb: Tdb, start: Vpn, end: Vpn, to: Vpn, limit: number, gather: TlbGather): RangeResult;
  /** Frees tables that serve only the range; `floor` and `ceiling` are the nearest mappings on both sides. */
  addrRangeFreeTables(tdb: Tdb, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void;

  // ---- lock

  /** Number of the lock that covers the range. */
  addrRangeGetLock(tdb: Tdb, start: Vpn, end: Vpn): number;
  /** Takes the lock if it is free. */
  addrRangeTryLock(lock: number): boolean;
  addrRangeWriteLock(lock: number): void;
  addrRangeWriteUnlock(lock: number): void;
  addrRangePutLock(lock: number): void;

  // ---- swap

  tobjIsSwap(tobj: Tobj): boolean;
  /** Swap slot that the object names; −1 if it names none. */
  tobjToSwap(tdb: Tdb, tobj: Tobj): number;
  /** Turns the object into one that is mapped, not present, and names the slot. The database is not changed. */
  swapToTobj(tobj: Tobj, slot: number): void;
  /** Replaces a huge object by base objects that name the slots from `firstSlot` on. On an error nothing changes. */
  hugeToSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno;

  // ---- translation cache

  tlbGatherStart(tdb: Tdb): TlbGather;
  /** A table was taken out of the tree: it is freed once the translations through it are gone. */
  tlbGatherTable(gather: TlbGather, pfn: Pfn, owner: number): void;
  /** Flushes what was gathered, then frees its tables. The kernel frees the pages, behind this. */
  tlbGatherFinish(tdb: Tdb, gather: TlbGather): void;
  /** Drops walk-cache entries for the range, and no translation. */
  walkCacheFlush(tdb: Tdb, start: Vpn, end: Vpn): void;

  // ---- attributes in place: of the object in the database at `tobj.vpn`; `tobj` follows. Flushing is the caller's.

  tobjTestClearAccessed(tdb: Tdb, tobj: Tobj): boolean;
  tobjTestClearDirty(tdb: Tdb, tobj: Tobj): boolean;
  tobjWriteProtect(tdb: Tdb, tobj: Tobj): void;
  tobjMakeWritable(tdb: Tdb, tobj: Tobj): void;
}

export interface MmuDriver {
  readonly name: string;
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
}
