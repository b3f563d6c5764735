/**
 * Saved states of the tape, so that any tick is reached by restoring the nearest one before it and running fast.
 *
 * Two kinds. *Lasting* ones are laid while the run goes forward for the first time, and stay when the cursor goes back.
 * Their distance is measured as work (work.ts). When there are too many, or they hold too many bytes, the distance is
 * doubled and those that are closer than that go: so they are always spread evenly over the past. *Near* ones are laid on
 * the way to where a person looks or a search goes, so that small steps back from there are instant; few are kept.
 *
 * What the limit bounds is what they hold beside the last lasting one. That one stays in any case, and over gigabytes of tables it
 * alone may be more than the limit: but what others share with it, which is nearly everything where tables only grow, costs nothing.
 *
 * Holds always: ticks ascend; the first lasting one, at tick 0, stays; `bytes` is what all of them hold together.
 */
import type { RunSnapshot } from '../scenario/run/run';
import type { Reading } from './reading';
import { ownBytes, SnapshotCensus } from './snapshotCensus';

export interface Checkpoint {
  readonly tick: number;
  readonly snapshot: RunSnapshot;
  /** Work that the run had done here. */
  readonly work: number;
  readonly reading: Reading;
}

export interface CheckpointLimits {
  /** Of all checkpoints together, beside what the last lasting one holds. */
  bytes: number;
  /** Of lasting ones. */
  count: number;
  /** Work between two lasting ones, to begin with. */
  spacing: number;
}

const NEAR = 12;
/** Lasting ones that stay however little memory there is: the first and the last. */
const LEAST = 2;

export class Checkpoints {
  #lasting: Checkpoint[];
  #near: Checkpoint[] = [];
  #spacing: number;
  #census = new SnapshotCensus();
  /** What was counted; too much while `#gone`, since then some of it has been dropped. */
  #bytes: number;
  #gone = false;
  /** What the last lasting one holds by itself. */
  #needed: number;

  constructor(
    first: Checkpoint,
    private readonly limits: CheckpointLimits,
  ) {
    this.#lasting = [first];
    this.#spacing = limits.spacing;
    this.#bytes = this.#needed = this.#census.add(first.snapshot);
  }

  /** Ticks of the lasting ones. */
  get ticks(): number[] {
    return this.#lasting.map((c) => c.tick);
  }

  get bytes(): number {
    if (this.#gone) this.#recount();
    return this.#bytes;
  }

  /** What they hold in any case: the last lasting one. */
  get leastBytes(): number {
    return this.#needed;
  }

  /** Work between lasting ones, as it is now. */
  get spacing(): number {
    return this.#spacing;
  }

  get last(): Checkpoint {
    return this.#lasting[this.#lasting.length - 1];
  }

  /** Place in the list of the latest lasting checkpoint at or before a tick. */
  #indexBefore(tick: number): number {
    let low = 0;
    let high = this.#lasting.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (this.#lasting[middle].tick <= tick) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The first lasting checkpoint after a tick. */
  lastingAfter(tick: number): Checkpoint | undefined {
    return this.#lasting[this.#indexBefore(tick) + 1];
  }

  /** The latest checkpoint of either kind at or before a tick. */
  before(tick: number): Checkpoint {
    let best = this.#lasting[this.#indexBefore(tick)];
    for (const near of this.#near) if (near.tick <= tick && near.tick > best.tick) best = near;
    return best;
  }

  /** Must be later than all lasting ones. */
  add(checkpoint: Checkpoint): void {
    this.#lasting.push(checkpoint);
    this.#bytes += this.#census.add(checkpoint.snapshot);
    this.#measureLast();
    this.#bound();
  }

  addNear(checkpoint: Checkpoint): void {
    const { tick } = checkpoint;
    if (this.before(tick).tick === tick) return;
    this.#near.push(checkpoint);
    if (this.#near.length > NEAR) {
      this.#near.splice(this.#leastUseful(tick), 1);
      this.#gone = true;
    }
    this.#bytes += this.#census.add(checkpoint.snapshot);
    this.#bound();
  }

  /** Of the near ones: the last behind a tick, since searches go back from there; else the oldest. */
  #leastUseful(tick: number): number {
    let worst = 0;
    this.#near.forEach((c, i) => {
      if (c.tick > Math.max(tick, this.#near[worst].tick)) worst = i;
    });
    return worst;
  }

  /** Forgets everything after a tick: what comes next will be new history. */
  dropAfter(tick: number): void {
    this.#lasting = this.#lasting.filter((c) => c.tick <= tick);
    this.#near = this.#near.filter((c) => c.tick <= tick);
    this.#gone = true;
    this.#measureLast();
  }

  #measureLast(): void {
    this.#needed = ownBytes(this.last.snapshot);
  }

  #bound(): void {
    const { limits } = this;
    // Counting again is worth it only where what was counted is too much.
    const most = limits.bytes + this.#needed;
    const tooMuch = (): boolean => this.#bytes > most && this.bytes > most;
    if (tooMuch()) {
      this.#near = [];
      this.#gone = true;
    }
    while ((this.#lasting.length > limits.count || tooMuch()) && this.#lasting.length > LEAST) {
      this.#spacing = Math.max(2 * this.#spacing, this.#smallestGap());
      this.#thin();
      this.#gone = true;
    }
  }

  /** Two neighbouring gaps that are together no longer than the spacing become one. */
  #thin(): void {
    const list = this.#lasting;
    const kept = [list[0]];
    for (let i = 1; i < list.length; i++) {
      const from = kept[kept.length - 1].work;
      if (i === list.length - 1 || list[i + 1].work - from > this.#spacing) kept.push(list[i]);
    }
    this.#lasting = kept;
  }

  /** The least spacing with which `#thin` drops any. */
  #smallestGap(): number {
    let least = Infinity;
    for (let i = 2; i < this.#lasting.length; i++)
      least = Math.min(least, this.#lasting[i].work - this.#lasting[i - 2].work);
    return least;
  }

  #recount(): void {
    this.#census = new SnapshotCensus();
    this.#bytes = 0;
    this.#gone = false;
    for (const c of this.#lasting) this.#bytes += this.#census.add(c.snapshot);
    for (const c of this.#near) this.#bytes += this.#census.add(c.snapshot);
  }
}
