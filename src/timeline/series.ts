/**
 * The counters along the tape, for plots: a reading at every `spacing`-th tick, from tick 0 to where the tape has run.
 *
 * When the series is full, every second reading goes and the distance doubles: so it is spread evenly over the past, and
 * which ticks it has depends on how far the tape has run and on nothing else: neither on clocks nor on where the cursor
 * went meanwhile. A reading is a copy of a hundred numbers between two bursts; a tape of N ticks takes 512 and then
 * 256 for each time that N doubles. No part of the machine's state.
 *
 * `last` is the reading at the farthest tick that was recorded, which lies anywhere.
 */
import { Counter } from '../machine/core/counters';
import type { Run } from '../scenario/run/run';

/** What a reading has behind the counters: frames that nobody has, and slots of the swap device in use. */
export const FREE_FRAMES: number = Counter.Count;
export const SWAP_USED = FREE_FRAMES + 1;
const WIDTH = SWAP_USED + 1;

/** Counters by `Counter`, then gauges. */
export type SeriesReading = Float64Array;

export interface SeriesPoint {
  readonly tick: number;
  readonly reading: SeriesReading;
}

/** A power of two: halves stay multiples of the distance. */
export const SERIES_CAPACITY = 512;

export class Series {
  readonly #values = new Float64Array(SERIES_CAPACITY * WIDTH);
  #count = 0;
  #spacing = 1;
  #last: SeriesPoint | undefined;
  /** Changes whenever a point comes or goes: who has drawn this version need not draw again. */
  version = 0;

  get spacing(): number {
    return this.#spacing;
  }

  /** Ticks that may be run at once from here without passing the next tick of the series. */
  room(tick: number): number {
    const next = this.#count * this.#spacing;
    return tick < next ? next - tick : Infinity;
  }

  /** The run stands at a tick's start, having run there for real. */
  take(run: Run): void {
    if (run.tick !== this.#count * this.#spacing) return;
    read(run, this.#values.subarray(this.#count * WIDTH, (this.#count + 1) * WIDTH));
    this.#count++;
    this.version++;
    if (this.#count === SERIES_CAPACITY) this.#thin();
  }

  /** The run stands behind a tick that was recorded: nobody has been farther. */
  reach(run: Run): void {
    if (run.tick <= this.end) return;
    const reading = new Float64Array(WIDTH);
    read(run, reading);
    this.#last = { tick: run.tick, reading };
    this.version++;
  }

  #thin(): void {
    for (let i = 0; 2 * i < this.#count; i++) this.#values.copyWithin(i * WIDTH, 2 * i * WIDTH, (2 * i + 1) * WIDTH);
    this.#count /= 2;
    this.#spacing *= 2;
  }

  /** What follows the start of a tick is no longer what it was. */
  dropAfter(tick: number): void {
    this.#count = Math.min(this.#count, Math.floor(tick / this.#spacing) + 1);
    if (this.#last !== undefined && this.#last.tick > tick) this.#last = undefined;
    this.version++;
  }

  /** The last tick of which there is a reading. */
  get end(): number {
    return Math.max((this.#count - 1) * this.#spacing, this.#last?.tick ?? 0);
  }

  /** All points, ticks ascending. Readings are views that the next motion may change. */
  points(): SeriesPoint[] {
    const points: SeriesPoint[] = [];
    for (let i = 0; i < this.#count; i++)
      points.push({
        tick: i * this.#spacing,
        reading: this.#values.subarray(i * WIDTH, (i + 1) * WIDTH),
      });
    if (this.#last !== undefined && this.#last.tick > (this.#count - 1) * this.#spacing) points.push(this.#last);
    return points;
  }
}

/** What the counters and gauges are where the run stands. */
export function readingHere(run: Run): SeriesReading {
  const reading = new Float64Array(WIDTH);
  read(run, reading);
  return reading;
}

function read({ machine }: Run, into: SeriesReading): void {
  into.set(machine.probe.counters);
  into[FREE_FRAMES] = machine.buddy.freeFrames;
  into[SWAP_USED] = machine.kernel.frames.swap.used;
}
