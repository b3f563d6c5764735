/** Scheme names as the language knows them; their tables are the machine's business. */
import { type PagingFormat, tableBytes } from '../../machine/paging/format';
import { ecptFormat } from '../../machine/paging/ecpt/format';
import { RELEASED } from '../../machine/paging/ecpt/format';
import { HASHED } from '../../machine/paging/hashed/format';
import { linear } from '../../machine/paging/linear/format';
import { PAE, RADIX32, RADIX4, RADIX5 } from '../../machine/paging/radix/format';
import { formatSize } from './numbers';

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
  { name: 'fpt', rest: MODES, syntax: 'fpt L4L3|L3L2|L4L3+L2L1' },
  { name: 'hashed', rest: /^$/, syntax: 'hashed', format: () => HASHED },
  { name: 'ecpt', rest: /^$/, syntax: 'ecpt', format: () => ecptFormat(RELEASED) },
  { name: 'nested', rest: /^\S.* over \S.*$/, syntax: 'nested GUEST over HOST' },
];

interface SchemeName {
  name: string;
  args: readonly string[];
}

/** What this version can run, as `scheme` is written. */
const SUPPORTED: ReadonlySet<string> = new Set(['radix', 'ecpt', 'hashed']);

export const isSupported = ({ name, args }: SchemeName): boolean => SUPPORTED.has([name, ...args].join(' '));

export const formatOf = ({ name, args }: SchemeName): PagingFormat | undefined =>
  SCHEMES.find((row) => row.name === name)?.format?.(args.join(' '));

/** Why a scheme cannot be in a memory of that size: its root table alone is larger. Undefined if it can. */
export function tooLarge(scheme: SchemeName, memoryBytes: number): string | undefined {
  const format = formatOf(scheme);
  const bytes = format === undefined ? 0 : tableBytes(format, 0);
  if (format === undefined || bytes <= memoryBytes) return undefined;
  const { bits } = format.levels[0];
  const size = formatSize(BigInt(bytes));
  return `\`${format.scheme}\` needs one table of ${size} for each process: 2^${bits} entries of ${format.entryBytes} bytes, one for every page of the address space. This machine has ${formatSize(BigInt(memoryBytes))} of memory.`;
}
