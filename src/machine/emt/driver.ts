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

/**
 * `EFAULT`: an entry on the way points to a frame that holds no table. `EEXIST`: what is mapped already is of another size
 * and covers the page, or lies in the range of the huge page: demote or remove it first. `EINVAL`: no such page size, a huge
 * page that is not aligned, or none where one must be. Nothing has changed then, except that empty tables may have been made.
 */
export type Errno = 'ok' | 'ENOMEM' | 'EFAULT' | 'EEXIST' | 'EINVAL';

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
  /**
   * Enters or replaces the translation; what was there is left in `old`. It replaces an object of the same size only; tables
   * that are in the way of a huge object and empty are freed, behind a flush of the walk caches.
   */
  tdbUpdateTobj(tdb: Tdb, tobj: Tobj, old: Tobj): Errno;
  /** Removes the translation at `tobj.vpn`; what was there is left in `old`. */
  tdbRemoveTobj(tdb: Tdb, tobj: Tobj, old: Tobj): void;
  /** Page sizes that a database can hold, in 4 KiB pages, largest first. */
  tdbPageSizes(tdb: Tdb): readonly number[];
  tdbStats(tdb: Tdb): TdbStats;
  tsvcInit(): void;
  /** A new empty database, or `null` if there is no memory for it. */
  tsvcCreateTdb(id: number): Tdb | null;
  /** The database must be empty and not in use by the CPU; its tables are freed. */
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
   * May change the attributes of `tobj`, a copy of the object, but for VA, PA and SIZE, into what the copy shall be; what it
   * is then is also what the original becomes (write-protected, for copy-on-write). False: the object is not copied, and the
   * original stays as it is. It is asked once for an object, and only when nothing can fail any more: it may count.
   */
  share(tobj: Tobj): boolean;
}

export interface CustomizableFunctions {
  // ---- iterator

  tobjIterInit(tdb: Tdb, start: Vpn, end: Vpn): TobjIterator;
  tobjIterHasNext(iterator: TobjIterator): boolean;
  /**
   * The object at the iterator's place; the place moves behind it. May skip holes, whole or in part: in a range without
   * objects it hands out absent ones until the end is reached.
   */
  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void;
  /** The object that `tobjIterNext` would hand out; the place stays. */
  tobjIterPeek(tdb: Tdb, iterator: TobjIterator, out: Tobj): void;
  /** Goes on at `vpn`, which lies in the iterator's range, before or behind the place. */
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
  /**
   * Enters the huge object `huge` in place of whatever is mapped in its range (collapse), and gathers the range and the tables.
   * The caller owns the pages that go: they are not gathered. On an error nothing changes.
   */
  hugePromote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno;
  /**
   * Makes of the huge object in the database at `huge.vpn` objects of the next smaller size with the same frames and
   * attributes, and gathers the range. On an error nothing changes.
   */
  hugeDemote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno;
  /** Removes a huge object, leaves it in `old`, and gathers its range; the caller owns its frames. */
  hugeClear(tdb: Tdb, huge: Tobj, old: Tobj, gather: TlbGather): void;
  /** ENOMEM if a demote of the object would fail for want of memory. */
  hugeSplitPrepare(tdb: Tdb, huge: Tobj): Errno;

  // ---- address range

  /** True if nothing is mapped in the range. */
  addrRangeVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean;
  /**
   * Removes what is mapped in the range and gathers it, but looks at no more than `limit` objects; a hole that is skipped in
   * one step counts as one. Huge objects that reach out of the range must have been demoted. Returns the first page that was
   * not looked at: `end` if all were.
   */
  addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn;
  /**
   * Gives what is mapped in the range these rights. `write` is given to no object that is not writable already: who may write
   * what is decided at the fault (copy-on-write, dirty tracking). Bounded and gathered as `addrRangeRemove`.
   */
  addrRangeProtect(tdb: Tdb, start: Vpn, end: Vpn, rights: RangeRights, limit: number, gather: TlbGather): Vpn;
  /**
   * Copies the objects of the range from one database to another, in which the range is void, as the policy says. Bounded;
   * `gather`: of `from`. On an error `next` is the object that was not copied.
   */
  addrRangeCopy(
    from: Tdb,
    to: Tdb,
    start: Vpn,
    end: Vpn,
    policy: CopyPolicy,
    limit: number,
    gather: TlbGather,
  ): RangeResult;
  /**
   * Moves the objects of the range so that `start` comes to lie at `to`, where nothing is mapped; the ranges are disjoint, and
   * huge objects must be aligned there too (else EINVAL). Bounded. On an error `next` is the object that was not moved.
   */
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
  /**
   * Replaces a huge object by base objects that name the slots from `firstSlot` on, and gathers its range; the caller owns its
   * frames. On an error nothing changes.
   */
  hugeToSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno;

  // ---- translation cache

  tlbGatherStart(tdb: Tdb): TlbGather;
  /** A table was taken out of the tree: it is freed once the translations through it are gone. */
  tlbGatherTable(gather: TlbGather, pfn: Pfn, owner: number): void;
  /** Flushes what was gathered, then frees its tables. The kernel frees `gather.objects`, which are left, behind this. */
  tlbGatherFinish(tdb: Tdb, gather: TlbGather): void;
  /** Drops walk-cache entries for the range, and as few translations as the hardware allows. */
  walkCacheFlush(tdb: Tdb, start: Vpn, end: Vpn): void;

  // ---- attributes in place: of the object in the database at `tobj.vpn`; `tobj` follows. Flushing is the caller's.

  tobjTestClearAccessed(tdb: Tdb, tobj: Tobj): boolean;
  tobjTestClearDirty(tdb: Tdb, tobj: Tobj): boolean;
  tobjWriteProtect(tdb: Tdb, tobj: Tobj): void;
  tobjMakeWritable(tdb: Tdb, tobj: Tobj): void;
}

/** The whole API, as callers have it. */
export interface EmtFunctions extends BasicFunctions, CustomizableFunctions {}

/**
 * Finding an absent base page and entering one, without anything being counted: for whoever knows what the functions of the
 * API that do the same are charged, because that does not depend on the page.
 */
export interface UncountedPages {
  /** True if nothing is mapped at the page, and a page can be entered there without a new table. Remembers where. */
  findVoid(tdb: Tdb, vpn: Vpn): boolean;
  /** Enters a base page where `findVoid` has been last; no table may have changed since. */
  enter(tobj: Tobj): void;
  /** The object in the place where `findVoid` has been last. */
  read(out: Tobj): void;
}

export interface MmuDriver {
  readonly name: string;
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly uncounted?: UncountedPages;
  /** Called once, before all else: functions of the API that the driver itself calls are counted and replaced as any. */
  attach?(emt: EmtFunctions): void;
  /** A kernel thread of the driver's has work to do, and one bounded step of it. */
  readonly isBusy?: boolean;
  /** It runs when somebody says so, and not behind faults and system calls. */
  readonly runsAlone?: boolean;
  background?(): void;
}
