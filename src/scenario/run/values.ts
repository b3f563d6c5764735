/**
 * Values of the expression language: 64-bit unsigned integers, booleans, strings, and the things that names stand for.
 *
 * A region counts as its first address where a number is needed. An object may also stand for a number, or for names
 * that it equals (`fault == minor`). Nothing in here changes the machine except a place's `set`.
 */
import { formatAddress } from '../../machine/core/addresses';

export type Value = bigint | boolean | string | RegionValue | RangeValue | SymbolValue | ObjectValue;

export interface RegionValue {
  type: 'region';
  name: string;
  start: bigint;
  /** Excluded. */
  end: bigint;
}

export interface RangeValue {
  type: 'range';
  start: bigint;
  end: bigint;
}

/** A name of the language that is a value: `none`, `minor`, `SIGSEGV`. */
export interface SymbolValue {
  type: 'symbol';
  name: string;
}

export interface ObjectValue {
  type: 'object';
  /** What a person sees for the whole. */
  text: string;
  /** Names that the object compares equal to. */
  symbols?: readonly string[];
  /** Number that it stands for in arithmetic. */
  number?: bigint;
  members: readonly MemberValue[];
  /** Canonical memory reference of what it shows. */
  memoryReference?: string;
}

export interface MemberValue {
  name: string;
  /** Evaluated only when asked for. */
  get(): Value;
  /** Present if the member can be changed. Returns a sentence if the value is refused. */
  set?(value: bigint): string | undefined;
  /** Takes a pass over all tables: lists of members leave it to a person to ask for it. */
  dear?: true;
  /** Numbers that are addresses or bit patterns are always hexadecimal, counts always decimal. */
  as?: 'address' | 'hex' | 'count';
}

export const NONE: SymbolValue = { type: 'symbol', name: 'none' };
export const symbol = (name: string): SymbolValue => ({ type: 'symbol', name });
export const region = (name: string, start: bigint, end: bigint): RegionValue => ({ type: 'region', name, start, end });

/** The integer that a value stands for, or `undefined`. */
export function numberOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'object' && value.type === 'region') return value.start;
  if (typeof value === 'object' && value.type === 'object') return value.number;
  return undefined;
}

export function truth(value: Value): boolean {
  if (typeof value === 'string') return value.length > 0;
  if (typeof value === 'object' && value.type === 'symbol') return value.name !== 'none';
  const n = numberOf(value);
  return n === undefined ? true : n !== 0n;
}

const symbolsOf = (value: Value): readonly string[] | undefined => {
  if (typeof value !== 'object') return undefined;
  if (value.type === 'symbol') return [value.name];
  return value.type === 'object' ? value.symbols : undefined;
};

export function equal(a: Value, b: Value): boolean {
  const left = symbolsOf(a);
  const right = symbolsOf(b);
  if (left !== undefined && right !== undefined) return left.some((s) => right.includes(s));
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (isSymbol(a) || isSymbol(b)) return false;
  const x = numberOf(a);
  const y = numberOf(b);
  return x !== undefined && x === y;
}

const isSymbol = (value: Value): boolean => typeof value === 'object' && value.type === 'symbol';

/** Kind of a value in words, for error messages. */
export function kindOf(value: Value): string {
  if (typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'string') return 'a string';
  return value.type === 'symbol' ? `'${value.name}'` : `a ${value.type}`;
}

export type NumberFormat = 'hex' | 'decimal';

/** Hexadecimal for what may be an address; small numbers are counts as a rule, so they are shown in decimal too. */
export function formatNumber(value: bigint, format: NumberFormat): string {
  if (format === 'decimal' || value < 4096n) return value.toString();
  return value < 1n << 32n ? `${formatAddress(value)} (${value})` : formatAddress(value);
}

/** What a person sees. `print` uses decimal, views what the person chose. */
export function formatValue(value: Value, format: NumberFormat): string {
  if (typeof value === 'bigint') return formatNumber(value, format);
  if (typeof value === 'boolean' || typeof value === 'string') return String(value);
  switch (value.type) {
    case 'symbol':
      return value.name;
    case 'region':
      return `${formatAddress(value.start)} .. ${formatAddress(value.end)}`;
    case 'range':
      return `${formatAddress(value.start)} .. ${formatAddress(value.end)}`;
    case 'object':
      return value.text;
  }
}
