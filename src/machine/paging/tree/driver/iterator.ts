/**
 * Scans of a range (EMT, OSDI '25 fig. 8b; mm/pagewalk.c): inside a table the next entry is a step of the index; the tree is
 * descended again only when the table ends. What an absent upper entry covers is skipped in one step.
 */
import { addPages, alignDown, asPfn, minVpn, type Vpn } from '../../../core/addresses';
import type { Tdb } from '../../../emt/driver';
import { newIterator, type TobjIterator } from '../../../emt/iterator';
import type { Tobj } from '../../../emt/tobj';
import type { Objects } from './objects';
import type { Tables } from './tables';

export class Scan {
  constructor(
    private readonly tables: Tables,
    private readonly objects: Objects,
  ) {}

  start(from: Vpn, end: Vpn): TobjIterator {
    return newIterator(from, end);
  }

  /**
   * Looks for an object from the iterator's place on, but no further than to the end of one table. True: it is at the place, and
   * its entry at hand. False: there was none up to the place.
   */
  find(tdb: Tdb, it: TobjIterator): boolean {
    const t = this.tables;
    this.#resume(tdb, it);
    const pages = t.pagesAt(t.level);
    const end = minVpn(it.end, addPages(it.base as Vpn, t.spanAt(t.level)));
    const wide = t.isWide(t.level);
    while (t.isEmpty) {
      it.vpn = minVpn(addPages(alignDown(it.vpn, pages), pages), end);
      if (it.vpn === end) return false;
      const empty = wide ? t.emptyRun(t.table, t.level, it.vpn, Math.ceil((end - it.vpn) / pages)) : 0;
      if (empty > 0) {
        it.vpn = minVpn(addPages(it.vpn, empty * pages), end);
        if (it.vpn === end) return false;
      }
      t.read(t.table, t.level, it.vpn);
    }
    return t.child() === -1;
  }

  /** Reads the entry at the place, from the table of the last time if it is still that. */
  #resume(tdb: Tdb, it: TobjIterator): void {
    const t = this.tables;
    const inTable = it.table >= 0 && it.epoch === t.epoch && it.vpn >= it.base;
    if (inTable && it.vpn < it.base + t.spanAt(it.level)) t.read(asPfn(it.table), it.level, it.vpn);
    else {
      t.enter(tdb.root, it.vpn);
      it.lookups++;
    }
    for (let next = t.child(); next !== -1; next = t.child()) t.step(next, t.childLevel, it.vpn);
    it.table = t.table;
    it.level = t.level;
    it.base = alignDown(it.vpn, t.spanAt(t.level));
    it.epoch = t.epoch;
  }

  /** Behind the object that `find` has found. */
  advance(it: TobjIterator): void {
    const pages = this.tables.pagesAt(it.level);
    it.vpn = addPages(alignDown(it.vpn, pages), pages);
  }

  next(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    it.objects++;
    if (this.find(tdb, it)) {
      this.tables.take(it.vpn, out);
      this.advance(it);
    } else this.objects.clear(out, from);
  }

  peek(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    if (this.find(tdb, it)) this.tables.take(it.vpn, out);
    else this.objects.clear(out, from);
    it.vpn = from;
  }
}
