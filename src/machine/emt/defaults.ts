/**
 * Architecture-neutral defaults of the customizable functions, built on the basic ones alone (EMT, OSDI '25 fig. 8a).
 * They are right for every MMU and good for none: a driver overrides what its tables let it do better.
 */
import { addPages, minVpn, type Pfn, type Vpn } from '../core/addresses';
import type { CustomizableFunctions, Tdb } from './driver';
import type { Emt } from './emt';
import { gatherPage, pageOwner, type TlbGather } from './gather';
import type { TobjIterator } from './iterator';
import { Attribute, Tobj } from './tobj';

export function makeDefaults(emt: Emt): CustomizableFunctions {
  const old = new Tobj();
  return {
    tobjIterInit: (_tdb, start, end): TobjIterator => ({ start, end, vpn: start, objects: 0, lookups: 0 }),

    tobjIterHasNext: (iterator) => iterator.vpn < iterator.end,

    /** A full look-up per object; a hole is as many absent objects as it has pages. */
    tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
      emt.tdbFindTobj(tdb, iterator.vpn, out);
      iterator.lookups++;
      iterator.objects++;
      iterator.vpn = addPages(out.vpn, emt.tobjReadAttr(out, Attribute.SIZE));
    },

    tobjIterEnd: () => undefined,

    addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn {
      const tobj = new Tobj();
      const iterator = emt.tobjIterInit(tdb, start, end);
      while (iterator.objects < limit && emt.tobjIterHasNext(iterator)) {
        emt.tobjIterNext(tdb, iterator, tobj);
        if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0) continue;
        emt.tdbRemoveTobj(tdb, tobj, old);
        const pages = emt.tobjReadAttr(old, Attribute.SIZE);
        gatherPage(gather, tobj.vpn, pages);
        // An entry that is not present may still name the page: only its own frame is given back in the end.
        gather.pages.push({ pfn: emt.tobjReadAttr(old, Attribute.PA) as Pfn, owner: pageOwner(tdb.id, tobj.vpn) });
      }
      emt.tobjIterEnd(iterator);
      return minVpn(iterator.vpn, end);
    },

    /** Without knowing the tables there is nothing to free; they go with the database. */
    addrRangeFreeTables: () => undefined,

    /** One lock for the whole database. */
    addrRangeGetLock: (tdb) => tdb.root,
  };
}
