/**
 * What an expression is worth before anything runs: literals, constants, sizes of regions, and addresses of regions that
 * are given with `at`, under the arithmetic of arithmetic.ts. Undefined is "known at run time only".
 */
import { applyBinary, applyUnary } from './arithmetic';
import type { BinaryExpression, Expression, RangeExpression } from './ast';
import type { Binding } from './scope';

export type Constant = bigint | boolean | string;

/** Finds what a name is bound to. */
export type Lookup = (name: string) => Binding | undefined;

export interface ConstantRange {
  start?: bigint;
  /** First address behind it. */
  end?: bigint;
}

export function fold(expression: Expression, lookup: Lookup): Constant | undefined {
  switch (expression.kind) {
    case 'number':
    case 'boolean':
    case 'string':
      return expression.value;
    case 'name':
      return foldName(expression.name, lookup);
    case 'member':
      return expression.object.kind === 'name'
        ? foldMember(lookup(expression.object.name), expression.property.name)
        : undefined;
    case 'unary': {
      const operand = foldNumber(expression.operand, lookup);
      return operand === undefined ? undefined : applyUnary(expression.operator, operand);
    }
    case 'binary':
      return foldBinary(expression, lookup);
    case 'conditional': {
      const condition = foldNumber(expression.condition, lookup);
      if (condition === undefined) return undefined;
      return fold(condition !== 0n ? expression.then : expression.otherwise, lookup);
    }
    default:
      return undefined;
  }
}

/** The value as a number; truth is 1 and 0, as in C. */
export function foldNumber(expression: Expression, lookup: Lookup): bigint | undefined {
  const value = fold(expression, lookup);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' ? value : undefined;
}

/** Start and end of a RANGE, as far as they are known. */
export function foldRange(expression: Expression, lookup: Lookup): ConstantRange {
  if (expression.kind === 'range') return foldRangeExpression(expression, lookup);
  const region = expression.kind === 'name' ? lookup(expression.name) : undefined;
  if (region?.type !== 'region' || region.start === undefined) return {};
  return { start: region.start, end: region.size === undefined ? undefined : region.start + region.size };
}

function foldRangeExpression({ form, from, limit }: RangeExpression, lookup: Lookup): ConstantRange {
  const start = foldNumber(from, lookup);
  const value = foldNumber(limit, lookup);
  if (form === 'to') return { start, end: value };
  return { start, end: start === undefined || value === undefined ? undefined : start + value };
}

function foldName(name: string, lookup: Lookup): Constant | undefined {
  const binding = lookup(name);
  return binding?.type === 'region' ? binding.start : binding?.value;
}

function foldMember(binding: Binding | undefined, member: string): bigint | undefined {
  if (binding?.type !== 'region') return undefined;
  const { start, size } = binding;
  if (member === 'size') return size;
  if (member === 'start') return start;
  return member === 'end' && start !== undefined && size !== undefined ? start + size : undefined;
}

function foldBinary({ operator, left, right }: BinaryExpression, lookup: Lookup): Constant | undefined {
  if (operator === 'in') return foldIn(left, right, lookup);
  const a = foldText(left, lookup);
  // One side decides `&&` and `||` whatever the other is.
  if (operator === '&&' || operator === '||') return foldLogical(operator, a, foldText(right, lookup));
  const b = foldText(right, lookup);
  if (typeof a === 'string' || typeof b === 'string') return foldStrings(operator, a, b);
  return a === undefined || b === undefined ? undefined : applyBinary(operator, a, b);
}

function foldText(expression: Expression, lookup: Lookup): bigint | string | undefined {
  const value = fold(expression, lookup);
  return typeof value === 'boolean' ? BigInt(value) : value;
}

type Folded = bigint | string | undefined;

function foldLogical(operator: '&&' | '||', a: Folded, b: Folded): boolean | undefined {
  const decisive = operator === '||';
  if (typeof a === 'string' || typeof b === 'string') return undefined;
  const truths = [a, b].map((value) => (value === undefined ? undefined : value !== 0n));
  if (truths.includes(decisive)) return decisive;
  return truths.includes(undefined) ? undefined : !decisive;
}

function foldStrings(operator: string, a: Folded, b: Folded): boolean | undefined {
  if (typeof a !== 'string' || typeof b !== 'string') return undefined;
  if (operator === '==') return a === b;
  return operator === '!=' ? a !== b : undefined;
}

function foldIn(left: Expression, right: Expression, lookup: Lookup): boolean | undefined {
  const value = foldNumber(left, lookup);
  const { start, end } = foldRange(right, lookup);
  return value === undefined || start === undefined || end === undefined ? undefined : value >= start && value < end;
}
