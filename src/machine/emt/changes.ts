/**
 * What range functions do with one object, whoever implements them: the architecture-neutral ones with the counted functions
 * of the API, drivers with their own.
 */
import type { Pfn, Vpn } from '../core/addresses';
import type { BasicFunctions, RangeRights } from './driver';
import { gatherPage, type TlbGather } from './gather';
import { Attribute, type Tobj } from './tobj';

type Attributes = Pick<BasicFunctions, 'tobjReadAttr' | 'tobjWriteAttr'>;

/** Notes an object that was taken out of its database. */
export function gatherObject(attributes: Attributes, tobj: Tobj, gather: TlbGather): void {
  const pages = attributes.tobjReadAttr(tobj, Attribute.SIZE);
  const vpn = attributes.tobjReadAttr(tobj, Attribute.VA) as Vpn;
  const slot = attributes.tobjReadAttr(tobj, Attribute.SWAP) - 1;
  gatherPage(gather, vpn, pages);
  gather.objects.push({
    vpn,
    pages,
    pfn: slot >= 0 ? (0 as Pfn) : (attributes.tobjReadAttr(tobj, Attribute.PA) as Pfn),
    slot,
    dirty: attributes.tobjReadAttr(tobj, Attribute.DIRTY) === 1,
    accessed: attributes.tobjReadAttr(tobj, Attribute.ACCESSED) === 1,
    special: attributes.tobjReadAttr(tobj, Attribute.SPECIAL) === 1,
  });
}

/** Gives an object the rights of a range. True if that changed it. What is in swap gets its rights when it comes back. */
export function applyRights(attributes: Attributes, tobj: Tobj, rights: RangeRights): boolean {
  if (attributes.tobjReadAttr(tobj, Attribute.SWAP) !== 0) return false;
  let changed = set(attributes, tobj, Attribute.READ, rights.read ? 1 : 0);
  if (!rights.write) changed = set(attributes, tobj, Attribute.WRITE, 0) || changed;
  changed = set(attributes, tobj, Attribute.EXEC, rights.exec ? 1 : 0) || changed;
  if (rights.pkey >= 0) changed = set(attributes, tobj, Attribute.PKEY, rights.pkey) || changed;
  return changed;
}

function set(attributes: Attributes, tobj: Tobj, key: Attribute, value: number): boolean {
  if (attributes.tobjReadAttr(tobj, key) === value) return false;
  const { word0, word1 } = tobj;
  attributes.tobjWriteAttr(tobj, key, value);
  // An attribute that the entries have no bit for stays what it is.
  return tobj.word0 !== word0 || tobj.word1 !== word1;
}
