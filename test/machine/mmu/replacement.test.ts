import assert from 'node:assert/strict';
import fc from 'fast-check';
import { refusal } from '../../../src/machine/machine';
import { AssociativeCache } from '../../../src/machine/mmu/associativeCache';
import { makeReplacer, type ReplacementPolicy } from '../../../src/machine/mmu/replacement';
import { hashOf, machine, SMALL } from '../support';

const cacheOf = (policy: ReplacementPolicy, entries: number, ways: number, seed = 1): AssociativeCache =>
  new AssociativeCache('test', entries, ways, makeReplacer({ policy, seed }, 'test', entries, ways));

const touch = (cache: AssociativeCache, key: number): void =>
  void (cache.find(key, 0) < 0 && cache.fill(key, 0, key, 0));

/** The textbook's tree: each node remembers which half was used last; the victim is on the other side, all the way. */
class NaiveTree {
  readonly #lastWasRight = new Map<string, boolean>();

  constructor(private readonly ways: number) {}

  use(way: number): void {
    let [from, to] = [0, this.ways];
    while (to - from > 1) {
      const middle = (from + to) / 2;
      this.#lastWasRight.set(`${from}-${to}`, way >= middle);
      if (way >= middle) from = middle;
      else to = middle;
    }
  }

  victim(): number {
    let [from, to] = [0, this.ways];
    while (to - from > 1) {
      const middle = (from + to) / 2;
      if (this.#lastWasRight.get(`${from}-${to}`) ?? true) to = middle;
      else from = middle;
    }
    return from;
  }
}

describe('tree pseudo-LRU', () => {
  it('evicts what the textbook’s tree points to', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8, 16), fc.array(fc.nat(40), { maxLength: 120 }), (ways, keys) => {
        const cache = cacheOf('plru', ways, ways);
        const tree = new NaiveTree(ways);
        const held: (number | undefined)[] = new Array<undefined>(ways).fill(undefined);
        for (const key of keys) {
          let way = held.indexOf(key);
          if (way < 0) {
            const free = held.indexOf(undefined);
            way = free >= 0 ? free : tree.victim();
            assert.equal(cache.victim(key), way);
            held[way] = key;
          }
          // A first use in an untouched tree is of way 0, from where the textbook's and ours agree.
          tree.use(way);
          touch(cache, key);
        }
        assert.deepEqual(
          held,
          held.map((key, i) => (key === undefined ? undefined : cache.tagOf(i))),
        );
      }),
    );
  });

  it('needs sets whose ways can be halved, and says so', () => {
    const options = { ...SMALL, replacement: 'plru' } as const;
    assert.equal(refusal(options), undefined);
    const twelve = { ...options, stlb: [{ sizes: ['4K'] as const, entries: 24, ways: 12 }] };
    assert.match(refusal(twelve)!, /12 ways are no power of two/);
    assert.throws(() => machine(twelve), /12 ways/);
    assert.equal(refusal({ ...twelve, replacement: 'random' }), undefined);
  });
});

describe('replacement that is not LRU', () => {
  for (const policy of ['plru', 'random'] as const)
    it(`${policy} fills invalid ways first, finds what it holds, and goes on from a save as it would have`, () => {
      const keys = fc.array(fc.tuple(fc.nat(60), fc.boolean()), { maxLength: 150 });
      fc.assert(
        fc.property(fc.constantFrom([8, 2], [8, 8], [4, 1], [32, 16]), keys, keys, ([entries, ways], before, after) => {
          const cache = cacheOf(policy, entries, ways);
          const run = (list: [number, boolean][]): void => {
            for (const [key, drop] of list) {
              const at = cache.peek(key, 0);
              if (drop && at >= 0) cache.invalidate(at);
              else if (at < 0) {
                const first = cache.setOf(key) * ways;
                const free = Array.from({ length: ways }, (_, i) => first + i).some((i) => !cache.isValid(i));
                assert.equal(!cache.isValid(cache.victim(key)), free);
                touch(cache, key);
              } else touch(cache, key);
            }
          };
          run(before);
          const saved = cache.save();
          const hash = hashOf(cache);
          run(after);
          const end = hashOf(cache);
          cache.load(saved);
          assert.equal(hashOf(cache), hash);
          run(after);
          assert.equal(hashOf(cache), end);
          for (let i = 0; i < entries; i++) if (cache.isValid(i)) assert.equal(cache.peek(cache.tagOf(i), 0), i);
        }),
        { numRuns: 60 },
      );
    });

  it('random is spread over the ways, and another seed is another order', () => {
    const evictions = (seed: number): number[] => {
      const cache = cacheOf('random', 8, 8, seed);
      return Array.from({ length: 800 }, (_, key) => {
        const victim = cache.victim(key);
        touch(cache, key);
        return victim;
      }).slice(8);
    };
    const counts = new Array<number>(8).fill(0);
    for (const way of evictions(1)) counts[way]++;
    for (const n of counts) assert.ok(n > 60 && n < 140, `${counts.join(' ')}`);
    assert.deepEqual(evictions(1), evictions(1));
    assert.notDeepEqual(evictions(1), evictions(2));
  });
});
