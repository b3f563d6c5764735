/**
 * The other hash of EMT-Linux's ways (its ecpt_crc.c): CRC-64, most significant bit first, initially 0, over the low five bytes
 * of the tag in little-endian order; the way chooses one of four polynomials. It does not depend on the table's size: the
 * index in a table of four times the entries keeps the old one as its low bits.
 */
import type { WayHash } from './wayHash';

/** High and low halves of the four polynomials. */
const POLYNOMIALS = [
  [0x42f0e1eb, 0xa9ea3693],
  [0xc96c5795, 0xd7870f42],
  [0x92d8af2b, 0xaf0e1e85],
  [0xa17870f5, 0xd4f51b49],
] as const;

const TAG_BYTES = 5;

export class CrcHash implements WayHash {
  low = 0;
  high = 0;
  readonly #low = new Int32Array(4 * 256);
  readonly #high = new Int32Array(4 * 256);

  constructor() {
    POLYNOMIALS.forEach(([polyHigh, polyLow], which) => {
      for (let byte = 0; byte < 256; byte++) {
        let high = byte << 24;
        let low = 0;
        for (let bit = 0; bit < 8; bit++) {
          const carry = high < 0;
          high = (high << 1) | (low >>> 31);
          low <<= 1;
          if (!carry) continue;
          high ^= polyHigh;
          low ^= polyLow;
        }
        this.#high[which * 256 + byte] = high;
        this.#low[which * 256 + byte] = low;
      }
    });
  }

  index(tag: number, log2Entries: number, way: number): number {
    const table = (way & 3) * 256;
    const above = Math.floor(tag / 4294967296);
    let low = 0;
    let high = 0;
    for (let i = 0; i < TAG_BYTES; i++) {
      const byte = i < 4 ? (tag >>> (8 * i)) & 0xff : above & 0xff;
      const at = table + ((high >>> 24) ^ byte);
      high = ((high << 8) | (low >>> 24)) ^ this.#high[at];
      low = (low << 8) ^ this.#low[at];
    }
    this.low = low;
    this.high = high;
    return low & ((1 << log2Entries) - 1);
  }
}
