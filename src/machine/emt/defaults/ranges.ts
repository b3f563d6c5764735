/** Architecture-neutral work on address ranges: object by object, found by the iterator, changed by the basic functions. */
import { maxVpn, minVpn, type Vpn } from '../../core/addresses';
import { applyRights, gatherObject } from '../changes';
import type { CopyPolicy, CustomizableFunctions, EmtFunctions, Errno, RangeResult, RangeRights, Tdb } from '../driver';
import { gatherPage, type TlbGather } from '../gather';
import { Attribute, Tobj } from '../tobj';

type Group =
  'addrRangeVoid' | 'addrRangeRemove' | 'addrRangeProtect' | 'addrRangeCopy' | 'addrRangeMove' | 'addrRangeFreeTables';

export function rangeDefaults(emt: EmtFunctions): Pick<CustomizableFunctions, Group> {
  const old = new Tobj();

  /**
   * Shows `visit` what is mapped in the range, one after the other, at most until `limit` objects have been looked at. An error
   * ends it at that object.
   */
  function each(tdb: Tdb, start: Vpn, end: Vpn, limit: number, visit: (tobj: Tobj) => Errno): RangeResult {
    const tobj = new Tobj();
    const iterator = emt.tobjIterInit(tdb, start, end);
    let error: Errno = 'ok';
    let next = start;
    while (error === 'ok' && iterator.objects < limit && emt.tobjIterHasNext(iterator)) {
      emt.tobjIterNext(tdb, iterator, tobj);
      if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1) error = visit(tobj);
      next = error === 'ok' ? minVpn(iterator.vpn, end) : maxVpn(tobj.vpn, start);
    }
    emt.tobjIterEnd(iterator);
    return { next, error };
  }

  function copyOne(from: Tdb, to: Tdb, tobj: Tobj, shared: Tobj, policy: CopyPolicy, gather: TlbGather): Errno {
    // First a copy as it is, which may fail: what comes then replaces, and cannot.
    const error = emt.tdbUpdateTobj(to, tobj, old);
    if (error !== 'ok') return error;
    emt.tobjCopy(tobj, shared);
    if (!policy.share(shared)) {
      emt.tdbRemoveTobj(to, tobj, old);
      return 'ok';
    }
    if (shared.word0 === tobj.word0 && shared.word1 === tobj.word1) return 'ok';
    emt.tdbUpdateTobj(to, shared, old);
    emt.tdbUpdateTobj(from, shared, old);
    gatherPage(gather, tobj.vpn, emt.tobjReadAttr(tobj, Attribute.SIZE));
    return 'ok';
  }

  function moveOne(tdb: Tdb, tobj: Tobj, moved: Tobj, distance: number, gather: TlbGather): Errno {
    const pages = emt.tobjReadAttr(tobj, Attribute.SIZE);
    if (distance % pages !== 0) return 'EINVAL';
    emt.tobjCopy(tobj, moved);
    emt.tobjWriteAttr(moved, Attribute.VA, tobj.vpn + distance);
    const error = emt.tdbUpdateTobj(tdb, moved, old);
    if (error !== 'ok') return error;
    emt.tdbRemoveTobj(tdb, tobj, old);
    gatherPage(gather, tobj.vpn, pages);
    return 'ok';
  }

  return {
    addrRangeVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean {
      let empty = true;
      const iterator = emt.tobjIterInit(tdb, start, end);
      while (empty && emt.tobjIterHasNext(iterator)) {
        emt.tobjIterNext(tdb, iterator, old);
        empty = emt.tobjReadAttr(old, Attribute.MAPPED) === 0;
      }
      emt.tobjIterEnd(iterator);
      return empty;
    },

    addrRangeRemove: (tdb, start, end, limit, gather) =>
      each(tdb, start, end, limit, (tobj) => {
        emt.tdbRemoveTobj(tdb, tobj, old);
        gatherObject(emt, old, gather);
        return 'ok';
      }).next,

    addrRangeProtect: (tdb, start, end, rights: RangeRights, limit, gather) =>
      each(tdb, start, end, limit, (tobj) => {
        const present = emt.tobjReadAttr(tobj, Attribute.PRESENT) === 1;
        if (!applyRights(emt, tobj, rights)) return 'ok';
        const error = emt.tdbUpdateTobj(tdb, tobj, old);
        if (present) gatherPage(gather, tobj.vpn, emt.tobjReadAttr(tobj, Attribute.SIZE));
        return error;
      }).next,

    addrRangeCopy(from, to, start, end, policy, limit, gather): RangeResult {
      const shared = new Tobj();
      return each(from, start, end, limit, (tobj) => copyOne(from, to, tobj, shared, policy, gather));
    },

    addrRangeMove(tdb, start, end, to, limit, gather): RangeResult {
      const moved = new Tobj();
      return each(tdb, start, end, limit, (tobj) => moveOne(tdb, tobj, moved, to - start, gather));
    },

    /** Without knowing the tables there is nothing to free; they go with the database. */
    addrRangeFreeTables: () => undefined,
  };
}
