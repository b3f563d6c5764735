/**
 * A resolved machine in the words of the machine block. Each value can be given back with `--set KEY=VALUE`, and all of
 * them together make the same machine; keys that have several values (`latency`, `cost`) are records of their own.
 */
import { costNames, type Machine } from '../../machine/machine';
import { fitHostCaches } from '../../machine/paging/nested/format';
import type { PagingFormat } from '../../machine/paging/format';
import { DATA_CACHES, type MachineConfig, PAGE_SIZES } from '../../scenario/language/machineConfig';
import { describeCache, describePwc, describeTlb } from '../../scenario/language/presets';
import { schemeText } from '../../scenario/language/schemes';

export type MachineWords = Record<string, string | number | Record<string, number>>;

const list = (words: readonly string[]): string => (words.length === 0 ? 'none' : words.join(' '));
const onOff = (value: boolean): string => (value ? 'on' : 'off');
/** On one line of a machine block the arrays of a TLB stand without commas. */
const tlb = (arrays: Parameters<typeof describeTlb>[0]): string => describeTlb(arrays).replace(/,/g, '');

/** The data caches, where they are on: each line of a machine block that describes one turns them on. */
const cacheWords = (config: MachineConfig): MachineWords => ({
  cache: 'on',
  ...Object.fromEntries(DATA_CACHES.map((name) => [`cache ${name}`, describeCache(config.dataCaches[name])])),
  'cache priority': onOff(config.cachePriority),
  walker: config.walker,
});

const ecptWords = ({ ecpt }: MachineConfig): MachineWords => ({
  'ecpt ways': ecpt.ways.join(' '),
  'ecpt entries': ecpt.entries.join(' '),
  'ecpt cwt': ecpt.cwtEntries.join(' '),
  cwc: ecpt.cwc.join(' '),
  'ecpt hash': ecpt.hash,
  'ecpt resize': `${ecpt.resizeAt} ${ecpt.resizeFactor}`,
  'ecpt together': onOff(ecpt.resizeWhat === 'size'),
  'ecpt kick': ecpt.kick,
  'ecpt thread': ecpt.thread,
  'ecpt move': ecpt.move,
  'ecpt switch': ecpt.switch,
  'ecpt failure': ecpt.failure,
  'ecpt wait': ecpt.wait,
  'ecpt downsize': onOff(ecpt.downsize),
  'ecpt tag0': ecpt.tagZero,
});

const nestedWords = ({ nested }: MachineConfig, host: PagingFormat): MachineWords => ({
  'nested tlb': nested.tlb === null ? 'off' : describePwc([nested.tlb]),
  'nested pwc': nested.hostCaches === null ? 'off' : describePwc(fitHostCaches(nested.hostCaches, host)),
  'nested combined': onOff(nested.combined),
  'nested pages': PAGE_SIZES[nested.pageSize],
  'nested ad': onOff(nested.accessedDirty),
  'nested populate': onOff(nested.populate),
});

/** What only this scheme heeds. */
function schemeWords(config: MachineConfig, { host, hashed, levels }: PagingFormat): MachineWords {
  if (config.scheme.name === 'ecpt') return ecptWords(config);
  const isFlattened = levels.some(({ wide }) => wide === true);
  return {
    ...(hashed === undefined && levels.length > 1
      ? { pwc: describePwc(config.pwc), 'pwc promote': config.pwcPromote }
      : {}),
    ...(isFlattened ? { 'fpt free': config.fptFree } : {}),
    ...(host === undefined ? {} : nestedWords(config, host)),
  };
}

export function machineWords(config: MachineConfig, machine: Machine): MachineWords {
  const hardware: Record<string, number> = { ...machine.costs };
  const changed = Object.fromEntries(costNames().flatMap((n) => (n in config.costs ? [[n, config.costs[n]]] : [])));
  return {
    preset: config.preset,
    scheme: schemeText(config.scheme),
    memory: config.memoryBytes,
    cpus: config.cpus,
    nodes: config.nodes,
    seed: config.seed,
    dtlb: tlb(config.tlb.dtlb),
    itlb: tlb(config.tlb.itlb),
    stlb: tlb(config.tlb.stlb),
    'stlb inclusive': config.stlbInclusive,
    ...schemeWords(config, machine.scheme.format),
    replacement: config.replacement,
    instructions: onOff(config.instructions),
    thp: config.thp,
    zeropage: onOff(config.zeropage),
    pcid: onOff(config.pcid),
    kpti: onOff(config.kpti),
    swap: config.swapBytes,
    'flush drop': list(config.flushDrop),
    'emt defaults': config.emtDefaults === 'all' ? 'all' : list(config.emtDefaults),
    ...(config.cache ? cacheWords(config) : { cache: 'off' }),
    latency: { ...config.latency },
    cost: { ...hardware, ...changed },
  };
}
