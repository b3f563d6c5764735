/**
 * What drivers of x86 tables override alike: scans, huge pages, ranges, swap entries and attributes in place. What differs stands in
 * the parts, which each scheme has of its own.
 */
import type { CustomizableFunctions, Errno, Tdb } from '../../emt/driver';
import { Attribute, type Tobj } from '../../emt/tobj';

type Custom = CustomizableFunctions;

export interface OverrideParts {
  scan: { next: Custom['tobjIterNext']; peek: Custom['tobjIterPeek'] };
  huge: { promote: Custom['hugePromote']; demote: Custom['hugeDemote']; toSwap: Custom['hugeToSwap'] };
  ranges: {
    isVoid: Custom['addrRangeVoid'];
    remove: Custom['addrRangeRemove'];
    protect: Custom['addrRangeProtect'];
    copy: Custom['addrRangeCopy'];
    move: Custom['addrRangeMove'];
  };
  objects: { change(tdb: Tdb, tobj: Tobj, key: Attribute, value: number): boolean };
  attributes: {
    tobjReadAttr(tobj: Tobj, key: Attribute): number;
    tobjWriteAttr(tobj: Tobj, key: Attribute, value: number): void | Errno;
  };
}

export function x86Overrides({ scan, huge, ranges, objects, attributes }: OverrideParts): Partial<Custom> {
  const { tobjReadAttr, tobjWriteAttr } = attributes;
  return {
    tobjIterNext: (tdb, iterator, out) => scan.next(tdb, iterator, out),
    tobjIterPeek: (tdb, iterator, out) => scan.peek(tdb, iterator, out),

    hugePromote: (tdb, tobj, gather) => huge.promote(tdb, tobj, gather),
    hugeDemote: (tdb, tobj, gather) => huge.demote(tdb, tobj, gather),
    hugeToSwap: (tdb, tobj, firstSlot, gather) => huge.toSwap(tdb, tobj, firstSlot, gather),

    addrRangeVoid: (tdb, start, end) => ranges.isVoid(tdb, start, end),
    addrRangeRemove: (tdb, start, end, limit, gather) => ranges.remove(tdb, start, end, limit, gather),
    addrRangeProtect: (tdb, start, end, rights, limit, gather) =>
      ranges.protect(tdb, start, end, rights, limit, gather),
    addrRangeCopy: (from, to, start, end, policy, limit, gather) =>
      ranges.copy(from, to, start, end, policy, limit, gather),
    addrRangeMove: (tdb, start, end, to, limit, gather) => ranges.move(tdb, start, end, to, limit, gather),

    tobjIsSwap: (tobj) => tobjReadAttr(tobj, Attribute.SWAP) !== 0,
    tobjToSwap: (_tdb, tobj) => tobjReadAttr(tobj, Attribute.SWAP) - 1,
    swapToTobj: (tobj, slot) => void tobjWriteAttr(tobj, Attribute.SWAP, slot + 1),

    tobjTestClearAccessed: (tdb, tobj) => objects.change(tdb, tobj, Attribute.ACCESSED, 0),
    tobjTestClearDirty: (tdb, tobj) => objects.change(tdb, tobj, Attribute.DIRTY, 0),
    tobjWriteProtect: (tdb, tobj) => void objects.change(tdb, tobj, Attribute.WRITE, 0),
    tobjMakeWritable: (tdb, tobj) => void objects.change(tdb, tobj, Attribute.WRITE, 1),
  };
}
