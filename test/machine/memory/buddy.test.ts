import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_ORDER } from '../../../src/machine/memory/buddy';
import type { Pfn } from '../../../src/machine/core/addresses';
import { allocator, hashOf, MIB, pfn } from '../support';

const RESERVED = 256;

const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ allocate: fc.integer({ min: 0, max: MAX_ORDER + 2 }) }) },
    { weight: 2, arbitrary: fc.record({ free: fc.nat() }) },
  ),
  { maxLength: 200 },
);

/** Sizes with and without a tail that fills no block of order 10. */
const sizes = fc.constantFrom(4 * MIB, 6 * MIB, 13 * MIB + 5 * 4096, 32 * MIB, MIB + 4096);

describe('the buddy allocator', () => {
  it('never hands out a frame twice, and counts free frames exactly', () => {
    fc.assert(
      fc.property(sizes, actions, (bytes, list) => {
        const { memory, buddy } = allocator(bytes);
        const all = memory.frameCount - RESERVED;
        assert.equal(buddy.freeFrames, all);
        const owner = new Map<number, number>();
        const blocks: [Pfn, number][] = [];
        for (const action of list) {
          if ('allocate' in action) {
            const block = buddy.allocate(action.allocate, 'test');
            if (block === -1) continue;
            const length = 1 << action.allocate;
            assert.equal(block % Math.min(length, 1 << MAX_ORDER), 0, 'a block is aligned to its size, or to 4 MiB');
            assert.ok(block >= RESERVED && block + length <= memory.frameCount, 'a block lies in memory');
            for (let i = 0; i < length; i++) {
              assert.ok(!owner.has(block + i), 'no frame has two owners');
              owner.set(block + i, block);
            }
            blocks.push([block, action.allocate]);
          } else if (blocks.length > 0) {
            const [[block, order]] = blocks.splice(action.free % blocks.length, 1);
            assert.ok(buddy.free(block, 'test'));
            for (let i = 0; i < 1 << order; i++) owner.delete(block + i);
          }
          assert.equal(buddy.freeFrames, all - owner.size);
          const listed = buddy.orders().reduce((n, o) => n + o.freeBlocks * 2 ** o.order, 0);
          assert.equal(listed, buddy.freeFrames, 'free blocks and free frames agree');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('merges everything again when everything is free', () => {
    fc.assert(
      fc.property(sizes, actions, fc.infiniteStream(fc.nat()), (bytes, list, picks) => {
        const { buddy } = allocator(bytes);
        const before = buddy.orders();
        const blocks = list
          .flatMap((a) => ('allocate' in a ? [buddy.allocate(a.allocate, 'test')] : []))
          .filter((b): b is Pfn => b !== -1);
        while (blocks.length > 0) {
          const [block] = blocks.splice(picks.next().value % blocks.length, 1);
          buddy.free(block, 'test');
        }
        assert.deepEqual(buddy.orders(), before);
      }),
      { numRuns: 150 },
    );
  });

  it('makes large blocks of free ones side by side, wherever there are enough, and goes back to those', () => {
    const { buddy } = allocator(32 * MIB);
    const before = buddy.orders();
    const block = (): Pfn => buddy.allocate(MAX_ORDER, 'test') as Pfn;
    const small = [block(), block(), block(), block()];
    assert.deepEqual(small, [1024, 2048, 3072, 4096]);
    buddy.free(small[1], 'test');
    buddy.free(small[2], 'test');
    assert.equal(
      buddy.allocate(MAX_ORDER + 2, 'test', 7),
      -1,
      'of four that are free no more than three are side by side',
    );
    const hole = buddy.allocate(MAX_ORDER + 1, 'test', 7);
    assert.equal(hole, 2048, 'the first that fit');
    assert.equal(buddy.allocate(MAX_ORDER + 1, 'test', 7), 5120);
    assert.equal(buddy.free(3072 as Pfn, 'test', 7), false, 'no part of a block is freed by itself');
    for (const pfn of [hole, 5120]) assert.ok(buddy.free(pfn as Pfn, 'test', 7));
    for (const pfn of [small[0], small[3]]) buddy.free(pfn, 'test');
    assert.deepEqual(buddy.orders(), before);
  });

  it('fails only when no block of the order is left, and then changes nothing', () => {
    const { buddy } = allocator(4 * MIB);
    const order9 = [buddy.allocate(9, 'test'), buddy.allocate(9, 'test')];
    assert.equal(order9[1], -1, 'the first MiB is reserved, so one aligned half of 4 MiB is left');
    const hash = hashOf(buddy);
    assert.equal(buddy.allocate(10, 'test'), -1);
    assert.equal(hashOf(buddy), hash);
    assert.equal(buddy.freeFrames, 256);
  });

  it('refuses to free what is not the head of an allocated block', () => {
    const { buddy } = allocator(8 * MIB);
    const block = buddy.allocate(3, 'test') as Pfn;
    assert.equal(buddy.free(pfn(block + 1), 'test'), false);
    assert.equal(buddy.free(pfn(0), 'test'), false);
    assert.ok(buddy.free(block, 'test'));
    assert.equal(buddy.free(block, 'test'), false, 'nor twice');
  });

  it('is ready at once however large the memory is', () => {
    const { buddy, memory } = allocator(1024 * 2 ** 30);
    assert.equal(buddy.freeFrames, memory.frameCount - RESERVED);
    assert.ok(memory.records.used <= 8);
  });
});

describe('memory nodes', () => {
  it('serve who asks for them first, and help each other out', () => {
    const { buddy } = allocator(16 * MIB, 2);
    assert.equal(buddy.nodeOf(buddy.allocate(0, 'test', 0, 1) as Pfn), 1);
    assert.equal(buddy.nodeOf(buddy.allocate(0, 'test', 0, 0) as Pfn), 0);
    while (buddy.allocateOn(1, 0, 'test') !== -1);
    assert.equal(buddy.nodeOf(buddy.allocate(0, 'test', 0, 1) as Pfn), 0);
    assert.equal(
      buddy.orders(1).reduce((sum, o) => sum + o.freeBlocks, 0),
      0,
    );
  });

  it('take back what is theirs', () => {
    const { buddy } = allocator(16 * MIB, 2);
    const all = buddy.freeFrames;
    const blocks = [buddy.allocateOn(0, 3, 'test', 7), buddy.allocateOn(1, 3, 'test', 7)] as Pfn[];
    for (const block of blocks) assert.ok(buddy.free(block, 'test', 7));
    assert.deepEqual([buddy.freeFrames, buddy.zones[1].freeFrames], [all, 2048]);
  });
});

describe('an allocated block', () => {
  it('becomes single frames that are freed one by one, and one block again', () => {
    const { buddy } = allocator(16 * MIB);
    const before = hashOf(buddy);
    const all = buddy.freeFrames;
    const block = buddy.allocate(9, 'test', 5) as Pfn;
    buddy.split(block);
    assert.ok(buddy.free(pfn(block + 3), 'test', 5));
    assert.equal(buddy.freeFrames, all - 511);
    assert.equal(buddy.allocate(0, 'test', 5), block + 3);
    buddy.join(block, 9);
    assert.ok(!buddy.free(pfn(block + 3), 'test', 5));
    assert.ok(buddy.free(block, 'test', 5));
    assert.deepEqual([buddy.freeFrames, hashOf(buddy)], [all, before]);
  });

  it('breaks a large block if it must be of one', () => {
    const { buddy } = allocator(16 * MIB);
    const blocks = (): number =>
      buddy.orders().reduce((n, o) => n + (o.order >= 9 ? o.freeBlocks << (o.order - 9) : 0), 0);
    const before = blocks();
    assert.notEqual(buddy.allocateBreaking(9, 'test'), -1);
    assert.equal(blocks(), before - 1);
  });
});
