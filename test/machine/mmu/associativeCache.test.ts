import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AssociativeCache } from '../../../src/machine/mmu/associativeCache';
import { hashOf } from '../support';

interface Entry {
  key: number;
  size: number;
  frame: number;
}

/** The textbook: a list a set, most recently used first. */
class NaiveLru {
  readonly sets: Entry[][];

  constructor(
    entries: number,
    private readonly ways: number,
  ) {
    this.sets = Array.from({ length: entries / ways }, () => []);
  }
  setOf(key: number): Entry[] {
    return this.sets[key % this.sets.length];
  }
  find(key: number, size: number): Entry | undefined {
    const set = this.setOf(key);
    const at = set.findIndex((e) => e.key === key && e.size === size);
    if (at < 0) return undefined;
    const [entry] = set.splice(at, 1);
    set.unshift(entry);
    return entry;
  }
  fill(entry: Entry): Entry | undefined {
    const set = this.setOf(entry.key);
    set.unshift(entry);
    return set.length > this.ways ? set.pop() : undefined;
  }
  remove(key: number, size: number): void {
    const set = this.setOf(key);
    const at = set.findIndex((e) => e.key === key && e.size === size);
    if (at >= 0) set.splice(at, 1);
  }
}

/** Sets and ways from 1 up, powers of two or not. */
const geometry = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 12 }));
/** Few low numbers that meet, and some near the end of 52 bits. */
const key = fc.oneof(
  fc.nat(40),
  fc.nat(40).map((n) => 2 ** 51 - n * 3),
  fc.nat(20).map((n) => 2 ** 32 + n),
);
const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ use: key, size: fc.constantFrom(0, 0, 0, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ remove: key, size: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ peek: key, size: fc.constantFrom(0, 1) }) },
);

describe('the associative cache', () => {
  it('behaves as a list a set in order of use, under any geometry', () => {
    fc.assert(
      fc.property(geometry, fc.array(action, { maxLength: 150 }), ([sets, ways], list) => {
        const cache = new AssociativeCache('test', sets * ways, ways);
        const naive = new NaiveLru(sets * ways, ways);
        let frame = 0;
        for (const a of list) {
          if ('remove' in a) {
            const at = cache.peek(a.remove, a.size);
            if (at >= 0) cache.invalidate(at);
            naive.remove(a.remove, a.size);
          } else if ('peek' in a) {
            const known = naive.setOf(a.peek).find((e) => e.key === a.peek && e.size === a.size);
            const at = cache.peek(a.peek, a.size);
            assert.equal(at < 0 ? undefined : cache.frameOf(at), known?.frame);
          } else {
            const known = naive.find(a.use, a.size);
            const at = cache.find(a.use, a.size);
            assert.equal(at < 0 ? undefined : cache.frameOf(at), known?.frame);
            if (at < 0) {
              const victim = cache.victim(a.use);
              const gone = cache.isValid(victim) ? [cache.tagOf(victim), cache.sizeOf(victim)] : undefined;
              assert.equal(cache.fill(a.use, a.size, ++frame, 0), victim);
              const evicted = naive.fill({ key: a.use, size: a.size, frame });
              assert.deepEqual(gone, evicted && [evicted.key, evicted.size]);
            }
          }
        }
        for (let set = 0; set < sets; set++) {
          const order = cache
            .inOrderOfUse(set)
            .map((i) => ({ key: cache.tagOf(i), size: cache.sizeOf(i), frame: cache.frameOf(i) }));
          assert.deepEqual(order, naive.sets[set]);
        }
        const sizes = naive.sets.flat().map((e) => e.size);
        assert.equal(cache.population, sizes.length);
        for (const size of [1, 2]) assert.equal(cache.huge[size], sizes.filter((s) => s === size).length);
      }),
      { numRuns: 400 },
    );
  });

  it('fills every way that is free before it evicts', () => {
    const cache = new AssociativeCache('test', 4, 4);
    for (const key of [1, 2, 3, 4]) {
      assert.ok(!cache.isValid(cache.victim(key)));
      cache.fill(key, 0, key, 0);
    }
    cache.invalidate(cache.peek(3, 0));
    assert.ok(!cache.isValid(cache.victim(5)));
    cache.fill(5, 0, 5, 0);
    assert.equal(cache.tagOf(cache.victim(6)), 1);
  });

  it('is restored with its order of use', () => {
    fc.assert(
      fc.property(geometry, fc.array(fc.nat(30)), fc.array(fc.nat(30)), ([sets, ways], before, after) => {
        const cache = new AssociativeCache('test', sets * ways, ways);
        const use = (key: number): void => void (cache.find(key, 0) < 0 && cache.fill(key, 0, key, 0));
        before.forEach(use);
        const saved = cache.save();
        const hash = hashOf(cache);
        after.forEach(use);
        const end = hashOf(cache);
        cache.load(saved);
        assert.equal(hashOf(cache), hash);
        after.forEach(use);
        assert.equal(hashOf(cache), end, 'the same future follows');
      }),
    );
  });
});
