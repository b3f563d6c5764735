/** Sizes that do not fit together, memory that is short, and how many tables there are. */
import assert from 'node:assert/strict';
import { asVpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import type { CopyPolicy } from '../../../src/machine/emt/driver';
import { Attribute } from '../../../src/machine/emt/tobj';
import { Access } from '../../../src/machine/mmu/rights';
import { statistics } from '../../../src/machine/statistics';
import { MIB } from '../support';
import { World } from './world';

const BOTH = [
  ['default', 'all'],
  ['driver', []],
] as const;
const CONTIGUOUS = 512;
const TABLES = (w: World): number[] => Object.values(statistics(w.m).tables.byLevel);
const SHARE: CopyPolicy = { share: () => true };

for (const [title, emtDefaults] of BOTH)
  describe(`page sizes by the ${title}`, () => {
    it('do not mix: a smaller page below a huge one, and a huge one over smaller ones, are refused', () => {
      const w = new World({ emtDefaults });
      const [tdb] = w.tdbs;
      assert.equal(w.enter(512, 512, 0x2000), 'ok');
      assert.equal(w.enter(513), 'EEXIST');
      assert.equal(w.enter(0, 2 ** 18, 2 ** 18), 'EEXIST');
      assert.equal(w.page(513, tdb), 'frame 8193 rwxu--P key 0');
      w.enter(1024);
      assert.equal(w.enter(1024, 512, 0x2000), 'EEXIST');
      assert.equal(w.page(1024, tdb), 'frame 5120 rwxu--P key 0');
      assert.equal(w.enter(1536, 1024, 0x2000), 'EINVAL', 'no size of this scheme');
      assert.equal(w.enter(1537, 512, 0x2000), 'EINVAL', 'not aligned');
      assert.equal(w.emt.hugeDemote(tdb, w.find(1024), w.gather), 'EINVAL', 'nothing to demote');
      w.finish(tdb);
      w.destroy([[0, 2048]]);
    });

    it('may follow each other: an empty table in the way of a huge page is freed, and no walk cache knows it', () => {
      const w = new World({ emtDefaults });
      const [tdb] = w.tdbs;
      w.enter(512, 1, 0x100);
      assert.ok(w.m.mmu.translate(asVpn(512), 0, Access.Read, 1));
      const before = TABLES(w);
      w.removeAll(tdb, 512, 513);
      w.finish(tdb);
      assert.deepEqual(TABLES(w), before, 'the table is there, and empty');
      w.m.mmu.translate(asVpn(513), 0, Access.Read, 1);
      assert.equal(w.enter(512, 512, 0x2000), 'ok');
      assert.equal(TABLES(w)[3], before[3] - 1);
      assert.ok(w.m.mmu.walkCaches.every((c) => Array.from({ length: c.entries }).every((_, i) => !c.isValid(i))));
      assert.ok(w.m.mmu.translate(asVpn(515), 0, Access.Read, 1));
      assert.equal(w.m.mmu.pfn, 0x2003);
      w.destroy([[512, 1024]]);
    });

    it('are wanted, exist, fit into the area, and find it empty, or a huge page is not eligible', () => {
      const w = new World({ emtDefaults });
      const [tdb] = w.tdbs;
      w.enter(1500);
      const vma = { start: asVpn(600), end: asVpn(4096), huge: true };
      const eligible = (vpn: number, pages: number, area = vma): boolean => {
        w.emt.tobjInit(w.tobj, asVpn(vpn));
        return w.emt.thpEligible(tdb, w.tobj, pages, area);
      };
      assert.deepEqual(
        [eligible(3000, 512), eligible(700, 512), eligible(1030, 512), eligible(3000, 1024), eligible(3000, 2 ** 18)],
        [true, false, false, false, false],
      );
      assert.equal(eligible(3000, 512, { ...vma, huge: false }), false);
      assert.equal(eligible(3500, 512, { ...vma, end: asVpn(3583) }), false);
      assert.deepEqual(
        [2 ** 18, 512, 1].map((pages) => w.emt.decPageSize(tdb, pages)),
        [512, 1, 0],
      );
    });

    it('change with the same frames behind them, and D of the hardware is not lost', () => {
      const w = new World({ emtDefaults });
      const [tdb] = w.tdbs;
      w.enter(2 ** 18, 2 ** 18, 2 ** 19);
      assert.ok(w.m.mmu.translate(asVpn(2 ** 18 + 5), 0, Access.Write, 1));
      assert.equal(w.emt.hugeDemote(tdb, w.tobj, w.gather), 'ok');
      w.find(2 ** 18 + 700);
      assert.deepEqual([w.tobj.vpn, w.tobj.pages], [2 ** 18 + 512, 512]);
      assert.equal(w.emt.hugeDemote(tdb, w.tobj, w.gather), 'ok');
      w.finish(tdb);
      assert.equal(w.page(2 ** 18 + 700, tdb), `frame ${2 ** 19 + 700} rwxuADP key 0`);
      assert.equal(w.find(2 ** 18 + 700).pages, 1);
      assert.ok(w.m.mmu.translate(asVpn(2 ** 18 + 700), 0, Access.Read, 1));
      assert.equal(w.m.mmu.pfn, 2 ** 19 + 700);
      w.destroy([[2 ** 18, 2 ** 19]]);
    });
  });

for (const [title, emtDefaults] of BOTH)
  describe(`without memory the ${title}`, () => {
    const full = (): World => {
      const w = new World({ emtDefaults, memoryBytes: MIB + 64 * 4096 });
      w.enter(512, CONTIGUOUS, 0x2000);
      w.enter(3, 1, 0x77);
      return w;
    };

    it('leaves a huge page whole that it cannot demote or swap', () => {
      const w = full();
      const [tdb] = w.tdbs;
      w.leaveFree(0);
      const whole = w.page(600, tdb);
      assert.equal(w.emt.hugeSplitPrepare(tdb, w.find(512)), 'ENOMEM');
      assert.equal(w.emt.hugeDemote(tdb, w.find(512), w.gather), 'ENOMEM');
      assert.equal(w.emt.hugeToSwap(tdb, w.find(512), 9, w.gather), 'ENOMEM');
      assert.equal(w.page(600, tdb), whole);
      assert.equal(w.find(600).pages, CONTIGUOUS);
      assert.deepEqual([w.gather.start, w.gather.objects, w.gather.tables], [0, [], []]);
    });

    it('promotes nothing, and loses nothing that was there', () => {
      const w = full();
      const [tdb] = w.tdbs;
      w.leaveFree(0);
      assert.equal(w.emt.hugePromote(tdb, w.make(2 ** 18, 512, 0x2000), w.gather), 'ENOMEM');
      assert.equal(w.page(2 ** 18, tdb), '-');
      assert.equal(w.emt.hugePromote(tdb, w.make(0, 512, 0x4000), w.gather), 'ok', 'this one gives memory back');
      assert.equal(w.page(3, tdb), 'frame 16387 rwxu--P key 0');
      const tables = w.counter(Counter.TablesByLevel + 3);
      w.finish(tdb);
      assert.deepEqual([w.m.buddy.freeFrames, tables], [1, 0]);
    });

    it('stops copying and moving at the object that does not fit, and goes on when there is room', () => {
      const w = full();
      const [a, b] = w.tdbs;
      w.leaveFree(2);
      let shared = 0;
      const policy: CopyPolicy = { share: () => ++shared > 0 };
      const copied = w.emt.addrRangeCopy(a, b, asVpn(0), asVpn(1024), policy, 4000, w.gather);
      assert.deepEqual(copied, { next: 3, error: 'ENOMEM' });
      assert.equal(shared, 0, 'the policy is asked only when nothing can fail any more');
      assert.equal(w.page(3, a), 'frame 119 rwxu--P key 0');
      assert.equal(w.page(3, b), '-');
      w.m.buddy.free(w.m.buddy.allocate(0, 'x', 1) as never, 'x', 1);
      const moved = w.emt.addrRangeMove(a, asVpn(0), asVpn(1024), asVpn(2 ** 27), 4000, w.gather);
      assert.equal(moved.error, 'ENOMEM');
      assert.deepEqual([w.page(3, a), w.page(2 ** 27 + 3, a)], ['frame 119 rwxu--P key 0', '-']);
    });

    it('goes on where it stopped once there is room', () => {
      const w = new World({ emtDefaults, memoryBytes: MIB + 64 * 4096 });
      const [a, b] = w.tdbs;
      for (const vpn of [0, 512, 1024]) w.enter(vpn, 1, 0x100 + vpn);
      const ballast = w.m.buddy.allocate(0, 'x', 1);
      w.leaveFree(4);
      const first = w.emt.addrRangeCopy(a, b, asVpn(0), asVpn(2048), SHARE, 9000, w.gather);
      assert.deepEqual(first, { next: 1024, error: 'ENOMEM' });
      w.m.buddy.free(ballast as never, 'x', 1);
      const rest = w.emt.addrRangeCopy(a, b, first.next, asVpn(2048), SHARE, 9000, w.gather);
      assert.deepEqual(rest, { next: 2048, error: 'ok' });
      assert.deepEqual(
        [0, 512, 1024].map((p) => w.page(p, b)),
        [0, 512, 1024].map((p) => w.page(p, a)),
      );
    });
  });

describe('the tables of a radix tree', () => {
  it('are one a level for pages that are close, and three a level at the two ends and in the middle', () => {
    const w = new World();
    const before = TABLES(w);
    for (const vpn of [0, 2 ** 34, 2 ** 35 - 1]) w.enter(vpn, 1, 9);
    const made = TABLES(w).map((n, level) => n - before[level]);
    assert.deepEqual(made, [0, 3, 3, 3]);
    const close = new World();
    for (const vpn of [0, 1, 511]) close.enter(vpn, 1, 9);
    assert.deepEqual(TABLES(close), [2, 1, 1, 1]);
  });

  it('of X GiB of base pages are 2X MiB of leaf tables, and a 512th of that above', () => {
    const w = new World({ memoryBytes: 64 * MIB });
    for (let vpn = 0; vpn < 2 * 2 ** 18; vpn++) w.enter(vpn, 1, 7);
    assert.deepEqual(TABLES(w), [2, 1, 2, 2 * 512]);
    assert.equal(TABLES(w)[3] * 4096, 2 * 2 * MIB);
    assert.deepEqual(w.emt.tdbStats(w.tdbs[0]).tablesByLevel, TABLES(w));
  });

  it('move as a whole where a whole table of pages moves', () => {
    const w = new World();
    const [tdb] = w.tdbs;
    for (let vpn = 512; vpn < 1024; vpn++) w.enter(vpn);
    const writes = w.counter(Counter.SoftwareWrites);
    const result = w.emt.addrRangeMove(tdb, asVpn(512), asVpn(1024), asVpn(4096), 64, w.gather);
    assert.deepEqual(result, { next: 1024, error: 'ok' });
    assert.equal(w.counter(Counter.SoftwareWrites) - writes, 2);
    assert.deepEqual([w.page(512, tdb), w.page(4096, tdb)], ['-', 'frame 4608 rwxu--P key 0']);
    assert.deepEqual([w.gather.start, w.gather.end], [512, 1024]);
  });

  it('have locks of their own: the leaf table for its pages, the one above for huge ones and for what spans, else the root', () => {
    const w = new World();
    const [tdb] = w.tdbs;
    w.enter(3);
    w.enter(512, 512, 0x2000);
    const lock = (start: number, end: number): number => w.emt.addrRangeGetLock(tdb, asVpn(start), asVpn(end));
    const steps = w.m.inspector.walk(tdb.root, asVpn(3)).steps.map((s) => s.table);
    assert.deepEqual(
      [lock(3, 4), lock(0, 512), lock(0, 513), lock(512, 1024), lock(2048, 2049), lock(2 ** 18, 2 ** 18 + 1)],
      [steps[3], steps[3], steps[2], steps[2], steps[2], tdb.root],
    );
    const coarse = new World({ emtDefaults: ['addr_range_get_lock'] });
    coarse.enter(3);
    assert.equal(coarse.emt.addrRangeGetLock(coarse.tdbs[0], asVpn(3), asVpn(4)), coarse.tdbs[0].root);
    const held = w.emt.addrRangeLock(tdb, asVpn(3), asVpn(4));
    w.emt.addrRangeUnlock(held);
    assert.ok(w.emt.addrRangeTryLock(held));
  });

  it('that somebody made point to no table are cleared with a complaint when their range is removed', () => {
    const w = new World();
    const [tdb] = w.tdbs;
    w.enter(3);
    const { address } = w.m.inspector.walk(tdb.root, asVpn(3)).steps[2];
    const lost = w.m.inspector.walk(tdb.root, asVpn(3)).steps[3].table;
    w.m.memory.writeWord(address, (0x5555 << 12) | 7);
    assert.equal(w.enter(4), 'EFAULT');
    w.removeAll(tdb, 0, 512);
    assert.deepEqual(w.gather.objects, []);
    assert.equal(w.enter(4), 'ok');
    assert.notEqual(w.m.inspector.walk(tdb.root, asVpn(4)).steps[3].table, lost);
  });
});

describe('the costs of a call', () => {
  it('are those of the function, and of each entry that it reads and writes', () => {
    const w = new World({ costs: { entry_read: 10, entry_write: 100, tdb_update_tobj: 1 } });
    const { probe } = w.m;
    const before = statistics(w.m).kernel;
    w.enter(3);
    const after = statistics(w.m).kernel;
    const [reads, writes] = [after.tableReads - before.tableReads, after.tableWrites - before.tableWrites];
    assert.deepEqual([reads, writes], [4, 4], 'three entries for new tables, one for the page');
    assert.equal(after.byFunction.tdb_update_tobj.instructions, 1 + 10 * reads + 100 * writes);
    assert.equal(probe.running, 0);
  });

  it('go to the function that runs, also inside another', () => {
    const w = new World({ emtDefaults: ['addr_range_remove'] });
    for (const vpn of [1, 2, 3]) w.enter(vpn);
    w.emt.addrRangeRemove(w.tdbs[0], asVpn(0), asVpn(512), 1000, w.gather);
    const { byFunction, instructions } = statistics(w.m).kernel;
    assert.equal(byFunction.addr_range_remove.instructions, 20, 'the default reads no table itself');
    assert.ok(byFunction.tobj_iter_next.instructions > 512);
    assert.equal(
      Object.values(byFunction).reduce((sum, f) => sum + f.instructions, 0),
      instructions,
    );
  });
});

describe('a gather', () => {
  it('notes what the hardware had noted of a page, its slot, and that it is special', () => {
    for (const [, emtDefaults] of BOTH) {
      const w = new World({ emtDefaults });
      const [tdb] = w.tdbs;
      w.enter(1, 1, 0x11);
      w.m.mmu.translate(asVpn(1), 0, Access.Write, 1);
      w.make(2, 1, 0x12);
      w.emt.tobjWriteAttr(w.tobj, Attribute.SPECIAL, 1);
      w.emt.tdbUpdateTobj(tdb, w.tobj, w.old);
      w.emt.tobjInit(w.tobj, asVpn(3));
      w.emt.swapToTobj(w.tobj, 42);
      w.emt.tdbUpdateTobj(tdb, w.tobj, w.old);
      w.removeAll(tdb, 0, 512);
      const common = { pages: 1, slot: -1, dirty: false, accessed: false, special: false };
      assert.deepEqual(w.gather.objects, [
        { ...common, vpn: 1, pfn: 0x11, dirty: true, accessed: true },
        { ...common, vpn: 2, pfn: 0x12, special: true },
        { ...common, vpn: 3, pfn: 0, slot: 42 },
      ]);
    }
  });
});
