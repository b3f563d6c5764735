/** The grid of a guest's walk: every read has a place and a number, and nothing lies on anything else. */
import assert from 'node:assert/strict';
import { gridOf, type GridBox } from '../../webview/picture/layout/grid';
import { attemptsOf, attemptTitle } from '../../webview/picture/model/attempts';
import { itemsOf } from '../../webview/picture/model/items';
import { NESTED_PICTURES } from './nestedPictures';

const apart = (a: GridBox, b: GridBox): boolean =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('the grid of a walk in a guest', () => {
  for (const [name, make] of Object.entries(NESTED_PICTURES)) {
    for (const width of [460, 700, 900])
      it(`${name}: boxes lie apart and inside ${width} pixels`, async () => {
        const picture = await make();
        for (const { walk } of attemptsOf(picture)) {
          const grid = gridOf(walk, 100, width);
          assert.ok(grid !== undefined);
          const boxes = grid.rows.flatMap((row) => [
            row.label,
            ...row.cells,
            ...(row.bar === undefined ? [] : [row.bar]),
            row.guest,
          ]);
          for (const [i, box] of boxes.entries()) {
            assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= grid.top);
            assert.ok(box.y + box.height <= grid.top + grid.height);
            assert.ok(boxes.slice(i + 1).every((other) => apart(box, other)));
          }
        }
      });

    it(`${name}: reads are numbered in their order, as many as the walk has references`, async () => {
      const picture = await make();
      for (const attempt of attemptsOf(picture)) {
        const rows = attempt.walk?.grid?.rows ?? [];
        const orders = rows.flatMap((row) => [...row.cells.map((cell) => cell.order), row.order]);
        const made = orders.filter((order) => order !== undefined);
        assert.deepEqual(
          made,
          made.map((_, i) => i + 1),
        );
        assert.equal(made.length, attempt.walk?.references);
        const items = itemsOf(picture, attempt);
        assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
        assert.ok(items.every(({ sentence }) => sentence.length > 0));
      }
    });
  }

  it('shows the exit as an attempt of its own, with its reason', async () => {
    const attempts = attemptsOf(await NESTED_PICTURES.violation());
    assert.deepEqual(attempts.map(attemptTitle), ['Walk: fault', 'Retry: VM exit', 'After the exit: mapped']);
    const exit = attempts[1].walk?.exit;
    assert.deepEqual([exit?.title, exit?.bits], ['EPT violation', ['write', 'linear', 'final']]);
    assert.equal(attempts[0].fault?.vector, '#PF');
  });
});
