/** What a recorder sees of the way of an access, and what a person's edits on that way leave behind. */
import assert from 'node:assert/strict';
import { packAccess, ScratchChunk } from '../../../src/machine/core/accessChunk';
import { Counter } from '../../../src/machine/core/counters';
import type { MachineEvent } from '../../../src/machine/core/events';
import { Recorder, StopAtEvent } from '../../../src/machine/core/probe';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { Access, CR4 } from '../../../src/machine/mmu/rights';
import type { TlbGeometry } from '../../../src/machine/mmu/mmu';
import { assertSound } from '../replay/soundness';
import { entryAddress, machineWithProcess, map, readEntry, RWX, vpn, writeEntry } from '../support';

const P = 1n;
const D = 1n << 6n;
const G = 1n << 8n;
/** Present, writable, for users, accessed, clean, a page of 2 MiB. */
const HUGE_LEAF = (0x800n << 12n) | 0xa7n;
const PAGE = 0x200;

const small = (entries: number): readonly TlbGeometry[] => [{ sizes: ['4K'], entries, ways: entries }];

/** A process with pages from PAGE on, of which the first `pages` have been read. */
function touched(pages: number, options: Partial<MachineOptions> = {}): Machine {
  const m = machineWithProcess(options);
  map(m, PAGE, 8, RWX);
  for (let i = 0; i < pages; i++) assert.ok(touch(m, Access.Read, PAGE + i));
  return m;
}

const touch = (m: Machine, kind: Access, page = PAGE, offset = 0): boolean => m.access(kind, vpn(page), offset, 4, 1);

function edit(m: Machine, level: number, changed: (raw: bigint) => bigint): void {
  const address = entryAddress(m, PAGE, level);
  writeEntry(m, address, changed(readEntry(m, address)));
}

/** Events of an access, up to one of them; `onEvent` is what a person does there. */
function record(m: Machine, work: () => void, stopAt = Infinity, onEvent?: (e: MachineEvent) => void): MachineEvent[] {
  const recorder: Recorder = new Recorder(stopAt, (i) => onEvent?.(recorder.events[i]));
  m.probe.recorder = recorder;
  try {
    work();
  } catch (error) {
    if (!(error instanceof StopAtEvent)) throw error;
  } finally {
    m.probe.recorder = null;
  }
  return recorder.events;
}

const changes = (events: readonly MachineEvent[]): string[] =>
  events.flatMap((e) => {
    if (e.kind === 'tlbFill') return [`${e.structure} fill ${e.vpn - PAGE}`];
    if (e.kind === 'tlbUpdate') return [`${e.structure} ${e.text} ${e.vpn - PAGE}`];
    return e.kind === 'fault' ? ['fault'] : [];
  });

interface Way {
  machine: () => Machine;
  kind?: Access;
  page?: number;
  offset?: number;
}

/** Every way through the hardware, and through the kernel and back. */
const WAYS: Readonly<Record<string, Way>> = {
  'that hits the first level': { machine: () => touched(1) },
  'that hits the second level': {
    machine: () => {
      const m = touched(1);
      m.mmu.l1d.structures[0].clear();
      return m;
    },
  },
  'that walks': {
    machine: () => {
      const m = touched(1);
      m.mmu.flushAll();
      return m;
    },
  },
  'that walks from a walk cache': { machine: () => touched(2, { dtlb: small(1), stlb: small(1) }) },
  'that fetches': { machine: () => touched(1), kind: Access.Exec },
  'that sets the dirty bit': { machine: () => touched(1), kind: Access.Write },
  'that finds a huge page': {
    machine: () => {
      const m = touched(1);
      edit(m, 2, () => HUGE_LEAF);
      m.mmu.flushAll();
      return m;
    },
  },
  'that hits a huge page': {
    machine: () => {
      const m = touched(1);
      edit(m, 2, () => HUGE_LEAF);
      m.mmu.flushAll();
      assert.ok(touch(m, Access.Read));
      return m;
    },
    page: PAGE + 3,
  },
  'that faults and is tried again': { machine: () => touched(1), page: PAGE + 1 },
  'of which both pages fault': { machine: () => touched(0), offset: 4094 },
  'that ends in a fatal fault': { machine: () => touched(1), page: PAGE + 100 },
};

/** Walks before an event that ended in a translation; those that only set the dirty bit do not count. */
function walksBefore(events: readonly MachineEvent[], at: number): number {
  let walks = 0;
  let purpose = '';
  for (const event of events.slice(0, at)) {
    if (event.kind === 'walkStart') purpose = event.purpose;
    if (event.kind === 'walkEnd' && event.outcome === 'mapped' && purpose !== 'dirty') walks++;
  }
  return walks;
}

describe('the counters at the events of an access', () => {
  for (const [name, { machine, kind = Access.Read, page = PAGE, offset = 0 }] of Object.entries(WAYS)) {
    it(`are those of what has happened until then: an access ${name}`, () => {
      const m = machine();
      const work = (): boolean => touch(m, kind, page, offset);
      const start = m.save();
      const before = m.probe.counters.slice();
      const events = record(m, work);
      const after = [...m.probe.counters];
      const translatedAt = (i: number): number =>
        events.filter((e, j) => j <= i && e.kind === 'translate' && !e.retry).length;
      events.forEach((event, i) => {
        m.load(start);
        record(m, work, i);
        const since = (counter: Counter): number => m.probe.counters[counter] - before[counter];
        const what = `event ${i}: ${event.kind}`;
        assert.equal(since(Counter.Reads + kind), 1, what);
        assert.equal(since(Counter.Translations), translatedAt(i), what);
        assert.equal(since(Counter.WalkCycles) > 0, since(Counter.Walks) > 0, what);
        assert.equal(since(Counter.WalkReferences) > 0, since(Counter.Walks) > 0, what);
        if (event.kind === 'tlbFill' || event.kind === 'translated')
          assert.equal(since(Counter.Walks), walksBefore(events, i), what);
        if (event.kind === 'translated') {
          const hits = since(Counter.L1dHits) + since(Counter.L1iHits);
          const misses = since(Counter.L1dMisses) + since(Counter.L1iMisses);
          assert.equal(hits + misses, translatedAt(i), what);
          assert.equal(since(Counter.StlbHits) + since(Counter.StlbMisses), misses, what);
        }
      });
      assert.deepEqual([...m.probe.counters], after, 'nothing is counted behind the last event');
    });
  }
});

describe('a dirty assist', () => {
  it('keeps G clear while CR4.PGE is off', () => {
    const m = touched(1);
    edit(m, 3, (raw) => (raw | G) & ~D);
    m.mmu.cr4 &= ~CR4.PGE;
    assert.ok(touch(m, Access.Read));
    assert.ok(touch(m, Access.Write));
    m.mmu.movToCr3(m.root);
    assert.deepEqual(
      m.mmu.tlbs.map((tlb) => tlb.population),
      [0, 0, 0],
      'a load of CR3 drops what is not global',
    );
  });

  it('that faults on a hit of the second level fills nothing', () => {
    const m = touched(2, { dtlb: small(1) });
    edit(m, 3, (raw) => raw & ~P);
    const untilFault = changes(record(m, () => touch(m, Access.Write)));
    assert.deepEqual(untilFault.slice(0, untilFault.indexOf('fault')), ['STLB gone 0']);
  });

  it('that finds another page size reports the entries that go', () => {
    const m = touched(1);
    edit(m, 2, () => HUGE_LEAF);
    const events = record(m, () => touch(m, Access.Write));
    assert.deepEqual(changes(events), ['L1D TLB gone 0', 'STLB gone 0']);
    assert.deepEqual(
      m.mmu.tlbs.map((tlb) => tlb.population),
      [0, 0, 0],
    );
  });

  it('that finds another page size enters it once, where it has come in for other accesses already', () => {
    const m = touched(1, { dtlb: small(4), stlb: [{ sizes: ['4K', '2M'], entries: 8, ways: 8 }] });
    edit(m, 2, () => HUGE_LEAF);
    for (const cache of m.mmu.walkCaches) cache.clear();
    assert.ok(touch(m, Access.Read, PAGE + 3));
    m.mmu.l1d.small.clear();
    assert.deepEqual(changes(record(m, () => touch(m, Access.Write))), ['STLB gone 0', 'STLB dirty 0']);
    assertSound(m);
    assert.deepEqual([m.mmu.stlb.small.population, m.mmu.stlb.small.huge[1]], [1, 1]);
  });
});

describe('a strictly inclusive second level', () => {
  it('reports what it takes from the first level', () => {
    const m = touched(1, { dtlb: small(4), stlb: small(1), stlbInclusive: 'strict' });
    assert.ok(touch(m, Access.Read, PAGE + 1));
    m.mmu.invlpg(vpn(PAGE));
    assert.deepEqual(changes(record(m, () => touch(m, Access.Read))), [
      'L1D TLB gone 1',
      'STLB fill 0',
      'L1D TLB fill 0',
    ]);
  });
});

describe('an edit that flushes at a look-up', () => {
  const wide = { dtlb: small(4), stlb: small(8), walkCaches: [1, 2, 4] };
  const hits = (structure: string) => (e: MachineEvent) =>
    (e.kind === 'tlbLookup' || e.kind === 'walkCacheLookup') && e.hit && e.structure === structure;

  for (const structure of ['L1D TLB', 'STLB', 'PWC PMD', 'PWC PUD'])
    for (const promote of ['hit', 'all'] as const)
      it(`in the ${structure} leaves invalid ways behind the others, and no walk from what is gone (${promote})`, () => {
        const geometry = wide.walkCaches.map((entries) => ({ entries, ways: entries }));
        const m = machineWithProcess({ ...wide, walkCaches: { geometry, promote } });
        const areas = [0, 1, 2, 3].map((i) => PAGE + i * 512);
        for (const area of areas) map(m, area, 8);
        for (const area of areas) assert.ok(touch(m, Access.Read, area));
        const { l1d, stlb } = m.mmu;
        if (structure !== 'L1D TLB') l1d.structures[0].clear();
        if (structure.startsWith('PWC')) stlb.structures[0].clear();
        if (structure === 'PWC PUD') m.mmu.walkCaches[2].clear();
        let edits = 0;
        const events = record(
          m,
          () => touch(m, Access.Read, areas[1]),
          Infinity,
          (e) => {
            if (edits > 0 || !hits(structure)(e)) return;
            edits++;
            m.mmu.cr4 ^= CR4.PGE;
          },
        );
        assert.equal(edits, 1);
        assert.deepEqual(
          events.flatMap((e) => (e.kind === 'walkStart' ? [e.startedFrom] : [])),
          ['CR3'],
        );
        assertSound(m);
        assert.deepEqual(
          [l1d, stlb].map((level) => level.structures[0].population),
          [1, 1],
        );
      });
});

describe('a dirty assist that finds a huge page', () => {
  it('is known to the accesses after it in the same chunk', () => {
    const make = (): Machine => {
      const dtlb: TlbGeometry[] = [{ sizes: ['2M'], entries: 4, ways: 4 }];
      const m = machineWithProcess({ dtlb, stlb: [{ sizes: ['4K'], entries: 4, ways: 4 }] });
      map(m, 0x200, 8, RWX);
      m.access(Access.Read, vpn(0x200), 0, 4, 1);
      writeEntry(m, entryAddress(m, 0x200, 2), (0x800n << 12n) | 0xa7n);
      return m;
    };
    const accesses = [
      [0x200, Access.Write],
      [0x201, Access.Read],
      [0x200, Access.Read],
    ];
    const chunk = new ScratchChunk();
    for (const [page, kind] of accesses) chunk.append(page, packAccess(kind, 0, 1));
    const fast = make();
    const single = make();
    fast.replay.run(chunk, 0, accesses.length, 0, 1);
    for (const [page, kind] of accesses) single.access(kind, vpn(page), 0, 1, 1);
    assert.equal(fast.stateHash(), single.stateHash());
  });
});
