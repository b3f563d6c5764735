/**
 * Saved states of the tape, so that any tick is reached by restoring the nearest one before it and running fast.
 * Their number is bounded: when there are too many, every second one of the older half goes, so that spacing grows with
 * age. The first one, at tick 0, always stays.
 */
import type { RunSnapshot } from '../scenario/run/run';

export interface Checkpoint {
  readonly tick: number;
  readonly snapshot: RunSnapshot;
}

export class Checkpoints {
  #list: Checkpoint[];

  constructor(
    first: RunSnapshot,
    private readonly limit = 64,
  ) {
    this.#list = [{ tick: 0, snapshot: first }];
  }

  get ticks(): number[] {
    return this.#list.map((c) => c.tick);
  }

  get last(): Checkpoint {
    return this.#list[this.#list.length - 1];
  }

  /** The latest checkpoint at or before a tick. */
  before(tick: number): Checkpoint {
    let low = 0;
    let high = this.#list.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#list[middle].tick <= tick) low = middle;
      else high = middle;
    }
    return this.#list[low];
  }

  /** Ticks must come in ascending order; one that is already there is left. */
  add(tick: number, snapshot: RunSnapshot): void {
    if (tick <= this.last.tick) return;
    this.#list.push({ tick, snapshot });
    if (this.#list.length <= this.limit) return;
    const old = this.#list.length >> 1;
    this.#list = this.#list.filter((_, i) => i === 0 || i >= old || i % 2 === 0);
  }

  /** Forgets everything after a tick: what comes next will be new history. */
  dropAfter(tick: number): void {
    this.#list = this.#list.filter((c) => c.tick <= tick);
  }
}
