/**
 * Permutations of 0 … count − 1 that are computed, not stored: any place of one is reached at once, whatever its size.
 *
 * A Feistel network over pairs (left, right) whose product is just above `count`, walked along its cycle until it is
 * inside: "generalized Feistel" and "cycle walking" of J. Black and P. Rogaway, Ciphers with Arbitrary Finite Domains
 * (CT-RSA 2002). The round function is the machine's generator, so that this shuffles and does not encrypt.
 */
import { randomWord } from '../../machine/core/random';

/** Three pairs of half-rounds: one more than it takes for no structure to be seen. */
const ROUNDS = 3;
const WORDS = 2 ** 32;

/** Where the permutation of `seed` puts `index`; `count` up to 2^53. */
export function permuted(seed: number, index: number, count: number): number {
  const lefts = Math.ceil(Math.sqrt(count));
  const rights = Math.ceil(count / lefts);
  let place = index;
  do {
    let left = Math.floor(place / rights);
    let right = place % rights;
    for (let round = 0; round < ROUNDS; round++) {
      left = (left + half(seed + 2 * round, right, lefts)) % lefts;
      right = (right + half(seed + 2 * round + 1, left, rights)) % rights;
    }
    place = left * rights + right;
  } while (place >= count);
  return place;
}

const half = (seed: number, other: number, bound: number): number =>
  Math.floor((randomWord(seed, other) / WORDS) * bound);
