/** Access patterns that are computed place by place: `chase` and `zipf`. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { permuted } from '../../../src/scenario/run/permutation';
import { zipf, zipfRank } from '../../../src/scenario/run/zipf';
import { finish, holds, loadText, runOf } from './support';

const HEAP = ['process p', 'mmap heap 64KiB rw anon at 0x10_0000'];

/** Addresses of the accesses of a pattern over `heap`, from 0. */
async function placesOf(statement: string, machine = ''): Promise<number[]> {
  const { run } = await loadText([...(machine === '' ? [] : [machine]), ...HEAP, statement].join('\n'));
  const seen: number[] = [];
  run.fast(2, null);
  while (run.end === null) {
    run.step();
    seen.push(run.machine.last[1] * 4096 + run.machine.last[2] - 0x10_0000);
  }
  return seen;
}

describe('a computed permutation', () => {
  it('is one for any number of places and any seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (count, seed) => {
        const places = Array.from({ length: count }, (_, i) => permuted(seed, i, count));
        assert.deepEqual(
          [...places].sort((a, b) => a - b),
          Array.from({ length: count }, (_, i) => i),
        );
      }),
    );
  });

  it('stays inside of any range, the largest too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.integer(), fc.nat(), (count, seed, pick) => {
        const place = permuted(seed, pick % count, count);
        assert.ok(Number.isSafeInteger(place) && place >= 0 && place < count);
      }),
    );
  });

  it('moves nearly every place, and otherwise for another seed', () => {
    const of = (seed: number): number[] => Array.from({ length: 1000 }, (_, i) => permuted(seed, i, 1000));
    const same = (a: number[], b: number[]): number => a.filter((place, i) => place === b[i]).length;
    assert.ok(same(of(1), of(2)) < 12);
    assert.ok(same(of(1), [...Array(1000).keys()]) < 12);
  });
});

describe('zipf ranks', () => {
  const DRAWS = 40_000;
  for (const theta of [0, 0.5, 0.99, 1, 1.5, 4]) {
    it(`come as often as 1 / k^${theta} says`, () => {
      const ranks = 20;
      const shape = zipf(theta, ranks);
      const counts = new Array<number>(ranks).fill(0);
      for (let i = 0; i < DRAWS; i++) counts[zipfRank(shape, 42, i)]++;
      const weights = counts.map((_, k) => (k + 1) ** -theta);
      const total = weights.reduce((sum, w) => sum + w, 0);
      for (const [k, weight] of weights.entries()) {
        const expected = (DRAWS * weight) / total;
        // Five standard deviations of a Poisson count, and one for counts near none.
        assert.ok(Math.abs(counts[k] - expected) < 5 * Math.sqrt(expected) + 1, `rank ${k + 1}: ${counts[k]}`);
      }
    });
  }

  it('lie inside of any range', () => {
    const shapes = fc.tuple(fc.double({ min: 0, max: 10, noNaN: true }), fc.integer({ min: 1, max: 2 ** 52 }));
    fc.assert(
      fc.property(shapes, fc.integer(), fc.nat(), ([theta, ranks], seed, index) => {
        const rank = zipfRank(zipf(theta, ranks), seed, index);
        assert.ok(Number.isInteger(rank) && rank >= 0 && rank < ranks);
      }),
    );
  });
});

describe('chase', () => {
  it('goes through all places of the access size before it comes to one again', async () => {
    const round = await placesOf('read heap chase 1024 size 64');
    assert.deepEqual(
      [...round].sort((a, b) => a - b),
      Array.from({ length: 1024 }, (_, i) => i * 64),
    );
    const twice = await placesOf('read heap chase 2048 size 64');
    assert.deepEqual(twice, [...round, ...round]);
  });

  it('follows the seed of the machine, or its own', async () => {
    const own = await placesOf('read heap chase 50 seed 9');
    assert.deepEqual(await placesOf('read heap chase 50', 'machine { seed 9 }'), own);
    assert.notDeepEqual(await placesOf('read heap chase 50'), own);
  });

  it('costs no memory, however large the region is', async () => {
    await holds(
      'process p',
      'mmap heap 16TiB rw anon at 0x1000_0000_0000',
      'read heap chase 100',
      'expect access.va in heap',
      'expect stats.accesses.reads == 100',
    );
  });
});

describe('zipf', () => {
  it('has popular places that lie scattered', async () => {
    const places = await placesOf('read heap zipf 4000');
    const counts = new Map<number, number>();
    for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
    const popular = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4);
    // One of 8192 places: by the law the first gets about a tenth.
    assert.ok(popular[0][1] > 250 && popular[0][1] < 600, `${popular[0][1]}`);
    assert.ok(new Set(popular.map(([place]) => Math.floor(place / 4096))).size > 1);
    assert.ok(places.every((place) => place % 8 === 0 && place >= 0 && place < 65536));
  });

  it('is more even with a smaller theta', async () => {
    const distinct = async (theta: string): Promise<number> =>
      new Set(await placesOf(`read heap zipf 500 theta ${theta}`)).size;
    assert.ok((await distinct('0')) > (await distinct('0.99')));
    assert.ok((await distinct('0.99')) > (await distinct('2')));
  });

  it('runs fast as it runs by ticks', async () => {
    const scenario = [...HEAP, 'write heap zipf 3000', 'read heap chase 3000 size 256'];
    const fast = await finish(...scenario);
    const slow = await runOf(...scenario);
    while (slow.end === null) slow.step();
    assert.equal(fast.run.stateHash(), slow.stateHash());
  });

  it('refuses a theta that cannot be known before', async () => {
    const { run } = await finish(...HEAP, 'let t = tick + 20', 'read heap zipf 10 theta t');
    assert.deepEqual(run.end, { kind: 'error', line: 3, text: 'theta lies between 0 and 10' });
  });
});
