import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PageCache } from '../../../../src/machine/kernel/memory/pageCache';
import { hashOf, pfn } from '../../support';

const index = fc.oneof(fc.nat(70), fc.nat(5000), fc.constantFrom(63, 64, 4095, 4096, 2 ** 18, 2 ** 24 + 1));
const step = fc.record({ index, insert: fc.boolean(), frame: fc.nat(1e6) });

describe('the page cache', () => {
  it('holds what a map holds, in order, and gives its nodes back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const cache = new PageCache();
        const file = cache.open('f', 'file', Infinity).id;
        const model = new Map<number, number>();
        const empty = hashOf(cache);
        for (const { index, insert, frame } of steps) {
          if (model.has(index)) cache.change(file, index, insert ? pfn(frame) : -1);
          else if (insert) cache.insert(file, index, pfn(frame));
          if (insert) model.set(index, frame);
          else model.delete(index);
          assert.equal(cache.find(file, index), model.get(index) ?? -1);
          assert.equal(cache.file(file).cached, model.size);
        }
        const found: number[] = [];
        for (let at = cache.next(file, 0); at >= 0; at = cache.next(file, at + 1)) found.push(at);
        assert.deepEqual(
          found,
          [...model.keys()].sort((a, b) => a - b),
        );
        for (const at of found) cache.change(file, at, -1);
        assert.deepEqual([cache.file(file).root, cache.next(file, 0)], [0, -1]);
        if (model.size === 0 && steps.every((s) => !s.insert)) assert.equal(hashOf(cache), empty);
      }),
    );
  });

  it('is as it was when it was saved', () => {
    const cache = new PageCache();
    const { id } = cache.open('f', 'file', 100);
    cache.insert(id, 5, pfn(50));
    const saved = cache.save();
    const hash = hashOf(cache);
    cache.insert(id, 70, pfn(51));
    cache.change(id, 5, -1);
    cache.load(saved);
    assert.deepEqual([cache.find(id, 5), cache.find(id, 70), hashOf(cache)], [50, -1, hash]);
  });

  it('opens a name once, and shared memory without a name each time anew', () => {
    const cache = new PageCache();
    const first = cache.open('libc.so', 'file', 10);
    assert.equal(cache.open('libc.so', 'file', 20), first);
    assert.notEqual(cache.open('libc.so', 'dax', 20).id, first.id);
    assert.notEqual(cache.open('', 'shared', Infinity).id, cache.open('', 'shared', Infinity).id);
  });
});
