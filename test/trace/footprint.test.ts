import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ByOperation, Footprint, Spread } from '../../src/trace/footprint';
import { PageSet } from '../../src/trace/pageSet';
import { FILES, expected, fixture, load } from './support';

/** In the words of expected.json. */
const inTheirWords = (footprint: Footprint) => ({
  lines: { ...letters(footprint.lines), other: footprint.lines.other },
  crossing_lines: letters(footprint.crossingLines),
  data: spread(footprint.data),
  instr: spread(footprint.instructions),
  all: spread(footprint.all),
  lowest: `0x${footprint.lowest?.toString(16)}`,
  highest: `0x${footprint.highest?.toString(16)}`,
  sizes: letters(footprint.sizes),
});

const letters = <T>({ fetches, loads, stores, modifies }: ByOperation<T>) => ({
  I: fetches,
  L: loads,
  S: stores,
  M: modifies,
});

const spread = ({ pages4K, regions2M, regions1G, regions512G }: Spread) => ({
  pages_4k: pages4K,
  regions_2m: regions2M,
  regions_1g: regions1G,
  regions_512g: regions512G,
});

describe('the footprint', () => {
  for (const file of FILES) {
    it(`${file}: equals the expected one`, async () => {
      const { footprint } = await load(fixture(file));
      assert.deepEqual(inTheirWords(footprint), expected[file].footprint);
    });

    it(`${file}: is the same if fetches are not kept`, async () => {
      const { footprint, store } = await load(fixture(file), { instructions: false });
      assert.deepEqual(inTheirWords(footprint), expected[file].footprint);
      assert.equal(store.counts.execs, 0);
    });
  }

  it('tells regions in the upper half of the address space apart', async () => {
    const { footprint } = await load(' L ffff800000000000,8\n S ffffffffffffff00,8\n L 0,1\n');
    assert.deepEqual(footprint.data, { pages4K: 3, regions2M: 3, regions1G: 3, regions512G: 3 });
    assert.equal(footprint.highest, 0xffff_ffff_ffff_ff07n);
  });

  it('the set of pages is a set, in order, with all uses', () => {
    const page = fc.oneof(fc.nat(600), fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 40 + 1, 2 ** 52 - 1));
    fc.assert(
      fc.property(fc.array(fc.tuple(page, fc.constantFrom(1, 2, 4)), { maxLength: 3000 }), (touches) => {
        const set = new PageSet();
        const model = new Map<number, number>();
        for (const [vpn, use] of touches) {
          set.touch(vpn, use);
          model.set(vpn, (model.get(vpn) ?? 0) | use);
        }
        const { vpns, uses } = set.sorted();
        const sorted = [...model].sort(([a], [b]) => a - b);
        assert.deepEqual(
          Array.from(vpns, (vpn, i) => [vpn, uses[i]]),
          sorted,
        );
        assert.equal(set.size, model.size);
      }),
      { numRuns: 50 },
    );
  });
});
