/**
 * Motions on the tape, both ways: steps, continue, seek.
 *
 * A moment is (tick, event): event 0 is the start of the tick; at event e > 0 the machine is in the state in which event
 * e was reported. Every motion finds its moment (from events already recorded, or by a search on the tape) and then goes
 * there. Motions that may be long are asynchronous, yield to the host every few milliseconds, and end early when told to
 * pause: forwards at the tick that was reached, backwards where they began or behind what was searched. A motion that ends
 * before an edit undoes it.
 */
import type { MachineEvent } from '../machine/core/events';
import { type ProgramPlace, programPlaceOf } from '../scenario/run/programPlace';
import type { Run } from '../scenario/run/run';
import type { Standing } from '../scenario/run/standing';
import type { Arrival } from './arrival';
import { type Doing, doingsAround, FAR_TICKS, type PastTick, pastTicks } from './doings';
import { Excursion, type Visitor } from './excursion';
import { type AccessTick, lastAccess } from './lastAccess';
import { Pace, type PaceOptions } from './pace';
import { backToBoundary, type Goal, landed, searchBackward, searchForward } from './search';
import type { Series } from './series';
import { firstStop, stopAtStart } from './stopping';
import { NO_STOPS, type StopRules } from './stops';
import { type Change, type Moment, Tape, type TapeOptions } from './tape';

export type { Arrival } from './arrival';
export type { Change, Moment } from './edits';
export type { Progress } from './pace';
export type { Past, Visitor } from './excursion';

/** What one step at the start of a tick is: an access, or all that a statement makes. */
export type StepUnit = 'access' | 'statement';

export interface TimelineOptions extends PaceOptions, TapeOptions {}

export class Timeline {
  readonly #tape: Tape;
  /** Moments that Step Back left, so that Step Over can return to them; see `stepOver`. */
  #trail: { from: Moment; to: Moment }[] = [];
  /** Of the motion that runs. */
  #pace: Pace | undefined;
  /** Motions and edits so far: an excursion ends when there is another. */
  #moves = 0;

  constructor(
    run: Run,
    private readonly options: TimelineOptions,
  ) {
    this.#tape = new Tape(run, options);
  }

  /** In the cursor's state, between motions. Not to be kept while others may look at the past. */
  get run(): Run {
    this.settle();
    return this.#tape.run;
  }

  /** Whoever has kept the run finds it in the cursor's state. */
  settle(): void {
    this.#tape.settle();
  }

  get moment(): Moment {
    return this.#tape.moment;
  }
  get events(): readonly MachineEvent[] {
    return this.#tape.events;
  }
  get standing(): Standing {
    this.settle();
    return this.#tape.standing;
  }
  /** Where the tick begins in the program; also comparable with a run on another machine. */
  get programPlace(): ProgramPlace {
    return programPlaceOf(this.#tape.place.start);
  }
  /** True once a person has changed something: from there on the run is no longer what the program alone makes of it. */
  get isEdited(): boolean {
    return this.#tape.edits > 0;
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
  /** What all checkpoints hold together. */
  get checkpointBytes(): number {
    return this.#tape.checkpointBytes;
  }
  /** What they hold in any case, which the limit does not count. */
  get leastCheckpointBytes(): number {
    return this.#tape.leastCheckpointBytes;
  }

  /** The counters along the tape. */
  get series(): Series {
    return this.#tape.series;
  }
  /** How many ticks the tape has so far: those that have run, and the cursor's. */
  get known(): number {
    return Math.max(this.series.end, this.moment.tick + (this.atEnd ? 0 : 1));
  }

  /** Ends the running motion soon. */
  pause(): void {
    if (this.#pace !== undefined) this.#pace.pauseRequested = true;
  }

  /** Every motion: the trail ends unless it is kept, and edits that are later than where it ended are undone. */
  async #motion(body: (pace: Pace) => Arrival | Promise<Arrival>, trail: 'drop' | 'keep' = 'drop'): Promise<Arrival> {
    this.settle();
    if (trail === 'drop') this.#trail = [];
    this.#pace = new Pace(this.run, this.options);
    this.#moves++;
    try {
      const arrival = await body(this.#pace);
      if (this.#tape.undoLaterEdits()) this.#trail = [];
      return arrival;
    } finally {
      this.#pace = undefined;
    }
  }

  // ---- looking around ---------------------------------------------------------------------------------------------

  /** What the statement before this tick did, and what this tick has done up to here; see doings.ts. */
  doings(): Doing[] {
    return doingsAround(this.#tape);
  }

  /** The last ticks before this one, oldest first; undefined if that takes too long. */
  past(count: number): PastTick[] | undefined {
    return pastTicks(this.#tape, count);
  }

  /** What is to be seen in the tick that made the last access before the cursor's, see lastAccess.ts. */
  lastAccess<Seen>(look: (events: readonly MachineEvent[], tick: number) => Seen): AccessTick<Seen> | 'none' | 'far' {
    this.settle();
    return lastAccess(this.#tape, look);
  }

  /** Calls `look` with the run at the start of other ticks, in ascending order. False if they are too far away. */
  glance(ticks: readonly number[], look: () => void): boolean {
    return this.#tape.glance(ticks, FAR_TICKS, look);
  }

  // ---- forward ----------------------------------------------------------------------------------------------------

  /** The first motion of a run: the start itself may be a stop. */
  begin(rules: StopRules): Promise<Arrival> {
    return this.#motion((pace) => firstStop(this.#tape, rules, 0, 1) ?? this.#forward(rules, undefined, pace));
  }

  continue(rules: StopRules): Promise<Arrival> {
    return this.#motion((pace) => this.#forward(rules, undefined, pace));
  }

  /** One event on; the next tick's start after the last. */
  stepIn(rules: StopRules): Promise<Arrival> {
    return this.#motion(() => {
      if (this.atEnd) return { kind: 'end' };
      if (this.moment.event + 1 >= this.events.length) return this.#finishTick(rules);
      this.#tape.moveInside(this.moment.event + 1);
      return { kind: 'step' };
    });
  }

  /**
   * The next event that is not deeper; at the start of a tick, the next statement or access. A moment that Step Back came
   * from is returned to exactly: N steps back and N steps over cancel, wherever in between they passed.
   */
  stepOver(rules: StopRules, unit: StepUnit = 'access'): Promise<Arrival> {
    const back = this.#trail.at(-1);
    if (back !== undefined && same(back.to, this.moment)) {
      this.#trail.pop();
      return this.#motion((pace) => this.#go(back.from, pace), 'keep');
    }
    return this.#motion((pace) => {
      if (this.atEnd) return { kind: 'end' };
      if (this.moment.event === 0) return this.#forward(rules, this.#startOf(unit), pace);
      const { depth } = this.events[this.moment.event];
      return this.#toEvent(rules, (e) => e.depth <= depth);
    });
  }

  /** Where the next access begins, or the next statement. */
  #startOf(unit: StepUnit): Goal {
    const { run } = this;
    return unit === 'statement'
      ? { until: 'statement', reached: () => run.atStatement }
      : { until: 'boundary', reached: () => run.atBoundary };
  }

  /** To a later event of this tick, past stops on the way. */
  stepTo(event: number, rules: StopRules): Promise<Arrival> {
    return this.#motion(() => {
      const stop = firstStop(this.#tape, rules, this.moment.event + 1, event);
      if (stop !== undefined) return stop;
      this.#tape.moveToward(event);
      return { kind: 'step' };
    });
  }

  /** Out of the walk or function; from a tick's start, out of the ranged statement or the loop. */
  stepOut(rules: StopRules): Promise<Arrival> {
    return this.#motion((pace) => {
      if (this.atEnd) return { kind: 'end' };
      if (this.moment.event > 0) return this.#outOfFrame(rules);
      const { run } = this;
      const loops = run.loopDepth;
      const outside = (): boolean => run.loopDepth < loops && run.atStatement;
      if (!run.atStatement) return this.#forward(rules, { until: 'statement', reached: () => run.atStatement }, pace);
      if (loops > 0) return this.#forward(rules, { until: 'statement', reached: outside }, pace);
      return this.#forward(rules, { until: 'boundary', reached: () => run.atBoundary }, pace);
    });
  }

  /**
   * The frame on top is the call that has just been entered, or the one that the event is inside of. It ends at the next
   * event of its own depth; out of it is behind that.
   */
  #outOfFrame(rules: StopRules): Arrival {
    const { kind, depth } = this.events[this.moment.event];
    const opens = kind === 'enter' || kind === 'walkStart' || kind === 'hostWalkStart';
    const frame = opens ? depth : depth - 1;
    let ended = false;
    return this.#toEvent(rules, (e) => {
      if (frame > 0 && ended) return true;
      ended ||= e.depth === frame;
      return false;
    });
  }

  /** To the first event of this tick that fits, or to the next tick's start; stops on the way count. */
  #toEvent(rules: StopRules, fits: (event: MachineEvent) => boolean): Arrival {
    let goal = this.moment.event + 1;
    while (goal < this.events.length && !fits(this.events[goal])) goal++;
    const stop = firstStop(this.#tape, rules, this.moment.event + 1, goal);
    if (stop !== undefined) return stop;
    if (goal >= this.events.length) return this.#finishTick(NO_STOPS);
    this.#tape.moveInside(goal);
    return { kind: 'step' };
  }

  #forward(rules: StopRules, goal: Goal | undefined, pace: Pace): Arrival | Promise<Arrival> {
    if (this.atEnd) return { kind: 'end' };
    const stop = firstStop(this.#tape, rules, this.moment.event + 1, this.events.length);
    if (stop !== undefined) return stop;
    this.#tape.completeTick();
    return searchForward(this.#tape, rules, goal, pace);
  }

  #finishTick(rules: StopRules): Arrival {
    this.#tape.completeTick();
    if (this.run.end !== null) return landed(this.#tape, { kind: 'end' });
    return stopAtStart(this.#tape, rules) ?? landed(this.#tape, { kind: 'step' });
  }

  // ---- backward ---------------------------------------------------------------------------------------------------

  /** To the previous event that is not deeper; from a tick's start, to the statement or access before. */
  async stepBack(unit: StepUnit = 'access'): Promise<Arrival> {
    const from = this.moment;
    const last = this.#trail.at(-1);
    if (last === undefined || !same(last.to, from)) this.#trail = [];
    const edited = this.#tape.edits;
    const arrival = await this.#motion((pace) => {
      if (from.event === 0) return backToBoundary(this.#tape, this.#startOf(unit).reached, pace);
      const { depth } = this.events[from.event];
      return this.#backInside((e) => e.depth <= depth);
    }, 'keep');
    const to = this.moment;
    // What was left is no longer there if an edit was undone.
    if (!same(from, to) && this.#tape.edits === edited) this.#trail.push({ from, to });
    return arrival;
  }

  /** One event back; the last event of the tick before, from a tick's start. */
  reverseStepIn(): Promise<Arrival> {
    return this.#motion((pace) => {
      if (this.moment.event > 0) return this.#backInside(() => true);
      if (this.atStart) return { kind: 'start' };
      return this.#go({ tick: this.moment.tick - 1, event: Infinity }, pace);
    });
  }

  /** Back to where the function or walk was entered; from a tick's start, to the start of the ranged statement or loop. */
  reverseStepOut(): Promise<Arrival> {
    return this.#motion((pace) => {
      const { run } = this;
      if (this.moment.event > 0) {
        const { depth } = this.events[this.moment.event];
        return this.#backInside((e) => e.depth < depth);
      }
      const loops = run.loopDepth;
      if (!run.atStatement) return backToBoundary(this.#tape, () => run.atStatement, pace);
      if (loops > 0) return backToBoundary(this.#tape, () => run.loopDepth < loops && run.atStatement, pace);
      return backToBoundary(this.#tape, () => run.atBoundary, pace);
    });
  }

  /** To the last event before this one that fits, or the start of the tick. */
  #backInside(fits: (event: MachineEvent) => boolean): Arrival {
    let goal = this.moment.event - 1;
    while (goal > 0 && !fits(this.events[goal])) goal--;
    this.#tape.moveInside(goal);
    return { kind: 'step' };
  }

  /** The same search as `continue`, over earlier stretches: to the last stop before this moment. */
  reverseContinue(rules: StopRules): Promise<Arrival> {
    return this.#motion((pace) => searchBackward(this.#tape, rules, pace));
  }

  // ---- any moment -------------------------------------------------------------------------------------------------

  /** Goes to a moment, or to the end if the tape ends before it. Forward beyond what has run, it runs there. */
  seek(moment: Moment): Promise<Arrival> {
    return this.#motion((pace) => this.#go(moment, pace));
  }

  async #go(moment: Moment, pace: Pace): Promise<Arrival> {
    const origin = this.#tape.place;
    const from = this.moment.tick;
    const { run } = this;
    if (moment.tick !== from) {
      let first: number | undefined;
      pace.share = () => (run.tick - (first ??= run.tick)) / Math.max(1, moment.tick - first);
      await this.#tape.approach(moment.tick, pace);
      if (run.tick < moment.tick && run.end === null) {
        if (moment.tick < from) this.#tape.returnTo(origin);
        else this.#tape.land();
        return { kind: 'pause' };
      }
      this.#tape.land();
    }
    this.#tape.moveToward(moment.event);
    return { kind: this.atEnd && moment.tick > from ? 'end' : 'step' };
  }

  /** What is to be seen at the last stop before this moment. The cursor is there meanwhile, and here afterwards. */
  async lookBack<Seen>(rules: StopRules, look: () => Seen): Promise<{ seen: Seen } | 'none' | 'paused'> {
    const origin = this.#tape.place;
    this.#pace = new Pace(this.run, this.options);
    try {
      const arrival = await searchBackward(this.#tape, rules, this.#pace);
      if (arrival.kind === 'stop') return { seen: look() };
      return arrival.kind === 'pause' ? 'paused' : 'none';
    } finally {
      this.#pace = undefined;
      this.#tape.returnTo(origin);
    }
  }

  /** To the nearest start of a statement that `rules` names, or nowhere if there is none: `forward`, or before this moment. */
  jump(rules: StopRules, forward: boolean): Promise<Arrival> {
    return this.#motion(async (pace) => {
      const origin = this.#tape.place;
      const arrival = await (forward ? this.#forward(rules, undefined, pace) : searchBackward(this.#tape, rules, pace));
      if (arrival.kind !== 'end' && arrival.kind !== 'start') return arrival;
      this.#tape.returnTo(origin);
      return { kind: 'nowhere' };
    });
  }

  /**
   * Looks at ticks from `from` on beside the cursor, while it stands. Between slices other requests find everything as the
   * cursor has it. Resolves to false if the cursor was moved before the visitor had enough.
   */
  visit(from: number, visitor: Visitor): Promise<boolean> {
    const moves = this.#moves;
    return new Excursion(this.#tape, this.options).visit(from, visitor, () => this.#moves !== moves);
  }

  /** Changes the state at this moment; see `Tape.edit`. */
  edit(changes: readonly Change[]): string | undefined {
    this.settle();
    this.#trail = [];
    this.#moves++;
    return this.#tape.edit(changes);
  }
}

const same = (a: Moment, b: Moment): boolean => a.tick === b.tick && a.event === b.event;
