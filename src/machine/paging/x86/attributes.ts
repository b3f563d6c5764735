/** Attributes of a translation object whose driver keeps it as an x86 entry: the encoding behind `tobj_read_attr`. */
import { asPfn } from '../../core/addresses';
import { Attribute, type Tobj } from '../../emt/tobj';
import { frameOf, HIGH, highOf, LOW, lowOf } from './entry';

/** Attributes that are one bit of the low word, and its value when the attribute is 1. */
const LOW_BIT = new Map<Attribute, number>([
  [Attribute.PRESENT, LOW.P],
  [Attribute.WRITE, LOW.RW],
  [Attribute.USER, LOW.US],
  [Attribute.ACCESSED, LOW.A],
  [Attribute.DIRTY, LOW.D],
  [Attribute.GLOBAL, LOW.G],
  [Attribute.SPECIAL, LOW.SPECIAL],
  [Attribute.SOFT_DIRTY, LOW.SOFT_DIRTY],
]);

/** Bit 12 of a huge leaf is PAT, not frame. */
const patOf = (tobj: Tobj): number => (tobj.pages > 1 ? 0x1000 : 0);

export function readX86Attribute(tobj: Tobj, key: Attribute): number {
  const bit = LOW_BIT.get(key);
  if (bit !== undefined) return tobj.word0 & bit ? 1 : 0;
  switch (key) {
    case Attribute.VA:
      return tobj.vpn;
    case Attribute.PA:
      return frameOf(tobj.word0 & ~patOf(tobj), tobj.word1);
    case Attribute.SIZE:
      return tobj.pages;
    case Attribute.MAPPED:
      return tobj.word0 !== 0 || tobj.word1 !== 0 ? 1 : 0;
    case Attribute.READ:
      return tobj.word0 & LOW.P ? 1 : 0;
    case Attribute.EXEC:
      return tobj.word1 & HIGH.NX ? 0 : 1;
    case Attribute.DEVMAP:
      return tobj.word1 & HIGH.DEVMAP ? 1 : 0;
    case Attribute.PKEY:
      return (tobj.word1 & HIGH.PKEY_MASK) >>> HIGH.PKEY_SHIFT;
    case Attribute.CACHE_MODE:
      return (tobj.word0 & LOW.PWT ? 1 : 0) | (tobj.word0 & LOW.PCD ? 2 : 0);
    default:
      return tobj.word0 !== 0 && (tobj.word0 & LOW.P) === 0 ? 1 : 0;
  }
}

export function writeX86Attribute(tobj: Tobj, key: Attribute, value: number): void {
  const bit = LOW_BIT.get(key);
  if (bit !== undefined) {
    tobj.word0 = value ? tobj.word0 | bit : tobj.word0 & ~bit;
    return;
  }
  const setHigh = (mask: number, bits: number): void => {
    tobj.word1 = (tobj.word1 & ~mask) | bits;
  };
  switch (key) {
    case Attribute.PA:
      tobj.word0 = lowOf(asPfn(value), tobj.word0 & (0xfff | patOf(tobj)));
      tobj.word1 = highOf(asPfn(value), tobj.word1 & ~0xfffff);
      break;
    case Attribute.EXEC:
      setHigh(HIGH.NX, value ? 0 : HIGH.NX);
      break;
    case Attribute.DEVMAP:
      setHigh(HIGH.DEVMAP, value ? HIGH.DEVMAP : 0);
      break;
    case Attribute.PKEY:
      setHigh(HIGH.PKEY_MASK, value << HIGH.PKEY_SHIFT);
      break;
    case Attribute.CACHE_MODE:
      tobj.word0 = (tobj.word0 & ~(LOW.PWT | LOW.PCD)) | (value & 1 ? LOW.PWT : 0) | (value & 2 ? LOW.PCD : 0);
      break;
    case Attribute.SIZE:
      tobj.pages = value;
      tobj.word0 = value > 1 ? tobj.word0 | LOW.PS : tobj.word0 & ~LOW.PS;
      break;
    default:
      break;
  }
}
