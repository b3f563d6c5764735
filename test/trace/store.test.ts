import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  AccessKind,
  asHalfOfModify,
  crossesPage,
  isHalfOfModify,
  kindOf,
  offsetOf,
  pack,
  sizeOf,
} from '../../src/trace/record';
import { CHUNK_RECORDS, TraceStoreBuilder } from '../../src/trace/store';

describe('the trace store', () => {
  it('packs offset, size and kind without loss', () => {
    const kinds = fc.constantFrom(AccessKind.read, AccessKind.write, AccessKind.exec);
    fc.assert(
      fc.property(kinds, fc.nat(4095), fc.integer({ min: 1, max: 4096 }), (kind, offset, size) => {
        const packed = pack(kind, offset, size);
        assert.deepEqual([kindOf(packed), offsetOf(packed), sizeOf(packed)], [kind, offset, size]);
        assert.equal(crossesPage(packed), offset + size > 4096);
        assert.equal(isHalfOfModify(packed), false);
        const half = asHalfOfModify(packed);
        assert.ok(half > 0 && half < 2 ** 31);
        assert.deepEqual(
          [kindOf(half), offsetOf(half), sizeOf(half), isHalfOfModify(half)],
          [kind, offset, size, true],
        );
      }),
    );
  });

  it('gives back every record over chunk borders, with its line', () => {
    const builder = new TraceStoreBuilder();
    const length = 2 * CHUNK_RECORDS + 5;
    const vpnOf = (i: number) => 2 ** 52 - 1 - i * 7;
    const lineOf = (i: number) => 1 + i * 9; // a chunk spans more than 65,536 lines
    for (let i = 0; i < length; i++)
      builder.append(vpnOf(i), pack((i % 3) as AccessKind, i % 4096, 1 + (i % 64)), lineOf(i));
    const store = builder.finish();
    assert.equal(store.length, length);
    assert.deepEqual(
      store.chunks.map((chunk) => chunk.length),
      [CHUNK_RECORDS, CHUNK_RECORDS, 5],
    );
    for (const i of [0, 1, CHUNK_RECORDS - 1, CHUNK_RECORDS, length - 1]) {
      const { vpn, offset, sizeBytes, kind, line } = store.recordAt(i);
      assert.deepEqual([vpn, offset, sizeBytes, kind, line], [vpnOf(i), i % 4096, 1 + (i % 64), i % 3, lineOf(i)]);
      assert.equal(store.chunkOf(i).vpn[i % CHUNK_RECORDS], vpn);
    }
    assert.equal(store.counts.reads + store.counts.writes + store.counts.execs, length);
  });

  it('needs 14 bytes an access', () => {
    const builder = new TraceStoreBuilder();
    for (let i = 0; i < CHUNK_RECORDS + 100; i++) builder.append(i, pack(AccessKind.read, 0, 8), i + 1);
    const store = builder.finish();
    assert.equal(store.bytes, store.length * 14);
  });

  it('an exactly full last chunk is kept once', () => {
    const builder = new TraceStoreBuilder();
    for (let i = 0; i < CHUNK_RECORDS; i++) builder.append(i, pack(AccessKind.read, 0, 8), 1);
    const store = builder.finish();
    assert.equal(store.length, CHUNK_RECORDS);
    assert.equal(store.chunks.length, 1);
  });

  it('there is no record outside', () => {
    const store = new TraceStoreBuilder().finish();
    assert.throws(() => store.recordAt(0), RangeError);
    assert.throws(() => store.recordAt(-1), RangeError);
  });
});
