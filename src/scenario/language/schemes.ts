/** Scheme names as the language knows them; their tables are the machine's business. */
import { ecptFormat, RELEASED } from '../../machine/paging/ecpt/format';
import { configuredCaches, type PagingFormat, tooLarge } from '../../machine/paging/format';
import { FPT_L3L2, FPT_L4L3, FPT_L4L3_L2L1 } from '../../machine/paging/fpt/format';
import { HASHED } from '../../machine/paging/hashed/format';
import { linear } from '../../machine/paging/linear/format';
import { hostFormat, nestedFormat, nestingRefusal, partsOf } from '../../machine/paging/nested/format';
import { PAE, RADIX32, RADIX4, RADIX5 } from '../../machine/paging/radix/format';
import type { CacheGeometry } from './machineConfig';

export interface SchemeRow {
  /** First word of the value of `scheme`. */
  name: string;
  /** What may follow it, as a whole. */
  rest: RegExp;
  syntax: string;
  /** Its tables, if they are a tree or an array of x86 entries; `rest`: what follows the name. */
  format?(rest: string): PagingFormat | undefined;
}

const MODES = /^(L4L3|L3L2|L4L3\+L2L1)$/;
const FPT: Readonly<Record<string, PagingFormat>> = {
  L4L3: FPT_L4L3,
  L3L2: FPT_L3L2,
  'L4L3+L2L1': FPT_L4L3_L2L1,
};
const RADIX: Readonly<Record<string, PagingFormat>> = { '': RADIX4, '5': RADIX5, '32': RADIX32 };

export const SCHEMES: readonly SchemeRow[] = [
  { name: 'radix', rest: /^(|5|32)$/, syntax: 'radix [5|32]', format: (rest) => RADIX[rest] },
  { name: 'pae', rest: /^$/, syntax: 'pae', format: () => PAE },
  // One page at least, and not more than an address has.
  {
    name: 'linear',
    rest: /^(1[3-9]|[2-5][0-9]|6[0-4])$/,
    syntax: 'linear BITS',
    format: (bits) => linear(Number(bits)),
  },
  { name: 'fpt', rest: MODES, syntax: 'fpt L4L3|L3L2|L4L3+L2L1', format: (mode) => FPT[mode] },
  { name: 'hashed', rest: /^$/, syntax: 'hashed', format: () => HASHED },
  { name: 'ecpt', rest: /^$/, syntax: 'ecpt', format: () => ecptFormat(RELEASED) },
  {
    name: 'nested',
    rest: /^\S.* over \S.*$/,
    syntax: 'nested GUEST over HOST',
    format: (rest) => {
      const sides = sidesOf(rest);
      return sides && nestingRefusal(sides.guest, sides.host) === undefined
        ? { ...nestedFormat(sides.guest, sides.host), host: hostFormat(sides.host) }
        : undefined;
    },
  },
];

/** The schemes on both sides of `over`; undefined if one of them is none. */
function sidesOf(rest: string): { guest: PagingFormat; host: PagingFormat } | undefined {
  const parts = partsOf(`nested ${rest}`);
  const [guest, host] = [parts?.guest, parts?.host].map((text) => text && formatNamed(text));
  return guest && host ? { guest, host } : undefined;
}

function formatNamed(text: string): PagingFormat | undefined {
  const [name, ...args] = text.split(' ');
  const row = SCHEMES.find((each) => each.name === name && each.name !== 'nested');
  return row?.rest.test(args.join(' ')) ? row.format?.(args.join(' ')) : undefined;
}

/** Why a guest and a host cannot be had together, as a sentence; `undefined` if they can, or if nothing is nested. */
export function nestedProblem({ name, args }: SchemeName): string | undefined {
  if (name !== 'nested') return undefined;
  const parts = partsOf(schemeText({ name, args }));
  for (const text of [parts?.guest ?? '', parts?.host ?? '']) {
    if (text.startsWith('nested')) return 'A guest of a guest is not possible: a processor walks two dimensions.';
    if (formatNamed(text) === undefined) return `\`${text}\` is not a scheme.`;
  }
  const sides = sidesOf(args.join(' '));
  return sides && nestingRefusal(sides.guest, sides.host);
}

interface SchemeName {
  name: string;
  args: readonly string[];
}

export const schemeText = ({ name, args }: SchemeName): string => [name, ...args].join(' ');

export const formatOf = ({ name, args }: SchemeName): PagingFormat | undefined =>
  SCHEMES.find((row) => row.name === name)?.format?.(args.join(' '));

/** What this version can run: what it has tables for. */
export const isSupported = (scheme: SchemeName): boolean => formatOf(scheme) !== undefined;

/** Why a scheme cannot be in a memory of that size: its root table alone is larger. Undefined if it can. */
export function tooLargeFor(scheme: SchemeName, memoryBytes: number): string | undefined {
  const format = formatOf(scheme);
  return format?.hashed === undefined ? format && tooLarge(format, memoryBytes) : undefined;
}

/** Names of the levels that `pwc` gives a walk cache, root first. */
export const cachedLevels = (scheme: SchemeName): string[] =>
  configuredCaches(formatOf(scheme) ?? RADIX4).map(({ name }) => name);

/** The walk caches of another scheme made to fit: the deepest keep their sizes, levels above them are like the topmost. */
export function fitWalkCaches(caches: readonly CacheGeometry[], scheme: SchemeName): CacheGeometry[] {
  const wanted = cachedLevels(scheme).length;
  const kept = wanted === 0 ? [] : caches.slice(-wanted);
  const top = kept.at(0) ?? { entries: 2, ways: 2 };
  return [...Array.from({ length: wanted - kept.length }, () => ({ ...top })), ...kept];
}
