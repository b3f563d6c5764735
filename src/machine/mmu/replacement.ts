/**
 * Which entry of a full set has to go, where it is not the least recently used one: tree pseudo-LRU, as first-level caches
 * and TLBs have it, and random. True LRU is no `Replacer`: it is built into `AssociativeCache`, whose hot paths know it.
 */
import { randomWord } from '../core/random';
import type { TypedArray } from '../core/state';

export type ReplacementPolicy = 'lru' | 'plru' | 'random';

export interface ReplacementOptions {
  policy: ReplacementPolicy;
  /** Of the random numbers; each structure draws its own. */
  seed: number;
}

export interface Replacer {
  /** State, to be saved and hashed with the cache's. */
  readonly arrays: readonly TypedArray[];
  /** A way was used that was not the last one used of its set. */
  used(set: number, way: number): void;
  /** A way was filled. */
  filled(set: number, way: number): void;
  /** Way of a full set that the next fill replaces; asking changes nothing. */
  victim(set: number): number;
}

/**
 * A tree of one bit a pair: node 1 is the root, node n has the children 2n and 2n + 1, the leaves are the ways. A bit says
 * which half was *not* used last; following the bits leads to the victim.
 */
class TreePlru implements Replacer {
  readonly arrays: readonly TypedArray[];
  readonly #bits: Uint8Array;

  constructor(
    sets: number,
    private readonly ways: number,
  ) {
    this.#bits = new Uint8Array(sets * ways);
    this.arrays = [this.#bits];
  }

  used(set: number, way: number): void {
    for (let node = way + this.ways; node > 1; node >>= 1) this.#bits[set * this.ways + (node >> 1)] = 1 - (node & 1);
  }

  filled(set: number, way: number): void {
    this.used(set, way);
  }

  victim(set: number): number {
    let node = 1;
    while (node < this.ways) node = 2 * node + this.#bits[set * this.ways + node];
    return node - this.ways;
  }
}

/** The n-th fill of a structure replaces a way that only seed, structure and n decide. */
class SeededRandom implements Replacer {
  readonly arrays: readonly TypedArray[];
  readonly #fills = new Float64Array(1);

  constructor(
    private readonly seed: number,
    private readonly ways: number,
  ) {
    this.arrays = [this.#fills];
  }

  used(): void {
    // What was used does not matter.
  }

  filled(): void {
    this.#fills[0]++;
  }

  victim(): number {
    return randomWord(this.seed, this.#fills[0] | 0) % this.ways;
  }
}

/** The replacer of one structure, or `null` for LRU. The geometry must suit the policy: see `replacementRefusal`. */
export function makeReplacer(
  { policy, seed }: ReplacementOptions,
  name: string,
  entries: number,
  ways: number,
): Replacer | null {
  if (policy === 'lru') return null;
  if (policy === 'plru') return new TreePlru(entries / ways, ways);
  let own = seed | 0;
  for (let i = 0; i < name.length; i++) own = Math.imul(own ^ name.charCodeAt(i), 0x01000193);
  return new SeededRandom(own, ways);
}

/** Why a policy cannot be had with some number of ways, as a sentence; `undefined` if it can. */
export function replacementRefusal(policy: ReplacementPolicy, ways: number): string | undefined {
  if (policy !== 'plru' || (ways & (ways - 1)) === 0) return undefined;
  return `tree pseudo-LRU halves the ways of a set again and again: ${ways} ways are no power of two`;
}
