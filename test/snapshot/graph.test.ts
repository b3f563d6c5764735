/** Tables that are shared, or that lead back to themselves. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countLines, infoMem, infoTlb } from '../../src/cli/report/qemu';
import { addressOf, vpnOfAddress } from '../../src/machine/core/addresses';
import type { LeafNode } from '../../src/machine/paging/inspector';
import { made, type Tables } from './support';

const place = ({ vpn, entry }: LeafNode): string => `${addressOf(vpn).toString(16)} ${entry.frame.toString(16)}`;

describe('shared tables', () => {
  // One last-level table at three places; the second place is read-only.
  const tables: Tables = {
    1: [[0, 0x2067n]],
    2: [[0, 0x3067n]],
    3: [
      [0, 0x4067n],
      [1, 0x4065n],
      [7, 0x4067n],
    ],
    4: [
      [0, 0x9067n],
      [511, 0xa067n],
    ],
  };

  it('are listed at every place, or once with the number of places', async () => {
    const { inspector, root } = await made(tables);
    const each = [...inspector.leaves(root, { shared: 'each' })];
    assert.deepEqual(each.map(place), ['0 9', '1ff000 a', '200000 9', '3ff000 a', 'e00000 9', 'fff000 a']);
    assert.deepEqual(
      each.map(({ write }) => write),
      [true, true, false, false, true, true],
    );
    const once = [...inspector.leaves(root, { shared: 'once' })];
    assert.deepEqual(once.map(place), ['0 9', '1ff000 a']);
    assert.deepEqual(
      once.map(({ paths }) => paths),
      [3, 3],
    );
    assert.deepEqual(inspector.census(root), { tables: [1, 1, 1, 1], leaves: [6, 0, 0, 0], userLeaves: 6 });
  });

  it('print in the monitor’s words at every place', async () => {
    const { inspector, root } = await made(tables);
    assert.equal(infoTlb(inspector, root).split('\n')[2], '0000000000200000: 0000000000009000 ---DA--UW');
    const [, second, third] = infoMem(inspector, root).split('\n');
    // The page before and the page behind the boundary are neighbours with different rights.
    assert.equal(second, '00000000001ff000-0000000000200000 0000000000001000 urw');
    assert.equal(third, '0000000000200000-0000000000201000 0000000000001000 ur-');
  });
});

describe('tables that lead to themselves', () => {
  it('end, for every question that is asked of them', async () => {
    const all = Array.from({ length: 512 }, (_, i): [number, bigint] => [i, 0x1067n]);
    const { inspector, root } = await made({ 1: all });
    assert.equal(inspector.walk(root, vpnOfAddress(0x1234_5678_9000n)).steps.length, 4);
    assert.equal(countLines(inspector, root), 512 ** 4);
    assert.deepEqual(inspector.census(root).tables, [1, 1, 1, 1]);
    const once = [...inspector.leaves(root, { shared: 'once' })];
    assert.equal(once.length, 512);
    assert.equal(once[0].paths, 512 ** 3);
  });

  it('count the same as going every path, for any small graph', async () => {
    const entry = fc.tuple(fc.nat(511), fc.integer({ min: 1, max: 4 }), fc.constantFrom(0x67n, 0xe7n, 0x63n, 0x66n));
    const table = fc.array(entry, { minLength: 0, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.tuple(table, table, table, table), async (contents) => {
        const tables = Object.fromEntries(
          contents.map((entries, i) => [
            i + 1,
            entries.map(([index, frame, flags]): [number, bigint] => [index, (BigInt(frame) << 12n) | flags]),
          ]),
        );
        const { inspector, root } = await made(tables);
        const each = [...inspector.leaves(root, { shared: 'each' })];
        const once = [...inspector.leaves(root, { shared: 'once' })];
        const { leaves, userLeaves } = inspector.census(root);
        const total = leaves.reduce((a, b) => a + b);
        assert.equal(each.length, total);
        assert.equal(each.filter(({ user }) => user).length, userLeaves);
        assert.equal(
          once.reduce((sum, { paths }) => sum + paths, 0),
          total,
        );
        assert.ok(once.every((leaf) => each.some((other) => place(other) === place(leaf))));
      }),
      { numRuns: 100 },
    );
  });
});
