/**
 * From the words of settings to a MachineConfig: of a machine block, and of a command line's `--set "dtlb=4K 64x4"`.
 * What cannot be read is reported and leaves the config as it was; nothing throws.
 */
import type { MachineBlock, Range, Setting, Word } from './ast';
import { diagnostic, replacing, type Diagnostic, type Report } from './diagnostics';
import type { MachineConfig } from './machineConfig';
import { KEY_WORDS, machineKeyRow, type MachineKeyRow } from './machineKeys';
import { didYouMean, nearest } from './nearest';
import { rangeOf } from './positions';
import { defaultConfig } from './presets';
import { tooLargeFor } from './schemes';
import type { SettingProblem } from './settingProblem';
import { readerOf } from './settingReaders';

export interface MachineResult {
  config: MachineConfig;
  diagnostics: Diagnostic[];
}

/** The machine of a block; without one, the default machine. */
export function resolveMachine(block?: MachineBlock): MachineResult {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (found) => void diagnostics.push(found);
  let config = defaultConfig();
  const settings = block?.settings ?? [];
  // How many walk caches there are follows from the scheme, wherever it stands.
  const schemes = settings.filter(setsScheme);
  const others = settings.filter((setting) => !setsScheme(setting));
  for (const setting of [...schemes, ...others]) config = applySetting(config, setting, report);
  if (block) reportPatterns(block, config, report);
  reportSize(schemes.at(-1), config, report);
  return { config, diagnostics };
}

const setsScheme = (setting: Setting): boolean => findKey(setting)?.row.key === 'scheme';

/** A flat table may be larger than the memory, which may be set below it. */
function reportSize(setting: Setting | undefined, config: MachineConfig, report: Report): void {
  const refusal = tooLargeFor(config.scheme, config.memoryBytes);
  if (setting !== undefined && refusal !== undefined) report(diagnostic('outOfRange', refusal, setting.range));
}

/** `config` changed by `KEY=VALUE` (or `KEY VALUE`); ranges of diagnostics count in that text. */
export function applyOverride(config: MachineConfig, text: string): MachineResult {
  const diagnostics: Diagnostic[] = [];
  const setting = settingOfText(text);
  if (!setting) {
    const message = 'A machine setting is written `KEY=VALUE`, e.g. `dtlb=4K 64x4`.';
    return { config, diagnostics: [diagnostic('badSetting', message, rangeOf(0, 0, text.length))] };
  }
  const report: Report = (found) => void diagnostics.push(found);
  const changed = applySetting(config, setting, report);
  const found = findKey(setting);
  if (found) reportScheme(found.row, setting, changed, report);
  return { config: changed, diagnostics };
}

function settingOfText(text: string): Setting | undefined {
  const words = [...text.replace('=', ' ').matchAll(/\S+/g)].map((match): Word => ({
    text: match[0],
    range: rangeOf(0, match.index, match.index + match[0].length),
  }));
  const [key, ...values] = words;
  return key && { kind: 'setting', key, values, range: rangeOf(0, 0, text.length) };
}

/** The row of a setting's key, one word or two, and the words after it. */
export function findKey({ key, values }: Setting): { row: MachineKeyRow; args: Word[] } | undefined {
  const long = values.length > 0 ? machineKeyRow(`${key.text} ${values[0].text}`) : undefined;
  if (long) return { row: long, args: values.slice(1) };
  const row = machineKeyRow(key.text);
  return row && { row, args: values };
}

function applySetting(config: MachineConfig, setting: Setting, report: Report): MachineConfig {
  const found = findKey(setting);
  if (!found) {
    report(unknownKey(setting));
    return config;
  }
  const { row, args } = found;
  // Whether the scheme ignores a key is known only when the whole block is read.
  if (row.schemes && !row.supported) return config;
  if (!row.supported) {
    report(
      diagnostic('laterSetting', `\`${row.key}\` is not available in this version of ptscope yet.`, setting.range),
    );
    return config;
  }
  const result = readerOf(row)(args, config);
  if (!('problem' in result)) return result;
  report(settingDiagnostic(result, row, setting.range));
  return config;
}

function settingDiagnostic(result: SettingProblem, row: MachineKeyRow, whole: Range): Diagnostic {
  const { problem, message, word, suggestion } = result;
  const range = word?.range ?? whole;
  const form = problem === 'badSetting' ? ` It is written \`${row.syntax}\`.` : '';
  const fixes = suggestion === undefined ? [] : [replacing(range, suggestion)];
  return diagnostic(problem, message + form, range, ...fixes);
}

function unknownKey({ key, values }: Setting): Diagnostic {
  const needsSecond = KEY_WORDS.includes(key.text);
  if (needsSecond) {
    const message = `\`${key.text}\` needs another word after it.`;
    return diagnostic('unknownKey', message, values[0]?.range ?? key.range);
  }
  const suggestion = nearest(key.text, KEY_WORDS);
  const fixes = suggestion === undefined ? [] : [replacing(key.range, suggestion)];
  return diagnostic(
    'unknownKey',
    `\`${key.text}\` is not a machine key.${didYouMean(suggestion)}`,
    key.range,
    ...fixes,
  );
}

/** What only the whole block shows: keys twice, keys that the scheme ignores, a preset below what it overrides. */
function reportPatterns(block: MachineBlock, config: MachineConfig, report: Report): void {
  const seen = new Map<string, Setting>();
  for (const setting of block.settings) {
    const found = findKey(setting);
    if (!found) continue;
    const { row, args } = found;
    reportScheme(row, setting, config, report);
    const identity = row.repeatable ? [row.key, ...args.slice(0, -1).map(({ text }) => text)].join(' ') : row.key;
    const earlier = seen.get(identity);
    if (earlier)
      report(
        diagnostic(
          'duplicateKey',
          `\`${identity}\` is set again on line ${setting.range.start.line + 1}.`,
          earlier.range,
        ),
      );
    if (OF_CACHES.includes(row.key) && !config.cache)
      report(
        diagnostic(
          'ignoredKey',
          `There are no data caches that \`${row.key}\` could be about: add \`cache on\`.`,
          setting.range,
        ),
      );
    if (row.key === 'preset') reportUndone([...seen.values()], setting, report);
    seen.set(identity, setting);
  }
}

function reportScheme(row: MachineKeyRow, setting: Setting, { scheme }: MachineConfig, report: Report): void {
  if (!row.schemes) return;
  if (!row.schemes.includes(scheme.name))
    report(diagnostic('ignoredKey', `The scheme \`${scheme.name}\` ignores \`${row.key}\`.`, setting.range));
  else if (!row.supported)
    report(
      diagnostic('laterSetting', `\`${row.key}\` is not available in this version of ptscope yet.`, setting.range),
    );
}

/** Keys that say something of data caches and do not turn them on. */
const OF_CACHES = ['latency', 'walker'];

const SET_BY_PRESET = [
  ...['dtlb', 'itlb', 'stlb', 'pwc', 'latency', 'walker'],
  ...['cache l1', 'cache l1i', 'cache l2', 'cache llc'],
];

function reportUndone(above: readonly Setting[], preset: Setting, report: Report): void {
  const undone = above.find((setting) => SET_BY_PRESET.includes(findKey(setting)?.row.key ?? ''));
  if (undone)
    report(diagnostic('presetNotFirst', `The preset overrides \`${undone.key.text}\` above it.`, preset.range));
}
