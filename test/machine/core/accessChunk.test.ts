import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CHUNK_ACCESSES,
  MODIFY_FLAG,
  packAccess,
  packedCrosses,
  packedKind,
  packedOffset,
  packedSize,
  ScratchChunk,
} from '../../../src/machine/core/accessChunk';

const READ = 0;
const WRITE = 1;
const EXEC = 2;

interface Made {
  vpn: number;
  kind: number;
  offset: number;
  size: number;
}

const crosses = ({ offset, size }: Made): boolean => offset + size > 4096;
const sideOf = ({ kind }: Made): string => (kind === EXEC ? 'instructions' : 'data');

/** The definition of a repeat, read from the head of accessChunk.ts: looks back over the whole chunk for every access. */
function isRepeat(accesses: readonly Made[], i: number): boolean {
  const access = accesses[i];
  const before = accesses.slice(0, i).filter((other) => sideOf(other) === sideOf(access));
  const continues = (one: Made, next: Made): boolean => !crosses(one) && !crosses(next) && one.vpn === next.vpn;
  const last = before.at(-1);
  if (last === undefined || !continues(last, access)) return false;
  const stretch = [access];
  for (let at = before.length - 1; at >= 0 && continues(before[at], stretch[0]); at--) stretch.unshift(before[at]);
  return access.kind !== WRITE || stretch.slice(0, -1).some(({ kind }) => kind === WRITE);
}

function chunkOf(accesses: readonly Made[]): ScratchChunk {
  const chunk = new ScratchChunk();
  for (const { vpn, kind, offset, size } of accesses) chunk.append(vpn, packAccess(kind, offset, size));
  return chunk;
}

const leadsOf = (accesses: readonly Made[]): number[] => {
  const { leads, leadCount } = chunkOf(accesses);
  return [...leads.subarray(0, leadCount)];
};

/** A few pages and offsets near the borders, so that every rule is met often. */
const accesses = fc.array(
  fc.record({
    vpn: fc.constantFrom(0, 1, 7, 2 ** 33, 2 ** 52 - 1),
    kind: fc.constantFrom(READ, WRITE, EXEC),
    offset: fc.constantFrom(0, 8, 4090, 4095),
    size: fc.constantFrom(1, 2, 6, 7, 4096),
  }),
  { maxLength: 40 },
);

const on = (vpn: number, kind = READ, offset = 0): Made => ({ vpn, kind, offset, size: 8 });

describe('a chunk of accesses', () => {
  it('packs offset, size and kind without loss', () => {
    const kinds = fc.constantFrom(READ, WRITE, EXEC);
    fc.assert(
      fc.property(kinds, fc.nat(4095), fc.integer({ min: 1, max: 4096 }), (kind, offset, size) => {
        for (const packed of [packAccess(kind, offset, size), packAccess(kind, offset, size) | MODIFY_FLAG]) {
          assert.ok(packed >= 0 && packed < 2 ** 31);
          assert.deepEqual([packedKind(packed), packedOffset(packed), packedSize(packed)], [kind, offset, size]);
          assert.equal(packedCrosses(packed), offset + size > 4096);
        }
      }),
    );
  });

  describe('marks as leads', () => {
    const leads = (name: string, made: Made[], ...places: number[]) =>
      it(name, () => assert.deepEqual(leadsOf(made), places));

    leads('the first access of each side', [on(1), on(1, EXEC), on(1), on(1, EXEC)], 0, 1);
    leads('every change of page', [on(1), on(2), on(2), on(1)], 0, 1, 3);
    leads('the first write of a stretch alone', [on(1), on(1, WRITE), on(1, WRITE), on(1), on(1, WRITE)], 0, 1);
    leads('no write behind a write that began the stretch', [on(1, WRITE), on(1), on(1, WRITE)], 0);
    leads(
      'the first write of the next stretch again',
      [on(1, WRITE), on(2), on(2, WRITE), on(1), on(1, WRITE)],
      0,
      1,
      2,
      3,
      4,
    );
    leads('nothing because of the other side', [on(1), on(9, EXEC), on(1), on(9, EXEC), on(1)], 0, 1);
    leads('an access that crosses, and the one behind it', [on(1), on(1, READ, 4095), on(1), on(1)], 0, 1, 2);
    leads(
      'a fetch that crosses, and the one behind it',
      [on(1, EXEC), on(1, EXEC, 4095), on(1, EXEC), on(1, EXEC)],
      0,
      1,
      2,
    );
    leads(
      'the first write behind one that crosses',
      [on(1, WRITE), on(1, WRITE, 4095), on(1), on(1, WRITE)],
      0,
      1,
      2,
      3,
    );
  });

  it('has the leads that the definition says, and their pages', () => {
    fc.assert(
      fc.property(accesses, (made) => {
        const chunk = chunkOf(made);
        const wanted = made.flatMap((_, i) => (isRepeat(made, i) ? [] : [i]));
        assert.deepEqual([...chunk.leads.subarray(0, chunk.leadCount)], wanted);
        assert.deepEqual(
          [...chunk.leadVpn.subarray(0, chunk.leadCount)],
          wanted.map((i) => made[i].vpn),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('counts writes and fetches', () => {
    fc.assert(
      fc.property(accesses, (made) => {
        const { length, writes, execs } = chunkOf(made);
        const count = (kind: number): number => made.filter((access) => access.kind === kind).length;
        assert.deepEqual([length, writes, execs], [made.length, count(WRITE), count(EXEC)]);
      }),
    );
  });

  it('that is filled again knows nothing of what it held', () => {
    fc.assert(
      fc.property(accesses, accesses, (before, made) => {
        const chunk = chunkOf(before);
        chunk.clear();
        for (const { vpn, kind, offset, size } of made) chunk.append(vpn, packAccess(kind, offset, size));
        assert.deepEqual([...chunk.leads.subarray(0, chunk.leadCount)], leadsOf(made));
        assert.equal(chunk.length, made.length);
      }),
    );
  });

  it('may consist of leads alone, up to the last place', () => {
    const chunk = new ScratchChunk();
    for (let i = 0; i < CHUNK_ACCESSES; i++) chunk.append(i, packAccess(READ, 0, 8));
    assert.equal(chunk.leadCount, CHUNK_ACCESSES);
    assert.equal(chunk.leads[CHUNK_ACCESSES - 1], CHUNK_ACCESSES - 1);
  });
});
