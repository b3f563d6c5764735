/**
 * Work on address ranges, table by table: an entry is found by a step of the index and changed where it is, without another
 * descent (mm/memory.c `zap_pte_range`, `copy_pte_range`; mm/mprotect.c `change_pte_range`; mm/mremap.c `move_ptes`,
 * `move_normal_pmd`).
 */
import { addPages, alignDown, alignUp, asVpn, maxVpn, minVpn, type Pfn, type Vpn } from '../../../core/addresses';
import { applyRights, gatherObject } from '../../../emt/changes';
import type { CopyPolicy, Errno, RangeResult, RangeRights, Tdb } from '../../../emt/driver';
import { gatherPage, type TlbGather } from '../../../emt/gather';
import { newIterator, restart, type TobjIterator } from '../../../emt/iterator';
import { Tobj } from '../../../emt/tobj';
import { rootFrame, rootLevel } from '../../format';
import type { Scan } from './iterator';
import type { Tables } from './tables';

export class Ranges {
  readonly #tobj = new Tobj();
  /** One scan for the driver's life, so that the question of a page fault allocates nothing. */
  readonly #place = newIterator(asVpn(0), asVpn(0));

  constructor(
    private readonly tables: Tables,
    private readonly scan: Scan,
  ) {}

  isVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean {
    const it = this.#place;
    restart(it, start, end);
    while (it.vpn < end) if (this.scan.find(tdb, it)) return false;
    return true;
  }

  remove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn {
    const t = this.tables;
    const it = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!this.scan.find(tdb, it)) continue;
      if (t.isBad) this.#dropBad(it.vpn, gather);
      else {
        t.take(it.vpn, this.#tobj);
        t.write(t.table, t.level, it.vpn, 0, 0);
        gatherObject(t.attributes, this.#tobj, gather);
      }
      this.scan.advance(it);
    }
    return this.#placeOf(it);
  }

  /** An upper entry that is neither empty, nor a page, nor a table of ours: Linux's `pmd_clear_bad`. */
  #dropBad(vpn: Vpn, gather: TlbGather): void {
    const t = this.tables;
    t.probe.note(`BUG: bad ${t.format.levels[t.level].name} entry: it points to no table`);
    t.write(t.table, t.level, vpn, 0, 0);
    gatherPage(gather, vpn, t.isInRegisters(t.level) ? t.pagesAt(t.level) : 1);
  }

  /** Behind a large last object the place is behind the range. */
  #placeOf(it: TobjIterator): Vpn {
    return it.vpn < it.end ? it.vpn : it.end;
  }

  protect(tdb: Tdb, start: Vpn, end: Vpn, rights: RangeRights, limit: number, gather: TlbGather): Vpn {
    const t = this.tables;
    const tobj = this.#tobj;
    const it = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!this.scan.find(tdb, it)) continue;
      t.take(it.vpn, tobj);
      const present = (t.low & 1) !== 0;
      if (!t.isBad && applyRights(t.attributes, tobj, rights)) {
        t.write(t.table, t.level, it.vpn, tobj.word0, tobj.word1);
        if (present) gatherPage(gather, tobj.vpn, tobj.pages);
      }
      this.scan.advance(it);
    }
    return this.#placeOf(it);
  }

  copy(from: Tdb, to: Tdb, start: Vpn, end: Vpn, policy: CopyPolicy, limit: number, gather: TlbGather): RangeResult {
    const t = this.tables;
    const tobj = new Tobj();
    const it = newIterator(start, end);
    const target = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!this.scan.find(from, it)) continue;
      if (!t.isBad) {
        t.take(it.vpn, tobj);
        const { table, level } = t;
        const { word0, word1 } = tobj;
        const error = this.#reach(to, target, tobj.vpn, t.pagesAt(level));
        if (error !== 'ok') return { next: it.vpn, error };
        if (policy.share(tobj)) {
          t.write(asPfnOf(target), target.level, tobj.vpn, tobj.word0, tobj.word1);
          if (tobj.word0 !== word0 || tobj.word1 !== word1) {
            t.write(table, level, tobj.vpn, tobj.word0, tobj.word1);
            gatherPage(gather, tobj.vpn, tobj.pages);
          }
        }
      }
      this.scan.advance(it);
    }
    return { next: this.#placeOf(it), error: 'ok' };
  }

  move(tdb: Tdb, start: Vpn, end: Vpn, to: Vpn, limit: number, gather: TlbGather): RangeResult {
    const t = this.tables;
    const tobj = this.#tobj;
    const it = newIterator(start, end);
    const target = newIterator(start, end);
    const distance = to - start;
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (this.#moveTable(tdb, it, distance, gather)) continue;
      if (!this.scan.find(tdb, it)) continue;
      if (!t.isBad) {
        t.take(it.vpn, tobj);
        if (distance % tobj.pages !== 0) return { next: it.vpn, error: 'EINVAL' };
        const { table, level } = t;
        const vpn = asVpn(tobj.vpn + distance);
        const error = this.#reach(tdb, target, vpn, t.pagesAt(level));
        if (error !== 'ok') return { next: it.vpn, error };
        t.write(asPfnOf(target), target.level, vpn, tobj.word0, tobj.word1);
        t.write(table, level, tobj.vpn, 0, 0);
        gatherPage(gather, tobj.vpn, tobj.pages);
      }
      this.scan.advance(it);
    }
    return { next: this.#placeOf(it), error: 'ok' };
  }

  /**
   * Where a whole table of base pages moves, its entry moves instead of all of its (Linux's `move_normal_pmd`), if the new place
   * has an entry that covers as much.
   */
  #moveTable(tdb: Tdb, it: TobjIterator, distance: number, gather: TlbGather): boolean {
    const t = this.tables;
    const least = t.smallestSpan;
    if (it.vpn % least !== 0 || distance % least !== 0 || it.vpn + least > it.end) return false;
    const to = asVpn(it.vpn + distance);
    t.descend(tdb.root, it.vpn);
    const { table: moved, level } = t;
    const pages = t.spanAt(level);
    if (!t.isBase(level) || moved === rootFrame(tdb.root)) return false;
    if (it.vpn % pages !== 0 || distance % pages !== 0 || it.vpn + pages > it.end) return false;
    if (t.reach(tdb.root, to, pages) !== 'ok' || !t.isEmpty) return false;
    t.point(t.table, t.level, to, moved, level);
    t.reach(tdb.root, it.vpn, pages);
    t.write(t.table, t.level, it.vpn, 0, 0);
    t.unlinked();
    gatherPage(gather, it.vpn, pages);
    it.vpn = addPages(it.vpn, pages);
    return true;
  }

  /**
   * Makes ready the entry of `pages` pages for `vpn`, in the table of the last time if that covers it; `place` says which it is. An empty
   * table in the way of a huge page is freed.
   */
  #reach(tdb: Tdb, place: TobjIterator, vpn: Vpn, pages: number): Errno {
    const t = this.tables;
    const known = place.table >= 0 && t.pagesAt(place.level) === pages && place.epoch === t.epoch;
    if (known && vpn >= place.base && vpn < place.base + t.spanAt(place.level))
      t.read(asPfnOf(place), place.level, vpn);
    else {
      const error = t.reach(tdb.root, vpn, pages);
      if (error !== 'ok') return error;
    }
    const { table, level } = t;
    if (!t.isEmpty) {
      const child = t.child();
      const { childLevel } = t;
      if (child === -1 || !t.isEmptyTree(child, childLevel)) return 'EEXIST';
      t.write(table, level, vpn, 0, 0);
      t.emt.walkCacheFlush(tdb, vpn, addPages(vpn, t.pagesAt(level)));
      t.freeTree(child, childLevel);
    }
    place.table = table;
    place.level = level;
    place.base = alignDown(vpn, t.spanAt(level));
    place.epoch = t.epoch;
    return 'ok';
  }

  /**
   * Frees the tables that serve nothing outside start … end: an entry's table goes if all it covers lies between `floor` and
   * `ceiling` (Linux's `free_pgd_range`). The pages in the range must have been removed.
   */
  freeTables(tdb: Tdb, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void {
    const { root } = tdb;
    const level = rootLevel(this.tables.format, root);
    this.#freeBelow(tdb, rootFrame(root), level, start, end, floor, ceiling, gather);
  }

  #freeBelow(
    tdb: Tdb,
    table: Pfn,
    level: number,
    start: Vpn,
    end: Vpn,
    floor: Vpn,
    ceiling: Vpn,
    gather: TlbGather,
  ): void {
    const t = this.tables;
    if (t.isBase(level)) return;
    const pages = t.pagesAt(level);
    const wide = t.isWide(level);
    const stop = minVpn(alignUp(end, pages), addPages(alignDown(start, t.spanAt(level)), t.spanAt(level)));
    for (let vpn = alignDown(start, pages); vpn < stop; vpn = addPages(vpn, pages)) {
      const empty = wide ? t.emptyRun(table, level, vpn, (stop - vpn) / pages) : 0;
      if (empty > 0) {
        vpn = addPages(vpn, (empty - 1) * pages);
        continue;
      }
      t.step(table, level, vpn);
      const child = t.child();
      const { childLevel } = t;
      if (child === -1) {
        if (t.isBad) this.#dropBad(maxVpn(start, vpn), gather);
        continue;
      }
      const entryEnd = addPages(vpn, pages);
      this.#freeBelow(tdb, child, childLevel, maxVpn(start, vpn), minVpn(end, entryEnd), floor, ceiling, gather);
      if (vpn < floor || entryEnd > ceiling) continue;
      t.write(table, level, vpn, 0, 0);
      t.gather(tdb, child, childLevel, vpn, gather);
      // The walk caches may hold this table: the flush must reach them even if no page was mapped.
      gatherPage(gather, maxVpn(start, vpn), 1);
    }
  }
}

/** Table of a place that is known. */
const asPfnOf = (place: TobjIterator): Pfn => place.table as Pfn;
