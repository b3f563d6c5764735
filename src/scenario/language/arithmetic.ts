/**
 * The arithmetic of expressions on unsigned 64-bit integers, as C's `uint64_t`: wrapping, unsigned division and
 * comparison. What C leaves undefined is defined: a shift by 64 or more gives 0. Division by zero has no value.
 */
import type { BinaryOperator, UnaryOperator } from './ast';
import { MAX_VALUE } from './numbers';

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

const BINARY: Readonly<Partial<Record<BinaryOperator, (a: bigint, b: bigint) => bigint | boolean | undefined>>> = {
  '*': (a, b) => wrap(a * b),
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
  '+': (a, b) => wrap(a + b),
  '-': (a, b) => wrap(a - b),
  '<<': (a, b) => (b > 63n ? 0n : wrap(a << b)),
  '>>': (a, b) => (b > 63n ? 0n : a >> b),
  '&': (a, b) => a & b,
  '^': (a, b) => a ^ b,
  '|': (a, b) => a | b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** Undefined for a division by zero, and for `in`, `&&`, `||`, which are no arithmetic. */
export const applyBinary = (operator: BinaryOperator, a: bigint, b: bigint): bigint | boolean | undefined =>
  BINARY[operator]?.(a, b);

const UNARY: Readonly<Record<UnaryOperator, (a: bigint) => bigint | boolean>> = {
  '-': (a) => wrap(-a),
  '+': (a) => a,
  '~': (a) => a ^ MAX_VALUE,
  '!': (a) => a === 0n,
};

export const applyUnary = (operator: UnaryOperator, a: bigint): bigint | boolean => UNARY[operator](a);
