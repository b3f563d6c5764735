import assert from 'node:assert/strict';
import { breakpointName, placeOf } from '../../src/extension/debug/places';
import type { TreeNode } from '../../src/protocol/requests';

const entry: TreeNode = {
  id: 'pte:1:0x102008',
  label: 'PTE[1]',
  hasChildren: false,
  kind: 'leaf',
  address: '0x555555401000',
  dataId: 'entry:pa:0x102008',
  range: 'va:1:0x555555401000+4096',
};

describe('the place that a context menu means', () => {
  it('is the entry of a tree row for changes, and what it maps for faults', () => {
    const row = { type: 'node', node: entry };
    assert.equal(placeOf('change', row), 'entry:pa:0x102008');
    assert.equal(placeOf('fault', row), 'va:1:0x555555401000+4096');
  });

  it('is a variable’s expression, or the entry that lies in physical memory', () => {
    assert.equal(
      placeOf('change', { variable: { evaluateName: 'pte(heap)', memoryReference: 'pa:0x8' } }),
      'pte(heap)',
    );
    assert.equal(placeOf('fault', { variable: { memoryReference: 'pa:0x102008' } }), 'entry:pa:0x102008');
  });

  it('is asked for where a menu says nothing', () => {
    for (const nothing of [undefined, null, {}, { variable: {} }]) assert.equal(placeOf('change', nothing), undefined);
  });

  it('names a breakpoint in words before its data id', () => {
    assert.equal(breakpointName('write', entry), 'write PTE[1] of 0x555555401000 at entry:pa:0x102008');
    assert.equal(breakpointName('access', { ...entry, dataId: undefined }), undefined);
  });
});
