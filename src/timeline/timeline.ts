/**
 * Motions on the tape, both ways: steps, continue, seek.
 *
 * A moment is (tick, event): event 0 is the start of the tick; at event e > 0 the machine is in the state in which event
 * e was reported. Every motion finds its moment (from events already recorded, or by a fast run that stops where
 * something armed was seen) and then goes there. Motions that may be long are asynchronous, yield to the host every few
 * milliseconds, and end early at a tick boundary when told to pause.
 */
import type { MachineEvent } from '../machine/core/events';
import type { Output, Run, Until } from '../scenario/run/run';
import type { Standing } from '../scenario/run/standing';
import { type Candidate, NO_STOPS, type StopCause, type StopRules } from './stops';
import { type Change, type Moment, Tape } from './tape';

export type { Change, Moment } from './tape';

/** How a motion ended. */
export type Arrival =
  | { kind: 'stop'; cause: StopCause }
  /** The motion's own goal was reached. */
  | { kind: 'step' }
  | { kind: 'pause' }
  /** A jump found no moment to go to; the cursor has not moved. */
  | { kind: 'nowhere' }
  /** Behind the last tick, or before the first. */
  | { kind: 'end' }
  | { kind: 'start' };

export interface Progress {
  tick: number;
  /** Accesses or ticks per second since the motion began. */
  ticksPerSecond: number;
}

export interface TimelineOptions {
  /** Ticks between checkpoints. */
  checkpointTicks?: number;
  /** A monotonic clock in milliseconds, for yielding and progress alone. */
  now(): number;
  /** Lets the host handle other requests; resolves soon. */
  yieldToHost(): Promise<void>;
  onOutput?(output: Output): void;
  onProgress?(progress: Progress): void;
}

/** Ticks of one uninterrupted fast run; a few milliseconds on any machine. */
const BURST_TICKS = 8192;
const SLICE_MS = 15;

export class Timeline {
  readonly #tape: Tape;
  #pauseRequested = false;
  /** Moments that Step Back left, so that Step Over can return to them; see `stepOver`. */
  #trail: { from: Moment; to: Moment }[] = [];

  constructor(
    readonly run: Run,
    private readonly options: TimelineOptions,
  ) {
    this.#tape = new Tape(run, options.checkpointTicks ?? 4 * BURST_TICKS, (output) => options.onOutput?.(output));
  }

  get moment(): Moment {
    return this.#tape.moment;
  }
  get events(): readonly MachineEvent[] {
    return this.#tape.events;
  }
  get standing(): Standing {
    return this.#tape.standing;
  }
  get atEnd(): boolean {
    return this.#tape.atEnd;
  }
  get atStart(): boolean {
    return this.#tape.atStart;
  }
  get checkpointTicks(): readonly number[] {
    return this.#tape.checkpointTicks;
  }

  /** Ends the running motion at the next tick boundary. */
  pause(): void {
    this.#pauseRequested = true;
  }

  // ---- forward ----------------------------------------------------------------------------------------------------

  /** The first motion of a run: the start itself may be a stop. */
  async begin(rules: StopRules): Promise<Arrival> {
    return this.#firstStop(rules, 0, 1) ?? this.continue(rules);
  }

  continue(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    return this.#forward(rules, NEVER);
  }

  /** One event on; the next tick's start after the last. */
  async stepIn(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.moment.event + 1 < this.#tape.events.length) {
      this.#tape.moveInside(this.moment.event + 1);
      return { kind: 'step' };
    }
    return this.#finishTick(rules);
  }

  /**
   * The next event that is not deeper; at the start of a tick, the next statement or access. A moment that Step Back came
   * from is returned to exactly: N steps back and N steps over cancel, wherever in between they passed.
   */
  async stepOver(rules: StopRules): Promise<Arrival> {
    const back = this.#trail.at(-1);
    if (back !== undefined && same(back.to, this.moment)) {
      this.#trail.pop();
      this.#tape.seek(back.from);
      return { kind: 'step' };
    }
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.moment.event === 0) return this.#forward(rules, () => this.run.atBoundary);
    const depth = this.#tape.events[this.moment.event].depth;
    return this.#toEvent(rules, (e) => e.depth <= depth);
  }

  /** Out of the walk or function; from a tick's start, out of the ranged statement or the loop. */
  async stepOut(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.moment.event > 0) {
      // The frame on top is the call that has just been entered, or the one that the event is inside of. It ends at the
      // next event of its own depth; out of it is behind that.
      const { kind, depth } = this.#tape.events[this.moment.event];
      const frame = kind === 'enter' || kind === 'walkStart' ? depth : depth - 1;
      let ended = false;
      return this.#toEvent(rules, (e) => {
        if (frame > 0 && ended) return true;
        ended ||= e.depth === frame;
        return false;
      });
    }
    if (!this.run.atStatement) return this.#forward(rules, () => this.run.atStatement, 'statement');
    const loops = this.run.loopDepth;
    if (loops > 0) return this.#forward(rules, () => this.run.loopDepth < loops && this.run.atStatement, 'statement');
    return this.#forward(rules, () => this.run.atBoundary);
  }

  /** To the first event of this tick that fits, or to the next tick's start; stops on the way count. */
  async #toEvent(rules: StopRules, fits: (event: MachineEvent) => boolean): Promise<Arrival> {
    let goal = this.moment.event + 1;
    while (goal < this.#tape.events.length && !fits(this.#tape.events[goal])) goal++;
    const stop = this.#firstStop(rules, this.moment.event + 1, goal);
    if (stop !== undefined) return stop;
    if (goal >= this.#tape.events.length) return this.#finishTick(NO_STOPS);
    this.#tape.moveInside(goal);
    return { kind: 'step' };
  }

  /** Runs on until `goal` holds at a tick's start, or a stop, the end, or a pause. */
  async #forward(rules: StopRules, goal: () => boolean, until: Until = 'boundary'): Promise<Arrival> {
    this.#pauseRequested = false;
    if (this.atEnd) return { kind: 'end' };
    const stop = this.#firstStop(rules, this.moment.event + 1, this.#tape.events.length);
    if (stop !== undefined) return stop;
    this.#tape.completeTick();
    const clock = this.#clock();
    let burst = BURST_TICKS;
    for (;;) {
      if (this.run.end !== null) return this.#settle({ kind: 'end' });
      const here = this.run.tick;
      const arrived = this.#stopAtStart(rules);
      if (arrived !== undefined) return arrived;
      if (goal()) return this.#settle({ kind: 'step' });
      if (this.#pauseRequested) return this.#settle({ kind: 'pause' });
      await clock();
      this.#tape.checkpointIfDue();
      const start = this.run.save();
      // A goal is looked at where it can be reached; without one, bursts are as long as the host's patience.
      const ran = this.#tape.runFast(rules, burst, goal === NEVER ? 'limit' : until);
      if (this.run.machine.probe.fired === 0) {
        burst = BURST_TICKS;
        continue;
      }
      // Something armed was seen in the last tick that ran: go back to its start and ask exactly.
      const tick = here + ran - 1;
      this.#tape.replay(start, tick);
      this.#tape.record();
      const found = this.#firstStop(rules, 1, this.#tape.events.length);
      if (found !== undefined) return found;
      this.#tape.completeTick();
      burst = Math.min(burst, Math.max(64, 2 * ran));
    }
  }

  /** At a tick's start: a line breakpoint? Leaves the cursor there if so. */
  #stopAtStart(rules: StopRules): Arrival | undefined {
    if (!isMarked(rules, this.run.statementId)) return undefined;
    for (const { event, cause, confirm } of rules.candidates(START_ONLY, this.run)) {
      if (event !== 0 || (confirm !== undefined && !confirm(this.run, this.run.tick))) continue;
      return this.#settle({ kind: 'stop', cause });
    }
    return undefined;
  }

  // ---- backward ---------------------------------------------------------------------------------------------------

  /** To the previous event that is not deeper; from a tick's start, to the statement or access before. */
  stepBack(): Promise<Arrival> {
    return this.#backWithTrail(async () => {
      if (this.moment.event === 0) return this.#backToBoundary(() => this.run.atBoundary);
      const depth = this.#tape.events[this.moment.event].depth;
      let goal = this.moment.event - 1;
      while (goal > 0 && this.#tape.events[goal].depth > depth) goal--;
      this.#tape.moveInside(goal);
      return { kind: 'step' };
    });
  }

  /** One event back; the last event of the tick before, from a tick's start. */
  async reverseStepIn(): Promise<Arrival> {
    this.#trail = [];
    if (this.moment.event > 0) {
      this.#tape.moveInside(this.moment.event - 1);
      return { kind: 'step' };
    }
    if (this.atStart) return { kind: 'start' };
    const tick = this.moment.tick - 1;
    this.#tape.seek({ tick, event: 0 });
    this.#tape.moveInside(this.#tape.events.length - 1);
    return { kind: 'step' };
  }

  /** Back to where the function or walk was entered; from a tick's start, to the start of the ranged statement or loop. */
  async reverseStepOut(): Promise<Arrival> {
    this.#trail = [];
    if (this.moment.event > 0) {
      const depth = this.#tape.events[this.moment.event].depth;
      let goal = this.moment.event - 1;
      while (goal > 0 && this.#tape.events[goal].depth >= depth) goal--;
      this.#tape.moveInside(goal);
      return { kind: 'step' };
    }
    if (!this.run.atStatement) return this.#backToBoundary(() => this.run.atStatement);
    const loops = this.run.loopDepth;
    if (loops > 0) return this.#backToBoundary(() => this.run.loopDepth < loops && this.run.atStatement);
    return this.#backToBoundary(() => this.run.atBoundary);
  }

  /** The same search as `continue`, over earlier stretches: to the last stop before this moment. */
  async reverseContinue(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    this.#pauseRequested = false;
    const inside = this.#lastStop(rules, this.moment.event);
    if (inside !== undefined) return inside;
    const clock = this.#clock();
    const origin = this.moment;
    let end = this.moment.tick;
    while (end > 0) {
      const checkpoint = this.#tape.checkpointBefore(end - 1);
      const ticks = await this.#candidateTicks(rules, checkpoint.tick, end, clock);
      if (this.#pauseRequested) {
        this.#tape.seek({ tick: Math.min(origin.tick, end), event: 0 });
        return { kind: 'pause' };
      }
      for (let i = ticks.length - 1; i >= 0; i--) {
        await clock();
        this.#tape.seek({ tick: ticks[i], event: 0 });
        const found = this.#lastStop(rules, this.#tape.events.length);
        if (found !== undefined) return found;
      }
      end = checkpoint.tick;
    }
    this.#tape.seek({ tick: 0, event: 0 });
    return { kind: 'start' };
  }

  /** Ticks in from … to − 1 in which the filter saw something. */
  async #candidateTicks(rules: StopRules, from: number, to: number, clock: () => Promise<void>): Promise<number[]> {
    const ticks: number[] = [];
    this.#tape.replay(this.#tape.checkpointBefore(from).snapshot, from);
    while (this.run.tick < to && !this.#pauseRequested) {
      const at = this.run.tick;
      const marked = isMarked(rules, this.run.statementId);
      const limit = marked ? 1 : Math.min(BURST_TICKS, to - at);
      const ran = this.#tape.quietly(() => this.#tape.runFast(rules, limit));
      if (marked || this.run.machine.probe.fired !== 0) ticks.push(marked ? at : at + ran - 1);
      await clock();
    }
    return ticks;
  }

  /** To the last tick before this one at whose start `fits` holds. */
  async #backToBoundary(fits: () => boolean): Promise<Arrival> {
    if (this.moment.tick === 0) {
      this.#tape.moveInside(0);
      return { kind: 'start' };
    }
    const clock = this.#clock();
    const origin = this.moment;
    this.#pauseRequested = false;
    let end = origin.tick;
    while (end > 0) {
      const checkpoint = this.#tape.checkpointBefore(end - 1);
      this.#tape.replay(checkpoint.snapshot, checkpoint.tick);
      let found = -1;
      while (this.run.tick < end) {
        if (this.#pauseRequested) {
          this.#tape.seek(origin);
          return { kind: 'pause' };
        }
        if (fits()) found = this.run.tick;
        this.#tape.quietly(() => this.#tape.runFast(NO_STOPS, 1));
        await clock();
      }
      if (found >= 0) {
        this.#tape.seek({ tick: found, event: 0 });
        return { kind: 'step' };
      }
      end = checkpoint.tick;
    }
    this.#tape.seek({ tick: 0, event: 0 });
    return { kind: 'start' };
  }

  async #backWithTrail(motion: () => Promise<Arrival>): Promise<Arrival> {
    const from = this.moment;
    const last = this.#trail.at(-1);
    const trail = last !== undefined && same(last.to, from) ? this.#trail : [];
    const arrival = await motion();
    const to = this.moment;
    this.#trail = same(from, to) ? trail : [...trail, { from, to }];
    return arrival;
  }

  // ---- any moment -------------------------------------------------------------------------------------------------

  /** Goes to a moment, or to the end if the tape ends before it. Forward beyond what has run, it runs there. */
  async seek(moment: Moment): Promise<Arrival> {
    this.#trail = [];
    this.#pauseRequested = false;
    if (moment.tick <= this.moment.tick) {
      this.#tape.seek(moment);
      return { kind: 'step' };
    }
    const clock = this.#clock();
    this.#tape.completeTick();
    while (this.run.tick < moment.tick && this.run.end === null && !this.#pauseRequested) {
      this.#tape.checkpointIfDue();
      this.#tape.runFast(NO_STOPS, Math.min(BURST_TICKS, moment.tick - this.run.tick));
      await clock();
    }
    this.#settle({ kind: 'step' });
    if (this.run.end === null && !this.#pauseRequested)
      this.#tape.moveInside(Math.min(moment.event, this.#tape.events.length - 1));
    return this.#pauseRequested ? { kind: 'pause' } : { kind: this.atEnd ? 'end' : 'step' };
  }

  /** To the nearest start of a statement that `rules` names, or nowhere if there is none: `forward`, or before this moment. */
  async jump(rules: StopRules, forward: boolean): Promise<Arrival> {
    const origin = this.moment;
    const arrival = forward ? await this.continue(rules) : await this.reverseContinue(rules);
    if (arrival.kind !== 'end' && arrival.kind !== 'start') return arrival;
    this.#tape.seek(origin);
    return { kind: 'nowhere' };
  }

  /** Changes the state at this moment; see `Tape.edit`. */
  edit(changes: readonly Change[]): string | undefined {
    this.#trail = [];
    return this.#tape.edit(changes);
  }

  // ---- machinery --------------------------------------------------------------------------------------------------

  #settle(arrival: Arrival): Arrival {
    this.#tape.markStart();
    this.#tape.record();
    return arrival;
  }

  async #finishTick(rules: StopRules): Promise<Arrival> {
    this.#tape.completeTick();
    if (this.run.end !== null) return this.#settle({ kind: 'end' });
    return this.#stopAtStart(rules) ?? this.#settle({ kind: 'step' });
  }

  /** First stop among events from … to − 1 of the recorded tick; the cursor is there then. */
  #firstStop(rules: StopRules, from: number, to: number): Arrival | undefined {
    return this.#stopAmong(
      rules.candidates(this.#tape.events, this.run).filter((c) => c.event >= from && c.event < to),
    );
  }

  #lastStop(rules: StopRules, before: number): Arrival | undefined {
    return this.#stopAmong(
      rules
        .candidates(this.#tape.events, this.run)
        .filter((c) => c.event < before)
        .reverse(),
    );
  }

  #stopAmong(candidates: readonly Candidate[]): Arrival | undefined {
    const here = this.moment.event;
    for (const candidate of candidates) {
      this.#tape.moveInside(candidate.event);
      if (candidate.confirm === undefined || candidate.confirm(this.run, this.moment.tick))
        return { kind: 'stop', cause: candidate.cause };
    }
    if (candidates.length > 0) this.#tape.moveInside(here);
    return undefined;
  }

  /** Yields and reports when a time slice is over. */
  #clock(): () => Promise<void> {
    const { now, yieldToHost, onProgress } = this.options;
    const began = now();
    const first = this.run.tick;
    let last = began;
    return async () => {
      const time = now();
      if (time - last < SLICE_MS) return;
      await yieldToHost();
      last = now();
      const seconds = Math.max(0.001, (last - began) / 1000);
      onProgress?.({ tick: this.run.tick, ticksPerSecond: (this.run.tick - first) / seconds });
    };
  }
}
/** A tick of which only the start is asked about. */
const START_ONLY: readonly MachineEvent[] = [{ kind: 'statement', depth: 0, text: '' }];

/** True if a line breakpoint may stand on the statement. Ids below 0 are no statements. */
const isMarked = (rules: StopRules, id: number): boolean =>
  rules.statements !== null && id >= 0 && rules.statements[id] !== 0;

const NEVER = (): boolean => false;
const same = (a: Moment, b: Moment): boolean => a.tick === b.tick && a.event === b.event;
