import assert from 'node:assert/strict';
import { asPfn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import type { Machine } from '../../../src/machine/machine';
import { Access, ErrorCode } from '../../../src/machine/mmu/rights';
import { entryAddress, hashOf, machineWithProcess, map, MIB, readEntry, RW, vpn, writeEntry } from '../support';

const A = 1n << 5n;
const D = 1n << 6n;
const PS = 1n << 7n;
const PAGE = 16;

/** A process with a touched page: reads only, so that it is clean. */
function touched(pages = 1): Machine {
  const m = machineWithProcess();
  map(m, PAGE, pages, RW);
  for (let i = 0; i < pages; i++) assert.ok(m.access(Access.Read, vpn(PAGE + i), 0, 1, 1));
  return m;
}

const count = (m: Machine, counter: Counter): number => m.probe.counters[counter];
const leaf = (m: Machine, page = PAGE): number => entryAddress(m, page, 3);
const refused = (m: Machine, kind: Access, code: number): void => {
  assert.equal(m.mmu.translate(vpn(PAGE), 7, kind, 1), false);
  assert.equal(m.mmu.fault.errorCode, code);
};

describe('the MMU', () => {
  it('asks the first level, then the second, then walks; and fills both on the way back', () => {
    const m = touched();
    m.mmu.flushAll();
    const before = m.probe.counters.slice();
    const since = (counter: Counter): number => m.probe.counters[counter] - before[counter];
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    assert.deepEqual([since(Counter.L1dMisses), since(Counter.StlbMisses), since(Counter.Walks)], [1, 1, 1]);
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    assert.equal(since(Counter.L1dHits), 1);
    m.mmu.l1d.structures[0].clear();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    assert.deepEqual([since(Counter.L1dMisses), since(Counter.StlbHits), since(Counter.Walks)], [2, 1, 1]);
    assert.ok(m.mmu.l1d.structures[0].peek(PAGE, 0) >= 0);
  });

  it('keeps fetches and data apart in the first level', () => {
    const m = machineWithProcess();
    map(m, PAGE, 1, { read: true, write: false, exec: true });
    assert.ok(m.access(Access.Exec, vpn(PAGE), 0, 1, 1));
    assert.deepEqual(
      [m.mmu.l1i, m.mmu.l1d, m.mmu.stlb].map((l) => l.structures[0].peek(PAGE, 0) >= 0),
      [true, false, true],
    );
  });

  it('raises #GP for an address that is not canonical, and leaves CR2 alone', () => {
    const m = touched();
    m.mmu.setCr2(vpn(99), 9);
    for (const page of [2 ** 35, 2 ** 52 - 2 ** 35 - 1]) {
      assert.equal(m.mmu.translate(vpn(page), 0, Access.Read, 1), false);
      assert.equal(m.mmu.fault.vector, 'GP');
    }
    assert.deepEqual(m.mmu.cr2, { vpn: 99, offset: 9 });
    for (const page of [2 ** 35 - 1, 2 ** 52 - 2 ** 35]) {
      assert.equal(m.mmu.translate(vpn(page), 0, Access.Read, 0), false);
      assert.equal(m.mmu.fault.vector, 'PF', 'the last pages of both halves are canonical');
    }
  });

  it('loads CR2 with the exact byte, and pushes P=0 for what is not present', () => {
    const m = touched();
    writeEntry(m, leaf(m), 0n);
    m.mmu.flushAll();
    refused(m, Access.Write, ErrorCode.Write | ErrorCode.User);
    assert.deepEqual(m.mmu.cr2, { vpn: PAGE, offset: 7 });
  });

  it('finds what is not present before it judges rights above it', () => {
    const m = touched();
    const root = entryAddress(m, PAGE, 0);
    writeEntry(m, leaf(m), 0n);
    writeEntry(m, root, readEntry(m, root) & ~4n);
    m.mmu.flushAll();
    refused(m, Access.Read, ErrorCode.User);
  });

  it('raises a reserved-bit fault at the first entry that has one, before what is not present below it', () => {
    // Frame bits from the physical width (46) up; PS in the root; low frame bits of a huge leaf.
    const cases: [level: number, change: (raw: bigint) => bigint][] = [
      ...[0, 1, 2, 3].flatMap((level): [number, (raw: bigint) => bigint][] => [
        [level, (raw) => raw | (1n << 46n)],
        [level, (raw) => raw | (1n << 51n)],
      ]),
      [0, (raw) => raw | PS],
      [1, (raw) => (raw & 0xfffn) | PS | (1n << 13n)],
      [1, (raw) => (raw & 0xfffn) | PS | (1n << 29n)],
      [2, (raw) => (raw & 0xfffn) | PS | (1n << 20n)],
    ];
    for (const [level, change] of cases) {
      const m = touched();
      const at = entryAddress(m, PAGE, level);
      if (level < 3) writeEntry(m, leaf(m), 0n);
      writeEntry(m, at, change(readEntry(m, at)));
      m.mmu.flushAll();
      refused(m, Access.Read, ErrorCode.Reserved | ErrorCode.Present | ErrorCode.User);
      assert.equal(m.inspector.walk(m.root, vpn(PAGE)).outcome, 'reserved', 'the inspector sees the same');
    }
  });

  it('changes no table, TLB or walk cache when it faults', () => {
    const m = touched(2);
    for (const [what, break_] of [
      ['not present', (): void => writeEntry(m, leaf(m), 0n)],
      ['read-only', (): void => writeEntry(m, leaf(m), readEntry(m, leaf(m, PAGE + 1)) & ~2n & ~A)],
    ] as const) {
      break_();
      m.mmu.flushAll();
      const tables = hashOf(m.memory);
      assert.equal(m.mmu.translate(vpn(PAGE), 0, Access.Write, 1), false);
      assert.equal(hashOf(m.memory), tables, what);
      assert.ok(
        [...m.mmu.tlbs, ...m.mmu.walkCaches].every((c) => c.population === 0),
        what,
      );
    }
  });

  it('does not bring a page into the first level whose rights the second level refuses', () => {
    const m = machineWithProcess();
    map(m, PAGE, 1, { read: true, write: false, exec: true });
    assert.ok(m.access(Access.Exec, vpn(PAGE), 0, 1, 1));
    assert.equal(m.mmu.translate(vpn(PAGE), 0, Access.Write, 1), false);
    assert.ok(m.mmu.l1d.structures[0].peek(PAGE, 0) < 0);
  });

  it('sets A in every entry of a walk that completes, and D in the leaf for a write', () => {
    const m = touched();
    const levels = [0, 1, 2, 3];
    const at = levels.map((level) => entryAddress(m, PAGE, level));
    const clear = (): void => at.forEach((address) => writeEntry(m, address, readEntry(m, address) & ~(A | D)));
    const bits = (bit: bigint): boolean[] => at.map((address) => (readEntry(m, address) & bit) !== 0n);
    clear();
    m.mmu.flushAll();
    m.access(Access.Read, vpn(PAGE), 0, 1, 1);
    assert.deepEqual(
      [bits(A), bits(D)],
      [
        [true, true, true, true],
        [false, false, false, false],
      ],
    );
    clear();
    m.mmu.flushAll();
    m.access(Access.Write, vpn(PAGE), 0, 1, 1);
    assert.deepEqual(
      [bits(A), bits(D)],
      [
        [true, true, true, true],
        [false, false, false, true],
      ],
    );
  });
});

describe('a write to a clean page', () => {
  it('walks again to set the dirty bit, once, in the table and in every TLB that has the page', () => {
    const m = touched();
    assert.equal(readEntry(m, leaf(m)) & D, 0n);
    const walks = count(m, Counter.Walks);
    assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1));
    assert.notEqual(readEntry(m, leaf(m)) & D, 0n);
    assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1));
    m.mmu.l1d.structures[0].clear();
    assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1), 'the STLB knows it is dirty, too');
    assert.deepEqual([count(m, Counter.DirtyAssists), count(m, Counter.Walks)], [1, walks]);
  });

  it('needs no second walk if the first was for a write', () => {
    const m = machineWithProcess();
    map(m, PAGE, 1);
    m.access(Access.Write, vpn(PAGE), 0, 1, 1);
    m.access(Access.Write, vpn(PAGE), 0, 1, 1);
    assert.equal(count(m, Counter.DirtyAssists), 0);
  });

  it('faults if the tables have changed under a stale TLB entry', () => {
    const readOnly = touched();
    writeEntry(readOnly, leaf(readOnly), readEntry(readOnly, leaf(readOnly)) & ~2n);
    refused(readOnly, Access.Write, ErrorCode.Present | ErrorCode.Write | ErrorCode.User);
    const gone = touched();
    writeEntry(gone, leaf(gone), 0n);
    refused(gone, Access.Write, ErrorCode.Write | ErrorCode.User);
  });

  it('is served as a first touch when the page was taken away under a stale entry', () => {
    const m = touched();
    writeEntry(m, leaf(m), 0n);
    assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1));
    assert.equal(count(m, Counter.FaultsMinor), 2);
    assert.notEqual(readEntry(m, leaf(m)) & D, 0n);
  });
});

describe('walk caches', () => {
  /** The region's PTE table is replaced by an empty one, and the PMD entry points to a copy with all pages. */
  function withStaleCache(): Machine {
    const m = touched(2);
    const old = m.inspector.walk(m.root, vpn(PAGE)).steps[3].table;
    const fresh = m.buddy.allocate(0, 'table');
    for (let word = 0; word < 1024; word++) {
      m.memory.writeWord(fresh * 4096 + word * 4, m.memory.readWord(old * 4096 + word * 4));
      m.memory.writeWord(old * 4096 + word * 4, 0);
    }
    const at = entryAddress(m, PAGE, 2);
    writeEntry(m, at, (readEntry(m, at) & 0xfffn) | (BigInt(fresh) << 12n));
    for (const tlb of m.mmu.tlbs) tlb.clear();
    return m;
  }

  it('are never believed when they lead to a fault: the walk is made again from the root', () => {
    const m = withStaleCache();
    const before = m.probe.counters.slice();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    const since = (counter: Counter): number => m.probe.counters[counter] - before[counter];
    assert.deepEqual(
      [since(Counter.AbandonedReferences), since(Counter.WalkReferences), since(Counter.FaultReferences)],
      [1, 4, 0],
    );
    for (const tlb of m.mmu.tlbs) tlb.clear();
    assert.ok(m.mmu.translate(vpn(PAGE + 1), 0, Access.Read, 1));
    assert.equal(since(Counter.WalkReferences), 5, 'and the stale entry has been put right');
  });

  it('do not refuse a write by rights that have been widened since', () => {
    const m = touched();
    const at = entryAddress(m, PAGE, 2);
    const raw = readEntry(m, at);
    writeEntry(m, at, raw & ~2n);
    m.mmu.flushAll();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1), 'now the caches hold a read-only path');
    writeEntry(m, at, raw);
    for (const tlb of m.mmu.tlbs) tlb.clear();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Write, 1));
  });

  it('count every fault from the root, however deep they reach', () => {
    const m = touched();
    map(m, PAGE + 8, 1);
    const before = count(m, Counter.FaultReferences);
    m.access(Access.Read, vpn(PAGE + 8), 0, 1, 1);
    assert.equal(count(m, Counter.FaultReferences) - before, 4);
  });

  it('never hold a leaf', () => {
    const m = touched();
    const at = entryAddress(m, PAGE, 2);
    writeEntry(m, at, 0xe7n | (BigInt(4 * MIB) & ~0x1fffffn));
    m.mmu.flushAll();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    const [pgd, pud, pmd] = m.mmu.walkCaches.map((c) => c.population);
    assert.deepEqual([pgd, pud, pmd], [1, 1, 0]);
  });
});

describe('flushes', () => {
  it('INVLPG drops the page everywhere, and the walk caches, but no other page', () => {
    const m = touched(2);
    m.mmu.invlpg(vpn(PAGE));
    for (const level of [m.mmu.l1d, m.mmu.stlb])
      assert.deepEqual(
        [level.structures[0].peek(PAGE, 0) < 0, level.structures[0].peek(PAGE + 1, 0) >= 0],
        [true, true],
      );
    assert.ok(m.mmu.walkCaches.every((c) => c.population === 0));
  });

  it('MOV to CR3 keeps global pages, a CR4.PGE toggle does not', () => {
    const m = touched();
    writeEntry(m, leaf(m), readEntry(m, leaf(m)) | (1n << 8n));
    m.mmu.flushAll();
    assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1));
    m.mmu.movToCr3(asPfn(m.root));
    assert.ok(m.mmu.stlb.structures[0].peek(PAGE, 0) >= 0);
    m.mmu.flushAll();
    assert.ok(m.mmu.stlb.structures[0].peek(PAGE, 0) < 0);
  });
});

describe('huge leaves', () => {
  /** Made by hand, as the hardware would read them: a leaf at the PMD or at the PUD. */
  for (const [name, level, bytes] of [
    ['2 MiB', 2, 2 * MIB],
    ['1 GiB', 1, 1024 * MIB],
  ] as const)
    it(`of ${name} translate every page in them by one TLB entry`, () => {
      const m = machineWithProcess({ memoryBytes: 4096 * MIB });
      map(m, 0x40000, bytes / 4096);
      m.access(Access.Read, vpn(0x40000), 0, 1, 1);
      writeEntry(m, entryAddress(m, 0x40000, level), BigInt(bytes) | 0xe7n);
      m.mmu.flushAll();
      const walks = count(m, Counter.Walks);
      for (const page of [0, 1, 77, bytes / 4096 - 1]) {
        assert.ok(m.mmu.translate(vpn(0x40000 + page), 0, Access.Read, 1));
        assert.equal(m.mmu.pfn, bytes / 4096 + page);
        assert.equal(m.inspector.walk(m.root, vpn(0x40000 + page)).pfn, bytes / 4096 + page);
      }
      assert.equal(count(m, Counter.Walks), walks + 1);
    });
});
