/**
 * The keys of a machine block as data: completion, hover, the checker and the reader of settings (settings.ts) are made of
 * these rows. A key of two words (`stlb inclusive`) is a row of its own; the longer key wins.
 */
import { FLUSH_OPERATIONS } from '../../machine/core/flushOperations';
import { FUNCTION_GROUPS } from '../../machine/core/functions';
import {
  type DataCacheName,
  FPT_FREES,
  PRESET_NAMES,
  TABLE_RECLAIMS,
  type MachineConfig,
  type PresetName,
} from './machineConfig';
import { describeCache, describePwc, describeTlb, PRESETS } from './presets';

export interface MachineKeyRow {
  key: string;
  syntax: string;
  doc: string;
  /** The default, as one would write it; of the preset where it depends on that. */
  default: string | ((preset: PresetName) => string);
  /** True if this version reads it. */
  supported: boolean;
  /** Values that this version has. */
  values: readonly string[];
  /** Values that the language knows and this version has not. */
  laterValues: readonly string[];
  /** Schemes that the key means something for; absent: all. */
  schemes?: readonly string[];
  /** Greatest number that this version has, where the language knows more. */
  available?: bigint;
  /** True if several lines with different first words (`cost a 1`, `cost b 2`) do not override each other. */
  repeatable?: boolean;
}

type Extra = Partial<Pick<MachineKeyRow, 'values' | 'laterValues' | 'schemes' | 'repeatable' | 'available'>>;
type MakeRow = (
  key: string,
  syntax: string,
  value: MachineKeyRow['default'],
  doc: string,
  extra?: Extra,
) => MachineKeyRow;

const now: MakeRow = (key, syntax, value, doc, extra) => ({
  ...{ key, syntax, doc, default: value, supported: true, values: [], laterValues: [] },
  ...extra,
});
const later: MakeRow = (...row) => ({ ...now(...row), supported: false });

const ofTlb = (structure: keyof MachineConfig['tlb']) => (preset: PresetName) =>
  describeTlb(PRESETS[preset].tlb[structure]);
const ofCache = (name: DataCacheName) => (preset: PresetName) => {
  const { dataCaches, latency } = PRESETS[preset];
  return `${describeCache(dataCaches[name])}${name === 'l1i' ? '' : ` ${latency[name]}cycles`}`;
};
const EMT_CUSTOMIZABLE = Object.keys(FUNCTION_GROUPS.customizable);
const SIZED = ['4K', '2M', '1G', '4K+2M'];
const ECPT = { schemes: ['ecpt'] };
const NESTED = { schemes: ['nested'] };

export const MACHINE_KEYS: readonly MachineKeyRow[] = [
  now('preset', 'preset NAME', 'skylake', 'Sets TLBs, walk caches and latencies to those of a machine; put it first.', {
    values: PRESET_NAMES,
  }),
  now(
    'scheme',
    'scheme NAME …',
    'radix',
    'How addresses are translated: `radix` (4 levels), `radix 5`, `radix 32`, `pae`, `linear BITS`, `fpt L4L3`, `fpt L3L2`, `fpt L4L3+L2L1`, `hashed`, `ecpt`, `nested GUEST over HOST`.',
    { values: ['radix', 'pae', 'linear', 'fpt', 'hashed', 'ecpt', 'nested'] },
  ),
  now('memory', 'memory SIZE', '4GiB', 'Physical memory.', { values: ['64MiB', '1GiB', '4GiB', '64GiB'] }),
  now('cpus', 'cpus N', '1', 'Number of CPUs, 1 to 64.', { values: ['1', '2', '4'], available: 64n }),
  now('nodes', 'nodes N', '1', 'Number of memory nodes.', { values: ['1', '2'], available: 64n }),
  now('seed', 'seed N', '1', 'Seed of everything that is random: equal seeds make equal runs.'),
  now(
    'dtlb',
    'dtlb [SIZES] ENTRIESxWAYS',
    ofTlb('dtlb'),
    'First-level data TLB, per page size; without SIZES that of 4 KiB pages. `full` as WAYS is fully associative.',
    { values: SIZED, repeatable: true },
  ),
  now(
    'itlb',
    'itlb [SIZES] ENTRIESxWAYS',
    ofTlb('itlb'),
    'First-level instruction TLB, per page size; without SIZES that of 4 KiB pages.',
    { values: SIZED, repeatable: true },
  ),
  now(
    'stlb',
    'stlb [SIZES] ENTRIESxWAYS',
    ofTlb('stlb'),
    'Second-level TLB, shared by data and instructions; without SIZES that of 4 KiB and 2 MiB pages.',
    { values: [...SIZED, 'inclusive'], repeatable: true },
  ),
  now(
    'stlb inclusive',
    'stlb inclusive strict|fill',
    'fill',
    '`strict`: what is evicted from the STLB leaves the first level too. `fill`: inclusive on fill alone.',
    { values: ['strict', 'fill'] },
  ),
  now(
    'pwc',
    'pwc E E E',
    (preset) => describePwc(PRESETS[preset].pwc),
    'Page-walk caches, one for each level that points to tables, root first: fully associative, or ExW each. `radix` has three, `radix 5` four, `pae` and `radix 32` one.',
    { values: ['promote'], schemes: ['radix', 'pae', 'fpt', 'nested'] },
  ),
  now(
    'pwc promote',
    'pwc promote hit|all',
    'hit',
    'Whether a walk makes the entry that hit most recently used, or those of all levels that know the address.',
    { values: ['hit', 'all'] },
  ),
  now('cwc', 'cwc E E', '2 16', 'Cuckoo-walk caches: lines of the PUD’s and of the PMD’s walk tables.', ECPT),
  now('replacement', 'replacement lru|plru|random', 'lru', 'Replacement inside a set of a TLB or walk cache.', {
    values: ['lru', 'plru', 'random'],
  }),
  now(
    'instructions',
    'instructions on|off',
    'on',
    'Whether trace replay sends instruction fetches through the I-side.',
    { values: ['on', 'off'] },
  ),
  now('thp', 'thp always|madvise|never', 'never', 'Transparent huge pages.', {
    values: ['always', 'madvise', 'never'],
  }),
  now('zeropage', 'zeropage on|off', 'off', 'Whether reading a fresh anonymous page maps the shared zero page.', {
    values: ['on', 'off'],
  }),
  now('pcid', 'pcid on|off', 'off', 'Process-context identifiers: TLB entries survive a switch.', {
    values: ['on', 'off'],
  }),
  now('kpti', 'kpti on|off', 'off', 'Kernel page-table isolation: user mode has a root of its own.', {
    values: ['on', 'off'],
  }),
  now(
    'latency',
    'latency l1|l2|llc|dram CYCLES',
    (preset) =>
      Object.entries(PRESETS[preset].latency)
        .map(([level, cycles]) => `${level} ${cycles}`)
        .join(', '),
    'Cycles to the data in one level of the memory hierarchy, all in all. Heeded with data caches.',
    { values: ['l1', 'l2', 'llc', 'dram'], repeatable: true },
  ),
  now(
    'cost',
    'cost NAME VALUE',
    'see the cost tables',
    'A parameter of the cost model: cycles of a hardware operation, or instructions of a kernel function.',
    { repeatable: true },
  ),
  now(
    'cache',
    'cache on|off',
    'off',
    'Data caches, the preset’s or as the keys below say: walks and data go through them, and what a walk takes depends on where entries are. Off, every read of a table costs `cost table_read`.',
    { values: ['on', 'off', 'l1', 'l1i', 'l2', 'llc', 'priority'] },
  ),
  now(
    'cache l1',
    'cache l1 SIZE xWAYS [CYCLEScycles]',
    ofCache('l1'),
    'Each CPU’s first-level data cache, in lines of 64 bytes. Turns the data caches on.',
    { values: ['32KiB x8 4cycles'] },
  ),
  now(
    'cache l1i',
    'cache l1i SIZE xWAYS',
    ofCache('l1i'),
    'Each CPU’s first-level instruction cache. Turns the data caches on.',
    { values: ['32KiB x8'] },
  ),
  now(
    'cache l2',
    'cache l2 SIZE xWAYS [CYCLEScycles]',
    ofCache('l2'),
    'Each CPU’s second-level cache. Turns the data caches on.',
    { values: ['512KiB x8 16cycles'] },
  ),
  now(
    'cache llc',
    'cache llc SIZE xWAYS [CYCLEScycles]',
    ofCache('llc'),
    'The last-level cache, of all CPUs. Turns the data caches on.',
    { values: ['16MiB x16 56cycles'] },
  ),
  now(
    'cache priority',
    'cache priority on|off',
    'off',
    'While many accesses walk, L2 and LLC keep lines of page tables in preference to data. `on` turns the data caches on.',
    { values: ['on', 'off'] },
  ),
  now('walker', 'walker l1|l2', (preset) => PRESETS[preset].walker, 'Where table reads enter the data caches.', {
    values: ['l1', 'l2'],
  }),
  now('swap', 'swap SIZE', '0', 'Swap space; 0 is none.', { values: ['0', '1GiB', '4GiB'] }),
  now(
    'flush drop',
    'flush drop none|OPERATION…',
    'none',
    `Leaves out the TLB flush of operations, to show what happens: ${FLUSH_OPERATIONS.join(', ')}.`,
    { values: ['none', ...FLUSH_OPERATIONS] },
  ),
  now(
    'emt defaults',
    'emt defaults none|all|NAME…',
    'none',
    'Forces the architecture-neutral defaults of the customizable EMT functions: of all, or of those named.',
    { values: ['none', 'all', ...EMT_CUSTOMIZABLE] },
  ),
  later('tables reclaim', 'tables reclaim off|refcount|pressure', 'off', 'Reclaim of page tables.', {
    values: TABLE_RECLAIMS,
  }),
  now(
    'fpt free',
    'fpt free flush-first|block-first',
    'flush-first',
    'Order of work when a flattened table is freed: the TLB flush before its block is free, or, as in the prototype, behind.',
    { values: FPT_FREES, schemes: ['fpt', 'nested'] },
  ),
  now(
    'ecpt',
    'ecpt released|published',
    'released',
    'Which ECPT: as EMT-Linux released it, or as published. It sets all that the other keys of `ecpt` do: put it before them.',
    { values: ['released', 'published'], ...ECPT },
  ),
  now(
    'nested tlb',
    'nested tlb off|ENTRIESxWAYS',
    '16xfull',
    'The nested TLB, from guest-physical pages to the host’s, in the host’s page sizes.',
    { values: ['off', '16xfull', '64x4'], ...NESTED },
  ),
  now(
    'nested pwc',
    'nested pwc off|E E E',
    '2 4 32',
    'Walk caches of the host’s tables, one for each level that points to tables, root first. `pwc` are the guest’s.',
    { values: ['off'], ...NESTED },
  ),
  now(
    'nested combined',
    'nested combined on|off',
    'on',
    'Whether the guest’s walk caches know where the host has the guest’s tables, so that a hit saves a host walk, too.',
    { values: ['on', 'off'], ...NESTED },
  ),
  now('nested pages', 'nested pages 4K|2M|1G', '4K', 'Size of the pages in which the host maps the guest’s memory.', {
    values: ['4K', '2M', '1G'],
    ...NESTED,
  }),
  now(
    'nested ad',
    'nested ad on|off',
    'off',
    'Accessed and dirty bits in EPT entries: then each access to a guest table is a write for the host.',
    { values: ['on', 'off'], ...NESTED },
  ),
  now(
    'nested populate',
    'nested populate on|off',
    'off',
    'Whether the host maps all of the guest’s memory before the guest starts, so that there are no EPT violations.',
    { values: ['on', 'off'], ...NESTED },
  ),
  now('ecpt ways', 'ecpt ways N N N', '3 3 0', 'Ways for 4 KiB, 2 MiB and 1 GiB pages: none, or 2 to 4.', ECPT),
  now(
    'ecpt entries',
    'ecpt entries N [N [N]]',
    '16384 16384 4096',
    'Slots of a new way for 4 KiB, 2 MiB and 1 GiB pages: powers of two from 64 on. Small ones show kicks and resizes.',
    { values: ['64', '1024', '16384'], ...ECPT },
  ),
  now(
    'ecpt cwt',
    'ecpt cwt N [N]',
    '4096 2048',
    'Lines of a way of the walk tables: of the PMD’s and of the PUD’s.',
    ECPT,
  ),
  now('ecpt hash', 'ecpt hash murmur|crc', 'murmur', 'Hash function of the ways.', {
    values: ['murmur', 'crc'],
    ...ECPT,
  }),
  now(
    'ecpt resize',
    'ecpt resize AT [FACTOR]',
    '0.6 4',
    'Occupancy at which a way is resized, and by how much it grows.',
    ECPT,
  ),
  now('ecpt together', 'ecpt together on|off', 'off', 'Whether all ways of a page size are resized when one is full.', {
    values: ['on', 'off'],
    ...ECPT,
  }),
  now(
    'ecpt kick',
    'ecpt kick swap|copy',
    'swap',
    'Whether a kicked cluster is swapped out of its slot, or copied before.',
    { values: ['swap', 'copy'], ...ECPT },
  ),
  now(
    'ecpt thread',
    'ecpt thread behind|alone',
    'behind',
    'When the thread that resizes runs: one step behind each fault and each step of a system call, or only where `rehash` says so.',
    { values: ['behind', 'alone'], ...ECPT },
  ),
  now(
    'ecpt move',
    'ecpt move copy-first|remove-first',
    'copy-first',
    'How the kernel splits and joins entries of its own tables, which map its code and themselves: the new ones are written before the old ones go, or behind.',
    { values: ['copy-first', 'remove-first'], ...ECPT },
  ),
  now(
    'ecpt switch',
    'ecpt switch atomic|torn',
    'atomic',
    'With `kpti`: whether the processor has two sets of the kernel’s registers and one instruction that changes between them, or one set that is written register by register.',
    { values: ['atomic', 'torn'], ...ECPT },
  ),
  now(
    'ecpt failure',
    'ecpt failure lose|resize',
    'lose',
    'What an insert does that finds no place after 128 kicks: it loses the cluster in hand, or resizes at once.',
    { values: ['lose', 'resize'], ...ECPT },
  ),
  now(
    'ecpt wait',
    'ecpt wait match|all',
    'match',
    'When a round of parallel probes ends: with the match, or with the slowest.',
    { values: ['match', 'all'], ...ECPT },
  ),
  now('ecpt downsize', 'ecpt downsize on|off', 'off', 'Whether ways shrink.', { values: ['on', 'off'], ...ECPT }),
  now(
    'ecpt tag0',
    'ecpt tag0 checked|released',
    'checked',
    'Whether an empty slot, whose tag is 0, is taken for the cluster of the lowest addresses, as in the release.',
    { values: ['checked', 'released'], ...ECPT },
  ),
];

const BY_KEY: ReadonlyMap<string, MachineKeyRow> = new Map(MACHINE_KEYS.map((row) => [row.key, row]));

export const machineKeyRow = (key: string): MachineKeyRow | undefined => BY_KEY.get(key);

/** First words of keys: what a line of the block may start with. */
export const KEY_WORDS: readonly string[] = [...new Set(MACHINE_KEYS.map(({ key }) => key.split(' ')[0]))];

export const defaultOf = (row: MachineKeyRow, preset: PresetName): string =>
  typeof row.default === 'string' ? row.default : row.default(preset);
