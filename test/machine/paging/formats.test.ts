/** Every tree format: the walker and the inspector read the same tables alike, and as the manual says. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asPfn, asVpn, LEAF_SIZE_NAMES, type Vpn } from '../../../src/machine/core/addresses';
import { DEFAULT_COSTS } from '../../../src/machine/core/costs';
import { Probe } from '../../../src/machine/core/probe';
import { PhysicalMemory } from '../../../src/machine/memory/physicalMemory';
import { Access, CR0, EFER, RightsTable, TlbFlag } from '../../../src/machine/mmu/rights';
import { WalkStatus } from '../../../src/machine/mmu/walker';
import {
  configuredCaches,
  entriesOf,
  entryAddressIn,
  extendPage,
  indexOf,
  pagesPerEntry,
} from '../../../src/machine/paging/format';
import type { PagingFormat } from '../../../src/machine/paging/format';
import { linear } from '../../../src/machine/paging/linear/format';
import { PAE, RADIX32, RADIX4, RADIX5 } from '../../../src/machine/paging/radix/format';
import { readsOf } from '../../../src/machine/paging/inspector';
import { TreeInspector } from '../../../src/machine/paging/tree/inspector';
import { RadixWalker } from '../../../src/machine/paging/radix/walker';

const TREES = [RADIX4, RADIX5, RADIX32, PAE];
const PHYSICAL_BITS = 46;
const ROOT = asPfn(1);
const CR0_ON = CR0.PE | CR0.WP | CR0.PG;

/** Memory with tables in it, and both readers of them. */
class Bench {
  readonly memory = new PhysicalMemory(64 * 4096);
  readonly inspector: TreeInspector;
  readonly walker: RadixWalker;
  readonly #probe = new Probe();

  constructor(readonly format: PagingFormat) {
    const rights = new RightsTable();
    rights.update({ cr0: CR0_ON, cr4: 0, efer: EFER.LME | EFER.LMA | EFER.NXE, pkru: 0, ac: false });
    this.inspector = new TreeInspector(format, this.memory, { physicalBits: PHYSICAL_BITS });
    const caches = configuredCaches(format).map(() => ({ entries: 4, ways: 4 }));
    const replacement = { policy: 'lru', seed: 1 } as const;
    const options = { caches, promote: 'hit', physicalBits: PHYSICAL_BITS, replacement, tableReads: null } as const;
    this.walker = new RadixWalker(format, this.memory, rights, this.#probe, DEFAULT_COSTS, options);
    this.memory.back(ROOT);
  }

  write(table: number, index: number, raw: bigint): void {
    const address = entryAddressIn(this.format, table, index);
    this.memory.writeWord(address, Number(BigInt.asIntN(32, raw)));
    if (this.format.entryBytes === 8) this.memory.writeWord(address + 4, Number(BigInt.asIntN(32, raw >> 32n)));
  }

  read(table: number, index: number): bigint {
    return this.inspector.entry(asPfn(table), 0, index).raw;
  }

  /** MOV to CR3, as far as it loads the root's entries: false if it is refused. */
  load(): boolean {
    const { keptRoot } = this.walker;
    if (keptRoot?.refusal(ROOT) !== undefined) return false;
    keptRoot?.fill(ROOT);
    return true;
  }

  walk(vpn: Vpn, access = Access.Read): WalkStatus {
    return this.walker.walk(ROOT, vpn, access, 0, false);
  }
}

describe('the formats', () => {
  it('use every translated bit above the page offset once, root first', () => {
    for (const format of [...TREES, linear(30)]) {
      let top = format.addressBits;
      for (const { shift, bits } of format.levels) {
        assert.equal(shift + bits, top, format.scheme);
        top = shift;
      }
      assert.equal(top, 12, format.scheme);
    }
  });

  it('have tables of one page each, but for PAE’s root and the flat table', () => {
    for (const format of TREES)
      for (const level of format.levels.slice(format === PAE ? 1 : 0))
        assert.equal(entriesOf(level) * format.entryBytes, 4096, `${format.scheme} ${level.name}`);
    assert.equal(entriesOf(PAE.levels[0]) * PAE.entryBytes, 32);
  });

  it('name leaf sizes that fit their level', () => {
    const sizes: Record<string, number> = { '4K': 1, '2M': 512, '1G': 262144, '4M': 1024 };
    for (const format of TREES)
      for (const level of format.levels)
        if (level.leafSize !== undefined)
          assert.equal(pagesPerEntry(level), sizes[LEAF_SIZE_NAMES[level.leafSize]], format.scheme);
  });
});

/** Places in a table, so few that most tables have something at them. */
const INDICES = [0, 1, 3];
const entry = fc.record({
  frame: fc.integer({ min: 1, max: 6 }),
  present: fc.constantFrom(1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n),
  flags: fc.constantFrom(0x006n, 0x002n, 0x004n, 0x026n, 0x000n, 0x006n, 0x018n, 0x086n, 0x1e6n),
  extra: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.constantFrom(1n << 63n, 1n << 50n, 1n << 52n, 1n << 13n, 1n << 21n, 1n << 47n) },
  ),
});
const filledTable = fc.tuple(entry, entry, entry);
const six = fc.tuple(filledTable, filledTable, filledTable, filledTable, filledTable, filledTable);

describe('every tree', () => {
  for (const format of TREES)
    it(`is walked alike by hardware and inspector: ${format.scheme}`, () => {
      let mapped = 0;
      // An entry that is also a PDPTE would get an A bit, which is reserved there; walk caches do not see that.
      const lowest = format === PAE ? 2 : 1;
      // With their bits a load of PAE's root would be refused almost always.
      const flagsOf = (table: number, flags: bigint): bigint => (format === PAE && table === 0 ? flags & 0x18n : flags);
      fc.assert(
        fc.property(six, fc.array(fc.nat(3 ** 5 - 1), { minLength: 8, maxLength: 8 }), (tables, places) => {
          const bench = new Bench(format);
          tables.forEach((table, t) =>
            table.forEach(({ frame, present, flags, extra }, i) =>
              bench.write(
                t + 1,
                INDICES[i],
                (BigInt(Math.max(frame, lowest)) << 12n) | flagsOf(t, flags) | extra | present,
              ),
            ),
          );
          if (!bench.load()) {
            const root = INDICES.map((index) => bench.inspector.entry(ROOT, 0, index));
            assert.ok(root.some((e) => e.present && bench.inspector.isReserved(e)));
            return;
          }
          for (const place of places) {
            let page = 0;
            format.levels.forEach((level, i) => {
              page += INDICES[Math.floor(place / 3 ** i) % 3] * pagesPerEntry(level);
            });
            const vpn = extendPage(asVpn(page), format);
            const seen = bench.inspector.walk(ROOT, vpn);
            const status = bench.walk(vpn);
            const { result } = bench.walker;
            const expected = {
              mapped: WalkStatus.Mapped,
              notPresent: WalkStatus.NotPresent,
              reserved: WalkStatus.Reserved,
            };
            assert.equal(status, expected[seen.outcome as keyof typeof expected], JSON.stringify(seen.steps, text));
            if (status !== WalkStatus.Mapped) {
              assert.equal(result.references, readsOf(seen));
              continue;
            }
            mapped++;
            assert.equal(result.pfn, seen.pfn);
            const flags = (seen.write ? TlbFlag.Write : 0) | (seen.user ? TlbFlag.User : 0);
            assert.equal(
              result.flags & (TlbFlag.Write | TlbFlag.User | TlbFlag.NoExecute),
              flags | (seen.exec ? 0 : TlbFlag.NoExecute),
            );
            // A was set in every entry that has it, and nothing else changed; one entry may serve at several levels.
            const marked = new Set(
              seen.steps.filter(({ level }) => !format.levels[level].withoutRights).map(({ address }) => address),
            );
            bench.inspector.walk(ROOT, vpn).steps.forEach(({ raw, address }, i) => {
              assert.equal(raw, seen.steps[i].raw | (marked.has(address) ? 0x20n : 0n));
            });
          }
        }),
        { numRuns: 150 },
      );
      assert.ok(mapped > 50, `${mapped} walks ended in a page`);
    });

  it('shows every bit of any entry in exactly one field', () => {
    for (const format of TREES) {
      const { inspector } = new Bench(format);
      const last = format.levels.length - 1;
      const all = (1n << BigInt(8 * format.entryBytes)) - 1n;
      fc.assert(
        fc.property(fc.bigInt({ min: 0n, max: all }), fc.nat(last), (raw, level) => {
          let seen = 0n;
          let sum = 0n;
          for (const f of inspector.fields(inspector.decode(raw, ROOT, level, 3))) {
            const mask = ((1n << BigInt(f.highBit - f.lowBit + 1)) - 1n) << BigInt(f.lowBit);
            assert.equal(seen & mask, 0n, `${f.name} overlaps`);
            seen |= mask;
            sum |= f.value << BigInt(f.lowBit);
          }
          // Bit 7 of the last level is PAT, and part of no field.
          assert.equal(seen, level === last ? all & ~0x80n : all, format.scheme);
          assert.equal(sum, raw & seen);
        }),
      );
    }
  });
});

describe('a 4 MiB page of 32-bit paging', () => {
  // Address bits 31:22 are 3, bits 39:32 are 5 (PSE-36).
  const PDE = (3n << 22n) | (5n << 13n) | 0x87n;

  it('takes the upper bits of its address from bits 13 to 20', () => {
    const bench = new Bench(RADIX32);
    bench.write(1, 2, PDE);
    const inside = asVpn(2 * 1024 + 1000);
    assert.equal(bench.walk(inside), WalkStatus.Mapped);
    const frame = 5 * 2 ** 20 + 3 * 1024 + 1000;
    assert.equal(bench.walker.result.pfn, frame);
    const seen = bench.inspector.walk(ROOT, inside);
    assert.deepEqual([seen.pfn, seen.steps.length, LEAF_SIZE_NAMES[seen.pageSize ?? 0]], [frame, 1, '4M']);
    assert.match(seen.steps[0].meaning, /\(4M\)/);
  });

  it('is for the TLB a page of 2 MiB: the half that was asked for', () => {
    const bench = new Bench(RADIX32);
    bench.write(1, 2, PDE);
    bench.walk(asVpn(2 * 1024 + 700));
    assert.equal(bench.walker.result.pageSize, 1);
  });

  it('faults if bit 21 is set', () => {
    const bench = new Bench(RADIX32);
    bench.write(1, 2, PDE | (1n << 21n));
    assert.equal(bench.walk(asVpn(2 * 1024)), WalkStatus.Reserved);
    assert.equal(bench.inspector.walk(ROOT, asVpn(2 * 1024)).outcome, 'reserved');
  });
});

describe('PAE', () => {
  const page = asVpn(3 * 2 ** 18 + 5 * 512 + 7);
  const tables = (pdpte: bigint, pde = 0x3067n, pte = 0x9067n): Bench => {
    const bench = new Bench(PAE);
    bench.write(1, 3, pdpte);
    bench.write(2, 5, pde);
    bench.write(3, 7, pte);
    bench.load();
    return bench;
  };

  it('takes no rights from a PDPTE, and writes nothing into it', () => {
    const bench = tables(0x2001n);
    assert.equal(bench.walk(page, Access.Write), WalkStatus.Mapped);
    const seen = bench.inspector.walk(ROOT, page);
    assert.deepEqual([seen.write, seen.user, seen.exec, seen.pfn], [true, true, true, 9]);
    assert.equal(bench.read(1, 3), 0x2001n);
  });

  it('reserves R/W, U/S, A, D, PS, G and all from the physical width up in a PDPTE: a load is refused', () => {
    for (const bit of [1n, 2n, 5n, 6n, 7n, 8n, 46n, 52n, 62n, 63n]) {
      const bench = tables(0x2001n | (1n << bit));
      assert.match(
        bench.walker.keptRoot?.refusal(ROOT) ?? '',
        /PDPTE3 in the table at 0x1000 is present/,
        `bit ${bit}`,
      );
      assert.equal(bench.walk(page), WalkStatus.NotPresent, 'nothing has been loaded');
      assert.equal(bench.inspector.walk(ROOT, page).outcome, 'reserved');
      bench.write(1, 3, 0x2000n | (1n << bit));
      assert.ok(bench.load(), 'of an entry that is not present nothing is looked at');
    }
    for (const bit of [3n, 4n, 9n, 10n, 11n]) assert.equal(tables(0x2001n | (1n << bit)).walk(page), WalkStatus.Mapped);
  });

  it('reads a PDPTE when CR3 is loaded, and not when it walks', () => {
    const bench = tables(0x2001n);
    bench.write(1, 3, 0n);
    assert.equal(bench.walk(page), WalkStatus.Mapped);
    assert.equal(bench.walker.result.references, 2);
    bench.load();
    bench.walker.walkCaches.forEach((cache) => cache.clear());
    assert.equal(bench.walk(page), WalkStatus.NotPresent);
    assert.equal(bench.walker.result.references, 0);
  });

  it('reserves bits 52 to 62 of every entry, and has XD', () => {
    for (const bit of [52n, 58n, 59n, 62n])
      assert.equal(tables(0x2001n, 0x3067n, 0x9067n | (1n << bit)).walk(page), WalkStatus.Reserved, `bit ${bit}`);
    assert.equal(tables(0x2001n, 0x3067n | (1n << 63n)).inspector.walk(ROOT, page).exec, false);
  });

  it('maps pages of 2 MiB', () => {
    const bench = tables(0x2001n, 0x4000e7n);
    assert.equal(bench.walk(page), WalkStatus.Mapped);
    assert.deepEqual([bench.walker.result.pageSize, bench.walker.result.pfn], [1, 0x400 + 7]);
  });
});

describe('the flat table', () => {
  it('is read across the frames that it lies in', () => {
    const format = linear(24);
    const memory = new PhysicalMemory(64 * 4096);
    const inspector = new TreeInspector(format, memory, { physicalBits: PHYSICAL_BITS });
    for (const index of [3, 511, 512, 4095]) memory.writeWord(4096 + 8 * index, 0x9067);
    assert.deepEqual(inspector.used(ROOT, 0), [3, 511, 512, 4095]);
    const walk = inspector.walk(ROOT, asVpn(4095));
    assert.deepEqual([walk.outcome, walk.steps.length, walk.pfn], ['mapped', 1, 9]);
    assert.equal(inspector.walk(ROOT, asVpn(4096)).outcome, 'notCanonical');
    assert.equal(indexOf(4095, format.levels[0]), 4095);
  });
});

const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString(16) : value);
