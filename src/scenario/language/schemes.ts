/** Scheme names as the language knows them; their tables are the machine's business. */
import type { PagingFormat } from '../../machine/paging/format';
import { RADIX4 } from '../../machine/paging/radix/format';

export interface SchemeRow {
  /** First word of the value of `scheme`. */
  name: string;
  /** What may follow it, as a whole. */
  rest: RegExp;
  syntax: string;
}

const MODES = /^(L4L3|L3L2|L4L3\+L2L1)$/;

export const SCHEMES: readonly SchemeRow[] = [
  { name: 'radix', rest: /^(|5|32)$/, syntax: 'radix [5|32]' },
  { name: 'pae', rest: /^$/, syntax: 'pae' },
  { name: 'linear', rest: /^[1-9][0-9]?$/, syntax: 'linear BITS' },
  { name: 'fpt', rest: MODES, syntax: 'fpt L4L3|L3L2|L4L3+L2L1' },
  { name: 'hashed', rest: /^$/, syntax: 'hashed' },
  { name: 'ecpt', rest: /^$/, syntax: 'ecpt' },
  { name: 'nested', rest: /^\S.* over \S.*$/, syntax: 'nested GUEST over HOST' },
];

/** The schemes that this version has, as `scheme` is written, with their tables. */
const FORMATS: ReadonlyMap<string, PagingFormat> = new Map([['radix', RADIX4]]);

export const formatOf = (scheme: { name: string; args: readonly string[] }): PagingFormat | undefined =>
  FORMATS.get([scheme.name, ...scheme.args].join(' '));
