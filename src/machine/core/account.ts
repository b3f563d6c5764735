/**
 * What a piece of software's work is charged: calls, instructions and counters. Measured once, while the work is done; then the
 * same work can be done in another way, or many times, and is charged by adding the account.
 */
import type { Probe } from './probe';

type Sums = readonly [calls: Float64Array, instructions: Float64Array, counters: Float64Array];
/** Which sums grow, and by how much. */
type Growth = readonly { readonly at: number; readonly by: number }[];

const sumsOf = ({ calls, instructions, counters }: Probe): Sums => [calls, instructions, counters];

export class Account {
  readonly #before: readonly Float64Array[];
  #growth: readonly Growth[] = [];

  /** The work begins. */
  constructor(private readonly probe: Probe) {
    this.#before = sumsOf(probe).map((sums) => sums.slice());
  }

  /** It has ended. */
  close(): void {
    this.#growth = sumsOf(this.probe).map((sums, i) =>
      Array.from(sums, (sum, at) => ({ at, by: sum - this.#before[i][at] })).filter(({ by }) => by !== 0),
    );
  }

  /** How much a counter grew. */
  counted(counter: number): number {
    return this.#growth[2].find(({ at }) => at === counter)?.by ?? 0;
  }

  /** True if somebody waits for a call of one of the functions. */
  get isAwaited(): boolean {
    return this.#growth[0].some(({ at }) => this.probe.armedFunctions[at] !== 0);
  }

  /** Charges the work so many times more. */
  charge(times: number): void {
    sumsOf(this.probe).forEach((sums, i) => {
      for (const { at, by } of this.#growth[i]) sums[at] += times * by;
    });
  }
}
