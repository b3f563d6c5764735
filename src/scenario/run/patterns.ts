/**
 * Access patterns of ranged statements: the i-th address of a pattern is a function of i alone, so that a place in it is
 * a number and any place is reached at once. Addresses are (page, offset) pairs of doubles, as the machine wants them.
 */
import { randomBelow } from '../../machine/core/random';
import type { AccessPatternActivity } from './state';

/** Byte distance of the i-th access from the pattern's start: exact below 2^53. */
export function distance(pattern: AccessPatternActivity, index: number): number {
  if (pattern.pattern === 'step') return index * pattern.step;
  return randomBelow(pattern.seed, index, pattern.places) * pattern.step;
}
