/** What a person, or a kernel with bugs, may do to a machine between two accesses: entries change with and without a flush. */
import { MachineDied } from '../../../src/machine/core/death';
import fc from 'fast-check';
import { asVpn } from '../../../src/machine/core/addresses';
import type { Machine } from '../../../src/machine/machine';
import { CR0, CR4, EFER } from '../../../src/machine/mmu/rights';
import { readEntry, writeEntry } from '../support';

/** First page of some areas, and what may be done there. */
export const AREAS = [
  { start: 0x100, pages: 60, read: true, write: true, exec: true },
  { start: 0x900, pages: 12, read: true, write: true, exec: false },
  { start: 0x40000, pages: 6, read: true, write: false, exec: true },
  { start: 0x7_ffff_0000, pages: 6, read: true, write: true, exec: true },
] as const;

const XD = 1n << 63n;
const KEY_1 = 1n << 59n;
const KEY_2 = 1n << 60n;
const ACCESSED_AND_DIRTY = 0x60n;
/** First byte of the frames that leaves above the last level are made to map. */
const HUGE_2M = 0x800n << 12n;
const HUGE_1G = 0x40000n << 12n;

const CONTROL_BITS = {
  pge: (m) => void (m.mmu.cr4 ^= CR4.PGE),
  smep: (m) => void (m.mmu.cr4 ^= CR4.SMEP),
  smap: (m) => void (m.mmu.cr4 ^= CR4.SMAP),
  wp: (m) => void (m.mmu.cr0 ^= CR0.WP),
  nxe: (m) => void (m.mmu.efer ^= EFER.NXE),
  pke: (m) => void (m.mmu.cr4 ^= CR4.PKE),
  pcide: (m) => void (m.mmu.cr4 ^= CR4.PCIDE),
  ac: (m) => void (m.mmu.ac = !m.mmu.ac),
} satisfies Record<string, (m: Machine) => void>;

/** A page: most often of an area, now and then behind it. */
export const somewhere = {
  area: fc.constantFrom(0, 0, 0, 1, 2, 3),
  page: fc.nat(62),
  behind: fc.constantFrom(false, false, false, false, false, false, false, false, false, true),
};
export const pageOf = ({ area, page, behind }: { area: number; page: number; behind: boolean }): number =>
  AREAS[area].start + (behind ? page : page % AREAS[area].pages);

/** Where and how; each kind of poke takes of it what it needs. */
const place = fc.record({
  ...somewhere,
  level: fc.nat(4),
  /** P, R/W, U/S, A, D, PS, G, two bits of the frame, a reserved one, keys, XD; and two at once. */
  bits: fc.constantFrom(1n, 2n, 4n, 0x20n, 0x40n, 0x80n, 0x100n, 0x1000n, 0x2000n, 1n << 50n, KEY_1, KEY_2, XD, 0x42n),
  hugeFlags: fc.constantFrom(0x87n, 0x87n, 0xe7n, 0xe7n, 0x1e7n, 0x187n, 0x85n, 0x83n, 0xc7n | XD),
  /** Of no key, of keys 1 to 3 alone in some way, of key 0, of all but 0. */
  pkru: fc.constantFrom(0, 0b0100, 0b1000, 0b10_0000, 0b1100_0000, 1, 2, 0x5555_5554),
  pcid: fc.integer({ min: 0, max: 3 }),
  keep: fc.boolean(),
  control: fc.constantFrom(...(Object.keys(CONTROL_BITS) as (keyof typeof CONTROL_BITS)[])),
});
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

/** Changes the entry that a walk to the page reads at a level, if it gets there. */
function change(m: Machine, p: Place, level: number, changed: (raw: bigint) => bigint): void {
  const { steps } = m.inspector.walk(m.root, asVpn(pageOf(p)));
  if (level >= 0 && level < steps.length)
    writeEntry(m, steps[level].address, changed(readEntry(m, steps[level].address)));
}

const lastLevel = (m: Machine): number => m.scheme.format.levels.length - 1;

const POKES = {
  nothing: () => undefined,
  clear: (m, p) => change(m, p, p.level, () => 0n),
  flip: (m, p) => change(m, p, p.level, (raw) => raw ^ p.bits),
  forgetUse: (m, p) => change(m, p, lastLevel(m), (raw) => raw & ~ACCESSED_AND_DIRTY),
  huge2M: (m, p) => change(m, p, lastLevel(m) - 1, () => HUGE_2M | p.hugeFlags),
  huge1G: (m, p) => change(m, p, lastLevel(m) - 2, () => HUGE_1G | p.hugeFlags),
  control: (m, p) => CONTROL_BITS[p.control](m),
  invlpg: (m, p) => m.mmu.invlpg(asVpn(pageOf(p))),
  loadCr3: (m) => m.mmu.movToCr3(m.root),
  flush: (m) => m.mmu.flushAll(),
  pkru: (m, p) => void (m.mmu.pkru = p.pkru),
  pcid: (m, p) => m.mmu.movToCr3(m.root, p.pcid, p.keep),
  invpcid: (m, p) => m.mmu.invpcid(p.level % 4, p.pcid, asVpn(pageOf(p))),
  /** The process goes on on another CPU, if there is one. */
  migrate: (m, p) => {
    m.runOn(p.level % m.cpus.length);
    m.tlb.switchTo(m.kernel.current!.tdb);
  },
  /** In the kernel nothing else is looked up: the caches need not follow. */
  thereAndBack: (m, p) => {
    const { pcid } = m.mmu;
    m.mmu.movToCr3(m.root, p.pcid, true);
    if (p.keep) m.mmu.invlpg(asVpn(pageOf(p)));
    m.mmu.movToCr3(m.root, pcid, true);
  },
} satisfies Record<string, (m: Machine, p: Place) => void>;

const what = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('flip' as const) },
  { weight: 2, arbitrary: fc.constantFrom('clear' as const, 'control' as const) },
  { weight: 3, arbitrary: fc.constantFrom('huge2M' as const) },
  { weight: 2, arbitrary: fc.constantFrom('pkru' as const, 'pcid' as const, 'migrate' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(POKES) as (keyof typeof POKES)[])) },
);

export const poke = fc.record({ what, place });
export type Poke = typeof poke extends fc.Arbitrary<infer T> ? T : never;

/** A load of a root that PAE refuses is the end of the kernel that makes it; here another access comes. */
export function apply(m: Machine, { what, place }: Poke): void {
  try {
    POKES[what](m, place);
  } catch (error) {
    if (!(error instanceof MachineDied)) throw error;
  }
}
