/** Work on address ranges, cluster by cluster: an entry is reached by a step of a pointer and changed where it is. */
import { addPages, asVpn, type Vpn } from '../../../core/addresses';
import { applyRights, gatherObject } from '../../../emt/changes';
import type { CopyPolicy, RangeResult, RangeRights, Tdb } from '../../../emt/driver';
import { gatherPage, type TlbGather } from '../../../emt/gather';
import { newIterator, restart, type TobjIterator } from '../../../emt/iterator';
import { Tobj } from '../../../emt/tobj';
import { readAttribute64, writeAttribute64 } from '../../x86/attributes64';
import { tagOf } from '../layout';
import type { Objects } from './objects';
import type { Scan } from './scan';

const ATTRIBUTES = { tobjReadAttr: readAttribute64, tobjWriteAttr: writeAttribute64 };

export class Ranges {
  readonly #tobj = new Tobj();
  readonly #old = new Tobj();
  /** One scan for the driver's life, so that the question of a page fault allocates nothing. */
  readonly #place = newIterator(asVpn(0), asVpn(0));

  constructor(
    private readonly objects: Objects,
    private readonly scan: Scan,
  ) {}

  isVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean {
    const it = this.#place;
    restart(it, start, end);
    while (it.vpn < end) if (this.scan.find(tdb, it)) return false;
    return true;
  }

  remove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn {
    const it = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!this.scan.find(tdb, it)) continue;
      this.#take(it);
      this.#erase(tdb, it);
      gatherObject(ATTRIBUTES, this.#tobj, gather);
      this.scan.advance(it);
    }
    return placeOf(it);
  }

  #take(it: TobjIterator): void {
    this.objects.take(it.vpn, this.scan.sizeOf(it), this.#tobj);
  }

  /** Removes the object at the place. */
  #erase(tdb: Tdb, it: TobjIterator): void {
    const size = this.scan.sizeOf(it);
    this.objects.erase(tdb.root, it.vpn, size);
    if (this.objects.ways.isOf(tagOf(it.vpn, size))) this.scan.keepPlace(it);
    else this.scan.emptied(it);
  }

  protect(tdb: Tdb, start: Vpn, end: Vpn, rights: RangeRights, limit: number, gather: TlbGather): Vpn {
    const tobj = this.#tobj;
    const it = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!this.scan.find(tdb, it)) continue;
      this.#take(it);
      const present = (tobj.word0 & 1) !== 0;
      if (applyRights(ATTRIBUTES, tobj, rights)) {
        this.objects.rewrite(tdb.root, tobj, this.scan.sizeOf(it));
        if (present) gatherPage(gather, tobj.vpn, tobj.pages);
      }
      this.scan.advance(it);
    }
    return placeOf(it);
  }

  copy(from: Tdb, to: Tdb, start: Vpn, end: Vpn, policy: CopyPolicy, limit: number, gather: TlbGather): RangeResult {
    const { objects, scan } = this;
    const tobj = new Tobj();
    const it = newIterator(start, end);
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!scan.find(from, it)) continue;
      const size = scan.sizeOf(it);
      objects.take(it.vpn, size, tobj);
      const { word0, word1 } = tobj;
      // First a copy as it is, which may fail: what comes then replaces, and cannot.
      const error = objects.enter(to.root, tobj, size, this.#old);
      // Nothing of the one that is copied has moved.
      scan.keepPlace(it);
      if (error !== 'ok') return { next: it.vpn, error };
      if (!policy.share(tobj)) {
        objects.reach(to.root, tobj.vpn, size);
        objects.erase(to.root, tobj.vpn, size);
        scan.keepPlace(it);
      } else if (tobj.word0 !== word0 || tobj.word1 !== word1) {
        objects.follow(to.root, tobj, size, this.#old);
        scan.goBack(from, it);
        objects.rewrite(from.root, tobj, size);
        gatherPage(gather, tobj.vpn, tobj.pages);
      }
      scan.advance(it);
    }
    return { next: placeOf(it), error: 'ok' };
  }

  move(tdb: Tdb, start: Vpn, end: Vpn, to: Vpn, limit: number, gather: TlbGather): RangeResult {
    const { objects, scan } = this;
    const tobj = new Tobj();
    const it = newIterator(start, end);
    const distance = to - start;
    for (; it.objects < limit && it.vpn < end; it.objects++) {
      if (!scan.find(tdb, it)) continue;
      const size = scan.sizeOf(it);
      objects.take(it.vpn, size, tobj);
      const from = tobj.vpn;
      if (distance % tobj.pages !== 0) return { next: it.vpn, error: 'EINVAL' };
      tobj.vpn = asVpn(from + distance);
      // The new place first, then the old one: other clusters, and this one, may have been kicked meanwhile.
      const error = objects.enter(tdb.root, tobj, size, this.#old);
      if (error !== 'ok') return { next: it.vpn, error };
      objects.reach(tdb.root, from, size);
      objects.erase(tdb.root, from, size);
      gatherPage(gather, from, tobj.pages);
      it.vpn = addPages(from, tobj.pages);
    }
    return { next: placeOf(it), error: 'ok' };
  }
}

/** Behind a large last object the place is behind the range. */
const placeOf = (it: TobjIterator): Vpn => (it.vpn < it.end ? it.vpn : it.end);
