/** Random chunks, machines to run them on, and what somebody does to the machine between their pieces. */
import fc from 'fast-check';
import { packAccess, ScratchChunk } from '../../../src/machine/core/accessChunk';
import { asVpn, type Vpn } from '../../../src/machine/core/addresses';
import { Signal } from '../../../src/machine/core/probe';
import { type Machine, refusal } from '../../../src/machine/machine';
import type { TlbGeometry } from '../../../src/machine/mmu/mmu';
import type { ReplacementPolicy } from '../../../src/machine/mmu/replacement';
import { configuredCaches } from '../../../src/machine/paging/format';
import { formatNamed, machineWithProcess, map, SMALL, TINY_CACHES } from '../support';
import { AREAS, pageOf, poke, somewhere } from './pokes';

const PAGES = 2 ** 52;
const ANY_FAULT = 0x7f;

const tlb = (sizes: TlbGeometry['sizes'], entries: number, ways: number): TlbGeometry => ({ sizes, entries, ways });

/** The shapes that computers have, and those that nobody would build. */
const level = fc.constantFrom<readonly TlbGeometry[]>(
  [tlb(['4K'], 4, 4)],
  [tlb(['4K'], 4, 2)],
  [tlb(['4K'], 12, 12)],
  [tlb(['4K'], 3, 1)],
  [tlb(['4K', '2M'], 8, 4)],
  [tlb(['4K', '2M'], 24, 12)],
  [tlb(['4K', '2M', '1G'], 1, 1)],
  [tlb(['4K', '2M', '1G'], 6, 2)],
  [tlb(['4K', '2M', '1G'], 7, 7)],
  [tlb(['4K'], 4, 2), tlb(['2M', '1G'], 3, 1)],
  [tlb(['4K'], 2, 2), tlb(['2M'], 2, 1), tlb(['1G'], 1, 1)],
  [tlb(['4K', '1G'], 6, 6), tlb(['2M'], 10, 5)],
  [tlb(['2M'], 4, 4)],
  [tlb(['1G'], 1, 1)],
);

const options = fc.record({
  scheme: fc.constantFrom(
    'radix',
    'radix',
    'radix',
    'radix',
    'radix',
    'radix 5',
    'radix 32',
    'radix 32',
    'pae',
    'linear 32',
  ),
  dtlb: level,
  itlb: level,
  stlb: level,
  stlbInclusive: fc.constantFrom<'fill' | 'strict'>('fill', 'strict'),
  promote: fc.constantFrom<'hit' | 'all'>('hit', 'all'),
  walkCache: fc.constantFrom<readonly [entries: number, ways: number]>(
    [1, 1],
    [2, 1],
    [2, 2],
    [12, 12],
    [6, 2],
    [3, 1],
    [10, 5],
  ),
  replacement: fc.constantFrom<ReplacementPolicy>('lru', 'lru', 'lru', 'plru', 'random'),
  pcid: fc.boolean(),
  cpus: fc.constantFrom(1, 1, 3),
  kpti: fc.constantFrom(false, false, false, true),
  caches: fc.constantFrom(undefined, undefined, TINY_CACHES, { ...TINY_CACHES, walker: 'l2' as const }),
});

/** Accesses wander: mostly where the last one was, so that there are repeats; now and then somewhere else. */
const access = fc.record({
  kind: fc.constantFrom(0, 0, 0, 1, 1, 2),
  goes: fc.constantFrom(true, false, false, false),
  ...somewhere,
  offset: fc.oneof({ weight: 9, arbitrary: fc.nat(4095) }, { weight: 1, arbitrary: fc.constant(4093) }),
  size: fc.constantFrom(1, 1, 4, 4, 8, 8, 8, 4096),
});

const ARMS = {
  nothing: () => undefined,
  misses: ({ probe }) => void (probe.armed = Signal.TlbMiss),
  faults: ({ probe }) => void (probe.armed = ANY_FAULT),
  functions: ({ probe }) => {
    probe.armed = Signal.Function;
    probe.armedFunctions.fill(1);
  },
  page: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'page', first: asVpn(0x104), last: asVpn(0x106), accesses: 3 }]);
  },
  frame: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'physical', start: 0, end: 2 ** 24, read: true, write: true }]);
  },
  cr2: ({ probe }) => {
    probe.armed = Signal.Watch;
    probe.watches.set([{ kind: 'register', name: 'cr2' }]);
  },
} satisfies Record<string, (m: Machine) => void>;

export const scenario = fc.record({
  options,
  // By default fast-check makes arrays of a few elements: too few for anything to be evicted.
  accesses: fc.array(access, { minLength: 1, maxLength: 220, size: 'max' }),
  pieces: fc.array(fc.record({ length: fc.integer({ min: 1, max: 60 }), poke }), {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  }),
  armed: fc.constantFrom(...(Object.keys(ARMS) as (keyof typeof ARMS)[])),
  // Some wrap around at the end of the address space.
  shift: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(1, 512, 2 ** 47, PAGES - 16, PAGES - 0x102) },
  ),
  user: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 0),
});
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** One access of the chunk, as it is made by itself. */
export interface PlacedAccess {
  kind: number;
  page: Vpn;
  offset: number;
  size: number;
  user: number;
}

export function chunkOf({ accesses, shift, user }: Scenario): { chunk: ScratchChunk; placed: PlacedAccess[] } {
  const chunk = new ScratchChunk();
  const placed: PlacedAccess[] = [];
  let page: number = AREAS[0].start;
  for (const { kind, goes, offset, size, ...where } of accesses) {
    if (goes) page = pageOf(where);
    chunk.append(page, packAccess(kind, offset, size));
    placed.push({ kind, page: asVpn((page + shift) % PAGES), offset, size, user });
  }
  return { chunk, placed };
}

/** The first page of each area has been touched, so that there are tables. */
export function machineOf({ options: { scheme, promote, walkCache, pcid, kpti, ...tlbs } }: Scenario): Machine {
  const [entries, ways] = walkCache;
  const format = formatNamed(scheme);
  const { mode, signExtended } = format;
  const geometry = configuredCaches(format).map(() => ({ entries, ways }));
  const wanted = {
    ...SMALL,
    ...tlbs,
    scheme,
    walkCaches: { geometry, promote },
    pcid: pcid && mode.longMode,
    // Only the 64-bit trees have a kernel half.
    kpti: kpti && signExtended,
  };
  // Not every geometry suits tree pseudo-LRU.
  const m = machineWithProcess(refusal(wanted) === undefined ? wanted : { ...wanted, replacement: 'random' });
  for (const { start, pages, ...rights } of AREAS) {
    if (start + pages > m.kernel.layout.end) continue;
    map(m, start, pages, rights);
    m.access(0, asVpn(start), 0, 1, 1);
  }
  return m;
}

export const arm = (m: Machine, { armed }: Scenario): void => ARMS[armed](m);
