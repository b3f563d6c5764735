import assert from 'node:assert/strict';
import { LARGEST_GAP_PAGES } from '../../src/trace/regions';
import { FILES, fixture, load, recordsOf } from './support';

const page = (vpn: number): string => `${vpn.toString(16)}000`;

describe('inferred regions', () => {
  it('touched pages with a small gap are one region, with a larger gap two', async () => {
    const far = 0x1000 + LARGEST_GAP_PAGES + 1;
    const near = await load(` S ${page(0x1000)},1\n S ${page(far)},1\n`);
    assert.deepEqual(
      near.regions.map(({ name, start, end }) => [name, start, end]),
      [['region0', 0x1000, far + 1]],
    );
    const apart = await load(` S ${page(0x1000)},1\n S ${page(far + 1)},1\n`);
    assert.deepEqual(
      apart.regions.map(({ start, end }) => [start, end]),
      [
        [0x1000, 0x1001],
        [far + 1, far + 2],
      ],
    );
  });

  it('count the pages touched and what was done to them', async () => {
    const { regions } = await load('I  1000ffe,4\n L 1003000,1\n M 1003000,1\n S 1004000,1\n');
    assert.equal(regions.length, 1);
    const { pagesTouched, pagesRead, pagesWritten, pagesExecuted } = regions[0];
    assert.deepEqual([pagesTouched, pagesRead, pagesWritten, pagesExecuted], [4, 1, 2, 2]);
  });

  it('guess what a region was from its use and place', async () => {
    const heap = [0x20000, 0x20001].map((vpn) => ` S ${page(vpn)},8\n`).join('');
    const text =
      `I  401000,3\n L ${page(0x10000)},8\n${heap} S ${page(0x30000)},8\n S 7ffff000,8\n L ffffffff81000000,8\n` +
      `I  ${page(0x50000)},3\n S ${page(0x50001)},8\n`;
    const { regions } = await load(text);
    assert.deepEqual(
      regions.map(({ hint }) => hint),
      ['code', 'read-only data', 'heap', 'data', 'code and data', 'stack', 'kernel'],
    );
  });

  for (const file of FILES) {
    it(`${file}: every access lies in one, and they are in order and apart`, async () => {
      const trace = await load(fixture(file));
      const { regions } = trace;
      regions.forEach(({ start }, i) => assert.ok(i === 0 || start > regions[i - 1].end + LARGEST_GAP_PAGES));
      assert.equal(
        regions.reduce((sum, region) => sum + region.pagesTouched, 0),
        trace.footprint.all.pages4K,
      );
      const touched = new Set(recordsOf(trace).map(({ vpn }) => vpn));
      for (const vpn of touched) assert.ok(regions.some(({ start, end }) => vpn >= start && vpn < end));
    });
  }
});
