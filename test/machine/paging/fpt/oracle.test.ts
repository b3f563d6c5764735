/** Whatever the kernel does, and whichever blocks are missing: the modes map what radix maps, and the books balance. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Machine } from '../../../../src/machine/machine';
import { type Operation, run, sequence } from '../../kernel/sequences';
import { MODES, withoutBlocks } from './support';
import { RandomStream } from './random';

function failingAtRandom(seed: number): (m: Machine) => void {
  const random = new RandomStream(seed);
  return (m) => withoutBlocks(m, () => random.bit());
}

/** What each process maps, page by page, with its rights; frames by the order in which they are met. */
function translations(m: Machine): string[] {
  const names = new Map<number, number>();
  const nameOf = (pfn: number): number => names.get(pfn) ?? names.set(pfn, names.size).size - 1;
  return m.kernel.processes
    .filter((p) => !p.exited)
    .flatMap((p) =>
      [...m.inspector.mappings(p.tdb.root, { coalesce: false })].flatMap((run_) =>
        Array.from({ length: run_.pages }, (_, i) => {
          const rights = `${run_.write ? 'w' : '-'}${run_.exec ? 'x' : '-'}${run_.user ? 'u' : '-'}`;
          return `${p.name} 0x${(run_.vpn + i).toString(16)} ${rights} frame ${nameOf(run_.pfn + i)}`;
        }),
      ),
    );
}

/** Operations whose effect on what is resident depends on page sizes, or on where frames lie. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['promote', 'khugepaged', 'reclaim']);
const comparable = (operations: readonly Operation[]): Operation[] =>
  operations
    .filter((o) => !NOT_COMPARED.has(o.op) && !(o.op === 'madvise' && o.advice === 'collapse'))
    .map((o) => (o.op === 'mmap' && o.kind === 'dax' ? { ...o, kind: 'file' } : o));

describe('flattened tables, with blocks missing at random', function () {
  this.timeout(300_000);

  for (const scheme of MODES)
    describe(scheme, () => {
      const agrees = (options: Parameters<typeof run>[1], numRuns: number): void =>
        fc.assert(
          fc.property(sequence(50), fc.integer(), (operations, seed) =>
            run(operations, { scheme, begin: failingAtRandom(seed), ...options }),
          ),
          { numRuns },
        );

      it('agree with the oracle', () => agrees({ swapBytes: 2 ** 24 }, 25));
      it('agree with the oracle with huge pages and the zero page', () =>
        agrees({ thp: 'always', zeroPage: true, swapBytes: 2 ** 24 }, 25));
      it('agree with the oracle with the architecture-neutral defaults alone', () =>
        agrees({ swapBytes: 2 ** 24, emtDefaults: 'all' }, 8));

      it('map what radix maps', () => {
        fc.assert(
          fc.property(sequence(50), fc.integer(), (operations, seed) => {
            const kept = comparable(operations);
            const seen: string[][] = [];
            const end = (m: Machine): void => void seen.push(translations(m));
            run(kept, { swapBytes: 2 ** 24, end });
            run(kept, { scheme, swapBytes: 2 ** 24, begin: failingAtRandom(seed), end });
            assert.deepEqual(seen[1], seen[0]);
          }),
          { numRuns: 25 },
        );
      });
    });
});
