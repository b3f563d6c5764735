/**
 * Every combination of what decides whether an access faults, against the rules of the manual written down a second time
 * (Intel SDM vol. 3A §4.6, §4.7): outcome and error code, in a walk and from the TLB.
 */
import assert from 'node:assert/strict';
import { Access, CR0, CR4, EFER } from '../../../src/machine/mmu/rights';
import type { Machine } from '../../../src/machine/machine';
import { entryAddress, machineWithProcess, map, MIB, readEntry, RWX, vpn, writeEntry } from '../support';

const PAGE = 16;
const KEY = 5;

/** Level at which a bit is not as it should be; 4: at none. */
interface Table {
  absent: number;
  readOnly: number;
  supervisor: number;
  noExecute: number;
}
interface Mode {
  wp: boolean;
  smep: boolean;
  smap: boolean;
  ac: boolean;
  nxe: boolean;
  pke: boolean;
}
type Pkru = 'none' | 'access' | 'write';

const LEVELS = [0, 1, 2, 3, 4];
/** Where something is absent, rights above and below it must not matter: a few are enough. */
const TABLES: Table[] = LEVELS.flatMap((absent) => {
  const levels = absent === 4 ? LEVELS : [1, 4];
  return levels.flatMap((readOnly) =>
    levels.flatMap((supervisor) => levels.map((noExecute) => ({ absent, readOnly, supervisor, noExecute }))),
  );
});
const MODES: Mode[] = Array.from({ length: 64 }, (_, i) => ({
  wp: (i & 1) !== 0,
  smep: (i & 2) !== 0,
  smap: (i & 4) !== 0,
  ac: (i & 8) !== 0,
  nxe: (i & 16) !== 0,
  pke: (i & 32) !== 0,
}));
const PKRUS: Record<Pkru, number> = { none: 0, access: 1 << (2 * KEY), write: 2 << (2 * KEY) };

/** −1 if the access is allowed, else the error code. */
function expected(t: Table, mode: Mode, pkru: Pkru, kind: Access, user: boolean): number {
  const write = kind === Access.Write;
  const fetch = kind === Access.Exec;
  const access = (write ? 2 : 0) + (user ? 4 : 0) + (fetch && (mode.nxe || mode.smep) ? 16 : 0);
  for (let level = 0; level < 4; level++) {
    if (t.absent === level) return access;
    if (t.noExecute === level && !mode.nxe) return access + 1 + 8;
  }
  const userPage = t.supervisor === 4;
  const writable = t.readOnly === 4;
  const executable = t.noExecute === 4;
  const keyForbids =
    mode.pke && !fetch && userPage && (pkru === 'access' || (pkru === 'write' && write && (user || mode.wp)));
  let allowed = !keyForbids;
  if (fetch && !executable) allowed = false;
  if (user) {
    if (!userPage || (write && !writable)) allowed = false;
  } else {
    if (fetch && mode.smep && userPage) allowed = false;
    if (!fetch && mode.smap && !mode.ac && userPage) allowed = false;
    if (write && !writable && mode.wp) allowed = false;
  }
  return allowed ? -1 : access + 1 + (keyForbids ? 32 : 0);
}

function machineWith(t: Table): Machine {
  const m = machineWithProcess();
  map(m, PAGE, 1, RWX);
  assert.ok(m.access(Access.Write, vpn(PAGE), 0, 1, 1));
  const at = [0, 1, 2, 3].map((level) => entryAddress(m, PAGE, level));
  at.forEach((address, level) => {
    let raw = readEntry(m, address);
    if (t.absent === level) raw &= ~1n;
    if (t.readOnly === level) raw &= ~2n;
    if (t.supervisor === level) raw &= ~4n;
    if (t.noExecute === level) raw |= 1n << 63n;
    if (level === 3) raw |= BigInt(KEY) << 59n;
    writeEntry(m, address, raw);
  });
  m.mmu.flushAll();
  return m;
}

function enter(m: Machine, mode: Mode, pkru: Pkru): void {
  m.mmu.cr0 = (CR0.PE | CR0.PG | (mode.wp ? CR0.WP : 0)) >>> 0;
  m.mmu.cr4 = CR4.PAE | CR4.PGE | (mode.smep ? CR4.SMEP : 0) | (mode.smap ? CR4.SMAP : 0) | (mode.pke ? CR4.PKE : 0);
  m.mmu.efer = EFER.LME | EFER.LMA | (mode.nxe ? EFER.NXE : 0);
  m.mmu.ac = mode.ac;
  m.mmu.pkru = PKRUS[pkru];
}

const outcome = (m: Machine, kind: Access, user: boolean): number =>
  m.mmu.translate(vpn(PAGE), 3, kind, user ? 1 : 0) ? -1 : m.mmu.fault.errorCode;

describe('a fault', function () {
  this.timeout(60_000);

  it('happens when the manual says so, with its error code, for every table, mode, key and access', () => {
    let faults = 0;
    for (const t of TABLES) {
      const m = machineWith(t);
      for (const mode of MODES)
        for (const pkru of ['none', 'access', 'write'] as const) {
          enter(m, mode, pkru);
          for (const kind of [Access.Read, Access.Write, Access.Exec])
            for (const user of [true, false]) {
              const want = expected(t, mode, pkru, kind, user);
              const got = outcome(m, kind, user);
              if (got !== want)
                assert.fail(`${JSON.stringify({ t, mode, pkru, kind, user })}: ${got} instead of ${want}`);
              if (want >= 0) faults++;
              m.mmu.flushAll();
            }
        }
    }
    assert.ok(faults > 100_000);
  });

  it('is decided alike from a TLB entry, also where only registers have changed since it was filled', () => {
    for (const t of TABLES.filter(({ absent }) => absent === 4)) {
      const m = machineWith(t);
      const open: Mode = { wp: false, smep: false, smap: false, ac: false, nxe: true, pke: false };
      for (const mode of MODES.filter(({ nxe }) => nxe))
        for (const pkru of ['none', 'access', 'write'] as const)
          for (const kind of [Access.Read, Access.Write, Access.Exec])
            for (const user of [true, false]) {
              enter(m, open, 'none');
              // The page's dirty bit is set: a write needs no walk either.
              assert.ok(m.mmu.translate(vpn(PAGE), 0, Access.Read, 0));
              m.mmu.pkru = PKRUS[pkru];
              m.mmu.ac = mode.ac;
              m.mmu.cr0 = (CR0.PE | CR0.PG | (mode.wp ? CR0.WP : 0)) >>> 0;
              const control = (mode.smap ? CR4.SMAP : 0) | (mode.pke ? CR4.PKE : 0);
              m.mmu.cr4 = CR4.PAE | CR4.PGE | control;
              assert.ok(m.mmu.stlb.small.peek(PAGE, 0) >= 0, 'nothing of this flushes');
              const want = expected(t, { ...mode, smep: false }, pkru, kind, user);
              assert.equal(outcome(m, kind, user), want, JSON.stringify({ t, mode, pkru, kind, user }));
            }
    }
  });

  it('reports each reserved bit of each entry, and none that software may use', () => {
    // 46 bits of physical address. PS in the root; in leaves above the last level the frame must be aligned.
    const physical = [46, 47, 48, 49, 50, 51];
    const software = [9, 10, 11, 52, 53, 54, 55, 56, 57, 58];
    const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const places = [
      { level: 0, size: 0, reserved: [...physical, 7], free: [...software, 8, 6] },
      { level: 1, size: 0, reserved: physical, free: [...software, 8, 6] },
      { level: 2, size: 0, reserved: physical, free: [...software, 8, 6] },
      { level: 3, size: 0, reserved: physical, free: [...software, 8, 7] },
      { level: 2, size: 2 * MIB, reserved: [...physical, ...range(13, 20)], free: [...software, 8, 12, 59] },
      { level: 1, size: 1024 * MIB, reserved: [...physical, ...range(13, 29)], free: [...software, 8, 12, 59] },
    ];
    for (const { level, size, reserved, free } of places)
      for (const bit of [...reserved, ...free]) {
        const m = machineWith({ absent: 4, readOnly: 4, supervisor: 4, noExecute: 4 });
        m.mmu.flushAll();
        const at = entryAddress(m, PAGE, level);
        const raw = size === 0 ? readEntry(m, at) : 0xe7n | BigInt(size);
        writeEntry(m, at, raw ^ (1n << BigInt(bit)));
        const what = `bit ${bit} at level ${level}, leaf of ${size} bytes`;
        assert.equal(outcome(m, Access.Read, true), reserved.includes(bit) ? 1 + 4 + 8 : -1, what);
      }
  });
});
