/** A walk in a guest reads g·(h + 1) + h entries; what each cache saves of them; pages of two sizes in one TLB entry. */
import assert from 'node:assert/strict';
import { asVpn } from '../../../../src/machine/core/addresses';
import { Counter } from '../../../../src/machine/core/counters';
import { Recorder } from '../../../../src/machine/core/probe';
import { DEFAULT_KERNEL } from '../../../../src/machine/kernel/options';
import type { Machine } from '../../../../src/machine/machine';
import { Access } from '../../../../src/machine/mmu/rights';
import { DEFAULT_NESTED, type NestedOptions } from '../../../../src/machine/paging/nested/format';
import { hashOf, map, unmap } from '../../support';
import { guest } from './guest';

const OFF: NestedOptions = { ...DEFAULT_NESTED, tlb: null, hostCaches: null };

/** References of a walk for a page that is mapped and backed, while no cache knows anything. */
function coldWalk(m: Machine, page = 0x1000): number {
  map(m, page, 1);
  assert.ok(m.access(Access.Write, asVpn(page), 0, 8, 1));
  m.mmu.flushAll();
  assert.ok(m.access(Access.Write, asVpn(page), 0, 8, 1));
  return m.mmu.lastWalk.references;
}

describe('a walk in a guest', () => {
  const CASES: readonly [scheme: string, references: number][] = [
    ['nested radix over radix', 24],
    ['nested radix 5 over radix 5', 35],
    ['nested radix over radix 5', 29],
    ['nested radix 5 over radix', 29],
    ['nested radix 32 over radix', 14],
    // Two tables, as the root's entry is in a register.
    ['nested pae over radix', 14],
    ['nested linear 32 over radix', 9],
    ['nested fpt L4L3+L2L1 over fpt L4L3+L2L1', 8],
    ['nested fpt L4L3 over fpt L3L2', 15],
    ['nested radix over fpt L4L3+L2L1', 14],
    ['nested fpt L4L3+L2L1 over radix', 14],
  ];
  for (const [scheme, references] of CASES)
    it(`${scheme}: ${references} references without caches`, () => {
      assert.equal(coldWalk(guest(scheme, OFF)), references);
    });

  it('counts what it reads of the guest’s and of the host’s tables apart, by level', () => {
    const m = guest('nested radix over radix', OFF);
    const before = m.probe.counters.slice();
    const since = (counter: number): number => m.probe.counters[counter] - before[counter];
    map(m, 0x1000, 1);
    m.access(Access.Write, asVpn(0x1000), 0, 8, 1);
    assert.equal(since(Counter.Walks), 1);
    assert.equal(since(Counter.NestedGuestReferences), 4);
    assert.equal(since(Counter.NestedHostReferences), 20);
    for (let level = 0; level < 4; level++) {
      assert.equal(since(Counter.ReferencesByLevel + level), 1);
      assert.equal(since(Counter.NestedReferencesByLevel + level), 5);
    }
    assert.equal(since(Counter.NestedHostWalks), 5);
  });

  it('reports each of the 24 with its guest level and its host level, guest-physical and host-physical', () => {
    const m = guest('nested radix over radix', OFF);
    map(m, 0x1000, 1);
    m.access(Access.Write, asVpn(0x1000), 0, 8, 1);
    m.mmu.flushAll();
    m.probe.recorder = new Recorder();
    m.access(Access.Read, asVpn(0x1000), 0, 8, 1);
    const { events } = m.probe.recorder;
    const reads = events.flatMap((e) =>
      e.kind === 'hostRead' ? [[e.guestLevel, e.level]] : e.kind === 'tableRead' ? [[e.level, -1]] : [],
    );
    const expected = [0, 1, 2, 3].flatMap((g) => [...[0, 1, 2, 3].map((h) => [g, h]), [g, -1]]);
    assert.deepEqual(reads, [...expected, ...[0, 1, 2, 3].map((h) => [-1, h])]);
    for (const e of events)
      if (e.kind === 'tableRead') {
        assert.ok(e.table < m.memory.frameCount, 'the table’s own number is the guest’s');
        assert.equal(e.host, m.host!.frameOf(e.table));
      }
    const end = events.find((e) => e.kind === 'walkEnd');
    assert.ok(end?.kind === 'walkEnd' && end.guest === m.inspector.walk(m.root, asVpn(0x1000)).pfn);
  });

  it('reads fewer with a nested TLB, with walk caches of the host, with both', () => {
    const counts = (nested: Partial<NestedOptions>): number => coldWalk(guest('nested radix over radix', nested));
    // The host's translations of the four tables and of the page are known from the walk before.
    assert.equal(counts({ hostCaches: null }), 4);
    // Known is the host's last table: one read for each host walk.
    assert.equal(counts({ tlb: null }), 4 + 5);
    assert.equal(counts({}), 4);
  });

  it('with a combined walk cache needs no host walk for the table that it starts at', () => {
    const references = (combined: boolean): number => {
      const m = guest('nested radix over radix', { ...OFF, combined });
      map(m, 0x1000, 2);
      m.access(Access.Write, asVpn(0x1000), 0, 8, 1);
      m.access(Access.Write, asVpn(0x1001), 0, 8, 1);
      return m.mmu.lastWalk.references;
    };
    assert.equal(references(true), 1 + 4);
    assert.equal(references(false), 4 + 1 + 4);
  });

  it('reads a level less for each host walk where the host maps 2 MiB, two less with 1 GiB', () => {
    assert.equal(coldWalk(guest('nested radix over radix', { ...OFF, pageSize: 1 })), 4 * 4 + 3);
    const memoryBytes = 2 ** 30;
    assert.equal(coldWalk(guest('nested radix over radix', { ...OFF, pageSize: 2 }, { memoryBytes })), 4 * 3 + 2);
  });

  for (const [host, size] of [
    [0, 0],
    [1, 1],
  ] as const)
    it(`caches a guest’s page of 2 MiB as ${host === 0 ? '4 KiB over small pages (fractured)' : '2 MiB over large ones'}`, () => {
      const m = guest('nested radix over radix', { pageSize: host }, { kernel: { ...DEFAULT_KERNEL, thp: 'always' } });
      map(m, 0x2000, 512);
      m.access(Access.Write, asVpn(0x2003), 0, 8, 1);
      assert.equal(m.inspector.walk(m.root, asVpn(0x2003)).pageSize, 1);
      assert.equal(m.mmu.pageSize, size);
      assert.ok(m.access(Access.Write, asVpn(0x2103), 0, 8, 1));
      const gfn = m.inspector.walk(m.root, asVpn(0x2103)).pfn!;
      assert.equal(m.mmu.pfn, m.host!.frameOf(gfn));
    });

  it('keeps what it knows of the host over the guest’s own flushes, and loses it with INVEPT', () => {
    const m = guest('nested radix over radix');
    map(m, 0x1000, 1);
    m.access(Access.Write, asVpn(0x1000), 0, 8, 1);
    const known = (): number => m.mmu.hostCaches.reduce((sum, cache) => sum + cache.population, 0);
    const before = known();
    assert.ok(before > 0);
    m.mmu.flushAll();
    m.mmu.invlpg(asVpn(0x1000));
    assert.equal(known(), before);
    m.mmu.invept();
    assert.equal(known(), 0);
    assert.ok(
      m.mmu.tlbs.every((tlb) => tlb.population === 0),
      'combined mappings go with it',
    );
  });

  it('sets A and D in EPT only where the machine says so', () => {
    for (const accessedDirty of [false, true]) {
      const m = guest('nested radix over radix', { accessedDirty });
      map(m, 0x1000, 2);
      m.access(Access.Write, asVpn(0x1000), 0, 8, 1);
      m.access(Access.Read, asVpn(0x1001), 0, 8, 1);
      const leafOf = (page: number): string => m.inspector.walk(m.root, asVpn(page)).host!.at(-1)!.steps.at(-1)!.flags;
      assert.equal(leafOf(0x1000), accessedDirty ? 'R W X A D' : 'R W X');
      assert.equal(leafOf(0x1001), accessedDirty ? 'R W X A' : 'R W X');
      // A later write through the TLB entry comes to the host's tables, too.
      m.access(Access.Write, asVpn(0x1001), 0, 8, 1);
      assert.equal(leafOf(0x1001), accessedDirty ? 'R W X A D' : 'R W X');
    }
  });

  it('is the same fast, recorded, and after going back in time', () => {
    const run = (m: Machine): string => {
      for (let page = 0x1000; page < 0x1040; page++)
        m.access(page % 3 === 0 ? Access.Write : Access.Read, asVpn(page), 0, 8, 1);
      return hashOf(m);
    };
    const begin = (): Machine => {
      const m = guest('nested radix over radix', { accessedDirty: true, tlb: { entries: 4, ways: 2 } });
      map(m, 0x1000, 64);
      return m;
    };
    const m = begin();
    const saved = m.save();
    const start = hashOf(m);
    const fast = run(m);
    const recorded = begin();
    recorded.probe.recorder = new Recorder();
    assert.equal(run(recorded), fast);
    m.load(saved);
    assert.equal(hashOf(m), start);
    assert.equal(run(m), fast);
    unmap(m, 0, 2 ** 20);
  });
});
