import assert from 'node:assert/strict';
import { asVpn } from '../../../src/machine/core/addresses';
import { DEFAULT_COSTS } from '../../../src/machine/core/costs';
import type { DataCacheOptions } from '../../../src/machine/caches/options';
import { Recorder } from '../../../src/machine/core/probe';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { statistics, type Statistics } from '../../../src/machine/statistics';
import { EVERY_SCHEME, machine, machineWithProcess, map, MIB, RWX, TINY_CACHES } from '../support';

/** As EMT's simulation has them [facts/emt.md §6.4]. */
const EMT: DataCacheOptions = {
  l1: { sizeBytes: 32768, ways: 8 },
  l1i: { sizeBytes: 32768, ways: 8 },
  l2: { sizeBytes: 524288, ways: 8 },
  llc: { sizeBytes: 16 * MIB, ways: 16 },
  latency: { l1: 2, l2: 16, llc: 56, dram: 180 },
  walker: 'l2',
  priority: false,
};

const AT = 0x400;

function world(options: Partial<MachineOptions> = {}, pages = 600): Machine {
  const m = machineWithProcess({ caches: EMT, ...options });
  map(m, AT, pages, RWX);
  return m;
}

const read = (m: Machine, page: number): boolean => m.access(0, asVpn(AT + page), 0, 8, 1);

const latency = (m: Machine): NonNullable<Statistics['walks']['latency']> => statistics(m).walks.latency!;

/** What one more access adds to the sums. */
function added(m: Machine, page: number): { cycles: number; lookups: number; reads: number } {
  const before = latency(m);
  read(m, page);
  const after = latency(m);
  const lookups = after.lookups - before.lookups;
  const reads = after.reads - before.reads;
  return { lookups, reads, cycles: lookups + reads + after.abandoned - before.abandoned };
}

describe('the latency of a walk', () => {
  it('of a tree is the look-ups of walk caches, and where each entry was found', () => {
    const m = world();
    // The faulting walk read PGD … PTE, or found nothing behind them; the tables that the fault made nobody has read yet.
    assert.deepEqual(added(m, 0), { lookups: 3, reads: 16 + 3 * 180, cycles: 3 + 556 });
    // Page 1's PTE is in the line of page 0's; the PMD entry is in a walk cache.
    assert.deepEqual(added(m, 1), { lookups: 1, reads: 16, cycles: 17 });
    // A line further on nobody has been, but the walk that faulted.
    assert.deepEqual(added(m, 8), { lookups: 1, reads: 16, cycles: 17 });
  });

  it('counts what is dropped from the caches as found farther away', () => {
    const m = world({ caches: { ...EMT, l2: { sizeBytes: 64, ways: 1 } } });
    read(m, 0);
    read(m, 8);
    m.mmu.flushAll();
    const { reads } = added(m, 0);
    // Every read puts the one before out of the L2, which has one line.
    assert.equal(reads, 4 * 56);
  });

  it('of a round of probes is the hash, and the match', () => {
    const m = world({ scheme: 'ecpt', memoryBytes: 2 ** 27 });
    read(m, 0);
    m.mmu.flushAll();
    assert.deepEqual(added(m, 0), { lookups: 2, reads: 16, cycles: 18 });
  });

  it('includes a round that stale hints sent the wrong way', () => {
    const m = machineWithProcess({
      scheme: 'ecpt',
      memoryBytes: 2 ** 27,
      caches: EMT,
      kernel: { ...machine().options.kernel, thp: 'always' },
    });
    // A huge page, and then base pages in its place: the cached line still says 2M.
    map(m, 0x40000, 1024, RWX);
    m.access(1, asVpn(0x40000), 0, 8, 1);
    m.access(0, asVpn(0x40001), 0, 8, 1);
    m.kernel.munmap(asVpn(0x40001), asVpn(0x40002));
    while (m.kernel.operation !== null) m.kernel.step();
    m.access(0, asVpn(0x40005), 0, 8, 1);
    // The way that the hint named was in the L2.
    assert.equal(statistics(m).walks.abandonedReferences, 1);
    assert.equal(latency(m).abandoned, 16);
  });

  for (const scheme of EVERY_SCHEME)
    it(`adds up, walk by walk and level by level: ${scheme}`, () => {
      const m = world({ scheme, caches: TINY_CACHES });
      const seen: number[] = [];
      for (let i = 0; i < 300; i++) {
        const recorder = new Recorder();
        m.probe.recorder = recorder;
        const before = latency(m);
        read(m, (i * 37) % 600);
        m.probe.recorder = null;
        const end = recorder.events.findLast((e) => e.kind === 'walkEnd' && e.outcome === 'mapped');
        const after = latency(m);
        assert.equal(after.reads - before.reads, end?.kind === 'walkEnd' ? end.cycles : 0);
        if (end !== undefined)
          seen.push(after.reads + after.lookups + after.abandoned - before.reads - before.lookups - before.abandoned);
      }
      const { walks } = statistics(m);
      const { histogram, byLevel, mean, longest } = latency(m);
      assert.equal(walks.count, seen.length);
      assert.equal(mean, seen.reduce((a, b) => a + b, 0) / seen.length);
      assert.equal(longest, Math.max(...seen));
      assert.equal(
        Object.values(histogram).reduce((a, b) => a + b),
        seen.length,
      );
      for (const [name, count] of Object.entries(walks.referencesByLevel)) {
        const { l1, l2, llc, dram, cycles } = byLevel[name];
        assert.equal(l1 + l2 + llc + dram, count, name);
        assert.equal(cycles, 4 * l1 + 12 * l2 + 44 * llc + 200 * dram, name);
      }
    });

  it('is the same after going back', () => {
    for (const scheme of EVERY_SCHEME) {
      const m = world({ scheme, caches: { ...TINY_CACHES, priority: true } });
      const run = (from: number): void => {
        for (let i = from; i < from + 200; i++)
          assert.ok(m.access(i % 3, asVpn(AT + ((i * 61) % 600)), 8 * (i % 400), 8, 1));
      };
      run(0);
      const saved = m.save();
      const hash = m.stateHash();
      run(200);
      const there = [m.stateHash(), JSON.stringify(statistics(m))];
      m.load(saved);
      assert.equal(m.stateHash(), hash, scheme);
      run(200);
      assert.deepEqual([m.stateHash(), JSON.stringify(statistics(m))], there, scheme);
    }
  });
});

describe('a machine without data caches', () => {
  it('charges every read the same, and says nothing of latency', () => {
    const m = world({ caches: undefined });
    for (let i = 0; i < 20; i++) read(m, i);
    const { walks, caches } = statistics(m);
    assert.equal(m.caches, null);
    assert.equal(walks.cycles, walks.references * DEFAULT_COSTS.table_read);
    assert.equal(walks.latency, undefined);
    assert.equal(caches, undefined);
    assert.equal(m.save().caches, undefined);
  });

  it('counts the same faults, walks and references as one that has them', () => {
    for (const scheme of EVERY_SCHEME) {
      const [without, having] = [world({ scheme, caches: undefined }), world({ scheme })];
      for (const m of [without, having])
        for (let i = 0; i < 500; i++) m.access(i % 3, asVpn(AT + ((i * 61) % 600)), 4090, 8, 1);
      const [a, b] = [statistics(without), statistics(having)];
      assert.deepEqual({ ...b.walks, latency: undefined, cycles: 0 }, { ...a.walks, latency: undefined, cycles: 0 });
      assert.deepEqual([b.faults, b.tlb, b.walkCaches, b.kernel], [a.faults, a.tlb, a.walkCaches, a.kernel]);
    }
  });
});

describe('programs that wait for data', () => {
  it('wait several accesses at a time', () => {
    const cyclesOf = (memory_parallelism: number): number => {
      const m = world({ costs: { memory_parallelism } });
      for (let i = 0; i < 50; i++) read(m, i);
      return statistics(m).cycles;
    };
    const m = world();
    for (let i = 0; i < 50; i++) read(m, i);
    const { data } = statistics(m).caches!;
    assert.equal(data.dram, 50);
    assert.equal(data.cycles, 50 * 180);
    assert.equal(cyclesOf(1) - cyclesOf(8), data.cycles - data.cycles / 8);
  });
});
