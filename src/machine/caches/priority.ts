/**
 * When page-table lines are kept in preference to data: the second half of Park et al., *Every Walk's a Hit* (ASPLOS '22), as far
 * as its abstract and two summaries say how it works. Counters that a processor has tell phases in which many accesses walk;
 * in such a phase, when a set of the L2 or of the LLC is full, its least recently used line of *data* goes, 99 times of 100,
 * and the hundredth time whatever is least recently used, so that tables that nobody walks any more leave in the end.
 *
 * Ours, because nothing that we could see says it: a phase is decided anew every 10,000 data accesses, for the 10,000 that follow;
 * many is one walk in a hundred accesses; and the hundredth time is counted for each cache, not drawn by lot.
 */

/** Data accesses between two decisions, and the walks among them from which on tables are protected. */
export const WINDOW = 10_000;
export const MANY_WALKS = WINDOW / 100;
/** Of so many replacements in a phase the last is by plain LRU. */
export const PLAIN_EVERY = 100;

const enum At {
  Accesses,
  Walks,
  InForce,
  /** First of the caches' turns. */
  Turns,
}

/** One for the machine: `state` is saved with it. Without `enabled` it counts nothing and protects nothing. */
export class Priority {
  readonly state: Float64Array;

  constructor(
    readonly enabled: boolean,
    caches: number,
  ) {
    this.state = new Float64Array(At.Turns + caches);
  }

  /** Page-table lines are protected now. */
  get inForce(): boolean {
    return this.state[At.InForce] !== 0;
  }

  access(): void {
    if (!this.enabled) return;
    const { state } = this;
    if (++state[At.Accesses] < WINDOW) return;
    state[At.InForce] = state[At.Walks] >= MANY_WALKS ? 1 : 0;
    state[At.Accesses] = state[At.Walks] = 0;
  }

  walk(): void {
    if (this.enabled) this.state[At.Walks]++;
  }

  /** A full set of that cache must make room: whether tables are protected this time. */
  protects(cache: number): boolean {
    const { state } = this;
    if (state[At.InForce] === 0) return false;
    const turn = state[At.Turns + cache] + 1;
    state[At.Turns + cache] = turn % PLAIN_EVERY;
    return turn < PLAIN_EVERY;
  }
}
