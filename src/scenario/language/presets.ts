/** What each preset sets: TLBs, walk caches and latencies of real (and of teaching) machines; facts/x86-mmu.md. */
import type { DataCacheGeometry } from '../../machine/core/dataCache';
import { DEFAULT_NESTED } from '../../machine/paging/nested/format';
import { RELEASED } from '../../machine/paging/ecpt/format';
import type { CacheGeometry, Latency, MachineConfig, PageSize, PresetName, TlbArray, TlbConfig } from './machineConfig';
import { formatSize } from './numbers';

/** What a preset says; every other key keeps its value. */
export type Preset = Pick<MachineConfig, 'tlb' | 'pwc' | 'latency' | 'walker' | 'dataCaches'>;

const array = (sizes: PageSize[], entries: number, ways = entries): TlbArray => ({ sizes, entries, ways });
const full = (entries: number): CacheGeometry => ({ entries, ways: entries });
const latency = (l1: number, l2: number, llc: number, dram: number): Latency => ({ l1, l2, llc, dram });
/** In KiB × ways. */
const cache = (kib: number, ways: number): DataCacheGeometry => ({ sizeBytes: kib * 1024, ways });
const all = (): PageSize[] => ['4K', '2M', '1G'];

const preset = (
  tlb: TlbConfig,
  latencies: Latency,
  [l1, l1i, l2, llc]: readonly DataCacheGeometry[],
  pwc = [2, 4, 32],
  walker: 'l1' | 'l2' = 'l1',
): Preset => ({
  tlb,
  pwc: pwc.map(full),
  latency: latencies,
  walker,
  dataCaches: { l1, l1i, l2, llc },
});

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  skylake: preset(
    {
      dtlb: [array(['4K'], 64, 4), array(['2M'], 32, 4), array(['1G'], 4)],
      itlb: [array(['4K'], 128, 8), array(['2M'], 8)],
      stlb: [array(['4K', '2M'], 1536, 12), array(['1G'], 16, 4)],
    },
    latency(4, 12, 44, 200),
    // The client part: 256 KiB of L2, which is what 12 cycles are of.
    [cache(32, 8), cache(32, 8), cache(256, 4), cache(8192, 16)],
  ),
  icelake: preset(
    {
      dtlb: [array(['4K'], 64, 4), array(['2M'], 32, 4), array(['1G'], 8)],
      itlb: [array(['4K'], 128, 8), array(['2M'], 16)],
      // Real hardware shares 1024 of the 2048 entries with 1 GiB pages; an array of their own is the nearest that we have.
      stlb: [array(['4K', '2M'], 2048, 16), array(['1G'], 1024, 16)],
    },
    latency(5, 13, 42, 200),
    [cache(48, 12), cache(32, 8), cache(512, 8), cache(8192, 16)],
  ),
  zen4: preset(
    { dtlb: [array(all(), 72)], itlb: [array(all(), 64)], stlb: [array(['4K', '2M'], 3072, 24)] },
    latency(4, 14, 50, 200),
    [cache(32, 8), cache(32, 8), cache(1024, 8), cache(32768, 16)],
  ),
  emt: preset(
    { dtlb: [array(all(), 64, 4)], itlb: [array(all(), 64, 8)], stlb: [array(['4K', '2M'], 1024, 8)] },
    latency(2, 16, 56, 180),
    [cache(32, 8), cache(32, 8), cache(512, 8), cache(16384, 16)],
    [2, 4, 32],
    'l2',
  ),
  classroom: preset(
    { dtlb: [array(all(), 4, 2)], itlb: [array(all(), 4, 2)], stlb: [array(all(), 16, 4)] },
    latency(4, 12, 44, 200),
    [cache(1, 2), cache(1, 2), cache(4, 4), cache(16, 8)],
    [1, 2, 4],
  ),
};

/** A config of its own: nothing is shared with the table. */
export function presetConfig(name: PresetName): Preset {
  return structuredClone(PRESETS[name]);
}

export const defaultConfig = (): MachineConfig => ({
  preset: 'skylake',
  scheme: { name: 'radix', args: [] },
  memoryBytes: 4 * 2 ** 30,
  cpus: 1,
  nodes: 1,
  seed: 1,
  replacement: 'lru',
  stlbInclusive: 'fill',
  pwcPromote: 'hit',
  instructions: true,
  thp: 'never',
  zeropage: false,
  pcid: false,
  kpti: false,
  swapBytes: 0,
  flushDrop: [],
  emtDefaults: [],
  fptFree: 'flush-first',
  ecpt: RELEASED,
  nested: DEFAULT_NESTED,
  tablesReclaim: 'off',
  cache: false,
  cachePriority: false,
  costs: {},
  ...presetConfig('skylake'),
});

const describeGeometry = ({ entries, ways }: CacheGeometry): string =>
  `${entries}x${ways === entries && entries > 1 ? 'full' : ways}`;

/** `4K 64x4, 2M 32x4`: as one writes it in a machine block. */
export const describeTlb = (arrays: readonly TlbArray[]): string =>
  arrays.map((entry) => `${entry.sizes.join('+')} ${describeGeometry(entry)}`).join(', ');

/** `32KiB x8` */
export const describeCache = ({ sizeBytes, ways }: DataCacheGeometry): string =>
  `${formatSize(BigInt(sizeBytes)).replace(' ', '')} x${ways}`;

export const describePwc = (caches: readonly CacheGeometry[]): string =>
  caches.map((cache) => (cache.ways === cache.entries ? `${cache.entries}` : describeGeometry(cache))).join(' ');
