/** The path of a chain of kicks on paper. */
import assert from 'node:assert/strict';
import { KICKS, layOutKicks, shortTags } from '../../webview/picture/layout/kicks';
import { kickChain } from './pictures';

const [chain] = kickChain.kicks!;

describe('the layout of a chain of kicks', () => {
  it('shortens tags to what tells them apart', () => {
    assert.deepEqual(shortTags(['0xaaaa85a', '0xaaaa812']), ['…85a', '…812']);
    assert.deepEqual(shortTags(['0x12', '0x13']), ['0x12', '0x13']);
    assert.deepEqual(shortTags(['0xaaaa85a']), ['…85a']);
  });

  it('has a box and an arrow for each step, in columns from left to right', () => {
    const { boxes, arrows, width } = layOutKicks(chain, 900);
    assert.equal(boxes.length, chain.steps.length);
    assert.equal(arrows.length, chain.steps.length);
    boxes.forEach((box, i) => assert.ok(i === 0 || box.x > boxes[i - 1].x));
    assert.ok(boxes.every(({ x }) => x + KICKS.boxWidthPx <= width));
  });

  for (const width of [320, 500, 900])
    it(`fits into ${width} pixels, in as many rows as that takes`, () => {
      const layout = layOutKicks(chain, width);
      assert.ok(layout.width <= width);
      assert.ok(layout.boxes.every(({ y }) => y > 0 && y < layout.height));
      const places = new Set(layout.boxes.map(({ x, y }) => `${x} ${y}`));
      assert.equal(places.size, chain.steps.length, 'no two steps in one place');
    });
});
