/**
 * One scheme of a comparison: a run of its own on a tape of its own, which is made when it is first needed and then
 * follows the session's place in the program.
 *
 * The session's tick is where it looks first: mostly the place is the same. Where kernel calls took more or fewer ticks it
 * goes on or back in steps that double, then by halves: places only grow along a tape.
 */
import { LEAF_SIZE_NAMES, PAGE_BYTES, PAGES_OF_LEAF } from '../../machine/core/addresses';
import type { MachineEvent } from '../../machine/core/events';
import { type Statistics, statistics } from '../../machine/statistics';
import type { CompareColumn, ComparedAccess } from '../../protocol/compare';
import type { WalkPicture } from '../../protocol/walk';
import { LoadError, type LoadedRun } from '../../scenario/run/load';
import { comparePlaces, type ProgramPlace } from '../../scenario/run/programPlace';
import { type Progress, Timeline } from '../../timeline/timeline';
import { walkPicture } from '../picture';
import type { AdapterHost } from '../session';

/** What saved states of one compared run may hold. */
const CHECKPOINT_BYTES = 48 * 2 ** 20;

export interface Target {
  tick: number;
  place: ProgramPlace;
}

/** A person, or a later question, wants it to end. */
export class Interrupted extends Error {}

export interface ColumnParts {
  host: AdapterHost;
  load(scheme: string, signal: AbortSignal): Promise<LoadedRun>;
  onProgress(progress: { text: string; done?: number }): void;
}

export class Column {
  #run: LoadedRun | undefined;
  #timeline: Timeline | undefined;
  #refused: string | undefined;
  #abort = new AbortController();
  #state: CompareColumn['state'] = 'waiting';

  constructor(
    readonly scheme: string,
    private readonly parts: ColumnParts,
  ) {}

  /** Ends what it is doing, soon. */
  interrupt(): void {
    this.#abort.abort();
    this.#timeline?.pause();
  }

  dispose(): void {
    this.interrupt();
    this.#run?.dispose();
    this.#run = this.#timeline = undefined;
  }

  /** Goes to the place, or to the first behind it. Throws `Interrupted`. */
  async follow(target: Target): Promise<void> {
    this.#state = 'waiting';
    this.#abort = new AbortController();
    const timeline = await this.#ready();
    if (timeline === undefined) return;
    this.#state = (await this.#reach(timeline, target)) === 0 ? 'here' : 'elsewhere';
    // The whole tick: numbers are those behind it, and the walk is walked to its end.
    await this.#go(timeline, timeline.moment.tick, Infinity);
  }

  async #ready(): Promise<Timeline | undefined> {
    if (this.#timeline !== undefined || this.#refused !== undefined) return this.#timeline;
    const { signal } = this.#abort;
    try {
      this.parts.onProgress({ text: 'reading the program' });
      this.#run = await this.parts.load(this.scheme, signal);
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      if (!(error instanceof LoadError)) throw error;
      this.#refused = error.message.replace(/^scheme=[^:]*: /, '');
      return undefined;
    }
    this.#run.run.tolerant = true;
    const { now, yieldToHost } = this.parts.host;
    const onProgress = ({ tick, done }: Progress): void => this.parts.onProgress({ text: `at tick ${tick}`, done });
    this.#timeline = new Timeline(this.#run.run, { now, yieldToHost, onProgress, checkpointBytes: CHECKPOINT_BYTES });
    return this.#timeline;
  }

  async #go(timeline: Timeline, tick: number, event: number): Promise<void> {
    if (this.#abort.signal.aborted) throw new Interrupted();
    const arrival = await timeline.seek({ tick, event });
    if (arrival.kind === 'pause' || this.#abort.signal.aborted) throw new Interrupted();
  }

  /** Where a tick is, as seen from the place: before it, at it, behind it. */
  async #compare(timeline: Timeline, tick: number, { place }: Target): Promise<number> {
    await this.#go(timeline, tick, 0);
    return comparePlaces(timeline.programPlace, place);
  }

  async #reach(timeline: Timeline, target: Target): Promise<number> {
    const first = await this.#compare(timeline, target.tick, target);
    if (first === 0) return 0;
    let [low, high] = await this.#bounds(timeline, target, first);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((await this.#compare(timeline, middle, target)) < 0) low = middle;
      else high = middle;
    }
    return this.#compare(timeline, high, target);
  }

  /** A tick before the place (−1: there is none), and one that is not. */
  async #bounds(timeline: Timeline, target: Target, first: number): Promise<[low: number, high: number]> {
    let at = timeline.moment.tick;
    if (first > 0)
      for (let step = 1; ; step *= 2) {
        const before = at - step;
        if (before < 0) return [-1, at];
        if ((await this.#compare(timeline, before, target)) < 0) return [before, at];
        at = before;
      }
    for (let step = 1; ; step *= 2) {
      if ((await this.#compare(timeline, at + step, target)) >= 0) return [at, timeline.moment.tick];
      at = timeline.moment.tick;
    }
  }

  // ---- what it shows --------------------------------------------------------------------------------------------------

  get statistics(): Statistics | undefined {
    return this.#timeline === undefined || this.#state === 'waiting'
      ? undefined
      : statistics(this.#timeline.run.machine);
  }

  column(): CompareColumn {
    const { scheme } = this;
    if (this.#refused !== undefined) return { scheme, state: 'refused', reason: this.#refused };
    const timeline = this.#timeline;
    if (timeline === undefined || this.#state === 'waiting') return { scheme, state: 'waiting' };
    const { run, events, moment } = timeline;
    const picture = walkPicture(run, events, moment);
    return {
      scheme,
      state: this.#state,
      ...(this.#state === 'elsewhere' ? { reason: elsewhere(timeline) } : {}),
      tick: moment.tick,
      // It is no place on the session's tape: there is nothing to go to.
      ...(picture === undefined
        ? {}
        : { picture: { ...picture, cursor: { ...picture.cursor, event: -1 } }, access: accessOf(picture, events) }),
    };
  }
}

const elsewhere = ({ atEnd, run }: Timeline): string =>
  atEnd && run.end?.kind !== 'finished' && run.end !== null
    ? `it ended before: ${run.end.text}`
    : 'it does not come to this place of the program';

function accessOf({ walks, result }: WalkPicture, events: readonly MachineEvent[]): ComparedAccess {
  const faults = events.flatMap((e) => (e.kind === 'faultResolved' ? [e.signal ?? e.fault] : []));
  const references = walks.reduce((sum, w) => sum + w.references, 0);
  const cycles = events.reduce((sum, e) => sum + (e.kind === 'walkEnd' ? e.cycles : 0), 0);
  if (result === undefined) return { faults, references, cycles };
  const size = PAGES_OF_LEAF.findIndex((pages) => pages * PAGE_BYTES === result.pageSizeBytes);
  const { physical, from } = result;
  return { faults, references, cycles, pageSize: LEAF_SIZE_NAMES[Math.max(0, size)], physical, from };
}
