/** Access rights against the rules of the manual (facts/x86-mmu.md, Intel SDM vol. 3A §4.6), as a predicate of its own. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Access, CR0, CR4, EFER, ErrorCode, RightsTable, TlbFlag } from '../../../src/machine/mmu/rights';
import type { Machine } from '../../../src/machine/machine';
import { entryAddress, machineWithProcess, map, readEntry, RWX, vpn, writeEntry } from '../support';

interface Page {
  writable: boolean;
  user: boolean;
  noExecute: boolean;
}
interface Mode {
  wp: boolean;
  smep: boolean;
  smap: boolean;
  nxe: boolean;
}

const KINDS = [Access.Read, Access.Write, Access.Exec] as const;
const NAMES = ['read', 'write', 'fetch'];

function permitted(kind: Access, fromUser: boolean, page: Page, mode: Mode): boolean {
  if (kind === Access.Exec && page.noExecute && mode.nxe) return false;
  if (fromUser) return page.user && (kind !== Access.Write || page.writable);
  if (kind === Access.Exec) return !(mode.smep && page.user);
  if (mode.smap && page.user) return false;
  return kind === Access.Read || page.writable || !mode.wp;
}

const combinations = <K extends string>(...names: K[]): Record<K, boolean>[] =>
  names.reduce<Record<string, boolean>[]>(
    (all, name) =>
      all.flatMap((c) => [
        { ...c, [name]: false },
        { ...c, [name]: true },
      ]),
    [{}],
  );

const PAGES: Page[] = combinations('writable', 'user', 'noExecute');
const MODES: Mode[] = combinations('wp', 'smep', 'smap', 'nxe');

const cr0 = ({ wp }: Mode): number => (CR0.PE | CR0.PG | (wp ? CR0.WP : 0)) >>> 0;
const cr4 = ({ smep, smap }: Mode): number => CR4.PAE | CR4.PGE | (smep ? CR4.SMEP : 0) | (smap ? CR4.SMAP : 0);
const efer = ({ nxe }: Mode): number => EFER.LME | EFER.LMA | (nxe ? EFER.NXE : 0);

const flagsOf = ({ writable, user, noExecute }: Page): number =>
  (writable ? TlbFlag.Write : 0) | (user ? TlbFlag.User : 0) | (noExecute ? TlbFlag.NoExecute : 0);

describe('access rights', () => {
  it('are those of the manual for every kind, mode, page and control bit', () => {
    const table = new RightsTable();
    for (const mode of MODES) {
      table.update({ cr0: cr0(mode) | 0, cr4: cr4(mode), efer: efer(mode), pkru: 0, ac: false });
      for (const page of PAGES)
        for (const kind of KINDS)
          for (const user of [0, 1]) {
            const what = `${NAMES[kind]} from ${user ? 'user' : 'supervisor'}, ${JSON.stringify({ ...page, ...mode })}`;
            assert.equal(table.allows(flagsOf(page), kind, user), permitted(kind, user === 1, page, mode), what);
            if (!permitted(kind, user === 1, page, mode)) assert.notEqual(table.explain(flagsOf(page), kind, user), '');
          }
    }
  });

  const PAGE = 16;
  const RW_BIT = 2n;
  const US_BIT = 4n;
  const NX_BIT = 1n << 63n;

  /** A machine whose page has these bits in the entries of its four levels. */
  function machineWith(levels: readonly Page[], mode: Mode): Machine {
    const m = machineWithProcess();
    map(m, PAGE, 1, RWX);
    assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1));
    levels.forEach(({ writable, user, noExecute }, level) => {
      const at = entryAddress(m, PAGE, level);
      const bare = readEntry(m, at) & ~(RW_BIT | US_BIT | NX_BIT);
      writeEntry(m, at, bare | (writable ? RW_BIT : 0n) | (user ? US_BIT : 0n) | (noExecute ? NX_BIT : 0n));
    });
    m.mmu.cr0 = cr0(mode);
    m.mmu.cr4 = cr4(mode);
    m.mmu.efer = efer(mode);
    m.mmu.flushAll();
    return m;
  }

  const bits = fc.record({ writable: fc.boolean(), user: fc.boolean(), noExecute: fc.boolean() });
  const mostly = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ writable: true, user: true, noExecute: false }) },
    { weight: 1, arbitrary: bits },
  );
  const modes = fc.constantFrom(...MODES.filter((m) => m.nxe));

  it('are combined over the path, in a walk, from a walk cache and from the TLB alike', () => {
    fc.assert(
      fc.property(
        fc.tuple(mostly, mostly, mostly, mostly),
        modes,
        fc.constantFrom(...KINDS),
        fc.nat(1),
        (levels, mode, kind, user) => {
          const page: Page = {
            writable: levels.every((l) => l.writable),
            user: levels.every((l) => l.user),
            noExecute: levels.some((l) => l.noExecute),
          };
          const expected = permitted(kind, user === 1, page, mode);
          const m = machineWith(levels, mode);
          const translate = (): boolean => m.mmu.translate(vpn(PAGE), 5, kind, user);
          assert.equal(translate(), expected, 'in a walk');
          if (!expected) {
            const { errorCode, vector, offset } = m.mmu.fault;
            const code =
              ErrorCode.Present |
              (kind === Access.Write ? ErrorCode.Write : 0) |
              (user ? ErrorCode.User : 0) |
              (kind === Access.Exec ? ErrorCode.Fetch : 0);
            assert.deepEqual([vector, errorCode, m.mmu.fault.vpn, offset], ['PF', code, PAGE, 5]);
          }
          // Whoever may read or fetch it fills TLBs and walk caches; then the same access is asked of them.
          for (const [filler, by] of [
            [Access.Read, 1],
            [Access.Read, 0],
            [Access.Exec, 1],
            [Access.Exec, 0],
          ] as const) {
            m.mmu.flushAll();
            if (!m.mmu.translate(vpn(PAGE), 0, filler, by)) continue;
            assert.equal(translate(), expected, 'from the TLB');
            for (const tlb of m.mmu.tlbs) tlb.clear();
            assert.equal(translate(), expected, 'from a walk cache');
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('have no fetch bit in the error code where neither NXE nor SMEP is on', () => {
    const whole: Page = { writable: true, user: false, noExecute: false };
    const mode: Mode = { wp: true, smep: false, smap: false, nxe: false };
    const m = machineWith([whole, whole, whole, whole], mode);
    assert.equal(m.mmu.translate(vpn(PAGE), 0, Access.Exec, 1), false);
    assert.equal(m.mmu.fault.errorCode, ErrorCode.Present | ErrorCode.User);
    m.mmu.cr4 = cr4({ ...mode, smep: true });
    assert.equal(m.mmu.translate(vpn(PAGE), 0, Access.Exec, 1), false);
    assert.equal(m.mmu.fault.errorCode, ErrorCode.Present | ErrorCode.User | ErrorCode.Fetch);
  });

  it('make the no-execute bit a reserved one where NXE is off', () => {
    const page: Page = { writable: true, user: true, noExecute: true };
    const m = machineWith([page, page, page, page], { wp: true, smep: true, smap: true, nxe: false });
    assert.equal(m.mmu.translate(vpn(PAGE), 0, Access.Read, 1), false);
    assert.equal(m.mmu.fault.errorCode, ErrorCode.Present | ErrorCode.Reserved | ErrorCode.User);
  });
});
