/**
 * Attributes of translation objects as a scheme's entries keep them: which encoding, and what of it is there.
 *
 * Software's bits of an entry are the same in every format of 8 bytes but for bits 52 to 62: where they are reserved (PAE)
 * there are no protection keys and no DEVMAP. Entries of 4 bytes have an encoding of their own.
 */
import type { BasicFunctions } from '../../emt/driver';
import { Attribute } from '../../emt/tobj';
import type { PagingFormat } from '../format';
import { Blank32, readAttribute32, writeAttribute32 } from './attributes32';
import { readAttribute64, writeAttribute64 } from './attributes64';
import { HIGH } from './entry';

export interface EntryAttributes extends Pick<BasicFunctions, 'tobjReadAttr' | 'tobjWriteAttr'> {
  /** `word1` of an object without a mapping. */
  readonly blank: number;
}

const LONG_MODE: EntryAttributes = { blank: 0, tobjReadAttr: readAttribute64, tobjWriteAttr: writeAttribute64 };

/** Both lie in bits that PAE reserves. */
const inReserved = (key: Attribute): boolean => key === Attribute.PKEY || key === Attribute.DEVMAP;
const PAE: EntryAttributes = {
  blank: 0,
  tobjReadAttr: (tobj, key) => (inReserved(key) ? 0 : readAttribute64(tobj, key)),
  tobjWriteAttr: (tobj, key, value) => {
    if (!inReserved(key)) writeAttribute64(tobj, key, value);
  },
};

const SHORT: EntryAttributes = {
  blank: Blank32.Word1,
  tobjReadAttr: readAttribute32,
  tobjWriteAttr: writeAttribute32,
};

/** True if entries of the format have a protection key. */
export const hasProtectionKeys = ({ entryBytes, reservedHigh = 0 }: PagingFormat): boolean =>
  entryBytes === 8 && (reservedHigh & HIGH.PKEY_MASK) === 0;

/** Slots that an entry can name: the offset, which is the slot + 1, has 23 bits of 4 bytes, or 37 of those that a number has. */
export const swapSlots = ({ entryBytes }: PagingFormat): number => 2 ** (entryBytes === 4 ? 23 : 37) - 1;

export function attributesOf(format: PagingFormat): EntryAttributes {
  if (format.entryBytes === 4) return SHORT;
  return hasProtectionKeys(format) ? LONG_MODE : PAE;
}
