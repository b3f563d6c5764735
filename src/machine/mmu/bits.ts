/**
 * The words that translating reads and writes, bit by bit. Enums and nothing else: the loop in `wasm/stride.ts`, which is no
 * TypeScript, takes them from here too.
 */

/** Access kinds by code. */
export const enum Access {
  Read = 0,
  Write = 1,
  Exec = 2,
}

export const enum TlbFlag {
  Write = 1,
  User = 2,
  NoExecute = 4,
  Dirty = 8,
  Global = 16,
  /** Bits 5 and 6 are the page size's (see `EntryData`). */
  KeyShift = 7,
  KeyMask = 15 << 7,
}

/**
 * An entry's data is `frame * Scale + low bits`: flags (see `TlbFlag`) in bits 0 to 4, the page-size code in bits 5
 * and 6, the protection key in bits 7 to 10. `data & mask` on the double gives the low bits; frames below 2^40 keep it
 * exact.
 */
export const enum EntryData {
  Scale = 2048,
  /** Flags and protection key, in their places. */
  Flags = 0x79f,
  Global = 16,
  SizeShift = 5,
  SizeMask = 96,
}

/**
 * Marks as the bytes of a word. `(x - Ones) & ~x & Highs` has the high bit of each byte of x that is zero, and perhaps of one
 * above it: candidates, of which the lowest is one for certain.
 */
export const enum Mark {
  Ones = 0x01010101,
  Highs = -0x7f7f7f80,
}

/** Bits of the low word. */
export const enum LOW {
  P = 1 << 0,
  RW = 1 << 1,
  US = 1 << 2,
  PWT = 1 << 3,
  PCD = 1 << 4,
  A = 1 << 5,
  D = 1 << 6,
  PS = 1 << 7,
  G = 1 << 8,
  SPECIAL = 1 << 9,
  UFFD_WP = 1 << 10,
  SOFT_DIRTY = 1 << 11,
}

/** Bits of the high word. */
export const enum HIGH {
  NX = 1 << 31,
  DEVMAP = 1 << 26,
  /** Bit 58 of an entry that points to a table: the table is flattened. */
  FLATTENED = 1 << 26,
  PKEY_SHIFT = 27,
  PKEY_MASK = 0xf << 27,
}
