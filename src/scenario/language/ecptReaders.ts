/** How the values of the keys of cuckoo tables are read: each changes one of the options that a machine is built with. */
import { type EcptOptions, optionsRefusal, PUBLISHED, RELEASED } from '../../machine/paging/ecpt/format';
import type { Word } from './ast';
import type { MachineConfig } from './machineConfig';
import { parseNumber } from './numbers';
import type { SettingProblem } from './settingProblem';
import type { SettingReader } from './settingReaders';

const bad = (message: string, word?: Word): SettingProblem => ({ problem: 'badSetting', message, word });

/** What can be built; what cannot is refused at the word. */
function changed(config: MachineConfig, change: Partial<EcptOptions>, word?: Word): MachineConfig | SettingProblem {
  const ecpt = { ...config.ecpt, ...change };
  const refused = optionsRefusal(ecpt);
  return refused === undefined ? { ...config, ecpt } : { problem: 'outOfRange', message: refused, word };
}

const WHICH: Readonly<Record<string, EcptOptions>> = { released: RELEASED, published: PUBLISHED };

/** One of some words. */
const words =
  (values: Readonly<Record<string, Partial<EcptOptions>>>): SettingReader =>
  (args, config) => {
    const [word, extra] = args;
    if (word === undefined) return bad('The value is missing.');
    if (extra !== undefined) return bad(`\`${extra.text}\` is one value too many.`, extra);
    if (!Object.hasOwn(values, word.text))
      return bad(`\`${word.text}\` is none of ${Object.keys(values).join(', ')}.`, word);
    return changed(config, values[word.text], word);
  };

/** Whole numbers; `least` of them at least, the last given one stands for those that are missing. */
const numbers =
  (least: number, most: number, change: (values: readonly number[]) => Partial<EcptOptions>): SettingReader =>
  (args, config) => {
    if (args.length < least || args.length > most)
      return bad(least === most ? `There are ${most} values.` : `There are ${least} to ${most} values.`, args[most]);
    const values: number[] = [];
    for (const word of args) {
      const value = parseNumber(word.text);
      if (typeof value !== 'bigint') return bad(value.message, word);
      if (value > 2n ** 32n) return bad(`\`${word.text}\` is too large.`, word);
      values.push(Number(value));
    }
    while (values.length < most) values.push(values[values.length - 1]);
    return changed(config, change(values), args[0]);
  };

const resize: SettingReader = ([at, factor, ...rest], config) => {
  if (at === undefined || !/^0\.[0-9]{1,6}$/.test(at.text))
    return bad('The occupancy is a number below 1, as 0.6.', at);
  const value = factor === undefined ? config.ecpt.resizeFactor : parseNumber(factor.text);
  if (typeof value === 'object') return bad(value.message, factor);
  if (rest.length > 0) return bad(`\`${rest[0].text}\` is one value too many.`, rest[0]);
  return changed(config, { resizeAt: Number(at.text), resizeFactor: Number(value) }, factor ?? at);
};

const cwc: SettingReader = (args, config) => {
  const read = numbers(2, 2, ([pud, pmd]) => ({ cwc: [pud, pmd] }))(args, config);
  if ('problem' in read) return read;
  const wrong = read.ecpt.cwc.findIndex((entries) => entries < 1 || entries > 1 << 16);
  return wrong < 0 ? read : bad('A walk cache has 1 to 65536 entries.', args[wrong]);
};

export const ECPT_READERS: Readonly<Record<string, SettingReader>> = {
  ecpt: words(WHICH),
  'ecpt ways': numbers(3, 3, ([small, medium, large]) => ({ ways: [small, medium, large] })),
  'ecpt entries': numbers(1, 3, ([small, medium, large]) => ({ entries: [small, medium, large] })),
  'ecpt cwt': numbers(1, 2, ([pmd, pud]) => ({ cwtEntries: [pmd, pud] })),
  'ecpt hash': words({ murmur: { hash: 'murmur' }, crc: { hash: 'crc' } }),
  'ecpt resize': resize,
  'ecpt together': words({ on: { resizeWhat: 'size' }, off: { resizeWhat: 'way' } }),
  'ecpt kick': words({ swap: { kick: 'swap' }, copy: { kick: 'copy' } }),
  'ecpt thread': words({ behind: { thread: 'behind' }, alone: { thread: 'alone' } }),
  'ecpt move': words({ 'copy-first': { move: 'copy-first' }, 'remove-first': { move: 'remove-first' } }),
  'ecpt switch': words({ atomic: { switch: 'atomic' }, torn: { switch: 'torn' } }),
  'ecpt failure': words({ lose: { failure: 'lose' }, resize: { failure: 'resize' } }),
  'ecpt wait': words({ match: { wait: 'match' }, all: { wait: 'all' } }),
  'ecpt downsize': words({ on: { downsize: true }, off: { downsize: false } }),
  'ecpt tag0': words({ checked: { tagZero: 'checked' }, released: { tagZero: 'released' } }),
  cwc,
};
