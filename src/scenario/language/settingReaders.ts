/** How the value of each machine key is read: from words to a changed config, or to the problem with one of the words. */
import { FLUSH_OPERATIONS } from '../../machine/core/flushOperations';
import { DEFAULT_COSTS } from '../../machine/core/costs';
import { DEFAULT_SOFTWARE_COSTS, FUNCTION_NAMES } from '../../machine/core/functions';
import type { Word } from './ast';
import {
  type CacheGeometry,
  type Latency,
  type MachineConfig,
  type PageSize,
  PRESET_NAMES,
  REPLACEMENTS,
  FPT_FREES,
  TABLE_RECLAIMS,
  THP_MODES,
} from './machineConfig';
import { CACHE_READERS } from './cacheReaders';
import { ECPT_READERS } from './ecptReaders';
import { NESTED_READERS } from './nestedReaders';
import type { MachineKeyRow } from './machineKeys';
import { didYouMean, nearest } from './nearest';
import { formatSize, PAGE_BYTES, parseNumber } from './numbers';
import { presetConfig } from './presets';
import { cachedLevels, fitWalkCaches, isSupported, nestedProblem, SCHEMES, schemeText } from './schemes';
import type { SettingProblem } from './settingProblem';
import { mergeGeometry, parseGeometry, parseSizes } from './geometry';

export type SettingReader = (args: readonly Word[], config: MachineConfig) => MachineConfig | SettingProblem;

const bad = (message: string, word?: Word, suggestion?: string): SettingProblem => ({
  problem: 'badSetting',
  message,
  word,
  suggestion,
});

const notYet = (what: string, word?: Word): SettingProblem => ({
  problem: 'laterSetting',
  message: `\`${what}\` is not available in this version of ptscope yet.`,
  word,
});

/** Reads exactly one word. */
const single =
  (read: (word: Word, config: MachineConfig) => MachineConfig | SettingProblem): SettingReader =>
  (args, config) => {
    if (args.length === 0) return bad('The value is missing.');
    if (args.length > 1) return bad(`\`${args[1].text}\` is one value too many.`, args[1]);
    return read(args[0], config);
  };

/** One of the row's values. */
const choice = (row: MachineKeyRow, set: (config: MachineConfig, text: string) => MachineConfig): SettingReader =>
  single((word, config) => {
    if (row.values.includes(word.text)) return set(config, word.text);
    if (row.laterValues.includes(word.text)) return notYet(`${row.key} ${word.text}`, word);
    const known = [...row.values, ...row.laterValues];
    const suggestion = nearest(word.text, known);
    return bad(`\`${word.text}\` is none of ${known.join(', ')}.`, word, suggestion);
  });

interface Bounds {
  minimum: bigint;
  maximum: bigint;
}

const whole = (
  row: MachineKeyRow,
  bounds: Bounds,
  set: (config: MachineConfig, value: number) => MachineConfig,
): SettingReader =>
  single((word, config) => {
    const value = parseNumber(word.text);
    if (typeof value !== 'bigint') return bad(value.message, word, value.suggestion);
    const { minimum, maximum } = bounds;
    const { available = maximum } = row;
    if (value < minimum || value > maximum) {
      const message = `\`${row.key}\` lies between ${formatSize(minimum)} and ${formatSize(maximum)}.`;
      return { problem: 'outOfRange', message, word };
    }
    return value > available ? notYet(`${row.key} ${word.text}`, word) : set(config, Number(value));
  });

/** A size in whole pages. */
const pages = (
  row: MachineKeyRow,
  what: string,
  minimum: bigint,
  set: (config: MachineConfig, bytes: number) => MachineConfig,
): SettingReader =>
  single((word, config) => {
    const value = parseNumber(word.text);
    if (typeof value === 'bigint' && value % PAGE_BYTES !== 0n) {
      const suggestion = formatSize((value / PAGE_BYTES + 1n) * PAGE_BYTES);
      return { problem: 'notPageMultiple', message: `${what} is a multiple of 4 KiB.`, word, suggestion };
    }
    return whole(row, { minimum, maximum: 1n << 44n }, set)([word], config);
  });

/** `none`, or some of the row's other values, each once. */
const several =
  (row: MachineKeyRow, set: (config: MachineConfig, texts: readonly string[]) => MachineConfig): SettingReader =>
  (args, config) => {
    if (args.length === 0) return bad('The value is missing.');
    const texts = args.map(({ text }) => text);
    for (const [i, word] of args.entries()) {
      if (!row.values.includes(word.text)) {
        const suggestion = nearest(word.text, row.values);
        return bad(`\`${word.text}\` is none of ${row.values.join(', ')}.`, word, suggestion);
      }
      if (texts.indexOf(word.text) < i) return bad(`\`${word.text}\` is given twice.`, word);
      const alone = word.text === 'none' || word.text === 'all';
      if (alone && args.length > 1) return bad(`\`${word.text}\` stands alone.`, word);
    }
    return set(config, texts[0] === 'none' ? [] : texts);
  };

/** The value of a word that `choice` has found among the row's values. */
const among = <Text extends string>(known: readonly Text[], text: string): Text =>
  known.find((each) => each === text) ?? known[0];

const scheme: SettingReader = (args, config) => {
  const [first, ...rest] = args;
  if (!first) return bad('The scheme’s name is missing.');
  const row = SCHEMES.find(({ name }) => name === first.text);
  if (!row) {
    const suggestion = nearest(
      first.text,
      SCHEMES.map(({ name }) => name),
    );
    return bad(`\`${first.text}\` is not a scheme.${didYouMean(suggestion)}`, first, suggestion);
  }
  const texts = rest.map(({ text }) => text);
  if (!row.rest.test(texts.join(' '))) return bad(`This scheme is written \`${row.syntax}\`.`, rest[0] ?? first);
  const named = { name: row.name, args: texts };
  const unfit = nestedProblem(named);
  if (unfit !== undefined) return { problem: 'impossibleNesting', message: unfit, word: rest[0] };
  if (!isSupported(named)) return notYet(`scheme ${schemeText(named)}`);
  return { ...config, scheme: named, pwc: fitWalkCaches(config.pwc, named) };
};

const DEFAULT_SIZES = { dtlb: ['4K'], itlb: ['4K'], stlb: ['4K', '2M'] } as const;

const tlb =
  (structure: keyof typeof DEFAULT_SIZES): SettingReader =>
  (args, config) => {
    if (args.length === 0) return bad('The geometry is missing.');
    let arrays = config.tlb[structure];
    let sizes: readonly PageSize[] = DEFAULT_SIZES[structure];
    let pending = false;
    for (const word of args) {
      const named = parseSizes(word.text);
      pending = named !== undefined;
      if (named) {
        sizes = named;
        continue;
      }
      const geometry = parseGeometry(word);
      if ('problem' in geometry) return geometry;
      arrays = mergeGeometry(arrays, sizes, geometry);
    }
    if (pending) return bad('The geometry after the page size is missing.', args.at(-1));
    return { ...config, tlb: { ...config.tlb, [structure]: arrays } };
  };

const pwc: SettingReader = (args, config) => {
  const levels = cachedLevels(config.scheme);
  // Whoever has no levels that point to tables ignores the key: reported with the others of that kind.
  if (levels.length === 0) return config;
  const [count, are] =
    levels.length === 1 ? ['one', 'is 1 walk cache'] : [`${levels.length}`, `are ${levels.length} walk caches`];
  if (args.length !== levels.length)
    return bad(
      `There ${are} in \`${schemeText(config.scheme)}\`, for entries of the ${levels.join(', ')}: so ${count} value${levels.length === 1 ? '' : 's'}, root first.`,
    );
  const caches: CacheGeometry[] = [];
  for (const word of args) {
    const text = /^[0-9_]+$/.test(word.text) ? `${word.text}xfull` : word.text;
    const geometry = parseGeometry({ ...word, text });
    if ('problem' in geometry) return geometry;
    caches.push(geometry);
  }
  return { ...config, pwc: caches };
};

const LATENCIES: readonly (keyof Latency)[] = ['l1', 'l2', 'llc', 'dram'];

const latency: SettingReader = ([level, cycles, ...rest], config) => {
  const name = LATENCIES.find((known) => known === level?.text);
  if (!name) return bad('The level is one of l1, l2, llc and dram.', level);
  const value = cycles && parseCost(cycles.text);
  if (value === undefined || rest.length > 0) return bad('The number of cycles is one number.', rest[0] ?? cycles);
  return { ...config, latency: { ...config.latency, [name]: value } };
};

/** Names that `cost` takes: parameters of the hardware model, of software's primitive operations, and functions. */
export const COST_NAMES: readonly string[] = [
  ...Object.keys(DEFAULT_COSTS),
  ...Object.keys(DEFAULT_SOFTWARE_COSTS),
  ...FUNCTION_NAMES,
];

const cost: SettingReader = ([name, amount, ...rest], config) => {
  if (!name) return bad('The name and the value are missing.');
  if (!COST_NAMES.includes(name.text)) {
    const suggestion = nearest(name.text, COST_NAMES);
    return bad(`\`${name.text}\` is not a cost.${didYouMean(suggestion)}`, name, suggestion);
  }
  const value = amount && parseCost(amount.text);
  if (value === undefined || rest.length > 0) return bad('The value is one number.', rest[0] ?? amount ?? name);
  return { ...config, costs: { ...config.costs, [name.text]: value } };
};

/** Costs are amounts of cycles or instructions and may have a fraction. */
function parseCost(text: string): number | undefined {
  if (/^[0-9]{1,9}\.[0-9]{1,9}$/.test(text)) return Number(text);
  const value = parseNumber(text);
  return typeof value === 'bigint' && value <= 1_000_000_000_000n ? Number(value) : undefined;
}

const onOff =
  (field: 'instructions' | 'zeropage' | 'pcid' | 'kpti') =>
  (row: MachineKeyRow): SettingReader =>
    choice(row, (config, text) => ({ ...config, [field]: text === 'on' }));

const READERS: Readonly<Record<string, (row: MachineKeyRow) => SettingReader>> = {
  preset: (row) =>
    choice(row, (config, text) => {
      const preset = PRESET_NAMES.find((name) => name === text) ?? config.preset;
      const values = presetConfig(preset);
      return { ...config, preset, ...values, pwc: fitWalkCaches(values.pwc, config.scheme) };
    }),
  scheme: () => scheme,
  memory: (row) => pages(row, 'Memory', 1n << 20n, (config, memoryBytes) => ({ ...config, memoryBytes })),
  swap: (row) => pages(row, 'Swap space', 0n, (config, swapBytes) => ({ ...config, swapBytes })),
  cpus: (row) => whole(row, { minimum: 1n, maximum: 64n }, (config, cpus) => ({ ...config, cpus })),
  nodes: (row) => whole(row, { minimum: 1n, maximum: 8n }, (config, nodes) => ({ ...config, nodes })),
  seed: (row) =>
    whole(row, { minimum: 0n, maximum: BigInt(Number.MAX_SAFE_INTEGER) }, (config, seed) => ({ ...config, seed })),
  dtlb: () => tlb('dtlb'),
  itlb: () => tlb('itlb'),
  stlb: () => tlb('stlb'),
  'stlb inclusive': (row) =>
    choice(row, (config, text) => ({ ...config, stlbInclusive: text === 'strict' ? 'strict' : 'fill' })),
  pwc: () => pwc,
  'pwc promote': (row) => choice(row, (config, text) => ({ ...config, pwcPromote: text === 'all' ? 'all' : 'hit' })),
  replacement: (row) => choice(row, (config, text) => ({ ...config, replacement: among(REPLACEMENTS, text) })),
  instructions: onOff('instructions'),
  thp: (row) => choice(row, (config, text) => ({ ...config, thp: among(THP_MODES, text) })),
  zeropage: onOff('zeropage'),
  pcid: onOff('pcid'),
  kpti: onOff('kpti'),
  'flush drop': (row) =>
    several(row, (config, texts) => ({ ...config, flushDrop: texts.map((text) => among(FLUSH_OPERATIONS, text)) })),
  'emt defaults': (row) =>
    several(row, (config, texts) => ({ ...config, emtDefaults: texts[0] === 'all' ? 'all' : texts })),
  'fpt free': (row) => choice(row, (config, text) => ({ ...config, fptFree: among(FPT_FREES, text) })),
  'tables reclaim': (row) => choice(row, (config, text) => ({ ...config, tablesReclaim: among(TABLE_RECLAIMS, text) })),
  latency: () => latency,
  cost: () => cost,
  ...Object.fromEntries(
    Object.entries({ ...CACHE_READERS, ...NESTED_READERS, ...ECPT_READERS }).map(([key, reader]) => [
      key,
      () => reader,
    ]),
  ),
};

export function readerOf(row: MachineKeyRow): SettingReader {
  return READERS[row.key]?.(row) ?? (() => notYet(row.key));
}
