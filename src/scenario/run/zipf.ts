/**
 * Zipf's law: rank k of n comes with a probability proportional to 1 / k^theta.
 *
 * Rejection-inversion (W. Hörmann and G. Derflinger, Rejection-inversion to generate variates from monotone discrete
 * distributions, ACM TOMACS 6(3), 1996): exact for every theta from 0, with no table, and hardly ever a second attempt.
 * H below is their H, an integral of x^−theta; `Math.expm1` and `Math.log1p` keep it exact near theta = 1.
 */
import { randomBelow, randomWord } from '../../machine/core/random';

/** What all draws of one distribution share; plain data, part of a run's state. */
export interface Zipf {
  readonly theta: number;
  readonly ranks: number;
  /** H at both ends of what is drawn from. */
  readonly first: number;
  readonly last: number;
  /** An x this close below its rank is taken without another look. */
  readonly near: number;
}

const UNIT = 2 ** 53;

/** (e^y − 1) / y and ln(1 + y) / y, which are 1 at 0. */
const expm1Over = (y: number): number => (y === 0 ? 1 : Math.expm1(y) / y);
const log1pOver = (y: number): number => (y === 0 ? 1 : Math.log1p(y) / y);

function integral(theta: number, x: number): number {
  const log = Math.log(x);
  return expm1Over((1 - theta) * log) * log;
}

function inverse(theta: number, y: number): number {
  // Rounding may lead just below −1, where there is no logarithm.
  return Math.exp(log1pOver(Math.max(-1, y * (1 - theta))) * y);
}

const density = (theta: number, x: number): number => Math.exp(-theta * Math.log(x));

export function zipf(theta: number, ranks: number): Zipf {
  const near = 2 - inverse(theta, integral(theta, 2.5) - density(theta, 2));
  return { theta, ranks, first: integral(theta, 1.5) - 1, last: integral(theta, ranks + 0.5), near };
}

/** The `index`-th of a sequence of ranks, counted from 0. */
export function zipfRank({ theta, ranks, first, last, near }: Zipf, seed: number, index: number): number {
  const own = randomWord(seed, index);
  for (let attempt = 0; ; attempt++) {
    const y = last + (randomBelow(own, attempt, UNIT) / UNIT) * (first - last);
    const x = inverse(theta, y);
    const k = Math.min(ranks, Math.max(1, Math.floor(x + 0.5)));
    if (k - x <= near || y >= integral(theta, k + 0.5) - density(theta, k)) return k - 1;
  }
}
