/** Small parts of a machine to test by themselves, and a naive random generator for models. */
import fc from 'fast-check';
import { asPfn, asVpn, type Pfn, type Vpn } from '../../src/machine/core/addresses';
import { Hasher } from '../../src/machine/core/hash';
import { Probe } from '../../src/machine/core/probe';
import type { DataCacheOptions } from '../../src/machine/caches/options';
import { DEFAULT_KERNEL } from '../../src/machine/kernel/options';
import { Machine, type MachineOptions } from '../../src/machine/machine';
import { BuddyAllocator } from '../../src/machine/memory/buddy';
import { PhysicalMemory } from '../../src/machine/memory/physicalMemory';
import { configuredCaches, type PagingFormat } from '../../src/machine/paging/format';
import { schemeNamed, SCHEMES, type WalkCacheOptions } from '../../src/machine/paging/registry';

export const MIB = 2 ** 20;

export function hashOf(part: { hash(into: Hasher): void }): string {
  const hasher = new Hasher();
  part.hash(hasher);
  return hasher.digest();
}

export function allocator(bytes: number, nodes = 1): { memory: PhysicalMemory; buddy: BuddyAllocator } {
  const memory = new PhysicalMemory(bytes);
  return { memory, buddy: new BuddyAllocator(memory, new Probe(), nodes) };
}

/** Small caches, so that few accesses make them overflow. */
export const SMALL: MachineOptions = {
  scheme: 'radix',
  memoryBytes: 64 * MIB,
  dtlb: [{ sizes: ['4K', '2M', '1G'], entries: 4, ways: 2 }],
  itlb: [{ sizes: ['4K', '2M', '1G'], entries: 4, ways: 2 }],
  stlb: [{ sizes: ['4K', '2M', '1G'], entries: 16, ways: 4 }],
  stlbInclusive: 'fill',
  walkCaches: { geometry: [1, 2, 4].map((entries) => ({ entries, ways: entries })), promote: 'hit' },
  nodes: 1,
  kernel: DEFAULT_KERNEL,
  costs: {},
  emtDefaults: [],
};

/** Data caches of a few lines, with sets that are no power of two. */
export const TINY_CACHES: DataCacheOptions = {
  l1: { sizeBytes: 512, ways: 2 },
  l1i: { sizeBytes: 256, ways: 4 },
  l2: { sizeBytes: 1536, ways: 4 },
  llc: { sizeBytes: 4608, ways: 12 },
  latency: { l1: 4, l2: 12, llc: 44, dram: 200 },
  walker: 'l1',
  priority: false,
};

/** Walk caches of one, two, four entries, the largest for the deepest level. */
export function walkCaches(scheme: string, promote: WalkCacheOptions['promote'] = 'hit'): WalkCacheOptions {
  const levels = configuredCaches(schemeNamed(scheme)!.format).length;
  const geometry = [1, 1, 2, 4].slice(4 - levels).map((entries) => ({ entries, ways: entries }));
  return { geometry, promote };
}

export const machine = (options: Partial<MachineOptions> = {}): Machine =>
  new Machine({ ...SMALL, walkCaches: walkCaches(options.scheme ?? SMALL.scheme), ...options });

/** A machine with one process that runs. */
export function machineWithProcess(options: Partial<MachineOptions> = {}): Machine {
  const m = machine(options);
  m.kernel.createProcess('p');
  return m;
}

export const RW = { read: true, write: true, exec: false } as const;
export const RWX = { read: true, write: true, exec: true } as const;

/** Maps `pages` at a page number; fails if the kernel refuses. */
export function map(
  m: Machine,
  at: number,
  pages: number,
  rights: { read: boolean; write: boolean; exec: boolean } = RW,
): void {
  const result = m.kernel.mmap({ pages, ...rights, at: asVpn(at), populate: false });
  if (!result.ok) throw new Error(result.text);
}

/** The whole system call, however many steps it takes. */
export function unmap(m: Machine, start: number, end: number): void {
  m.kernel.munmap(asVpn(start), asVpn(end));
  while (m.kernel.operation !== null) m.kernel.step();
}

/** Guests over hosts that stand for all: trees of one shape, of different ones, flattened, of short entries. */
export const NESTED: readonly string[] = [
  'nested radix over radix',
  'nested radix 32 over radix 5',
  'nested fpt L4L3+L2L1 over fpt L4L3+L2L1',
];

/** Every scheme that runs, the flat table of a size that a test can afford. */
export const EVERY_SCHEME: readonly string[] = [...Object.keys(SCHEMES), 'linear 32', ...NESTED];

/** The frame as the machine's software numbers it, of one that its hardware has found. */
export const ownFrame = (m: Machine, frame: number): number => m.host?.guestFrameOf(asPfn(frame)) ?? frame;

export const formatNamed = (scheme: string): PagingFormat => schemeNamed(scheme)!.format;

/** Few places that share upper tables or do not: in one PTE table, in one PMD, PUD, PGD, and far away. */
export function pageOf(scheme: string): fc.Arbitrary<Vpn> {
  const { end } = formatNamed(scheme).userSpace;
  const far = [0, 2 ** 9, 2 ** 18, 2 ** 19, 2 ** 27, 255 * 2 ** 27, 2 ** 36, 2 ** 43].filter((n) => n + 2 ** 13 < end);
  return fc
    .tuple(fc.constantFrom(...far), fc.constantFrom(0, 2 ** 9, 7 * 2 ** 9), fc.nat(20))
    .map(([base, near, page]) => asVpn(16 + base + near + page));
}
export const pageNumber = pageOf('radix');

/** Physical address of the entry that a walk reads at a level. */
export function entryAddress(m: Machine, vpn: number, level: number): number {
  const step = m.inspector.walk(m.root, asVpn(vpn)).steps[level];
  return step.address;
}

export function writeEntry(m: Machine, address: number, raw: bigint): void {
  m.memory.writeWord(address, Number(BigInt.asIntN(32, raw)));
  if (m.scheme.format.entryBytes === 8) m.memory.writeWord(address + 4, Number(BigInt.asIntN(32, raw >> 32n)));
}

export const readEntry = (m: Machine, address: number): bigint =>
  (m.scheme.format.entryBytes === 8 ? BigInt(m.memory.readWord(address + 4) >>> 0) << 32n : 0n) |
  BigInt(m.memory.readWord(address) >>> 0);

export const pfn = (n: number): Pfn => asPfn(n);
export const vpn = (n: number): Vpn => asVpn(n);
