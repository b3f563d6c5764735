/**
 * The machine's seeded random numbers: SplitMix32. The whole state is one 32-bit word, so that a place in a random
 * access pattern is plain data, and the n-th number is reached without drawing the ones before it.
 */
export function randomWord(seed: number, index: number): number {
  let z = (seed + Math.imul(index + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** The `index`-th of a sequence of integers, uniform in 0 … bound − 1; bound up to 2^53. */
export function randomBelow(seed: number, index: number, bound: number): number {
  const high = randomWord(seed, 2 * index) >>> 5;
  const low = randomWord(seed, 2 * index + 1) >>> 6;
  return Math.floor(((high * 67108864 + low) / 9007199254740992) * bound);
}
