import assert from 'node:assert/strict';
import type { WalkPicture } from '../../src/protocol/walk';
import { layOut } from '../../webview/picture/layout/figure';
import { METRICS } from '../../webview/picture/layout/metrics';
import { wirePath } from '../../webview/picture/layout/path';
import { attemptsOf } from '../../webview/picture/model/attempts';
import { fieldsOf, levelsOf } from './build';
import { firstFault, fullWalk, longNames, PICTURES, tlbHit, walkFromCache } from './pictures';

function layout(picture: WalkPicture, width = 464) {
  const [attempt] = attemptsOf(picture);
  assert.ok(attempt);
  return layOut(picture, attempt, width);
}

describe('the layout of the walk figure', () => {
  it('fits into 464 pixels, the inside of a panel of 500', () => {
    for (const picture of Object.values(PICTURES)) assert.ok(layout(picture).width <= 464, picture.access.title);
  });

  it('fits five levels into 464 pixels', () => {
    const names = ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'].map((name, i) => ({ name, high: 56 - 9 * i, low: 48 - 9 * i }));
    const fields = fieldsOf(0x1234_5678_9abc_def0n, names);
    assert.ok(layout({ ...fullWalk, fields }).width <= 464);
  });

  it('gives every field a column as wide as it has bits, side by side', () => {
    const { all } = layout(fullWalk, 900).columns;
    const [, pgd, pud, , , offset] = all;
    assert.ok(pgd && pud && offset);
    assert.ok(Math.abs(pgd.width / offset.width - 9 / 12) < 1e-9);
    assert.ok(Math.abs(pgd.x + pgd.width + METRICS.gapPx - pud.x) < 1e-9);
  });

  it('spans a look-up over the bits of its key', () => {
    const { bars, columns } = layout(fullWalk, 900);
    const right = bars.map((bar) => bar.x + bar.width);
    assert.ok(Math.abs((right[0] ?? 0) - columns.edge(12)) < 1e-9);
    assert.ok((right[2] ?? 0) < (right[0] ?? 0));
    assert.deepEqual(
      bars.map(({ taps }) => taps.length),
      [4, 4, 3, 2, 1],
    );
  });

  it('puts a slot where its index lies in the table', () => {
    const levels = levelsOf(0n, [{ table: 0x1000, frame: 3, event: 7 }, 'notReached', 'notReached', 'notReached']);
    const [walk] = fullWalk.walks;
    assert.ok(walk);
    const at = (index: number): number => {
      const moved = levels.map((level, i) => (i === 0 ? { ...level, index } : level));
      const { strips } = layout({ ...fullWalk, walks: [{ ...walk, levels: moved }] });
      return (strips[0]?.slot?.y ?? NaN) - (strips[0]?.y ?? NaN);
    };
    assert.equal(at(0), 0);
    assert.equal(at(511), METRICS.tableHeightPx - METRICS.slotHeightPx);
    assert.ok(at(255) < at(256));
  });

  it('starts at CR3 with a pointer to the first table', () => {
    const { root, wires } = layout(fullWalk);
    assert.equal(root?.label, 'CR3');
    assert.equal(wires.filter(({ kind }) => kind === 'pointer').length, 5);
  });

  it('starts at the walk cache that hit, and draws no slot in the tables that it saved', () => {
    const { root, strips, wires } = layout(walkFromCache);
    assert.equal(root, undefined);
    assert.deepEqual(
      strips.map(({ slot }) => slot !== undefined),
      [false, false, false, true],
    );
    assert.equal(wires.filter(({ kind }) => kind === 'pointer').length, 2);
  });

  it('leads from the TLB straight to the page on a hit', () => {
    const { strips, wires, page } = layout(tlbHit);
    assert.ok(strips.every(({ slot }) => slot === undefined));
    assert.equal(wires.filter(({ kind }) => kind === 'pointer').length, 1);
    assert.equal(page?.subtitle, '0x1f7');
  });

  it('marks where a walk faulted and leads to no page', () => {
    for (const picture of [firstFault, longNames]) {
      const { faultMark, page } = layout(picture);
      assert.ok(faultMark);
      assert.equal(page?.byte, undefined);
      assert.equal(page?.subtitle, 'no translation');
    }
  });

  it('takes the fields below a large page into the offset', () => {
    const [walk] = fullWalk.walks;
    assert.ok(walk && fullWalk.result);
    const levels = walk.levels.map((level, i) => {
      if (i === 3) return { ...level, status: 'notReached' as const };
      return i === 2 && level.entry ? { ...level, entry: { ...level.entry, leaf: true } } : level;
    });
    const result = { ...fullWalk.result, pageSizeBytes: 2 ** 21 };
    const { strips, page } = layout({ ...fullWalk, walks: [{ ...walk, levels }], result });
    assert.deepEqual(strips[3]?.notes, ['part of the offset', 'in offset']);
    assert.equal(page?.title, '2 MiB page');
    assert.equal(page?.byte?.label, '0x10');
  });

  it('draws what comes behind the cursor as not yet', () => {
    const { strips } = layout(fullWalk);
    assert.deepEqual(
      strips.map(({ when }) => when),
      ['past', 'past', 'now', 'future'],
    );
  });
});

describe('wires', () => {
  it('have right angles with round corners that fit between their points', () => {
    const path = wirePath(
      [
        { x: 0, y: 0 },
        { x: 10, y: 0 },
        { x: 10, y: 4 },
        { x: 20, y: 4 },
      ],
      6,
    );
    assert.equal(path, 'M0,0L8,0Q10,0 10,2L10,2Q10,4 12,4L20,4');
  });
});
