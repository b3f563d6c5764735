/** Driver, walker and inspector share no code and meet in memory: they must agree with each other, and with a Map. */
import { residentPages } from '../../../src/machine/kernel/process';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import { walkCacheLevels } from '../../../src/machine/paging/format';
import { statistics } from '../../../src/machine/statistics';
import type { Machine } from '../../../src/machine/machine';
import { Access } from '../../../src/machine/mmu/rights';
import { EVERY_SCHEME, machineWithProcess, ownFrame, pageOf, unmap, vpn, walkCaches } from '../support';

type Action = { touch: number; write: boolean } | { map: number; pages: number } | { unmap: number; pages: number };

const actionOn = (scheme: string): fc.Arbitrary<Action> => {
  const page = pageOf(scheme);
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ map: page, pages: fc.constantFrom(1, 2, 9, 600) }) },
    { weight: 8, arbitrary: fc.record({ touch: page, write: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ unmap: page, pages: fc.constantFrom(1, 3, 40, 600, 2 ** 17) }) },
  );
};

/** What should be: pages of areas, and which of them are resident. */
class Model {
  readonly areas = new Set<number>();
  readonly resident = new Set<number>();

  apply(m: Machine, a: Action): void {
    if ('map' in a) {
      const { ok } = m.kernel.mmap({
        pages: a.pages,
        read: true,
        write: true,
        exec: false,
        at: asVpn(a.map),
        populate: false,
      });
      const free = pagesFrom(a.map, a.pages).every((p) => !this.areas.has(p));
      assert.equal(ok, free, 'a mapping is refused exactly where something is mapped');
      if (ok) for (const p of pagesFrom(a.map, a.pages)) this.areas.add(p);
    } else if ('touch' in a) {
      const ok = m.access(a.write ? Access.Write : Access.Read, vpn(a.touch), 8, 8, 1);
      assert.equal(ok, this.areas.has(a.touch), 'an access succeeds exactly inside an area');
      if (ok) this.resident.add(a.touch);
    } else {
      unmap(m, a.unmap, a.unmap + a.pages);
      for (const set of [this.areas, this.resident])
        for (const p of [...set]) if (p >= a.unmap && p < a.unmap + a.pages) set.delete(p);
    }
  }

  check(m: Machine): void {
    const leaves = [...m.inspector.mappings(m.root, { coalesce: false })];
    assert.deepEqual(
      leaves.map((l) => l.vpn),
      [...this.resident].sort((a, b) => a - b),
    );
    assert.equal(new Set(leaves.map((l) => l.pfn)).size, leaves.length, 'no frame is mapped twice');
    assert.equal(residentPages(m.kernel.current!), this.resident.size);
    for (const { vpn: page, pfn } of leaves) assert.equal(m.inspector.walk(m.root, page).pfn, pfn);
    this.#checkCaches(m, new Map(leaves.map((l) => [l.vpn as number, l.pfn])));
    this.#checkTables(m);
  }

  /** Nothing stale may be cached after an operation has ended. */
  #checkCaches(m: Machine, frames: ReadonlyMap<number, number>): void {
    for (const tlb of m.mmu.tlbs)
      for (let i = 0; i < tlb.entries; i++)
        if (tlb.isValid(i))
          assert.equal(ownFrame(m, tlb.frameOf(i)), frames.get(tlb.tagOf(i)), `${tlb.name} agrees with the tables`);
    const { format } = m.scheme;
    // What they hold of hashed tables are hints, which may be stale.
    if (format.hashed !== undefined) return;
    m.mmu.walkCaches.forEach((cache, nth) => {
      const { shift } = format.levels[walkCacheLevels(format)[nth]];
      for (let i = 0; i < cache.entries; i++) {
        if (!cache.isValid(i)) continue;
        const { steps } = m.inspector.walk(m.root, asVpn(cache.tagOf(i) * 2 ** (shift - 12)));
        const above = steps.findIndex((s) => format.levels[s.level].shift === shift);
        assert.equal(steps[above + 1]?.table, tableIn(m, cache.frameOf(i)), `${cache.name} agrees with the tables`);
      }
    });
  }

  /** The counters of tables are what the tree has. */
  #checkTables(m: Machine): void {
    const { byLevel, bytes } = statistics(m).tables;
    assert.equal(
      m.memory.frameCount - (m.kernelSpace?.reservedFrames ?? 256) - m.buddy.freeFrames,
      bytes / 4096 + this.resident.size,
      'no frame is lost',
    );
    if (m.scheme.format.hashed !== undefined) return;
    assert.deepEqual(Object.values(byLevel), m.inspector.census(m.root).tables);
  }
}

/** Of a guest a walk cache has the host's frame of a table, or, of a flattened one, its own. */
const tableIn = (m: Machine, frame: number): number => (frame < m.memory.frameCount ? frame : ownFrame(m, frame));

const pagesFrom = (start: number, pages: number): number[] => Array.from({ length: pages }, (_, i) => start + i);

describe('translations', function () {
  this.timeout(60_000);

  for (const scheme of EVERY_SCHEME)
    it(`${scheme}: driver, walker, inspector and a Map agree; nothing leaks`, () => {
      fc.assert(
        fc.property(fc.array(actionOn(scheme), { maxLength: 60 }), fc.boolean(), (actions, all) => {
          const promote = all ? 'all' : 'hit';
          const m = machineWithProcess({ scheme, walkCaches: walkCaches(scheme, promote) });
          const { freeFrames } = m.buddy;
          const { count } = statistics(m).tables;
          const model = new Model();
          for (const a of actions) {
            model.apply(m, a);
            model.check(m);
          }
          unmap(m, 0, m.scheme.format.userSpace.end);
          assert.equal(statistics(m).tables.count, count, 'only what there was at the beginning is left');
          assert.equal(m.buddy.freeFrames, freeFrames);
          assert.deepEqual(m.kernel.current?.vmas, []);
          assert.equal(m.probe.counters[Counter.FaultsSpurious], 0);
        }),
        { numRuns: 80 },
      );
    });

  it('coalesced are the same pages in fewer runs', () => {
    fc.assert(
      fc.property(fc.array(actionOn('radix'), { maxLength: 40 }), (actions) => {
        const m = machineWithProcess();
        const model = new Model();
        for (const a of actions) model.apply(m, a);
        const leaves = [...m.inspector.mappings(m.root, { coalesce: false })];
        const runs = [...m.inspector.mappings(m.root, { coalesce: true })];
        const expanded = runs.flatMap((r) =>
          pagesFrom(0, r.pages).map((i) => ({ ...r, vpn: r.vpn + i, pfn: r.pfn + i, pages: 1 })),
        );
        assert.deepEqual(expanded, leaves);
        assert.ok(runs.length <= leaves.length);
      }),
      { numRuns: 60 },
    );
  });

  it('of an address beyond the canonical ones are none, for every page number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 35, max: 2 ** 52 - 2 ** 35 - 1 }), (page) => {
        const m = machineWithProcess();
        assert.equal(m.inspector.walk(m.root, asVpn(page)).outcome, 'notCanonical');
        assert.equal(m.access(Access.Read, asVpn(page), 0, 1, 1), false);
        assert.equal(m.mmu.fault.vector, 'GP');
      }),
      { numRuns: 30 },
    );
  });
});
