/** A driver may override a default for speed, never for another result. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn, type Vpn } from '../../../src/machine/core/addresses';
import { CUSTOMIZABLE_GROUPS, FUNCTION_GROUPS } from '../../../src/machine/core/functions';
import { Emt } from '../../../src/machine/emt/emt';
import { Attribute, ATTRIBUTE_NAMES, Tobj } from '../../../src/machine/emt/tobj';
import type { Machine } from '../../../src/machine/machine';
import { Access } from '../../../src/machine/mmu/rights';
import { EVERY_SCHEME, formatNamed, machineWithProcess, map, pageNumber, pageOf, vpn } from '../support';

/** The machine's own driver behind another EMT, with its overrides or without. */
function emtOf(m: Machine, overridden: boolean): Emt {
  const { memory, buddy, tlb, kernelSpace: kernel, probe, scheme } = m;
  const driver = scheme.createDriver({ memory, buddy, tlb, cpus: m.processors, kernel, probe, seed: 1 });
  return new Emt(driver, probe, buddy, overridden ? [] : 'all');
}

function touchedMachine(scheme: string, pages: readonly Vpn[]): Machine {
  const m = machineWithProcess({ scheme });
  for (const page of new Set(pages)) {
    map(m, page, 1);
    m.access(Access.Write, page, 0, 1, 1);
  }
  return m;
}

interface Seen {
  vpn: number;
  frame: number;
  pages: number;
}

function scan(emt: Emt, m: Machine, start: number, end: number): { seen: Seen[]; lookups: number } {
  const tdb = m.kernel.current!.tdb;
  const tobj = new Tobj();
  const seen: Seen[] = [];
  const iterator = emt.tobjIterInit(tdb, vpn(start), vpn(end));
  while (emt.tobjIterHasNext(iterator)) {
    emt.tobjIterNext(tdb, iterator, tobj);
    if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1)
      seen.push({
        vpn: tobj.vpn,
        frame: emt.tobjReadAttr(tobj, Attribute.PA),
        pages: emt.tobjReadAttr(tobj, Attribute.SIZE),
      });
  }
  emt.tobjIterEnd(iterator);
  return { seen, lookups: iterator.lookups };
}

const nearby = fc.array(
  pageNumber.map((p) => asVpn(p % 2 ** 13)),
  { maxLength: 12 },
);

describe('the EMT API', () => {
  it('has 15 basic and 35 customizable functions, all of them methods, and names for all attributes', () => {
    assert.equal(Object.keys(FUNCTION_GROUPS.basic).length, 15);
    assert.equal(Object.keys(FUNCTION_GROUPS.customizable).length, 35);
    assert.deepEqual(Object.values(CUSTOMIZABLE_GROUPS).flat(), Object.keys(FUNCTION_GROUPS.customizable));
    const { emt } = machineWithProcess();
    for (const name of [...Object.keys(FUNCTION_GROUPS.basic), ...Object.keys(FUNCTION_GROUPS.customizable)]) {
      const method = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      assert.equal(typeof emt[method as keyof Emt], 'function', name);
    }
    assert.equal(ATTRIBUTE_NAMES.length, Attribute.SWAP + 1);
  });

  for (const scheme of EVERY_SCHEME) {
    describe(`over ${scheme}`, () => {
      it("scans the same objects with the default iterator and with the driver's", () => {
        fc.assert(
          fc.property(nearby, fc.nat(8192), fc.nat(8192), (pages, a, b) => {
            const m = touchedMachine(scheme, pages);
            const [start, end] = [Math.min(a, b), Math.max(a, b)];
            const byDefault = scan(emtOf(m, false), m, start, end);
            const byDriver = scan(emtOf(m, true), m, start, end);
            const expected = [...m.inspector.mappings(m.root, { coalesce: false })]
              .filter((l) => l.vpn >= start && l.vpn < end)
              .map((l) => ({ vpn: l.vpn, frame: l.pfn, pages: l.pages }));
            assert.deepEqual(byDefault.seen, expected);
            assert.deepEqual(byDriver.seen, expected);
            assert.ok(byDriver.lookups <= byDefault.lookups);
          }),
          { numRuns: 60 },
        );
      });

      const frames = formatNamed(scheme).entryBytes === 4 ? 2 ** 20 - 1 : 2 ** 34;
      it('finds what was updated, gives back what was there before, and removes it', () => {
        fc.assert(
          fc.property(
            fc.array(fc.tuple(pageOf(scheme), fc.integer({ min: 1, max: frames }), fc.boolean()), { maxLength: 30 }),
            (updates) => {
              const m = machineWithProcess({ scheme });
              const { emt } = m;
              const tdb = m.kernel.current!.tdb;
              const [tobj, old] = [new Tobj(), new Tobj()];
              const model = new Map<number, number>();
              for (const [page, frame, remove] of updates) {
                emt.tobjInit(tobj, page);
                const before = model.get(page);
                if (remove) {
                  emt.tdbRemoveTobj(tdb, tobj, old);
                  model.delete(page);
                } else {
                  emt.tobjWriteAttr(tobj, Attribute.PA, frame);
                  emt.tobjWriteAttr(tobj, Attribute.PRESENT, 1);
                  assert.equal(emt.tdbUpdateTobj(tdb, tobj, old), 'ok');
                  model.set(page, frame);
                }
                assert.equal(emt.tobjReadAttr(old, Attribute.MAPPED), before === undefined ? 0 : 1);
                if (before !== undefined) assert.equal(emt.tobjReadAttr(old, Attribute.PA), before);
                for (const [p, f] of model) {
                  emt.tdbFindTobj(tdb, vpn(p), tobj);
                  assert.deepEqual(
                    [emt.tobjReadAttr(tobj, Attribute.PA), emt.tobjReadAttr(tobj, Attribute.VA)],
                    [f, p],
                  );
                }
              }
            },
          ),
          { numRuns: 40 },
        );
      });
    });
  }
});
