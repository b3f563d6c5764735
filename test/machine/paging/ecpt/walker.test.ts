/** Hints and rounds: what the walk caches prune, what a stale hint costs, and what software looks at. */
import assert from 'node:assert/strict';
import { asPfn, asVpn } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { DEFAULT_COSTS } from '../../../../src/machine/core/costs';
import type { MachineEvent } from '../../../../src/machine/core/events';
import { Probe, Recorder } from '../../../../src/machine/core/probe';
import { PhysicalMemory } from '../../../../src/machine/memory/physicalMemory';
import { Access, CR0, CR4, EFER, RightsTable } from '../../../../src/machine/mmu/rights';
import { type EcptOptions, RELEASED } from '../../../../src/machine/paging/ecpt/format';
import { ecptFormat } from '../../../../src/machine/paging/ecpt/format';
import { entryOf, tagOf, writeCount, writeTag } from '../../../../src/machine/paging/ecpt/layout';
import { makeHash } from '../../../../src/machine/paging/ecpt/hash';
import { EcptWalker } from '../../../../src/machine/paging/ecpt/walker';
import { World } from '../../emt/world';
import { refusal } from '../../../../src/machine/options';
import { SMALL } from '../../support';

const HUGE = 512;

/** A machine whose pages are entered by hand, and translated without a kernel. */
function world(ecpt: EcptOptions = RELEASED): World {
  return new World({ scheme: 'ecpt', ecpt, memoryBytes: 2 ** 27 });
}

/** References of a walk, and what kind it was, in the order of the counters: direct, size, partial, complete, stale. */
function walk(w: World, vpn: number): { references: number; kinds: number[]; ok: boolean } {
  const { counters } = w.m.probe;
  const kinds = [Counter.EcptDirect, Counter.EcptSize, Counter.EcptPartial, Counter.EcptComplete, Counter.EcptStale];
  const before = counters.slice();
  w.m.mmu.flushAll();
  const ok = w.m.mmu.translate(asVpn(vpn), 0, Access.Read, 1);
  const since = (c: Counter): number => counters[c] - before[c];
  return {
    ok,
    references: since(Counter.WalkReferences) + since(Counter.AbandonedReferences),
    kinds: kinds.map(since),
  };
}

describe('a walk of cuckoo tables', () => {
  it('probes all ways without hints, and with them those of the page size', () => {
    const w = world();
    w.enter(100);
    w.enter(2 * HUGE * 64, HUGE, 8 * HUGE);
    assert.deepEqual(walk(w, 100), { ok: true, references: 6, kinds: [0, 0, 0, 1, 0] });
    // The PUD's header says both sizes, the PMD's that the section has 4 KiB pages alone.
    assert.deepEqual(walk(w, 100), { ok: true, references: 3, kinds: [0, 1, 0, 0, 0] });
  });

  it('goes straight to the way of a 2 MiB page', () => {
    const w = world();
    w.enter(0x40000, HUGE, 8 * HUGE);
    assert.equal(walk(w, 0x40005).references, 6);
    assert.deepEqual(walk(w, 0x40005), { ok: true, references: 1, kinds: [1, 0, 0, 0, 0] });
  });

  it('probes the named way and all of 4 KiB where a section has both', () => {
    const w = world();
    w.enter(0x40000, HUGE, 8 * HUGE);
    w.enter(0x40000 + HUGE);
    walk(w, 0x40000);
    assert.deepEqual(walk(w, 0x40000 + HUGE), { ok: true, references: 4, kinds: [0, 0, 1, 0, 0] });
  });

  it('with a stale hint probes again, finds the page, and reads the hints anew', () => {
    const w = world();
    w.enter(0x40000, HUGE, 8 * HUGE);
    walk(w, 0x40000);
    assert.equal(walk(w, 0x40000).references, 1);
    assert.equal(w.emt.hugeDemote(w.tdbs[0], w.find(0x40000), w.gather), 'ok');
    // The line still names the way where the cluster was.
    const again = walk(w, 0x40000);
    assert.deepEqual(again, { ok: true, references: 1 + 6, kinds: [0, 0, 0, 1, 1] });
    assert.deepEqual(walk(w, 0x40000), { ok: true, references: 3, kinds: [0, 1, 0, 0, 0] });
  });

  it('keeps its hints over flushes and switches', () => {
    const w = world();
    w.enter(100);
    walk(w, 100);
    w.emt.tsvcSwitchTdb(w.tdbs[1]);
    w.emt.tsvcSwitchTdb(w.tdbs[0]);
    assert.equal(w.m.mmu.walkCaches[0].population, 1);
    assert.equal(walk(w, 100).references, 3);
  });

  it('faults after all ways have nothing, and an entry that is not present is nothing', () => {
    const w = world();
    w.enter(100);
    walk(w, 100);
    assert.equal(walk(w, 101).ok, false);
    w.emt.swapToTobj(w.find(100), 7);
    w.emt.tdbUpdateTobj(w.tdbs[0], w.tobj, w.old);
    assert.equal(walk(w, 100).ok, false);
    assert.equal(w.emt.tobjToSwap(w.tdbs[0], w.find(100)), 7);
  });

  it('tells each probe, and what was pruned', () => {
    const w = world();
    w.enter(0x40000, HUGE, 8 * HUGE);
    walk(w, 0x40000);
    const events: MachineEvent[] = [];
    const recorder: Recorder = new Recorder(Infinity, (i) => events.push(recorder.events[i]));
    w.m.mmu.flushAll();
    w.m.probe.recorder = recorder;
    w.m.mmu.translate(asVpn(0x40000), 0, Access.Read, 1);
    w.m.probe.recorder = null;
    const start = events.find((e) => e.kind === 'walkStart');
    assert.match(start?.kind === 'walkStart' ? start.startedFrom : '', /user registers: 2M way \d \(5 pruned\)/);
    assert.equal(events.filter((e) => e.kind === 'tableRead').length, 1);
  });
});

describe('a round of probes', () => {
  const cyclesOf = (wait: 'match' | 'all'): number => {
    const options = { ...RELEASED, ways: [3, 0, 0] as const, entries: [64, 64, 64] as const, wait };
    const memory = new PhysicalMemory(2 ** 22);
    const rights = new RightsTable();
    rights.update({ cr0: CR0.WP, cr4: CR4.PAE, efer: EFER.NXE, pkru: 0, ac: false });
    const walker = new EcptWalker(ecptFormat(options), options, {
      memory,
      rights,
      probe: new Probe(),
      costs: { ...DEFAULT_COSTS },
      replacement: { policy: 'lru', seed: 1 },
      physicalBits: 46,
      // Each way lies one frame behind the other, and is that much slower.
      tableReads: {
        answer: 'L2',
        read: (_, frame) => 10 * (frame - 299),
        forget: () => undefined,
        fetch: () => undefined,
      },
    });
    walker.wrmsr(0x4100, 0xffff888000000);
    const hash = makeHash('murmur');
    for (let way = 3; way < 6; way++) walker.wrmsr(0x4000 + way, (300 + way - 3) * 4096 + 6);
    const vpn = asVpn(1234);
    const base = memory.back(asPfn(300));
    const at = base + 16 * hash.index(tagOf(vpn, 0), 6, 3);
    memory.pool.words[at + 2 * entryOf(vpn, 0)] = 0x7007;
    writeTag(memory.pool.words, at, tagOf(vpn, 0));
    writeCount(memory.pool.words, at, 1);
    assert.equal(walker.walk(asPfn(0), vpn, Access.Read, 1, false), 0);
    assert.equal(walker.result.references, 3);
    return walker.result.cycles;
  };

  it('ends with the match, or waits for the slowest', () => {
    assert.equal(cyclesOf('match'), 10);
    assert.equal(cyclesOf('all'), 30);
  });
});

describe('software that looks at an empty 2 MiB', () => {
  const lookups = (emtDefaults: 'all' | readonly string[]): number => {
    const w = new World({ scheme: 'ecpt', ecpt: RELEASED, emtDefaults, memoryBytes: 2 ** 27 });
    w.enter(8 * HUGE);
    const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(HUGE), asVpn(2 * HUGE));
    while (w.emt.tobjIterHasNext(it)) w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
    return it.lookups;
  };

  it('looks 512 pages up by the default, and 64 clusters by the driver', () => {
    assert.equal(lookups('all'), 512);
    assert.equal(lookups([]), 64);
  });

  it('reads three ways a look-up', () => {
    const w = world();
    w.enter(8 * HUGE);
    const reads = w.readsOf(() => assert.ok(w.emt.addrRangeVoid(w.tdbs[0], asVpn(HUGE), asVpn(2 * HUGE))));
    assert.equal(reads, 64 * 3);
  });

  it('steps a pointer inside a cluster', () => {
    const w = world();
    for (let i = 0; i < 64; i++) w.enter(HUGE + i);
    const it = w.emt.tobjIterInit(w.tdbs[0], asVpn(HUGE), asVpn(HUGE + 64));
    const seen: number[] = [];
    while (w.emt.tobjIterHasNext(it)) {
      w.emt.tobjIterNext(w.tdbs[0], it, w.tobj);
      seen.push(w.tobj.vpn);
    }
    assert.equal(seen.length, 64);
    assert.deepEqual([it.lookups, it.steps], [8, 56]);
  });
});

describe('the registers', () => {
  it('of a switch are twelve tables, twelve pointers, eight walk tables', () => {
    const w = world();
    const before = w.counter(Counter.RegisterWrites);
    w.emt.tsvcSwitchTdb(w.tdbs[1]);
    assert.equal(w.counter(Counter.RegisterWrites) - before, 12 + 12 + 8);
  });

  it('leave no room for PCIDs', () => {
    assert.match(refusal({ ...SMALL, scheme: 'ecpt', pcid: true }) ?? '', /bit 63 of CR3/);
  });
});
