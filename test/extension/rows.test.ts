import assert from 'node:assert/strict';
import type { TreeNode } from '../../src/protocol/requests';
import {
  contextValue,
  describe as describeNode,
  explain,
  moreLabel,
  nodeOf,
  rowsOf,
  spoken,
} from '../../src/extension/trees/rows';

const node: TreeNode = { id: 'a', label: '[170]', description: 'P RW', kind: 'entry', hasChildren: false };

describe('rows of a tree', () => {
  it('end with one that fetches the rest, if there is more than was sent', () => {
    assert.deepEqual(rowsOf('t', [node], 1), [{ type: 'node', node }]);
    const [, more] = rowsOf('t', [node], 300);
    assert.deepEqual(more, { type: 'more', parent: 't', shown: 1, total: 300 });
  });

  it('say how many more there are', () => {
    assert.equal(moreLabel({ type: 'more', parent: undefined, shown: 100, total: 512 }), 'Show 100 more of 412');
    assert.equal(moreLabel({ type: 'more', parent: undefined, shown: 100, total: 140 }), 'Show 40 more');
  });

  it('mark the current path and what changed in shapes and words, not by colour alone', () => {
    assert.equal(describeNode(node), 'P RW');
    assert.equal(describeNode({ ...node, current: true, changed: true }), '◂● P RW');
    assert.equal(
      spoken({ ...node, current: true, changed: true }),
      '[170], P RW, on the path of the current access, changed in this tick',
    );
  });

  it('mark what has changed since the pinned moment with a shape and words of its own', () => {
    const changed = { ...node, changed: true, changedSincePin: true };
    assert.equal(describeNode(changed), '●◆ P RW');
    assert.match(spoken(changed), /changed in this tick, changed since the pinned moment$/);
    assert.match(explain({ ...changed, tooltip: 'raw' }), /\n◆ changed since the pinned moment$/);
  });

  it('explain their marks in the tooltip', () => {
    assert.equal(explain({ ...node, tooltip: 'raw 0x67', changed: true }), 'raw 0x67\n● changed in this tick');
    assert.equal(explain(node), '[170], P RW');
  });

  it('tell menus whether they have an address and lie in memory', () => {
    assert.equal(contextValue(node), 'ptscope-entry');
    assert.equal(
      contextValue({ ...node, address: '0x1000', memoryReference: 'pa:0x2000' }),
      'ptscope-entry address memory',
    );
  });

  it('are recognised when a menu hands them over, and nothing else is', () => {
    assert.equal(nodeOf({ type: 'node', node }), node);
    for (const other of [undefined, null, 'x', {}, { type: 'more', parent: 't', shown: 0, total: 1 }]) {
      assert.equal(nodeOf(other), undefined);
    }
  });
});
