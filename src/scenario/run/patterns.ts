/**
 * Access patterns of ranged statements: the i-th address of a pattern is a function of i alone, so that a place in it is
 * a number and any place is reached at once. Distances are doubles, as the machine wants them.
 */
import { packAccess, type ScratchChunk } from '../../machine/core/accessChunk';
import { offsetOfAddress, PAGE_BYTES, vpnOfAddress, wrapPage } from '../../machine/core/addresses';
import { randomBelow } from '../../machine/core/random';
import type { AccessStatement, AccessPattern, Expression, ZipfPattern } from '../language/ast';
import { DEFAULT_ACCESS_BYTES, DEFAULT_THETA, MAX_THETA, stepCount } from '../language/patternBounds';
import { type Environment, EvaluationError, number, range } from './evaluate';
import { permuted } from './permutation';
import type { AccessPatternActivity } from './state';
import { zipf, zipfRank } from './zipf';

const MAX_ACCESS_BYTES = 4096;

/** Size of the statement's accesses in bytes. */
export function accessBytes(statement: AccessStatement, environment: Environment): number {
  if (statement.size === undefined) return DEFAULT_ACCESS_BYTES;
  const size = number(statement.size, environment);
  if (size >= 1n && size <= BigInt(MAX_ACCESS_BYTES)) return Number(size);
  throw new EvaluationError(`an access has 1 to ${MAX_ACCESS_BYTES} bytes`, statement.size.range);
}

export function startPattern(
  statement: AccessStatement,
  pattern: AccessPattern,
  environment: Environment,
  defaultSeed: number,
): AccessPatternActivity {
  const { start, end } = range(statement.target, environment);
  if (end <= start) throw new EvaluationError('the range is empty', statement.target.range);
  const length = Number(end - start);
  const sizeBytes = accessBytes(statement, environment);
  if (pattern.kind === 'step') {
    const step = positive(pattern.step, environment, 'the step must be at least one byte');
    // The last access lies inside the range like all others, unless the range is shorter than one.
    const count = stepCount(length, sizeBytes, step);
    return { kind: 'pattern', pattern: 'step', start, step, sizeBytes, seed: 0, places: count, count, skew: null };
  }
  const count = positive(pattern.count, environment, 'the number of accesses must be at least one');
  const seed = pattern.seed === undefined ? defaultSeed : Number(BigInt.asIntN(32, number(pattern.seed, environment)));
  const places = Math.max(1, Math.floor(length / sizeBytes));
  const skew = pattern.kind === 'zipf' ? zipf(thetaOf(pattern, environment), places) : null;
  return { kind: 'pattern', pattern: pattern.kind, start, step: sizeBytes, sizeBytes, seed, places, count, skew };
}

/** The only number of the language that may have a fraction. */
function thetaOf({ theta }: ZipfPattern, environment: Environment): number {
  if (theta === undefined) return DEFAULT_THETA;
  const value = theta.kind === 'decimal' ? theta.value : Number(number(theta, environment));
  if (value <= MAX_THETA) return value;
  throw new EvaluationError(`theta lies between 0 and ${MAX_THETA}`, theta.range);
}

function positive(expression: Expression, environment: Environment, problem: string): number {
  const n = Number(number(expression, environment));
  if (n < 1) throw new EvaluationError(problem, expression.range);
  return n;
}

/** Byte distance of the i-th access from the pattern's start: exact below 2^53. */
export function distance(pattern: AccessPatternActivity, index: number): number {
  const { step, seed, places } = pattern;
  switch (pattern.pattern) {
    case 'step':
      return index * step;
    case 'random':
      return randomBelow(seed, index, places) * step;
    case 'chase':
      // From each place to its successor in one cycle through all of them: a permutation read in order.
      return permuted(seed, index % places, places) * step;
    case 'zipf': {
      // Popular places lie scattered, as keys in a store do, not side by side.
      const rank = pattern.skew === null ? 0 : zipfRank(pattern.skew, seed, index);
      return permuted(seed, rank, places) * step;
    }
  }
}

/** Fills a chunk with accesses `from` … `from + count − 1` of a pattern. */
export function fillChunk(
  chunk: ScratchChunk,
  pattern: AccessPatternActivity,
  kind: number,
  from: number,
  count: number,
): void {
  const startPage = vpnOfAddress(pattern.start);
  const startOffset = offsetOfAddress(pattern.start);
  chunk.clear();
  for (let i = 0; i < count; i++) {
    const bytes = startOffset + distance(pattern, from + i);
    const pages = Math.floor(bytes / PAGE_BYTES);
    const page = startPage + pages;
    const offset = bytes - pages * PAGE_BYTES;
    chunk.append(wrapPage(page), packAccess(kind, offset, pattern.sizeBytes));
  }
}
