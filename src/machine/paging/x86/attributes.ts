/** Attributes of a translation object whose driver keeps it as an x86 entry: the encoding behind `tobj_read_attr`. */
import { asPfn } from '../../core/addresses';
import { Attribute, type Tobj } from '../../emt/tobj';
import { frameOf, HIGH, highOf, LOW, lowOf } from './entry';

/** By attribute that is one bit of the low word: its value when the attribute is 1; 0 for all others. */
const LOW_BIT = new Int32Array(Attribute.SWAP + 1);
LOW_BIT[Attribute.PRESENT] = LOW.P;
LOW_BIT[Attribute.WRITE] = LOW.RW;
LOW_BIT[Attribute.USER] = LOW.US;
LOW_BIT[Attribute.ACCESSED] = LOW.A;
LOW_BIT[Attribute.DIRTY] = LOW.D;
LOW_BIT[Attribute.GLOBAL] = LOW.G;
LOW_BIT[Attribute.SPECIAL] = LOW.SPECIAL;
LOW_BIT[Attribute.SOFT_DIRTY] = LOW.SOFT_DIRTY;

/** Bit 12 of a huge leaf is PAT, not frame. */
const patOf = (tobj: Tobj): number => (tobj.pages > 1 ? 0x1000 : 0);

export function readX86Attribute(tobj: Tobj, key: Attribute): number {
  const bit = LOW_BIT[key];
  if (bit !== 0) return tobj.word0 & bit ? 1 : 0;
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
  const bit = LOW_BIT[key];
  if (bit !== 0) {
    tobj.word0 = value ? tobj.word0 | bit : tobj.word0 & ~bit;
    return;
  }
  switch (key) {
    case Attribute.PA:
      tobj.word0 = lowOf(asPfn(value), tobj.word0 & (0xfff | patOf(tobj)));
      tobj.word1 = highOf(asPfn(value), tobj.word1 & ~0xfffff);
      break;
    case Attribute.EXEC:
      tobj.word1 = value ? tobj.word1 & ~HIGH.NX : tobj.word1 | HIGH.NX;
      break;
    case Attribute.DEVMAP:
      tobj.word1 = value ? tobj.word1 | HIGH.DEVMAP : tobj.word1 & ~HIGH.DEVMAP;
      break;
    case Attribute.PKEY:
      tobj.word1 = (tobj.word1 & ~HIGH.PKEY_MASK) | (value << HIGH.PKEY_SHIFT);
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
