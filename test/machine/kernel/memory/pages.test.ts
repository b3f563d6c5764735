import assert from 'node:assert/strict';
import { PageFlag, PageKind, Pages } from '../../../../src/machine/kernel/memory/pages';
import { SwapDevice } from '../../../../src/machine/kernel/memory/swap';
import { pfn } from '../../support';

describe('the records of pages', () => {
  it('say what a page is and where it belongs, also far up in an address space', () => {
    const pages = new Pages(512);
    pages.start(pfn(70000), PageKind.Anon, 7, 2 ** 43 + 5, 99);
    pages.map(pfn(70000));
    const at = pfn(70000);
    assert.deepEqual(
      [pages.kind(at), pages.owner(at), pages.index(at), pages.content(at), pages.mappings(at)],
      [PageKind.Anon, 7, 2 ** 43 + 5, 99, 1],
    );
    assert.equal(pages.kind(pfn(70001)), PageKind.None);
    assert.equal(pages.unmap(at), true);
  });

  it('make base pages of a compound with its mappings and each with its contents, and back', () => {
    const pages = new Pages(512);
    const head = pfn(1024);
    pages.start(head, PageKind.Anon, 3, 2048, 11, PageFlag.Compound);
    pages.setContent(pfn(1030), 12);
    pages.map(head);
    pages.map(head);
    assert.equal(pages.head(pfn(1030)), head);
    pages.split(head);
    assert.equal(pages.head(pfn(1030)), 1030);
    assert.deepEqual(
      [pages.index(pfn(1030)), pages.content(pfn(1030)), pages.mappings(pfn(1030)), pages.owner(pfn(1535))],
      [2054, 12, 2, 3],
    );
    for (let i = 0; i < 512; i++) pages.unmap(pfn(1024 + i));
    pages.join(head);
    assert.deepEqual([pages.mappings(head), pages.content(pfn(1030)), pages.index(head)], [1, 12, 2048]);
    pages.end(head);
    assert.deepEqual([pages.content(pfn(1030)), pages.has(head, PageFlag.Compound)], [0, false]);
  });
});

describe('the swap device', () => {
  it('gives out slots until it is full, and again when nobody names them', () => {
    const swap = new SwapDevice(2);
    const [a, b] = [swap.allocate(5), swap.allocate(6)];
    assert.deepEqual([a, b, swap.allocate(7)], [0, 1, -1]);
    swap.duplicate(a);
    swap.duplicate(a);
    assert.equal(swap.drop(a), false);
    assert.equal(swap.drop(a), true);
    swap.free(a);
    assert.deepEqual([swap.used, swap.allocate(8), swap.content(0)], [1, 0, 8]);
  });

  it('gives out runs of slots as long as it has them', () => {
    const swap = new SwapDevice(10);
    assert.deepEqual([swap.allocateRun(8, 1), swap.allocateRun(8, 1), swap.allocate(1)], [0, -1, 8]);
  });
});
