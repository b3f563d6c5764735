/** How the values of the keys of nested paging are read. */
import { fitHostCaches, type NestedOptions } from '../../machine/paging/nested/format';
import { walkCacheLevels } from '../../machine/paging/format';
import type { Word } from './ast';
import { parseGeometry } from './geometry';
import type { CacheGeometry, MachineConfig } from './machineConfig';
import { formatOf } from './schemes';
import type { SettingProblem } from './settingProblem';
import type { SettingReader } from './settingReaders';

const bad = (message: string, word?: Word): SettingProblem => ({ problem: 'badSetting', message, word });

const changed = (config: MachineConfig, change: Partial<NestedOptions>): MachineConfig => ({
  ...config,
  nested: { ...config.nested, ...change },
});

/** One of some words. */
const words =
  (values: Readonly<Record<string, Partial<NestedOptions>>>): SettingReader =>
  ([word, extra], config) => {
    if (word === undefined) return bad('The value is missing.');
    if (extra !== undefined) return bad(`\`${extra.text}\` is one value too many.`, extra);
    if (!Object.hasOwn(values, word.text))
      return bad(`\`${word.text}\` is none of ${Object.keys(values).join(', ')}.`, word);
    return changed(config, values[word.text]);
  };

/** `16`, `16xfull`, `64x4`. */
function geometry(word: Word): CacheGeometry | SettingProblem {
  const text = /^[0-9_]+$/.test(word.text) ? `${word.text}xfull` : word.text;
  return parseGeometry({ ...word, text });
}

const tlb: SettingReader = ([word, extra], config) => {
  if (word === undefined) return bad('The geometry is missing.');
  if (extra !== undefined) return bad(`\`${extra.text}\` is one value too many.`, extra);
  if (word.text === 'off') return changed(config, { tlb: null });
  const read = geometry(word);
  return 'problem' in read ? read : changed(config, { tlb: read });
};

const pwc: SettingReader = (args, config) => {
  if (args.length === 1 && args[0].text === 'off') return changed(config, { hostCaches: null });
  const host = formatOf(config.scheme)?.host;
  // Another scheme ignores the key, which is reported with the others of that kind.
  if (host === undefined) return config;
  const levels = walkCacheLevels(host).map((level) => host.levels[level].name);
  if (args.length !== levels.length)
    return bad(
      `The host of \`${config.scheme.args.join(' ')}\` has a walk cache for entries of each of ${levels.join(', ')}: so ${levels.length} values, root first; or \`off\`.`,
    );
  const caches: CacheGeometry[] = [];
  for (const word of args) {
    const read = geometry(word);
    if ('problem' in read) return read;
    caches.push(read);
  }
  return changed(config, { hostCaches: fitHostCaches(caches, host) });
};

const onOff = (field: 'combined' | 'accessedDirty' | 'populate'): SettingReader =>
  words({ on: { [field]: true }, off: { [field]: false } });

export const NESTED_READERS: Readonly<Record<string, SettingReader>> = {
  'nested tlb': tlb,
  'nested pwc': pwc,
  'nested combined': onOff('combined'),
  'nested pages': words({ '4K': { pageSize: 0 }, '2M': { pageSize: 1 }, '1G': { pageSize: 2 } }),
  'nested ad': onOff('accessedDirty'),
  'nested populate': onOff('populate'),
};
