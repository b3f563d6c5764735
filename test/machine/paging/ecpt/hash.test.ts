/** The hashes of EMT-Linux's ways against vectors of an implementation of its own (cross-checked with libstdc++). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { makeHash } from '../../../../src/machine/paging/ecpt/hash';

type Vector = [tag: number, entries: number, way: number, hash: string, index: number];

const MURMUR: Vector[] = [
  [0, 16384, 0, '248dde1a767bf1f5', 12789],
  [1, 16384, 6, 'b642d56bdb059a0c', 6668],
  [0xffffef40, 16384, 6, '7e495f05d821606d', 8301],
  [0xffffef40, 16384, 7, '5946c76281653725', 14117],
  [0xffffef40, 16384, 8, '42c6f7d63cf2176d', 5997],
  [0xffffef40, 65536, 6, '10942a50b46f265a', 9818],
  [0xffff81, 16384, 3, '6b8eb5e5226d3a20', 14880],
  [0xffff81, 16384, 4, 'c68667796a0a2a94', 10900],
  [0xffff81, 16384, 5, 'ee92eda06bc86cee', 11502],
  [0x1ffff, 4096, 4, 'f4331e18e15d8f54', 3924],
  [0xff, 2048, 6, 'c6f3137fba88eb08', 776],
];

const CRC: Vector[] = [
  [1, 16384, 0, '770a6888f4a2ef70', 12144],
  [1, 16384, 1, 'f1f196e8eeaf7f5c', 16220],
  [1, 16384, 2, 'a7b7c93241ea6d5e', 11614],
  [1, 16384, 3, '350e8915726d485d', 2141],
  [0xffffef40, 16384, 6, 'a8fef7e7aed2b4a9', 13481],
];

const hex = (low: number, high: number): string =>
  [high, low].map((w) => (w >>> 0).toString(16).padStart(8, '0')).join('');

/** The same in BigInt, from the definition. */
function murmurOf(tag: number, entries: number, way: number): string {
  const mask = 0xffff_ffff_ffff_ffffn;
  const m = 0xc6a4a7935bd1e995n;
  const times = (x: bigint): bigint => (x * m) & mask;
  const fold = (x: bigint): bigint => x ^ (x >> 47n);
  let h = times(20n);
  for (const block of [BigInt(tag), (BigInt(entries) * 98317n) & mask]) h = times(h ^ times(fold(times(block))));
  h = times(h ^ BigInt(way));
  return fold(times(fold(h)))
    .toString(16)
    .padStart(16, '0');
}

describe('the hashes of cuckoo ways', () => {
  for (const [name, vectors] of [
    ['murmur', MURMUR],
    ['crc', CRC],
  ] as const) {
    const hash = makeHash(name);
    for (const [tag, entries, way, expected, index] of vectors)
      it(`${name} of tag 0x${tag.toString(16)} in ${entries} entries of way ${way} is ${expected}`, () => {
        assert.equal(hash.index(tag, Math.log2(entries), way), index);
        assert.equal(hex(hash.low, hash.high), expected);
      });
  }

  it('murmur in 32-bit halves is murmur in 64 bits', () => {
    const hash = makeHash('murmur');
    fc.assert(
      fc.property(fc.nat(2 ** 35 - 1), fc.nat(24), fc.nat(23), (tag, log2, way) => {
        hash.index(tag, log2, way);
        assert.equal(hex(hash.low, hash.high), murmurOf(tag, 2 ** log2, way));
      }),
    );
  });

  it('crc keeps the index in a larger table as its low bits; murmur does not', () => {
    const crc = makeHash('crc');
    fc.assert(
      fc.property(fc.nat(2 ** 33 - 1), fc.nat(3), (tag, way) => {
        assert.equal(crc.index(tag, 16, way) % 2 ** 14, crc.index(tag, 14, way));
      }),
    );
  });
});
