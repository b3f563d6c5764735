/**
 * The pace of a motion that may be long: how many ticks run in one go, when the host gets a turn, what a person is told.
 *
 * A clock decides these and nothing else: which state a motion ends in never depends on it. Bursts are sized by the speed
 * that was measured, so that the host gets its turn every few milliseconds whether a tick takes ten nanoseconds or ten
 * microseconds. Where the kind of work changes in the middle of a burst it may take longer, so a burst has an upper limit;
 * a low one outside ranged accesses, where a single tick may be a step of a range operation.
 */
import { CHUNK_ACCESSES } from '../machine/core/accessChunk';
import type { Run } from '../scenario/run/run';

export interface Progress {
  tick: number;
  /** Ticks per second since the motion began. */
  ticksPerSecond: number;
  /** Share of the motion that is done, 0 to 1, and what it still takes: where the goal is known. */
  done?: number;
  secondsLeft?: number;
}

export interface PaceOptions {
  /** A monotonic clock in milliseconds, for yielding and progress alone. */
  now(): number;
  /** Lets the host handle other requests; resolves soon. */
  yieldToHost(): Promise<void>;
  onProgress?(progress: Progress): void;
}

const SLICE_MS = 12;
const BURST_MS = 3;
const FIRST_BURST = 1024;
const LEAST_BURST = 16;
const LONGEST_BURST = CHUNK_ACCESSES;
const LONGEST_OUTSIDE = 512;
const LONG_ACCESS_SECONDS = 0.5;

export class Pace {
  /** A person wants the motion to end. */
  pauseRequested = false;
  /** Share done, where the motion knows it; else the share of the trace or ranged access that is going on. */
  share: (() => number) | undefined;
  readonly #began: number;
  #slice: number;
  #burst = FIRST_BURST;
  #ran = 0;
  /** Where the share that is told of began; anew for each long access, of which there may be several in a motion. */
  #first: { done: number; seconds: number; of: number } | undefined;
  #lastDone = 0;

  constructor(
    private readonly run: Run,
    private readonly options: PaceOptions,
  ) {
    this.#began = this.#slice = options.now();
  }

  /** Runs at most `limit` ticks at once: `work` gets a number of ticks and returns how many of them it ran. */
  burst(limit: number, work: (ticks: number) => number): number {
    const began = this.options.now();
    const ran = work(Math.min(limit, this.#burst, this.#limitHere()));
    const took = Math.max(0.02, this.options.now() - began);
    const wanted = Math.ceil((ran * BURST_MS) / took);
    // Speed is believed at once when it falls, and step by step when it rises.
    this.#burst = Math.max(LEAST_BURST, Math.min(LONGEST_BURST, wanted, 4 * this.#burst));
    this.#ran += ran;
    return ran;
  }

  /**
   * A ranged access runs to its end at most, so that what comes after it begins with a small burst; a trace to the end of
   * a chunk, because whole chunks know what they hold.
   */
  #limitHere(): number {
    const { activity, at } = this.run;
    if (activity === null || activity.kind === 'operation') return LONGEST_OUTSIDE;
    return Math.max(1, Math.min(activity.count - at, CHUNK_ACCESSES - (at % CHUNK_ACCESSES)));
  }

  /** True when the host should get a turn: `rest` is then to be awaited. */
  get tired(): boolean {
    return this.options.now() - this.#slice >= SLICE_MS;
  }

  async rest(): Promise<void> {
    await this.options.yieldToHost();
    this.#slice = this.options.now();
    this.options.onProgress?.(this.#progress());
  }

  #progress(): Progress {
    const seconds = Math.max(0.001, (this.#slice - this.#began) / 1000);
    const progress: Progress = { tick: this.run.tick, ticksPerSecond: this.#ran / seconds };
    const share = this.share?.() ?? this.#shareOfAccess(progress.ticksPerSecond);
    if (share === undefined) return progress;
    const done = (progress.done = Math.max(0, Math.min(1, share)));
    const of = this.share === undefined ? this.run.statementId : -1;
    if (this.#first?.of !== of || done < this.#lastDone) this.#first = { done, seconds, of };
    this.#lastDone = done;
    const gained = done - this.#first.done;
    if (gained > 0.001) progress.secondsLeft = ((1 - done) * (seconds - this.#first.seconds)) / gained;
    return progress;
  }

  /** Of the trace or the ranged access that is going on, if it takes so long that it is what a person waits for. */
  #shareOfAccess(ticksPerSecond: number): number | undefined {
    const { activity, at } = this.run;
    if (activity === null || activity.kind === 'operation') return undefined;
    return activity.count < LONG_ACCESS_SECONDS * ticksPerSecond ? undefined : at / activity.count;
  }
}
