/**
 * The same operations on radix and on hashed tables, side by side: after every one of them all processes map the same pages with the
 * same rights and share the same frames, whichever frames those are. Cuckoo tables keep their invariants meanwhile, in the
 * middle of resizes too.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Counter } from '../../../../src/machine/core/counters';
import type { Machine } from '../../../../src/machine/machine';
import type { EcptOptions } from '../../../../src/machine/paging/ecpt/format';
import { type Operation, run, type RunOptions, sequence } from '../../kernel/sequences';
import { assertInvariants, KERNEL_ROOT } from './invariants';
import { SMALL_PUBLISHED, SMALL_RELEASED } from './options';

/** All that is mapped, at 4 KiB grain, frames numbered in the order in which they are met. */
function mappedBy(m: Machine): string {
  const numbers = new Map<number, number>();
  const lines: string[] = [];
  for (const { id, root } of m.spaces)
    for (const leaf of m.inspector.mappings(root, { coalesce: false }))
      for (let i = 0; i < leaf.pages; i++) {
        const frame = leaf.pfn + i;
        const number = numbers.get(frame) ?? numbers.size;
        numbers.set(frame, number);
        lines.push(
          `${id} ${leaf.vpn + i} ${number} ${leaf.write ? 'w' : '-'}${leaf.exec ? 'x' : '-'}${leaf.user ? 'u' : '-'}`,
        );
      }
  return lines.join('\n');
}

/** What a scheme has mapped after each operation. */
function stepsOf(operations: readonly Operation[], options: RunOptions, check?: (m: Machine) => void): string[] {
  const steps: string[] = [];
  run(operations, {
    ...options,
    each: (m) => {
      check?.(m);
      steps.push(mappedBy(m));
    },
  });
  return steps;
}

/** More clusters of base pages than the ways of these tests hold without growing. */
const GROWS = {
  op: 'mmap',
  who: 0,
  at: 0x90000,
  pages: 512,
  rights: 'rw',
  kind: 'shared',
  name: 'f',
  populate: true,
} as const;

describe('at every step of random operations', function () {
  this.timeout(600_000);
  /** Reclaim goes by the order of its scans, which holes are part of. */
  const isAlike = ({ op }: Operation): boolean => op !== 'reclaim';
  /** Hashed tables have no huge pages to make or to split. */
  const isSmall = (o: Operation): boolean =>
    isAlike(o) &&
    !['promote', 'demote', 'khugepaged'].includes(o.op) &&
    !(o.op === 'madvise' && ['collapse', 'hugepage'].includes(o.advice));

  for (const [name, ecpt, thp] of [
    ['as released, in ways that have to grow', { ...SMALL_RELEASED, resizeAt: 0.3 }, 'always'],
    ['as published, in ways that grow and shrink', { ...SMALL_PUBLISHED, resizeAt: 0.3 }, 'always'],
    ['with crc, and a thread that nobody runs', { ...SMALL_RELEASED, hash: 'crc', thread: 'alone' }, 'never'],
  ] as [string, EcptOptions, 'always' | 'never'][])
    it(`cuckoo tables ${name} map what radix maps`, () => {
      let resizes = 0;
      fc.assert(
        fc.property(sequence(60), (all) => {
          const operations = [GROWS, ...all.filter(isAlike)];
          const options = { thp, swapBytes: 2 ** 24 } as const;
          const check = (m: Machine): void => {
            for (const { root } of m.spaces) assertInvariants(m, root, ecpt);
            assertInvariants(m, KERNEL_ROOT, ecpt);
            resizes = Math.max(resizes, m.probe.counters[Counter.EcptResizes]);
          };
          assert.deepEqual(
            stepsOf(operations, { ...options, scheme: 'ecpt', ecpt }, check),
            stepsOf(operations, { ...options, scheme: 'radix' }),
          );
        }),
        { numRuns: 12 },
      );
      if (ecpt.thread === 'behind') assert.ok(resizes > 0, 'nothing was ever resized');
    });

  it('the hashed table maps what radix maps', () => {
    fc.assert(
      fc.property(sequence(40), (all) => {
        // A device's memory is mapped in huge pages where a scheme has them.
        const operations = all.filter((o) => isSmall(o) && !(o.op === 'mmap' && o.kind === 'dax'));
        const options = { thp: 'never', swapBytes: 2 ** 24 } as const;
        assert.deepEqual(
          stepsOf(operations, { ...options, scheme: 'hashed' }),
          stepsOf(operations, { ...options, scheme: 'radix' }),
        );
      }),
      { numRuns: 8 },
    );
  });
});
