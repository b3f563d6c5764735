/**
 * The default hash of EMT-Linux's ways (`CONFIG` default; its ecpt_murmur64.c): MurmurHash64A with seed 0 and libstdc++'s tail,
 * over 20 bytes: the tag (u64), entries × 98317 (u64), the absolute number of the way (u32).
 *
 * 64-bit products are made of 16- and 32-bit ones, so that a hash allocates nothing.
 */
import type { WayHash } from './wayHash';

/** The multiplier 0xc6a4a7935bd1e995 in halves, and its low half in quarters. */
const enum M {
  High = 0xc6a4a793 | 0,
  Low = 0x5bd1e995,
  LowHigh = 0x5bd1,
  LowLow = 0xe995,
}

/** 20 × multiplier: length times multiplier, with seed 0. */
const SEED = (0xc6a4a7935bd1e995n * 20n) & 0xffff_ffff_ffff_ffffn;
const SEED_LOW = Number(BigInt.asIntN(32, SEED));
const SEED_HIGH = Number(BigInt.asIntN(32, SEED >> 32n));
const SIZE_FACTOR = 98317;

export class MurmurHash implements WayHash {
  low = 0;
  high = 0;
  /** The mixed block of a table's entries, by their logarithm: it is the same for all its tags. */
  readonly #sizeLow = new Int32Array(32);
  readonly #sizeHigh = new Int32Array(32);

  constructor() {
    for (let log2 = 0; log2 < 32; log2++) {
      const entries = 2 ** log2 * SIZE_FACTOR;
      this.#mix(entries | 0, Math.floor(entries / 2 ** 32) | 0);
      this.#sizeLow[log2] = this.low;
      this.#sizeHigh[log2] = this.high;
    }
  }

  index(tag: number, log2Entries: number, way: number): number {
    this.#mix(tag | 0, Math.floor(tag / 4294967296) | 0);
    this.low ^= SEED_LOW;
    this.high ^= SEED_HIGH;
    this.#multiply();
    this.low ^= this.#sizeLow[log2Entries];
    this.high ^= this.#sizeHigh[log2Entries];
    this.#multiply();
    this.low ^= way;
    this.#multiply();
    this.#fold();
    this.#multiply();
    this.#fold();
    return this.low & ((1 << log2Entries) - 1);
  }

  /** What a block of 8 bytes adds. */
  #mix(low: number, high: number): void {
    this.low = low;
    this.high = high;
    this.#multiply();
    this.#fold();
    this.#multiply();
  }

  /** x ^= x >> 47. */
  #fold(): void {
    this.low ^= this.high >>> 15;
  }

  #multiply(): void {
    const { low, high } = this;
    const a = low >>> 16;
    const b = low & 0xffff;
    const middle = a * M.LowLow + ((b * M.LowLow) >>> 16);
    const other = b * M.LowHigh + (middle & 0xffff);
    const carry = a * M.LowHigh + Math.floor(middle / 65536) + Math.floor(other / 65536);
    this.high = (carry + Math.imul(low, M.High) + Math.imul(high, M.Low)) | 0;
    this.low = Math.imul(low, M.Low);
  }
}
