import assert from 'node:assert/strict';
import type { WorkFrame } from '../../src/protocol/statistics';
import { csv } from '../../webview/shared/csv';
import { bytesText, changeText, countText, shareText, shortText } from '../../webview/shared/numbers';
import { frameAt, layOutFlame } from '../../webview/statistics/flame/layout';
import { chosen, nearest, roundTicks, stacked, ticksWithin } from '../../webview/statistics/model/scale';
import { layOutPlot } from '../../webview/statistics/plots/layout';
import { linePath } from '../../webview/statistics/plots/path';

describe('numbers in views', () => {
  it('are decimal, in groups, with their units', () => {
    assert.deepEqual([0, 12345678, 0.5].map(countText), ['0', '12,345,678', '0.5']);
    assert.deepEqual([0, 1023, 1536, 5 * 2 ** 30].map(bytesText), ['0 B', '1,023 B', '1.5 KiB', '5 GiB']);
    assert.deepEqual([0, 0.0012, 0.125, 1].map(shareText), ['0 %', '0.12 %', '12.5 %', '100 %']);
    assert.deepEqual([5, -3, 0].map(changeText), ['+5', '−3', '±0']);
    assert.deepEqual([950, 1500, 2e6].map(shortText), ['950', '1.5K', '2M']);
  });

  it('are quoted in tables where that is needed', () => {
    assert.equal(
      csv([
        ['a', 1, null],
        ['x, "y"', 2.5, undefined],
      ]),
      'a,1,\r\n"x, ""y""",2.5,\r\n',
    );
  });
});

describe('axes', () => {
  it('have round numbers up to at least the greatest value', () => {
    assert.deepEqual(roundTicks(9400, 3), [0, 5000, 10000]);
    assert.deepEqual(roundTicks(1, 3), [0, 0.5, 1]);
    assert.deepEqual(roundTicks(180224, 3, 2), [0, 65536, 131072, 196608]);
    assert.deepEqual(roundTicks(0, 3), [0, 1]);
    assert.deepEqual(ticksWithin(31659, 4), [0, 10000, 20000, 30000]);
    assert.deepEqual(ticksWithin(1, 4), [0, 1], 'no tick is a fraction');
  });

  it('take a place on the picture back to the moment that is drawn there', () => {
    const plot = { id: 'x', title: '', explanation: '', unit: 'count', shape: 'lines', series: [] } as const;
    const { x, tickAt } = layOutPlot({ ...plot, series: [] }, 5000, 600);
    for (const tick of [0, 17, 4999, 5000]) assert.ok(Math.abs(tickAt(x(tick)) - tick) < 1e-6);
    assert.equal(tickAt(-100), 0);
    assert.equal(tickAt(1e6), 5000);
  });

  it('find the nearest of the moments that are known', () => {
    const ticks = [0, 32, 64, 70];
    assert.deepEqual(
      [0, 15, 17, 66, 68, 1000].map((tick) => nearest(ticks, tick)),
      [0, 0, 1, 2, 3, 3],
    );
  });
});

describe('curves', () => {
  it('have gaps where there is no value', () => {
    assert.equal(linePath([[0, 1], [1, 2], null, [3, 4], null]), 'M0 1L1 2M0 4h6');
  });

  it('stand on one another where they add up', () => {
    const edges = stacked([{ values: [1, 2] }, { values: [3, null] }]);
    assert.deepEqual(edges, [
      { low: [0, 0], high: [1, 2] },
      { low: [1, 2], high: [4, 2] },
    ]);
  });

  it('are told in some moments of the run, the cursor’s among them', () => {
    const some = chosen(257, 100);
    assert.ok(some.includes(0) && some.includes(100) && some.includes(256) && some.length <= 18);
    assert.deepEqual(chosen(3, 1), [0, 1, 2]);
  });
});

describe('the flame graph', () => {
  const leaf = (name: string, value: number, then?: number): WorkFrame => ({
    name,
    value,
    ...(then === undefined ? {} : { then }),
    children: [],
  });
  const tree: WorkFrame = {
    name: 'kernel',
    value: 100,
    children: [
      { name: 'a', value: 75, children: [leaf('f', 50), leaf('g', 25)] },
      { name: 'b', value: 25, children: [leaf('f', 25)] },
    ],
  };
  const widths = (zoom: string[], root = tree): Record<string, number> =>
    Object.fromEntries(layOutFlame(root, zoom, 400).map(({ path, width }) => [path.join('/'), width]));

  it('gives every frame its share of the width', () => {
    assert.deepEqual(widths([]), { '': 400, a: 300, 'a/f': 200, 'a/g': 100, b: 100, 'b/f': 100 });
  });

  it('gives all of it to the frame that it is about', () => {
    assert.deepEqual(widths(['b']), { '': 400, b: 400, 'b/f': 400 });
    assert.equal(frameAt(tree, ['a', 'g'])?.value, 25);
    assert.equal(frameAt(tree, ['c']), undefined);
  });

  it('shows what came since the pinned moment, which adds up, too', () => {
    const root = {
      ...tree,
      children: [{ name: 'a', value: 75, then: 50, children: [leaf('f', 50, 40), leaf('g', 25, 10)] }],
    };
    assert.deepEqual(widths([], root), { '': 400, a: 400, 'a/f': 160, 'a/g': 240 });
  });
});
