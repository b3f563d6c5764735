/** Architecture-neutral huge pages: objects of one size are removed and objects of another entered, with a way back. */
import { addPages, alignDown, PAGE_BYTES, type Vpn } from '../../core/addresses';
import type { BuddyAllocator } from '../../memory/buddy';
import type { CustomizableFunctions, EmtFunctions, Errno, Tdb, VmaView } from '../driver';
import { gatherPage, type TlbGather } from '../gather';
import { Attribute, Tobj } from '../tobj';

type Group =
  'thpEligible' | 'decPageSize' | 'hugePromote' | 'hugeDemote' | 'hugeClear' | 'hugeSplitPrepare' | 'hugeToSwap';

/** What an object takes in any of the tables that are modelled. */
const OBJECT_BYTES = 8;

export function hugePageDefaults(emt: EmtFunctions, buddy: BuddyAllocator): Pick<CustomizableFunctions, Group> {
  const whole = new Tobj();
  const old = new Tobj();
  const part = new Tobj();

  /**
   * Replaces the huge object at `huge.vpn` by objects of `pages` each, of which `make` turns `part` into the one at a page.
   * If one cannot be entered, all is as before.
   */
  function replace(tdb: Tdb, huge: Tobj, pages: number, make: (vpn: Vpn) => void, gather: TlbGather): Errno {
    const size = emt.tobjReadAttr(whole, Attribute.SIZE);
    const { vpn } = whole;
    emt.tdbRemoveTobj(tdb, huge, whole);
    for (let done = 0; done < size; done += pages) {
      make(addPages(vpn, done));
      const error = emt.tdbUpdateTobj(tdb, part, old);
      if (error === 'ok') continue;
      for (let back = 0; back < done; back += pages) {
        emt.tobjWriteAttr(part, Attribute.VA, vpn + back);
        emt.tdbRemoveTobj(tdb, part, old);
      }
      emt.tdbUpdateTobj(tdb, whole, old);
      return error;
    }
    gatherPage(gather, vpn, size);
    return 'ok';
  }

  /** Whether the database has a huge page at `huge.vpn`, which is left in `whole`. */
  function findHuge(tdb: Tdb, huge: Tobj): boolean {
    emt.tdbFindTobj(tdb, huge.vpn, whole);
    return emt.tobjReadAttr(whole, Attribute.MAPPED) === 1 && emt.tobjReadAttr(whole, Attribute.SIZE) > 1;
  }

  return {
    thpEligible(tdb: Tdb, tobj: Tobj, pages: number, vma: VmaView): boolean {
      if (!vma.huge || !emt.tdbPageSizes(tdb).includes(pages)) return false;
      const start = alignDown(tobj.vpn, pages);
      const end = addPages(start, pages);
      return start >= vma.start && end <= vma.end && emt.addrRangeVoid(tdb, start, end);
    },

    decPageSize(tdb: Tdb, pages: number): number {
      for (const size of emt.tdbPageSizes(tdb)) if (size < pages) return size;
      return 0;
    },

    hugePromote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
      const pages = emt.tobjReadAttr(huge, Attribute.SIZE);
      const end = addPages(huge.vpn, pages);
      if (huge.vpn % pages !== 0) return 'EINVAL';
      emt.tdbFindTobj(tdb, huge.vpn, old);
      if (emt.tobjReadAttr(old, Attribute.SIZE) > pages) return 'EEXIST';
      const removed: Tobj[] = [];
      const iterator = emt.tobjIterInit(tdb, huge.vpn, end);
      while (emt.tobjIterHasNext(iterator)) {
        const tobj = new Tobj();
        emt.tobjIterNext(tdb, iterator, tobj);
        if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0) continue;
        emt.tdbRemoveTobj(tdb, tobj, old);
        removed.push(tobj);
      }
      emt.tobjIterEnd(iterator);
      const error = emt.tdbUpdateTobj(tdb, huge, old);
      // What was there a moment ago has room there still.
      if (error !== 'ok') for (const tobj of removed) emt.tdbUpdateTobj(tdb, tobj, old);
      else gatherPage(gather, huge.vpn, pages);
      return error;
    },

    hugeDemote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
      if (!findHuge(tdb, huge)) return 'EINVAL';
      const smaller = emt.decPageSize(tdb, emt.tobjReadAttr(whole, Attribute.SIZE));
      const frame = emt.tobjReadAttr(whole, Attribute.PA);
      emt.tobjCopy(whole, part);
      emt.tobjWriteAttr(part, Attribute.SIZE, smaller);
      const make = (vpn: Vpn): void => {
        emt.tobjWriteAttr(part, Attribute.VA, vpn);
        emt.tobjWriteAttr(part, Attribute.PA, frame + vpn - whole.vpn);
      };
      return replace(tdb, huge, smaller, make, gather);
    },

    hugeClear(tdb: Tdb, huge: Tobj, removed: Tobj, gather: TlbGather): void {
      emt.tdbRemoveTobj(tdb, huge, removed);
      gatherPage(gather, removed.vpn, emt.tobjReadAttr(removed, Attribute.SIZE));
    },

    /** A guess: objects of the next smaller size may need a table of their own. */
    hugeSplitPrepare(tdb: Tdb, huge: Tobj): Errno {
      const pages = emt.tobjReadAttr(huge, Attribute.SIZE);
      const objects = pages / Math.max(1, emt.decPageSize(tdb, pages));
      return buddy.freeFrames * PAGE_BYTES >= objects * OBJECT_BYTES ? 'ok' : 'ENOMEM';
    },

    hugeToSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno {
      if (!findHuge(tdb, huge)) return 'EINVAL';
      const softDirty = emt.tobjReadAttr(whole, Attribute.SOFT_DIRTY);
      const make = (vpn: Vpn): void => {
        emt.tobjInit(part, vpn);
        emt.swapToTobj(part, firstSlot + vpn - whole.vpn);
        emt.tobjWriteAttr(part, Attribute.SOFT_DIRTY, softDirty);
      };
      return replace(tdb, huge, 1, make, gather);
    },
  };
}
