/** Architecture-neutral changes of one object: find it, change the copy, enter it again. And what swap entries are. */
import type { CustomizableFunctions, EmtFunctions, Tdb } from '../driver';
import { Attribute, Tobj } from '../tobj';

type Group =
  | 'tobjIsSwap'
  | 'tobjToSwap'
  | 'swapToTobj'
  | 'tobjTestClearAccessed'
  | 'tobjTestClearDirty'
  | 'tobjWriteProtect'
  | 'tobjMakeWritable';

export function attributeDefaults(emt: EmtFunctions): Pick<CustomizableFunctions, Group> {
  const old = new Tobj();

  /** Gives an attribute of the object in the database a value; true if it had the other. */
  function change(tdb: Tdb, tobj: Tobj, key: Attribute, value: number): boolean {
    emt.tdbFindTobj(tdb, tobj.vpn, tobj);
    if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0 || emt.tobjReadAttr(tobj, key) === value) return false;
    emt.tobjWriteAttr(tobj, key, value);
    emt.tdbUpdateTobj(tdb, tobj, old);
    return true;
  }

  return {
    tobjIsSwap: (tobj) => emt.tobjReadAttr(tobj, Attribute.SWAP) !== 0,
    tobjToSwap: (_tdb, tobj) => emt.tobjReadAttr(tobj, Attribute.SWAP) - 1,
    swapToTobj: (tobj, slot) => emt.tobjWriteAttr(tobj, Attribute.SWAP, slot + 1),

    tobjTestClearAccessed: (tdb, tobj) => change(tdb, tobj, Attribute.ACCESSED, 0),
    tobjTestClearDirty: (tdb, tobj) => change(tdb, tobj, Attribute.DIRTY, 0),
    tobjWriteProtect: (tdb, tobj) => void change(tdb, tobj, Attribute.WRITE, 0),
    tobjMakeWritable: (tdb, tobj) => void change(tdb, tobj, Attribute.WRITE, 1),
  };
}
