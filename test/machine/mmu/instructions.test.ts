/** What each instruction drops and what it leaves, of two PCIDs and of global pages (Intel SDM vol. 3A §4.10.4.1). */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Counter } from '../../../src/machine/core/counters';
import type { Machine } from '../../../src/machine/machine';
import { ANY_PCID } from '../../../src/machine/mmu/associativeCache';
import { Invpcid } from '../../../src/machine/mmu/instructions';
import { Access, CR4 } from '../../../src/machine/mmu/rights';
import { entryAddress, hashOf, machineWithProcess, map, readEntry, vpn, writeEntry } from '../support';

const A = 0x10;
const B = 0x11;
const GLOBAL = 0x12;
const G = 1n << 8n;

const TLB = [{ sizes: ['4K', '2M', '1G'] as const, entries: 64, ways: 8 }];

/** PCIDs 1 and 2 (the current one) know A and B, each by its own walk; both know the global page. */
function twoContexts(): Machine {
  const m = machineWithProcess({ pcid: true, dtlb: TLB, itlb: TLB, stlb: TLB });
  map(m, A, 3);
  for (const page of [A, B, GLOBAL]) assert.ok(m.access(Access.Write, vpn(page), 0, 1, 1));
  writeEntry(m, entryAddress(m, GLOBAL, 3), readEntry(m, entryAddress(m, GLOBAL, 3)) | G);
  m.mmu.flushAll();
  for (const pcid of [1, 2]) {
    m.mmu.movToCr3(m.root, pcid);
    for (const page of [A, B, GLOBAL]) assert.ok(m.mmu.translate(vpn(page), 0, Access.Read, 1));
  }
  return m;
}

/** `1:A` for a page that PCID 1 has in every data TLB, `*:G` for a global one, `1:walks` for its walk-cache entries. */
function known(m: Machine): string[] {
  const names: Record<number, string> = { [A]: 'A', [B]: 'B', [GLOBAL]: 'G' };
  const owner = (pcid: number): string => (pcid === ANY_PCID ? '*' : `${pcid}`);
  const of = (level: typeof m.mmu.l1d): Set<string> => {
    const found = new Set<string>();
    for (const tlb of level.structures)
      for (let i = 0; i < tlb.entries; i++)
        if (tlb.isValid(i)) found.add(`${owner(m.mmu.pcidOf(tlb, i))}:${names[tlb.tagOf(i)]}`);
    return found;
  };
  const first = of(m.mmu.l1d);
  assert.deepEqual([...of(m.mmu.stlb)].sort(), [...first].sort(), 'both levels are dropped from alike');
  for (const cache of m.mmu.walkCaches)
    for (let i = 0; i < cache.entries; i++) if (cache.isValid(i)) first.add(`${m.mmu.pcidOf(cache, i)}:walks`);
  return [...first].sort();
}

const EVERYTHING = ['*:G', '1:A', '1:B', '1:walks', '2:A', '2:B', '2:walks'];
const but = (...gone: string[]): string[] => EVERYTHING.filter((k) => !gone.includes(k));

const CASES: readonly [name: string, run: (m: Machine) => void, left: string[]][] = [
  ['MOV to CR3 with bit 63', (m) => m.mmu.movToCr3(m.root, 1, true), EVERYTHING],
  ['MOV to CR3 of the other PCID', (m) => m.mmu.movToCr3(m.root, 1), but('1:A', '1:B', '1:walks')],
  ['MOV to CR3 of the same PCID', (m) => m.mmu.movToCr3(m.root, 2), but('2:A', '2:B', '2:walks')],
  ['MOV to CR3 of a new PCID', (m) => m.mmu.movToCr3(m.root, 4095), EVERYTHING],
  ['INVLPG', (m) => m.mmu.invlpg(vpn(A)), but('2:A', '2:walks')],
  ['INVLPG of a global page', (m) => m.mmu.invlpg(vpn(GLOBAL)), but('*:G', '2:walks')],
  ['INVPCID 0', (m) => m.mmu.invpcid(Invpcid.Address, 1, vpn(A)), but('1:A', '1:walks')],
  ['INVPCID 0 of a global page', (m) => m.mmu.invpcid(Invpcid.Address, 2, vpn(GLOBAL)), but('2:walks')],
  ['INVPCID 1', (m) => m.mmu.invpcid(Invpcid.Pcid, 1, vpn(0)), but('1:A', '1:B', '1:walks')],
  ['INVPCID 2', (m) => m.mmu.invpcid(Invpcid.All, 0, vpn(0)), []],
  ['INVPCID 3', (m) => m.mmu.invpcid(Invpcid.AllButGlobal, 0, vpn(0)), ['*:G']],
  ['a toggle of CR4.PGE', (m) => void (m.mmu.cr4 ^= CR4.PGE), []],
  ['a toggle of CR4.PAE', (m) => void (m.mmu.cr4 ^= CR4.PAE), []],
  ['clearing CR4.PCIDE', (m) => void (m.mmu.cr4 &= ~CR4.PCIDE), []],
  ['clearing CR4.SMEP', (m) => void (m.mmu.cr4 &= ~CR4.SMEP), EVERYTHING],
  ['a toggle of CR4.SMAP', (m) => void (m.mmu.cr4 ^= CR4.SMAP), EVERYTHING],
  ['WRPKRU', (m) => void (m.mmu.pkru = 0x5555_5554), EVERYTHING],
  ['STAC', (m) => void (m.mmu.ac = true), EVERYTHING],
];

describe('an instruction that flushes', () => {
  for (const [name, run, left] of CASES)
    it(`${name} leaves ${left.join(' ') || 'nothing'}`, () => {
      const m = twoContexts();
      assert.deepEqual(known(m), EVERYTHING);
      run(m);
      assert.deepEqual(known(m), left);
    });

  it('setting CR4.SMEP drops what is of the current PCID or global', () => {
    const m = twoContexts();
    m.mmu.cr4 &= ~CR4.SMEP;
    m.mmu.cr4 |= CR4.SMEP;
    assert.deepEqual(known(m), ['1:A', '1:B', '1:walks']);
  });

  it('does the same when CR3 has just gone to the other PCID and back, or there', () => {
    for (const [name, run] of CASES) {
      const straight = twoContexts();
      const roundabout = twoContexts();
      roundabout.mmu.movToCr3(roundabout.root, 1, true);
      roundabout.mmu.movToCr3(roundabout.root, 2, true);
      run(straight);
      run(roundabout);
      assert.deepEqual(known(roundabout), known(straight), name);
    }
    const m = twoContexts();
    m.mmu.movToCr3(m.root, 1, true);
    m.mmu.invlpg(vpn(A));
    assert.deepEqual(known(m), but('1:A', '1:walks'), 'before any look-up has asked under PCID 1');
  });

  it('keeps no PCID apart while CR4.PCIDE is off', () => {
    const m = machineWithProcess();
    map(m, A, 1);
    assert.ok(m.access(Access.Read, vpn(A), 0, 1, 1));
    m.mmu.movToCr3(m.root, 7, true);
    assert.equal(m.mmu.pcid, 0);
    assert.ok(m.mmu.stlb.small.peek(A, 0) < 0, 'bit 63 means nothing either');
  });
});

describe('a PCID', () => {
  it('finds its own translations after a switch there and back, and never the others’', () => {
    const m = twoContexts();
    const walks = (): number => m.probe.counters[Counter.Walks];
    const before = m.probe.counters.slice();
    for (const pcid of [1, 2, 1, 3, 2]) {
      m.mmu.movToCr3(m.root, pcid, true);
      assert.ok(m.mmu.translate(vpn(A), 0, Access.Read, 1));
    }
    assert.equal(walks() - before[Counter.Walks], 1, 'only PCID 3 had to walk');
  });

  it('is looked at without a trace: what happens next is the same', () => {
    const [looked, not] = [true, false].map((looks) => {
      const m = twoContexts();
      // What was another's and is now PCID 2's own, and the other way round.
      m.mmu.invpcid(Invpcid.Pcid, 1, vpn(0));
      for (const pcid of [3, 2]) {
        m.mmu.movToCr3(m.root, pcid, true);
        if (looks) known(m);
      }
      return m;
    });
    assert.equal(hashOf(looked), hashOf(not));
  });

  it('loses from the first level what leaves a strictly inclusive second level, and no other does', () => {
    const m = machineWithProcess({
      pcid: true,
      stlbInclusive: 'strict',
      dtlb: TLB,
      stlb: [{ sizes: ['4K', '2M', '1G'], entries: 3, ways: 3 }],
    });
    map(m, A, 4);
    for (const page of [A, A + 1, A + 2, A + 3]) assert.ok(m.access(Access.Read, vpn(page), 0, 1, 1));
    m.mmu.flushAll();
    // A of PCID 1 is the second level's oldest entry; then A of PCID 2, and two more.
    m.mmu.movToCr3(m.root, 1, true);
    assert.ok(m.mmu.translate(vpn(A), 0, Access.Read, 1));
    m.mmu.movToCr3(m.root, 2, true);
    for (const page of [A, A + 1]) assert.ok(m.mmu.translate(vpn(page), 0, Access.Read, 1));
    const first = (): string[] => {
      const tlb = m.mmu.l1d.small;
      const valid = Array.from({ length: tlb.entries }, (_, i) => i).filter((i) => tlb.isValid(i));
      return valid.map((i) => `${m.mmu.pcidOf(tlb, i)}:${tlb.tagOf(i) - A}`).sort();
    };
    assert.deepEqual(first(), ['1:0', '2:0', '2:1']);
    assert.ok(m.mmu.translate(vpn(A + 2), 0, Access.Read, 1));
    assert.deepEqual(first(), ['2:0', '2:1', '2:2']);
    assert.ok(m.mmu.translate(vpn(A + 3), 0, Access.Read, 1));
    assert.deepEqual(first(), ['2:1', '2:2', '2:3']);
  });

  it('is kept through a save, and looking changes no state', () => {
    const m = twoContexts();
    m.mmu.movToCr3(m.root, 1, true);
    const hash = hashOf(m);
    known(m);
    assert.equal(hashOf(m), hash);
    const saved = m.save();
    m.mmu.invpcid(Invpcid.All, 0, vpn(0));
    m.load(saved);
    assert.equal(hashOf(m), hash);
    assert.deepEqual(known(m), EVERYTHING);
    assert.ok(m.mmu.stlb.small.peek(A, 0) >= 0);
  });

  it('has one answer for a page, whatever was global in between', () => {
    const op = fc.record({
      pcid: fc.integer({ min: 0, max: 3 }),
      page: fc.constantFrom(A, B, GLOBAL),
      flip: fc.boolean(),
      drop: fc.constantFrom(...[0, 1, 2, 3].map((type) => type as Invpcid), undefined, undefined, undefined, undefined),
    });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 40 }), (ops) => {
        const m = twoContexts();
        for (const { pcid, page, flip, drop } of ops) {
          m.mmu.movToCr3(m.root, pcid, true);
          if (flip) writeEntry(m, entryAddress(m, page, 3), readEntry(m, entryAddress(m, page, 3)) ^ G);
          if (drop !== undefined) m.mmu.invpcid(drop, pcid, vpn(page));
          assert.ok(m.mmu.translate(vpn(page), 0, Access.Read, 1));
          for (const tlb of m.mmu.tlbs)
            for (let i = 0; i < tlb.entries; i++) {
              if (!tlb.isValid(i) || tlb.isParked(i)) continue;
              assert.equal(tlb.peek(tlb.tagOf(i), tlb.sizeOf(i)), i);
            }
        }
      }),
      { numRuns: 60 },
    );
  });
});
