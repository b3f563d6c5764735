import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CHUNK_ACCESSES, packAccess } from '../../src/machine/core/accessChunk';
import { Access } from '../../src/machine/mmu/rights';
import type { ShelfOptions } from '../../src/trace/chunkShelf';
import { TraceError } from '../../src/trace/errors';
import { asHalfOfModify, isHalfOfModify } from '../../src/trace/record';
import { type TraceStore, TraceStoreBuilder } from '../../src/trace/store';
import { FakeFile, FakeFiles } from './files';

interface Made {
  vpn: number;
  packed: number;
  line: number;
}

/** Accesses that differ from place to place, `lineStep` lines apart at least. */
function made(length: number, pageOf: (i: number) => number, lineStep: (i: number) => number): Made[] {
  let line = 1;
  return Array.from({ length }, (_, i) => {
    line += i === 0 ? 0 : lineStep(i);
    return { vpn: pageOf(i), packed: packAccess(i % 3, (i * 7) % 4096, 1 + (i % 64)), line };
  });
}

function storeOf(accesses: readonly Made[], options?: Partial<ShelfOptions>): TraceStore {
  const shelf = options && { source: 'test.lackey', memoryBytes: Infinity, fileFrom: Infinity, ...options };
  const builder = new TraceStoreBuilder(shelf);
  for (const { vpn, packed, line } of accesses) builder.append(vpn, packed, line);
  return builder.finish();
}

function assertHolds(store: TraceStore, accesses: readonly Made[], places: Iterable<number>): void {
  assert.equal(store.length, accesses.length);
  for (const i of places) {
    const { vpn, offset, sizeBytes, kind, line } = store.recordAt(i);
    const found = { vpn, packed: packAccess(kind, offset, sizeBytes), line };
    assert.deepEqual(found, accesses[i], `access ${i}`);
  }
}

const borders = (length: number): number[] =>
  [0, 1, 255, 256, 257, CHUNK_ACCESSES - 1, CHUNK_ACCESSES, 2 * CHUNK_ACCESSES - 1, length - 1].filter(
    (i) => i < length,
  );

/** Every 97th place and those around borders; all of them would take a second each. */
const sample = (length: number): number[] => [
  ...borders(length),
  ...Array.from({ length: Math.floor(length / 97) }, (_, i) => i * 97),
];

const LENGTH = 2 * CHUNK_ACCESSES + 5;
const NEAR = (i: number): number => 0x1000 + (i >> 3) * 5;
const FAR = (i: number): number => (i % 2 === 0 ? i : 2 ** 52 - 1 - i);

describe('the trace store', () => {
  it('marks the halves of a modify beside everything else', () => {
    const packed = packAccess(Access.Write, 4095, 4096);
    assert.equal(isHalfOfModify(packed), false);
    assert.equal(isHalfOfModify(asHalfOfModify(packed)), true);
  });

  describe('gives back every record over chunk borders, with its line', () => {
    const holds = (name: string, pageOf: (i: number) => number, lineStep: (i: number) => number) =>
      it(name, () => {
        const accesses = made(LENGTH, pageOf, lineStep);
        assertHolds(storeOf(accesses), accesses, sample(LENGTH));
      });

    holds('pages close together', NEAR, () => 1);
    holds('pages all over the address space', FAR, () => 1);
    holds(
      'one page',
      () => 2 ** 52 - 1,
      () => 1,
    );
    holds('lines that stand still', NEAR, () => 0);
    holds('lines that advance by one or not at all', NEAR, (i) => i % 2);
    holds('hundreds of lines of other output now and then', NEAR, (i) => (i % 1000 === 0 ? 700 : 1));
    holds('a hundred thousand such lines', NEAR, (i) => (i % 5000 === 0 ? 100_000 : 1));
    holds('more such lines than a word counts', NEAR, (i) => (i % 9000 === 0 ? 2 ** 33 : 1));
  });

  it('is right in every place, whatever the accesses', () => {
    const access = fc.record({
      vpn: fc.oneof(fc.nat(3), fc.constantFrom(2 ** 32, 2 ** 35 + 3, 2 ** 52 - 1)),
      packed: fc
        .tuple(fc.nat(2), fc.constantFrom(0, 8, 4090), fc.constantFrom(1, 8, 4096))
        .map(([kind, offset, size]) => packAccess(kind, offset, size)),
      line: fc.oneof(fc.nat(2), fc.constantFrom(300, 70_000, 2 ** 34)),
    });
    fc.assert(
      fc.property(fc.array(access, { minLength: 1, maxLength: 600 }), (steps) => {
        let line = 0;
        const accesses = steps.map((step) => ({ ...step, line: (line += step.line) }));
        assertHolds(storeOf(accesses), accesses, accesses.keys());
      }),
      { numRuns: 200 },
    );
  });

  it('hands out chunks as a fast run takes them', () => {
    const accesses = made(LENGTH, NEAR, () => 1);
    const store = storeOf(accesses);
    const chunk = store.chunkOf(CHUNK_ACCESSES + 3);
    const inChunk = accesses.slice(CHUNK_ACCESSES, 2 * CHUNK_ACCESSES);
    assert.equal(chunk.length, CHUNK_ACCESSES);
    assert.deepEqual(
      [...chunk.packed],
      inChunk.map(({ packed }) => packed),
    );
    assert.equal(chunk.leads[0], 0);
    for (let lead = 0; lead < chunk.leadCount; lead++)
      assert.equal(chunk.leadVpn[lead], inChunk[chunk.leads[lead]].vpn);
    assert.equal(chunk.writes, inChunk.filter((_, i) => (CHUNK_ACCESSES + i) % 3 === 1).length);
    assert.equal(store.chunkOf(LENGTH - 1).length, 5);
  });

  it('counts reads, writes and fetches', () => {
    const { counts } = storeOf(made(LENGTH, NEAR, () => 1));
    const third = Math.floor(LENGTH / 3);
    assert.deepEqual(counts, { reads: LENGTH - 2 * third, writes: third, execs: third });
  });

  it('needs four bytes an access, one for its line where lines differ, and six for a lead', () => {
    const perAccess = (pageOf: (i: number) => number, lineStep: (i: number) => number): number => {
      const reads = made(CHUNK_ACCESSES, pageOf, lineStep).map((access) => ({
        ...access,
        packed: packAccess(0, 0, 8),
      }));
      return storeOf(reads).bytes / CHUNK_ACCESSES;
    };
    const about = (found: number, wanted: number): void => assert.ok(Math.abs(found - wanted) < 0.05, `${found}`);
    about(
      perAccess(
        () => 5,
        () => 1,
      ),
      4,
    );
    about(
      perAccess(
        () => 5,
        (i) => i % 2,
      ),
      5,
    );
    about(
      perAccess(
        (i) => i,
        () => 1,
      ),
      10,
    );
  });

  it('an exactly full last chunk is kept once', () => {
    const store = storeOf(made(CHUNK_ACCESSES, NEAR, () => 1));
    assert.equal(store.length, CHUNK_ACCESSES);
    assert.equal(store.shelf.count, 1);
  });

  it('there is no record outside', () => {
    const store = new TraceStoreBuilder().finish();
    assert.throws(() => store.recordAt(0), RangeError);
    assert.throws(() => store.recordAt(-1), RangeError);
  });

  describe('with a file', () => {
    const files = new FakeFiles();
    const accesses = made(20 * CHUNK_ACCESSES + 5, NEAR, () => 1);
    const chunkBytes = storeOf(accesses.slice(0, CHUNK_ACCESSES)).bytes;
    const store = (
      memoryChunks: number,
      fileFromChunks: number,
      room = Infinity,
    ): { store: TraceStore; file?: FakeFile } => {
      let file: FakeFile | undefined;
      const createFile = (): FakeFile => {
        file = new FakeFile(files, undefined);
        file.room = room;
        return file;
      };
      const options = { memoryBytes: memoryChunks * chunkBytes, fileFrom: fileFromChunks * chunkBytes, createFile };
      return { store: storeOf(accesses, options), file };
    };
    const places = [...borders(accesses.length), 5 * CHUNK_ACCESSES, 19 * CHUNK_ACCESSES + 77];

    it('holds beyond the budget what is in the file alone, and reads it in any order', () => {
      const { store: spilled, file } = store(3, 3);
      assert.equal(file?.size, spilled.bytes);
      assertHolds(spilled, accesses, [...places, ...places.toReversed()]);
      spilled.dispose();
      assert.ok(file?.disposed);
    });

    it('asks for none below the threshold', () => {
      assert.equal(store(30, 30).file, undefined);
    });

    it('lets go of it if everything is in memory too', () => {
      const { store: both, file } = store(30, 2);
      assert.equal(file?.size, both.bytes);
      both.shelf.settle();
      assert.ok(file?.disposed);
      assertHolds(both, accesses, places);
    });

    it('takes everything back into memory when there is no room, whenever that is', () => {
      const rooms = [0, 1.5, 3, 3.5, 10].map((chunks) => chunks * chunkBytes);
      for (const room of [...rooms, storeOf(accesses).bytes - 1]) {
        const { store: retreated, file } = store(3, 3, room);
        assert.ok(file?.disposed);
        assertHolds(retreated, accesses, places);
      }
    });

    const isLost = (error: unknown): boolean =>
      error instanceof TraceError && error.code === 'lost' && error.message.startsWith('test.lackey: ');

    it('says that the trace is lost when the file was cut short', () => {
      const { store: spilled, file } = store(3, 3);
      assert.ok(file !== undefined);
      file.bytes = file.bytes.subarray(0, 10 * chunkBytes);
      assertHolds(spilled, accesses, [0, 5 * CHUNK_ACCESSES]);
      assert.throws(() => spilled.recordAt(19 * CHUNK_ACCESSES), isLost);
      assertHolds(spilled, accesses, [1]);
    });

    it('says so too when it was closed', () => {
      const { store: spilled } = store(3, 3);
      spilled.dispose();
      assert.throws(() => spilled.recordAt(19 * CHUNK_ACCESSES), isLost);
    });
  });
});
