/**
 * Attributes of a translation object whose driver keeps it as an entry of 4 bytes: 32-bit paging without PAE.
 *
 * There is no bit for EXEC (what may be read may be executed), nor for protection keys, DEVMAP and soft-dirty: EXEC reads as
 * 1 and the others as 0 whatever is written. What an entry with P = 0 means is Linux's business (arch/x86/include/asm/
 * pgtable-2level.h):
 * - PROT_NONE: bit 8 set. The frame is not inverted. READ is 0.
 * - swap: bits 1 to 8 are 0 (type 0 in bits 1 to 5), bits 9 to 31 the offset, which is the slot + 1. SWAP is the offset. Bit 7
 *   says, as in a present entry, that the object is a huge page.
 * - anything else: an entry edited by hand; bits mean what they mean in a present one.
 *
 * An object under construction may look like a swap entry. So `word1`, for which a table has no room, says that it is one:
 * until it is made present, or a swap entry, or PROT_NONE.
 */
import { asPfn, asVpn, type Pfn } from '../../core/addresses';
import { Attribute, type Tobj } from '../../emt/tobj';
import { leafFrame, LOW } from './entry';

/** An enum, because hot code takes it as a number. */
export const enum Blank32 {
  /** `word1` of an object under construction; of all others it is 0. */
  Word1 = 1,
}

/** By attribute that is one bit: its value when the attribute is 1; 0 for all others. */
const BIT = new Int32Array(Attribute.SWAP + 1);
BIT[Attribute.PRESENT] = LOW.P;
BIT[Attribute.READ] = LOW.P;
BIT[Attribute.WRITE] = LOW.RW;
BIT[Attribute.USER] = LOW.US;
BIT[Attribute.ACCESSED] = LOW.A;
BIT[Attribute.DIRTY] = LOW.D;
BIT[Attribute.GLOBAL] = LOW.G;
BIT[Attribute.SPECIAL] = LOW.SPECIAL;

const enum Word {
  ProtNone = LOW.G,
  /** Bits that are 0 in a swap entry. */
  SwapZeroes = 0x17f,
  SwapShift = 9,
  /** Frame bits of a base page, and of a page of 4 MiB: 31 to 22, and 20 to 13 for the address's bits 39 to 32. */
  Frame = -4096,
  HugeFrame = 0xffdfe000 | 0,
  HugePat = 0x1000,
}

const frameBits = (tobj: Tobj): number => (tobj.pages > 1 ? Word.HugeFrame : Word.Frame);
const patOf = (tobj: Tobj): number => (tobj.pages > 1 ? Word.HugePat : LOW.PS);

const isProtNone = (tobj: Tobj): boolean => (tobj.word0 & (LOW.P | Word.ProtNone)) === Word.ProtNone;
const isSwap = (tobj: Tobj): boolean =>
  (tobj.word0 & Word.SwapZeroes) === 0 && tobj.word1 === 0 && tobj.word0 >>> Word.SwapShift !== 0;

const frameOf = (tobj: Tobj): Pfn => leafFrame(tobj.pages > 1 ? 3 : 0, tobj.word0, 0);

export function readAttribute32(tobj: Tobj, key: Attribute): number {
  const bit = BIT[key];
  if (bit !== 0) {
    if ((tobj.word0 & LOW.P) === 0 && (bit === Word.ProtNone || isSwap(tobj))) return 0;
    return (tobj.word0 & bit) !== 0 ? 1 : 0;
  }
  switch (key) {
    case Attribute.VA:
      return tobj.vpn;
    case Attribute.SIZE:
      return tobj.pages;
    case Attribute.MAPPED:
      return tobj.word0 !== 0 ? 1 : 0;
    case Attribute.SWAP:
      return isSwap(tobj) ? tobj.word0 >>> Word.SwapShift : 0;
    default:
      return isSwap(tobj) ? 0 : readField(tobj, key);
  }
}

/** Of an entry that names a frame. */
function readField(tobj: Tobj, key: Attribute): number {
  switch (key) {
    case Attribute.PA:
      return frameOf(tobj);
    case Attribute.EXEC:
      return 1;
    case Attribute.CACHE_MODE:
      return (tobj.word0 & LOW.PWT ? 1 : 0) | (tobj.word0 & LOW.PCD ? 2 : 0) | (tobj.word0 & patOf(tobj) ? 4 : 0);
    default:
      return 0;
  }
}

/** As of 8-byte entries: PRESENT 1 and READ 1 make a page present, READ 0 makes a mapped one PROT_NONE. */
export function writeAttribute32(tobj: Tobj, key: Attribute, value: number): void {
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
    default:
  }
  // A swap entry has no attributes but its slot.
  if (isSwap(tobj)) return;
  const bit = BIT[key];
  if (bit === LOW.P) setPresent(tobj, key, value);
  else if (bit === LOW.G && (tobj.word0 & LOW.P) === 0) return;
  else if (bit !== 0) tobj.word0 = value ? tobj.word0 | bit : tobj.word0 & ~bit;
  else if (key === Attribute.CACHE_MODE) setCacheMode(tobj, value);
}

function setCacheMode(tobj: Tobj, value: number): void {
  const pat = patOf(tobj);
  const mode = (value & 1 ? LOW.PWT : 0) | (value & 2 ? LOW.PCD : 0) | (value & 4 ? pat : 0);
  tobj.word0 = (tobj.word0 & ~(LOW.PWT | LOW.PCD | pat)) | mode;
}

function setFrame(tobj: Tobj, pfn: Pfn): void {
  const high = Math.floor(pfn / 0x100000) & 0xff;
  const bits = tobj.pages > 1 ? ((pfn >>> 10) << 22) | (high << 13) : pfn << 12;
  tobj.word0 = (tobj.word0 & ~frameBits(tobj)) | bits;
}

function setPresent(tobj: Tobj, key: Attribute, value: number): void {
  const protNone = isProtNone(tobj);
  if (value === 1) {
    if (protNone) tobj.word0 &= ~Word.ProtNone;
    tobj.word0 |= LOW.P;
    tobj.word1 = 0;
  } else if (key === Attribute.PRESENT) {
    if (protNone) return;
    tobj.word0 &= ~(LOW.P | LOW.G);
    tobj.word1 = Blank32.Word1;
  } else if (!protNone && tobj.word0 !== 0) {
    tobj.word0 = (tobj.word0 & ~LOW.P) | Word.ProtNone;
    tobj.word1 = 0;
  }
}

/** Frame and cache mode lie elsewhere in an entry of another size. */
function setSize(tobj: Tobj, pages: number): void {
  if (isSwap(tobj)) {
    tobj.pages = pages;
    tobj.word0 = pages > 1 ? tobj.word0 | LOW.PS : tobj.word0 & ~LOW.PS;
    return;
  }
  const frame = frameOf(tobj);
  const mode = readField(tobj, Attribute.CACHE_MODE);
  tobj.word0 &= ~(frameBits(tobj) | patOf(tobj) | LOW.PS);
  tobj.pages = pages;
  if (pages > 1) tobj.word0 |= LOW.PS;
  setFrame(tobj, frame);
  setCacheMode(tobj, mode);
}

/** `offset`: slot + 1; 0 leaves nothing of the object but its place and size. */
function setSwap(tobj: Tobj, offset: number): void {
  const size = tobj.pages > 1 ? LOW.PS : 0;
  tobj.word0 = (offset << Word.SwapShift) | size;
  tobj.word1 = offset === 0 ? Blank32.Word1 : 0;
}
