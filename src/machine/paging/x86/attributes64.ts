/**
 * Attributes of a translation object whose driver keeps it as an x86 entry of 8 bytes: the encoding behind
 * `tobj_read_attr`.
 *
 * What an entry with P = 0 means is software's business, and here it is Linux's (arch/x86/include/asm/pgtable-invert.h,
 * pgtable_64.h, pgtable-3level.h):
 * - PROT_NONE: bit 8 set (G of a present entry), the frame inverted, everything else as in a present entry. READ is 0.
 * - swap: bits 59 to 63 type 0, bits 9 to 58 the inverted offset, which is the slot + 1; bit 1 soft-dirty. SWAP is the offset.
 *   The inverted bits name memory that no machine has, which tells a swap entry from one whose P bit somebody cleared.
 * - anything else: an object under construction, or an entry edited by hand; bits mean what they mean in a present one.
 */
import { asPfn, asVpn, type Pfn } from '../../core/addresses';
import { Attribute, type Tobj } from '../../emt/tobj';
import { frameOf, HIGH, highOf, LOW, lowOf } from './entry';

/** By attribute that is one bit of the low word: its value when the attribute is 1; 0 for all others. */
const LOW_BIT = new Int32Array(Attribute.SWAP + 1);
LOW_BIT[Attribute.PRESENT] = LOW.P;
LOW_BIT[Attribute.READ] = LOW.P;
LOW_BIT[Attribute.WRITE] = LOW.RW;
LOW_BIT[Attribute.USER] = LOW.US;
LOW_BIT[Attribute.ACCESSED] = LOW.A;
LOW_BIT[Attribute.DIRTY] = LOW.D;
LOW_BIT[Attribute.GLOBAL] = LOW.G;
LOW_BIT[Attribute.SPECIAL] = LOW.SPECIAL;
LOW_BIT[Attribute.SOFT_DIRTY] = LOW.SOFT_DIRTY;

const enum Word {
  /** Of an entry with P = 0: nothing may be accessed, but the page stays. */
  ProtNone = LOW.G,
  /** Frame bits of the high word. */
  FrameHigh = 0xfffff,
  /** Bit 1 of a swap entry. */
  SwapSoftDirty = LOW.RW,
  /** Offset bits of a swap entry: 9 to 31 of the low word, and 32 to 45 as 0 to 13 of the high word. */
  SwapShift = 9,
  SwapLowOffsets = 0x800000,
  SwapHighMask = 0x3fff,
  /** Bits 46 to 58, which are ones in a swap entry, as bits 14 to 26 of the high word. */
  SwapOnes = 0x07ffc000,
}

/** Frame bits of the low word: a huge page has none below its size. */
const frameBits = (pages: number): number => -(pages * 4096) | 0;
/** PAT is bit 7 of a base page; of a huge one bit 12, where bit 7 says that it is one. */
const patOf = (tobj: Tobj): number => (tobj.pages > 1 ? 0x1000 : LOW.PS);

const isProtNone = (tobj: Tobj): boolean => (tobj.word0 & (LOW.P | Word.ProtNone)) === Word.ProtNone;
const isSwap = (tobj: Tobj): boolean =>
  (tobj.word0 & (LOW.P | Word.ProtNone)) === 0 && (tobj.word1 & ~Word.SwapHighMask) === Word.SwapOnes;

const swapOffset = (tobj: Tobj): number =>
  (~tobj.word1 & Word.SwapHighMask) * Word.SwapLowOffsets + (~tobj.word0 >>> Word.SwapShift);

export function readAttribute64(tobj: Tobj, key: Attribute): number {
  const bit = LOW_BIT[key];
  if (bit !== 0) {
    if ((tobj.word0 & LOW.P) === 0) return readBitOfAbsent(tobj, key, bit);
    return (tobj.word0 & bit) !== 0 ? 1 : 0;
  }
  switch (key) {
    case Attribute.VA:
      return tobj.vpn;
    case Attribute.SIZE:
      return tobj.pages;
    case Attribute.MAPPED:
      return tobj.word0 !== 0 || tobj.word1 !== 0 ? 1 : 0;
    case Attribute.SWAP:
      return isSwap(tobj) ? swapOffset(tobj) : 0;
    default:
      return isSwap(tobj) ? 0 : readField(tobj, key);
  }
}

function readBitOfAbsent(tobj: Tobj, key: Attribute, bit: number): number {
  if (isSwap(tobj)) return key === Attribute.SOFT_DIRTY && (tobj.word0 & Word.SwapSoftDirty) !== 0 ? 1 : 0;
  return bit !== Word.ProtNone && (tobj.word0 & bit) !== 0 ? 1 : 0;
}

/** Of an entry that names a frame. */
function readField(tobj: Tobj, key: Attribute): number {
  switch (key) {
    case Attribute.PA: {
      const inverted = isProtNone(tobj) ? -1 : 0;
      return frameOf((tobj.word0 ^ inverted) & frameBits(tobj.pages), tobj.word1 ^ inverted);
    }
    case Attribute.EXEC:
      return tobj.word1 & HIGH.NX ? 0 : 1;
    case Attribute.DEVMAP:
      return tobj.word1 & HIGH.DEVMAP ? 1 : 0;
    case Attribute.PKEY:
      return (tobj.word1 & HIGH.PKEY_MASK) >>> HIGH.PKEY_SHIFT;
    default:
      return (tobj.word0 & LOW.PWT ? 1 : 0) | (tobj.word0 & LOW.PCD ? 2 : 0) | (tobj.word0 & patOf(tobj) ? 4 : 0);
  }
}

/**
 * PRESENT 1 and READ 1 make a page present; READ 0 makes a mapped one PROT_NONE, PRESENT 0 clears P and nothing else. A swap
 * entry has no attributes but SOFT_DIRTY; writing PA makes a page of it. GLOBAL is an attribute of present pages alone, and
 * MAPPED cannot be written.
 */
export function writeAttribute64(tobj: Tobj, key: Attribute, value: number): void {
  switch (key) {
    case Attribute.VA:
      tobj.vpn = asVpn(value);
      return;
    case Attribute.SIZE:
      setSize(tobj, value);
      return;
    case Attribute.SWAP:
      if (value !== 0 || isSwap(tobj)) setSwap(tobj, value);
      return;
    case Attribute.PA:
      if (isSwap(tobj)) setSwap(tobj, 0);
      setFrame(tobj, asPfn(value));
      return;
    case Attribute.MAPPED:
      return;
    default:
  }
  if ((tobj.word0 & LOW.P) === 0 && isSwap(tobj)) {
    if (key === Attribute.SOFT_DIRTY)
      tobj.word0 = value ? tobj.word0 | Word.SwapSoftDirty : tobj.word0 & ~Word.SwapSoftDirty;
    return;
  }
  const bit = LOW_BIT[key];
  if (bit === LOW.P) setPresent(tobj, key, value);
  else if (bit === LOW.G && (tobj.word0 & LOW.P) === 0) return;
  else if (bit !== 0) tobj.word0 = value ? tobj.word0 | bit : tobj.word0 & ~bit;
  else writeField(tobj, key, value);
}

function writeField(tobj: Tobj, key: Attribute, value: number): void {
  switch (key) {
    case Attribute.EXEC:
      tobj.word1 = value ? tobj.word1 & ~HIGH.NX : tobj.word1 | HIGH.NX;
      break;
    case Attribute.DEVMAP:
      tobj.word1 = value ? tobj.word1 | HIGH.DEVMAP : tobj.word1 & ~HIGH.DEVMAP;
      break;
    case Attribute.PKEY:
      tobj.word1 = (tobj.word1 & ~HIGH.PKEY_MASK) | (value << HIGH.PKEY_SHIFT);
      break;
    default: {
      const mode = (value & 1 ? LOW.PWT : 0) | (value & 2 ? LOW.PCD : 0) | (value & 4 ? patOf(tobj) : 0);
      tobj.word0 = (tobj.word0 & ~(LOW.PWT | LOW.PCD | patOf(tobj))) | mode;
    }
  }
}

function setFrame(tobj: Tobj, pfn: Pfn): void {
  const bits = frameBits(tobj.pages);
  const inverted = isProtNone(tobj) ? -1 : 0;
  tobj.word0 = (tobj.word0 & ~bits) | ((lowOf(pfn, 0) ^ inverted) & bits);
  tobj.word1 = (tobj.word1 & ~Word.FrameHigh) | ((highOf(pfn, 0) ^ inverted) & Word.FrameHigh);
}

function invertFrame(tobj: Tobj): void {
  tobj.word0 ^= frameBits(tobj.pages);
  tobj.word1 ^= Word.FrameHigh;
}

function setPresent(tobj: Tobj, key: Attribute, value: number): void {
  const protNone = isProtNone(tobj);
  if (value === 1) {
    if (protNone) {
      invertFrame(tobj);
      tobj.word0 &= ~Word.ProtNone;
    }
    tobj.word0 |= LOW.P;
  } else if (key === Attribute.PRESENT) {
    if (!protNone) tobj.word0 &= ~(LOW.P | LOW.G);
  } else if (!protNone && (tobj.word0 !== 0 || tobj.word1 !== 0)) {
    tobj.word0 = (tobj.word0 & ~LOW.P) | Word.ProtNone;
    invertFrame(tobj);
  }
}

/** Frame and cache mode lie elsewhere in an entry of another size. */
function setSize(tobj: Tobj, pages: number): void {
  if (isSwap(tobj)) {
    tobj.pages = pages;
    tobj.word0 = pages > 1 ? tobj.word0 | LOW.PS : tobj.word0 & ~LOW.PS;
    return;
  }
  const frame = asPfn(readField(tobj, Attribute.PA));
  const mode = readField(tobj, Attribute.CACHE_MODE);
  tobj.word0 &= ~(frameBits(tobj.pages) | patOf(tobj) | LOW.PS);
  tobj.pages = pages;
  if (pages > 1) tobj.word0 |= LOW.PS;
  setFrame(tobj, frame);
  writeField(tobj, Attribute.CACHE_MODE, mode);
}

/** `offset`: slot + 1; 0 leaves nothing of the object but its place and size. */
function setSwap(tobj: Tobj, offset: number): void {
  const softDirty = readAttribute64(tobj, Attribute.SOFT_DIRTY) ? Word.SwapSoftDirty : 0;
  const size = tobj.pages > 1 ? LOW.PS : 0;
  if (offset === 0) {
    tobj.word0 = size;
    tobj.word1 = 0;
    return;
  }
  tobj.word0 = (~(offset % Word.SwapLowOffsets) << Word.SwapShift) | size | softDirty;
  tobj.word1 = Word.SwapOnes | (~Math.floor(offset / Word.SwapLowOffsets) & Word.SwapHighMask);
}
