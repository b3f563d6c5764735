/** How the keys of the data caches are read. Whoever describes a cache wants it: such a line turns them on. */
import { geometryRefusal } from '../../machine/core/dataCache';
import type { Word } from './ast';
import type { DataCacheName, MachineConfig } from './machineConfig';
import { parseNumber } from './numbers';
import type { SettingProblem } from './settingProblem';
import type { SettingReader } from './settingReaders';

const bad = (message: string, word?: Word): SettingProblem => ({ problem: 'badSetting', message, word });

const words =
  (values: Readonly<Record<string, (config: MachineConfig) => MachineConfig>>): SettingReader =>
  (args, config) => {
    const [word, extra] = args;
    if (word === undefined) return bad('The value is missing.');
    if (!Object.hasOwn(values, word.text))
      return bad(`\`${word.text}\` is none of ${Object.keys(values).join(', ')}.`, word);
    return extra === undefined ? values[word.text](config) : bad(`\`${extra.text}\` is one value too many.`, extra);
  };

/** `32KiB x8 4cycles`; the cycles may be left out, and those of instructions are the L1's. */
const geometry =
  (name: DataCacheName): SettingReader =>
  ([size, ways, cycles, ...rest], config) => {
    const sizeBytes = size && parseNumber(size.text);
    if (typeof sizeBytes !== 'bigint') return bad(sizeBytes?.message ?? 'The size is missing.', size);
    const count = /^[x×]([0-9]{1,4})$/.exec(ways?.text ?? '')?.[1];
    if (count === undefined) return bad('The number of ways is written `x8`.', ways);
    const took = cycles && /^([0-9]{1,9})cycles$/.exec(cycles.text)?.[1];
    if (cycles !== undefined && (took === undefined || name === 'l1i'))
      return bad(name === 'l1i' ? 'The cycles are those of l1.' : 'The latency is written `4cycles`.', cycles);
    if (rest.length > 0) return bad(`\`${rest[0].text}\` is one value too many.`, rest[0]);
    const cache = { sizeBytes: Number(sizeBytes), ways: Number(count) };
    const refused = geometryRefusal(cache);
    if (refused !== undefined) return { problem: 'badGeometry', message: refused, word: size };
    const latency = took === undefined ? config.latency : { ...config.latency, [name]: Number(took) };
    return { ...config, cache: true, latency, dataCaches: { ...config.dataCaches, [name]: cache } };
  };

export const CACHE_READERS: Readonly<Record<string, SettingReader>> = {
  cache: words({
    on: (config) => ({ ...config, cache: true }),
    off: (config) => ({ ...config, cache: false }),
  }),
  'cache l1': geometry('l1'),
  'cache l1i': geometry('l1i'),
  'cache l2': geometry('l2'),
  'cache llc': geometry('llc'),
  'cache priority': words({
    on: (config) => ({ ...config, cache: true, cachePriority: true }),
    off: (config) => ({ ...config, cachePriority: false }),
  }),
  walker: words({
    l1: (config) => ({ ...config, walker: 'l1' }),
    l2: (config) => ({ ...config, walker: 'l2' }),
  }),
};
