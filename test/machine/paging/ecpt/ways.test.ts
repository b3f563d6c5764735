/** The ways as a data structure, against a Map; and at every event of kicks and resizes, as hardware sees them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { Recorder } from '../../../../src/machine/core/probe';
import { Attribute } from '../../../../src/machine/emt/tobj';
import type { Machine } from '../../../../src/machine/machine';
import { type EcptOptions, RELEASED } from '../../../../src/machine/paging/ecpt/format';
import { Descriptors, tableLog2, WayNumbers } from '../../../../src/machine/paging/ecpt/descriptor';
import type { EcptInspector } from '../../../../src/machine/paging/ecpt/inspector';
import { Access } from '../../../../src/machine/mmu/rights';
import { World } from '../../emt/world';
import { hashOf, machineWithProcess, map, vpn } from '../../support';
import { assertInvariants } from './invariants';
import { SMALL_PUBLISHED, SMALL_RELEASED } from './options';

/** Pages of one cluster each, as far apart as wanted. */
const pages = fc.uniqueArray(fc.nat(2 ** 20), { minLength: 60, maxLength: 320 });

const CASES: [string, EcptOptions][] = [
  ['as released', SMALL_RELEASED],
  ['as released with crc', { ...SMALL_RELEASED, hash: 'crc' }],
  ['as published', SMALL_PUBLISHED],
  ['with two ways', { ...SMALL_PUBLISHED, ways: [2, 2, 0] }],
  ['with four ways', { ...SMALL_PUBLISHED, ways: [4, 3, 0] }],
];

const world = (ecpt: EcptOptions): World => new World({ scheme: 'ecpt', ecpt });

/** Occupancy is the number of slots in use that count; each of a way's slots below its pointer is hidden. */
function assertOccupancy(m: Machine, root: number, { ways }: EcptOptions): void {
  const inspector = m.inspector as EcptInspector;
  for (const table of inspector.tables(root as never)) {
    const used = [...inspector.slots(table)].length;
    assert.equal(used, table.occupied, `${table.name}: occupancy`);
  }
  const numbers = new WayNumbers(ways);
  const descriptors = new Descriptors(m.memory);
  for (let way = numbers.half; way < 2 * numbers.half; way++) {
    const entries = 2 ** tableLog2(descriptors.table(root as never, way));
    assert.ok(descriptors.pointer(root as never, way) <= entries);
  }
}

describe('the ways of cuckoo tables', function () {
  this.timeout(120_000);

  for (const [name, ecpt] of CASES)
    it(`${name}: keep what is entered through kicks and resizes, and nothing else`, () => {
      fc.assert(
        fc.property(pages, fc.array(fc.nat(400)), (list, removals) => {
          const w = world(ecpt);
          const [tdb] = w.tdbs;
          const model = new Map<number, number>();
          for (const page of list) {
            assert.equal(w.enter(8 * page, 1, 0x1000 + page), 'ok');
            model.set(8 * page, 0x1000 + page);
            w.emt.background();
          }
          assertOccupancy(w.m, tdb.root, ecpt);
          for (const r of removals) {
            const page = 8 * list[r % list.length];
            w.emt.tdbRemoveTobj(tdb, w.find(page), w.old);
            model.delete(page);
            w.emt.background();
          }
          for (const page of list) {
            const frame = model.get(8 * page);
            w.find(8 * page);
            assert.equal(w.read(Attribute.MAPPED), frame === undefined ? 0 : 1);
            if (frame !== undefined) assert.equal(w.read(Attribute.PA), frame);
          }
          assertOccupancy(w.m, tdb.root, ecpt);
          const seen = [...w.m.inspector.mappings(tdb.root, { coalesce: false })].map((r) => [r.vpn, r.pfn]);
          assert.deepEqual(
            seen,
            [...model].sort((a, b) => a[0] - b[0]),
          );
          assert.ok(list.length < 200 || w.counter(Counter.EcptResizes) > 0);
        }),
        { numRuns: 25 },
      );
    });

  for (const [name, ecpt] of [
    ...CASES,
    ['as released, where a failed insert loses a cluster', { ...SMALL_RELEASED, failure: 'lose', resizeAt: 0.95 }],
  ] as [string, EcptOptions][])
    it(`${name}: keep their invariants after every operation`, () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(240)), { minLength: 150, maxLength: 220 }), (operations) => {
          const w = world(ecpt);
          const [tdb] = w.tdbs;
          const model = new Map<number, number>();
          for (const [what, n] of operations) {
            const page = 8 * n + (n % 3);
            if (what === 0) {
              w.emt.tdbRemoveTobj(tdb, w.find(page), w.old);
              model.delete(page);
            } else if (what === 1) w.emt.background();
            else if (w.enter(page, 1, 0x1000 + page) === 'ok') model.set(page, 0x1000 + page);
            assertInvariants(w.m, tdb.root, ecpt);
          }
          let lost = 0;
          for (const [page, frame] of model) {
            w.find(page);
            if (w.read(Attribute.MAPPED) === 0) lost++;
            else assert.equal(w.read(Attribute.PA), frame);
          }
          // The quirk of the release: each insert that fails loses the cluster in hand, and says so.
          const failures = w.counter(Counter.EcptFailures);
          assert.ok(lost <= (ecpt.failure === 'lose' ? failures : 0), `${lost} lost, ${failures} failures`);
        }),
        { numRuns: 4 },
      );
    });

  it('kick each other out, and count it', () => {
    const w = world({ ...SMALL_RELEASED, resizeAt: 0.95 });
    for (let i = 0; i < 150; i++) assert.equal(w.enter(8 * i), 'ok');
    assert.ok(w.counter(Counter.EcptKicks) > 10);
    for (let i = 0; i < 150; i++) assert.equal(w.page(8 * i, w.tdbs[0]).startsWith('frame'), true);
  });

  it('as released lose a cluster when an insert fails', () => {
    const w = world({ ...SMALL_RELEASED, failure: 'lose', resizeAt: 0.99 });
    const results = Array.from({ length: 200 }, (_, i) => w.enter(8 * (i + 1)));
    const failed = results.filter((r) => r === 'ENOMEM').length;
    assert.ok(failed > 0);
    const lost = results.filter((r, i) => r === 'ok' && w.page(8 * (i + 1), w.tdbs[0]) === '-').length;
    assert.ok(lost > 0, 'somebody else’s cluster is gone');
    assert.equal(w.counter(Counter.EcptFailures), failed);
  });

  it('that copy before they kick lose nothing when an insert fails', () => {
    const w = world({ ...SMALL_RELEASED, kick: 'copy', failure: 'lose', resizeAt: 0.99 });
    const results = Array.from({ length: 220 }, (_, i) => w.enter(8 * (i + 1)));
    assert.ok(results.includes('ENOMEM'));
    results.forEach((r, i) => assert.equal(w.page(8 * (i + 1), w.tdbs[0]) === '-', r !== 'ok'));
  });

  it('are resized way by way at 0.6, to four times their size, 16 slots a step', () => {
    const w = world({ ...SMALL_RELEASED, failure: 'lose' });
    const descriptors = new Descriptors(w.m.memory);
    const { root } = w.tdbs[0];
    const numbers = new WayNumbers(RELEASED.ways);
    const first = numbers.first(1, 0);
    assert.equal(first, 6);
    let page = 8;
    const queued = (): number | undefined => [6, 7, 8].find((way) => descriptors.isQueued(root, way));
    while (queued() === undefined) w.enter((page += 8));
    const way = queued()!;
    assert.equal(descriptors.occupancy(root, way), Math.ceil(0.6 * 64));
    const moving = descriptors.occupancy(root, way);
    for (const pointer of [16, 32, 48]) {
      w.emt.background();
      assert.equal(descriptors.pointer(root, way), pointer);
      assert.equal(tableLog2(descriptors.table(root, numbers.target(way))), 8);
    }
    w.emt.background();
    assert.equal(descriptors.pointer(root, way), 0);
    assert.equal(tableLog2(descriptors.table(root, way)), 8);
    assert.equal(w.counter(Counter.EcptMigrated), moving);
    for (const other of [6, 7, 8]) if (other !== way) assert.equal(tableLog2(descriptors.table(root, other)), 6);
  });

  it('shrink again when they are asked to', () => {
    const w = world({ ...SMALL_PUBLISHED });
    for (let i = 1; i <= 400; i++) {
      assert.equal(w.enter(8 * i), 'ok');
      w.emt.background();
    }
    const frames = w.counter(Counter.TablesByLevel + 2);
    w.removeAll(w.tdbs[0], 0, 8 * 380);
    for (let i = 0; i < 400; i++) w.emt.background();
    assert.ok(w.counter(Counter.TablesByLevel + 2) < frames);
    for (let i = 381; i <= 400; i++) assert.notEqual(w.page(8 * i, w.tdbs[0]), '-');
  });

  it('make equal machines of equal seeds, and others of others', () => {
    const state = (seed: number): string => {
      const w = new World({ scheme: 'ecpt', ecpt: SMALL_RELEASED, seed });
      for (let i = 0; i < 120; i++) w.enter(8 * i);
      return hashOf(w.m.memory);
    };
    assert.equal(state(1), state(1));
    assert.notEqual(state(1), state(2));
  });
});

/** Runs `work` and calls `check` at each of its events, with the machine as it is then. */
function atEveryEvent(m: Machine, work: () => void, check: () => void): void {
  const recorder: Recorder = new Recorder(Infinity, (index) => {
    // Nothing else changes tables or pointers.
    const { kind } = recorder.events[index];
    if (kind === 'clusterWrite' || kind === 'note') check();
  });
  m.probe.recorder = recorder;
  work();
  m.probe.recorder = null;
}

/** One of these kicks a victim to where the migration that runs hides it. */
const TO_A_HIDDEN_SLOT = [
  60388, 29194, 45710, 27697, 5223, 49360, 58323, 41264, 49433, 51390, 23567, 1327, 6621, 12646, 3757, 23454, 33187,
  33609, 39125, 24314, 21952, 25, 184, 33324, 20833, 10324, 42814, 31399, 29949, 363, 61682, 64299, 19483, 4733, 52367,
  53733, 43007, 12041, 53231, 13455, 60806, 18708, 11080, 25957, 58083, 20294, 54861, 49332, 28863, 65071, 22782, 18024,
  43050, 32885, 30712, 9182, 37610, 13788, 64326, 9101, 20191, 49231, 11173, 25042, 11340, 18048, 29964, 12854, 58233,
  22482, 45956, 50162, 8663, 32563, 16123, 56133, 47899, 18795, 62862, 49152, 50414, 58622, 818, 651, 47645, 55076,
  32388, 44150, 33714, 19669, 6051, 63865, 60123, 39948, 34070, 25625, 1856, 51266, 17493, 50185, 54002, 46470, 60644,
  55658, 39736, 10236, 44385, 33152, 35842, 64718, 33012, 405, 36718, 12677, 34979, 12458, 49756, 57660, 48091, 12564,
  10955, 252, 5806, 50988, 8718, 51736, 59815, 38490, 26701, 43675, 6819,
];

describe('at every event of a resize', function () {
  this.timeout(120_000);

  for (const [name, ecpt, atEvents] of [
    ['copying before kicking: all that was mapped is', SMALL_PUBLISHED, true],
    ['copying, all of a size: all that was mapped is', { ...SMALL_PUBLISHED, downsize: false }, true],
    ['as released: between two steps all that was mapped is', SMALL_RELEASED, false],
  ] as const)
    it(name, () => {
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(2 ** 16), { minLength: 125, maxLength: 140 }), (list) => {
          const w = world(ecpt);
          const { m } = w;
          const entered: number[] = [];
          const check = (): void => {
            for (const page of entered) {
              const walk = m.inspector.walk(w.tdbs[0].root, asVpn(page));
              assert.equal(walk.pfn, 0x1000 + page, `page 0x${page.toString(16)}`);
              const live = walk.steps.filter((s) => s.probe?.matches);
              assert.equal(new Set(live.map((s) => s.frame)).size, 1, 'duplicates are equal');
            }
          };
          for (const each of list) {
            const page = 8 * each + 3;
            const work = (): void => {
              assert.equal(w.enter(page), 'ok');
              w.emt.background();
            };
            if (atEvents && entered.length > 95) atEveryEvent(m, work, check);
            else work();
            if (entered.length > 95) check();
            entered.push(page);
          }
          assert.ok(w.counter(Counter.EcptResizes) > 0);
        }),
        { numRuns: atEvents ? 3 : 11, examples: [[TO_A_HIDDEN_SLOT]] },
      );
    });

  it('the hardware translates what was mapped, whichever table it has moved to', () => {
    const m = machineWithProcess({ scheme: 'ecpt', ecpt: SMALL_RELEASED });
    map(m, 0x1000, 8 * 400);
    const frames = new Map<number, number>();
    for (let i = 0; i < 400; i++) {
      const page = 0x1000 + 8 * i;
      assert.ok(m.access(Access.Write, vpn(page), 0, 8, 1));
      frames.set(page, m.mmu.pfn);
      if (i % 7 !== 0) continue;
      m.mmu.flushAll();
      for (const [known, frame] of frames) {
        assert.ok(m.mmu.translate(vpn(known), 0, Access.Read, 1), `page 0x${known.toString(16)}`);
        assert.equal(m.mmu.pfn, frame);
      }
    }
    assert.ok(m.probe.counters[Counter.EcptResizes] > 2);
    assert.ok(m.probe.counters[Counter.EcptMigrated] > 50);
  });
});
