/**
 * A resolved machine in the words of the machine block. Each value can be given back with `--set KEY=VALUE`, and all of
 * them together make the same machine; keys that have several values (`latency`, `cost`) are records of their own.
 */
import { costNames, type Machine } from '../../machine/machine';
import { DATA_CACHES, type MachineConfig } from '../../scenario/language/machineConfig';
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
    pwc: describePwc(config.pwc),
    'pwc promote': config.pwcPromote,
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
