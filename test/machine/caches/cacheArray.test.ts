import assert from 'node:assert/strict';
import { CacheArray, LineOf } from '../../../src/machine/caches/cacheArray';
import { geometryRefusal, reachRefusal } from '../../../src/machine/core/dataCache';
import { ByteCensus } from '../../../src/machine/memory/chunkVersion';
import { hashOf } from '../support';

const cache = (sets: number, ways: number): CacheArray => new CacheArray('test', { sizeBytes: 64 * sets * ways, ways });

/** Uses a line, and enters it if it is not there; whether it was. */
function touch(c: CacheArray, line: number, of = LineOf.Data, protect = false): boolean {
  const hit = c.use(line, of);
  if (!hit) c.fill(line, of, protect);
  return hit;
}

const lines = (c: CacheArray, set = 0): number[] => c.linesOf(set).map(({ line }) => line);

describe('a data cache', () => {
  it('keeps the lines of a set in order of use, and lets the least recently used go', () => {
    const c = cache(4, 3);
    for (const line of [0, 4, 8, 0, 12]) touch(c, line);
    assert.deepEqual(lines(c), [12, 0, 8]);
    assert.equal(c.holds(4), false);
    assert.deepEqual(lines(c, 1), []);
    assert.equal(c.holds(12), true);
    assert.deepEqual(lines(c), [12, 0, 8], 'asking changes nothing');
  });

  it('has any number of sets and ways, and lines of all of a large memory', () => {
    const c = cache(3, 5);
    const far = 3 * 2 ** 30;
    for (const line of [far, far + 3, 1, 4]) touch(c, line);
    assert.deepEqual(
      [lines(c, 0), lines(c, 1)],
      [
        [far + 3, far],
        [4, 1],
      ],
    );
    assert.equal(touch(c, far), true);
    assert.equal(c.holds(far % 2 ** 31), false);
  });

  it('protects lines of page tables if told so, as long as there is one of data', () => {
    const c = cache(1, 3);
    touch(c, 1, LineOf.Table);
    touch(c, 2);
    touch(c, 3);
    assert.equal(c.fill(4, LineOf.Table, true), true, 'a table stayed');
    assert.deepEqual(lines(c), [4, 3, 1]);
    assert.equal(c.fill(5, LineOf.Table, true), true);
    assert.deepEqual(lines(c), [5, 4, 1]);
    assert.equal(c.fill(6, LineOf.Data, true), false, 'nothing but tables: the least recently used goes');
    assert.deepEqual(lines(c), [6, 5, 4]);
    assert.equal(c.fill(7, LineOf.Data, false), false);
    assert.deepEqual(lines(c), [7, 6, 5]);
  });

  it('takes a line for what used it last', () => {
    const c = cache(1, 2);
    touch(c, 1, LineOf.Table);
    assert.equal(c.linesOf(0)[0].of, LineOf.Table);
    touch(c, 1);
    assert.equal(c.linesOf(0)[0].of, LineOf.Data);
    assert.deepEqual(c.population(), { lines: 1, tables: 0 });
  });

  it('forgets a line that another CPU writes, and fills its place first', () => {
    const c = cache(1, 3);
    for (const line of [1, 2, 3]) touch(c, line);
    c.drop(2);
    c.drop(9);
    assert.deepEqual(lines(c), [3, 1]);
    assert.equal(c.isFull(0), false);
    touch(c, 4);
    assert.deepEqual(lines(c), [4, 3, 1]);
  });

  it('is what it was after a load, and costs a save in proportion to what changed', () => {
    const c = cache(16384, 16);
    for (let i = 0; i < 200_000; i++) touch(c, Math.imul(i, 0x9e3779b1) >>> 8);
    const census = new ByteCensus();
    const before = c.save();
    const hash = hashOf(c);
    assert.ok(census.add(before.chunks) > 500_000);
    touch(c, 5);
    touch(c, 77);
    assert.notEqual(hashOf(c), hash);
    const after = c.save();
    assert.ok(census.add(after.chunks) < 2000);
    c.load(before);
    assert.equal(hashOf(c), hash);
    assert.equal(touch(c, 5), false);
    c.load(after);
    assert.equal(c.use(5, LineOf.Data), true);
  });

  it('is refused where it does not divide into sets, or cannot name all of memory', () => {
    assert.equal(geometryRefusal({ sizeBytes: 48 * 1024, ways: 12 }), undefined);
    assert.match(geometryRefusal({ sizeBytes: 1000, ways: 2 })!, /do not divide into sets of 2 lines/);
    assert.match(geometryRefusal({ sizeBytes: 8192, ways: 65 })!, /1 to 64 ways/);
    assert.match(geometryRefusal({ sizeBytes: 2 ** 31, ways: 16 })!, /at most 1 GiB/);
    assert.equal(reachRefusal({ sizeBytes: 32768, ways: 8 }, 2 ** 42), undefined);
    assert.match(reachRefusal({ sizeBytes: 64, ways: 1 }, 2 ** 40)!, /too few sets/);
  });
});
