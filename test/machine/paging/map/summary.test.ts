import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MachineDied } from '../../../../src/machine/core/death';
import { MapField } from '../../../../src/protocol/map';
import { asPfn, asVpn } from '../../../../src/machine/core/addresses';
import type { Machine, MachineSnapshot } from '../../../../src/machine/machine';
import { Access } from '../../../../src/machine/mmu/rights';
import type { MapStretch } from '../../../../src/machine/paging/map/counts';
import { statistics } from '../../../../src/machine/statistics';
import {
  EVERY_SCHEME,
  entryAddress,
  machineWithProcess,
  map,
  MIB,
  pageOf,
  readEntry,
  RW,
  RWX,
  SMALL,
  unmap,
  writeEntry,
} from '../../support';
import { countSlowly } from './oracle';

const countsOf = (m: Machine, stretch: MapStretch, atOnce?: number): { counts: number[]; complete: boolean } => {
  const { counts, complete } = m.inspector.summarise(m.root, stretch, atOnce);
  return { counts: [...counts], complete };
};

const total = (counts: readonly number[], field: MapField): number =>
  counts.reduce((sum, n, i) => (i % MapField.Count === Number(field) ? sum + n : sum), 0);

/** The whole address space in so many cells. */
const whole = (m: Machine, cells = 64): MapStretch => ({
  first: 0,
  cellPages: 2 ** (m.scheme.format.addressBits - 12) / cells,
  cells,
});

type Step =
  | { do: 'touch'; at: number; write: boolean }
  | { do: 'map'; at: number; pages: number; exec: boolean }
  | { do: 'unmap'; at: number; pages: number }
  | { do: 'protect'; at: number; pages: number }
  | { do: 'edit'; at: number; level: number; bit: number }
  | { do: 'save' }
  | { do: 'load' };

const steps = (scheme: string): fc.Arbitrary<Step[]> => {
  const at = pageOf(scheme).map(Number);
  const pages = fc.constantFrom(1, 3, 40, 512, 700);
  return fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('touch' as const), at, write: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('map' as const), at, pages, exec: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('unmap' as const), at, pages }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('protect' as const), at, pages }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('edit' as const),
          at,
          level: fc.nat(4),
          bit: fc.constantFrom(0, 1, 2, 5, 6, 9, 63, 50),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('save' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const) }) },
    ),
    { minLength: 1, maxLength: 14 },
  );
};

/** Does a step as far as the machine allows it. */
function run(m: Machine, step: Step, saved: MachineSnapshot[]): void {
  switch (step.do) {
    case 'touch':
      m.access(step.write ? Access.Write : Access.Read, asVpn(step.at), 0, 8, 1);
      return;
    case 'map':
      m.kernel.mmap({ pages: step.pages, ...(step.exec ? RWX : RW), at: asVpn(step.at), populate: true });
      break;
    case 'unmap':
      return unmap(m, step.at, step.at + step.pages);
    case 'protect':
      m.kernel.mprotect(asVpn(step.at), asVpn(step.at + step.pages), { read: true, write: false, exec: false });
      break;
    case 'edit':
      return edit(m, step.at, step.level, step.bit);
    case 'save':
      saved.push(m.save());
      return;
    case 'load': {
      const last = saved.pop();
      if (last !== undefined) m.load(last);
      return;
    }
  }
  while (m.kernel.operation !== null) m.kernel.step();
}

/** False if the machine has died of it: of a load of a root with a reserved bit (PAE). */
function survives(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof MachineDied) return false;
    throw error;
  }
}

/** Flips a bit of an entry on a page's path, if there is one: of the last level any, above what keeps the tree a tree. */
function edit(m: Machine, at: number, level: number, bit: number): void {
  const { steps } = m.inspector.walk(m.root, asVpn(at));
  const step = steps[level];
  if (step === undefined || (m.inspector.format.entryBytes === 4 && bit > 31)) return;
  const address = entryAddress(m, at, level);
  if (!step.leaf && bit === 0) return;
  writeEntry(m, address, readEntry(m, address) ^ (1n << BigInt(bit)));
}

describe('maps of address spaces', () => {
  for (const scheme of EVERY_SCHEME)
    it(`${scheme}: count what a look at every single entry counts, however often asked and whatever happened`, function () {
      fc.assert(
        fc.property(steps(scheme), fc.array(pageOf(scheme), { minLength: 3, maxLength: 3 }), (list, places) => {
          const m = machineWithProcess({
            scheme,
            memoryBytes: 64 * MIB,
            kernel: { ...SMALL.kernel, thp: 'always' },
          });
          const saved: MachineSnapshot[] = [];
          for (const step of list) {
            const alive = survives(() => run(m, step, saved));
            for (const [i, place] of places.entries()) {
              const stretch = { first: Math.max(0, place - 100 * i), cellPages: [1, 37, 512][i], cells: 50 };
              assert.deepEqual(countsOf(m, stretch).counts, countSlowly(m.inspector, m.root, stretch));
            }
            assert.deepEqual(countsOf(m, whole(m)).counts, countSlowly(m.inspector, m.root, whole(m)));
            if (!alive) break;
          }
        }),
        { numRuns: scheme === 'ecpt' || scheme.startsWith('fpt') ? 12 : 25 },
      );
    });

  it('count a process of page-table isolation as programs see it', () => {
    const m = machineWithProcess({ kpti: true });
    map(m, 0x40000, 20);
    for (let i = 0; i < 10; i++) m.access(Access.Write, asVpn(0x40000 + i), 0, 8, 1);
    const { counts } = countsOf(m, whole(m));
    assert.equal(total(counts, MapField.Size4K), 10);
    assert.equal(total(counts, MapField.ReadWrite), 10);
    assert.equal(total(counts, MapField.Dirty), 10);
  });

  it('are told in parts where there is more than can be looked at in one go, and are whole in the end', () => {
    for (const scheme of ['radix', 'fpt L3L2', 'fpt L4L3+L2L1', 'ecpt', 'hashed']) {
      const m = machineWithProcess({ scheme });
      map(m, 0x40000, 4096);
      for (let i = 0; i < 4096; i++) m.access(Access.Read, asVpn(0x40000 + i), 0, 8, 1);
      const stretch = { first: 0x40000, cellPages: 512, cells: 16 };
      const wanted = countSlowly(m.inspector, m.root, stretch);
      const known: number[] = [];
      for (let n = 0; n < 2000; n++) {
        const { counts, complete } = countsOf(m, stretch, scheme === 'ecpt' || scheme === 'hashed' ? 3 : 1024);
        known.push(total(counts, MapField.Size4K));
        if (complete) {
          assert.deepEqual(counts, wanted, scheme);
          break;
        }
      }
      assert.ok(known.length > 1, scheme);
      assert.equal(known.at(-1), 4096, scheme);
      assert.deepEqual(
        known,
        [...known].sort((a, b) => a - b),
        scheme,
      );
    }
  });

  it('end where a table leads to itself', () => {
    const m = machineWithProcess();
    map(m, 0x40000, 1);
    m.access(Access.Write, asVpn(0x40000), 0, 8, 1);
    // Every entry of the root points to the root: 2^36 paths.
    for (let i = 0; i < 512; i++) writeEntry(m, m.root * 4096 + 8 * i, (BigInt(m.root) << 12n) | 7n);
    const { counts, complete } = countsOf(m, whole(m));
    assert.ok(complete);
    // Its own entries, taken for base pages after four levels.
    assert.equal(total(counts, MapField.Size4K), 2 ** 36);
    assert.equal(m.inspector.summarise(asPfn(0), whole(m)).counts.length, 64 * MapField.Count);
  });
});

describe('tables by level', () => {
  it('are those that a census finds, in every scheme', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVERY_SCHEME), fc.array(fc.nat(), { maxLength: 12 }), (scheme, seeds) => {
        const m = machineWithProcess({ scheme });
        for (const seed of seeds) {
          const [at] = fc.sample(pageOf(scheme), { numRuns: 1, seed });
          m.kernel.mmap({ pages: 3, ...RW, at, populate: true });
          while (m.kernel.operation !== null) m.kernel.step();
        }
        const { levels } = m.inspector.format;
        const counted = m.inspector.census(m.root).tables;
        const rows = m.inspector.tablesByLevel(m.root);
        assert.deepEqual(
          rows.map(({ name, count }) => [name, count]),
          levels.map(({ name }, i) => [name, counted[i]] as const).filter(([, count]) => count > 0),
        );
        if (m.inspector.tables === undefined)
          assert.equal(
            rows.reduce((sum, { bytes }) => sum + bytes, 0),
            statistics(m).tables.bytes,
          );
      }),
      { numRuns: 60 },
    );
  });
});
