/**
 * The tape: a cursor over the ticks of a run and over the events inside a tick, moving both ways.
 *
 * A moment is (tick, event): event 0 is the start of the tick; at event e > 0 the machine is in the state in which event
 * e was reported. That state is made by restoring the tick's start and running the same code until the event. So every
 * motion is: find the moment (from events already recorded, or by a fast run that stops where something armed was seen),
 * then go there.
 *
 * Holds always between calls: `run` is in the exact state of `moment`; `events` are all events of the moment's tick
 * (empty at the end of the tape). Motions that may be long are asynchronous, yield to the host every few milliseconds,
 * and end early at a tick boundary when told to pause.
 */
import type { MachineEvent } from '../machine/core/events';
import { Recorder, StopAtEvent } from '../machine/core/probe';
import type { Expression } from '../scenario/language/ast';
import type { Output, Run, RunSnapshot, Standing } from '../scenario/run/run';
import { Checkpoints } from './checkpoints';
import { type Candidate, NO_STOPS, type StopCause, type StopRules } from './stops';

export interface Moment {
  readonly tick: number;
  readonly event: number;
}

/** How a motion ended. */
export type Arrival =
  | { kind: 'stop'; cause: StopCause }
  /** The motion's own goal was reached. */
  | { kind: 'step' }
  | { kind: 'pause' }
  /** Behind the last tick, or before the first. */
  | { kind: 'end' }
  | { kind: 'start' };

/** `target = value`, as the `set` statement takes it. */
export interface Change {
  readonly target: Expression;
  readonly value: bigint;
}

/** A change that a person made at a moment; part of the tape, applied whenever the tick runs. */
interface Edit extends Change {
  readonly event: number;
}

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
  #events: MachineEvent[] = [];
  #event = 0;
  #tickStart: RunSnapshot;
  #standing: Standing;
  #checkpoints: Checkpoints;
  readonly #edits = new Map<number, Edit[]>();
  /** Ticks below this have said what they had to say. */
  #said = 0;
  #quiet = false;
  #pauseRequested = false;
  /** Moments that Step Back left, so that Step Over can return to them; see `stepOver`. */
  #trail: { from: Moment; to: Moment }[] = [];

  constructor(
    readonly run: Run,
    private readonly options: TimelineOptions,
  ) {
    run.onOutput = (output) => {
      if (!this.#quiet && run.tick > this.#said) options.onOutput?.(output);
    };
    this.#tickStart = run.save();
    this.#standing = run.standing();
    this.#checkpoints = new Checkpoints(this.#tickStart);
    this.#record();
  }

  get moment(): Moment {
    return { tick: this.#tickStart.state.tick, event: this.#event };
  }
  get events(): readonly MachineEvent[] {
    return this.#events;
  }
  /** Where the current tick stands in the scenario, however far into the tick the cursor is. */
  get standing(): Standing {
    return this.#standing;
  }
  get atEnd(): boolean {
    return this.#tickStart.state.end !== null;
  }
  get atStart(): boolean {
    return this.moment.tick === 0 && this.#event === 0;
  }
  get checkpointTicks(): readonly number[] {
    return this.#checkpoints.ticks;
  }

  /** Ends the running motion at the next tick boundary. */
  pause(): void {
    this.#pauseRequested = true;
  }

  // ---- forward ----------------------------------------------------------------------------------------------------

  continue(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    return this.#forward(rules, NEVER);
  }

  /** One event on; the next tick's start after the last. */
  async stepIn(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.#event + 1 < this.#events.length) {
      this.#moveInside(this.#event + 1);
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
      this.#seekNow(back.from);
      return { kind: 'step' };
    }
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.#event === 0) return this.#forward(rules, () => this.run.atBoundary);
    const depth = this.#events[this.#event].depth;
    return this.#toEvent(rules, (e) => e.depth <= depth);
  }

  /** Out of the walk or function; from a tick's start, out of the ranged statement or the loop. */
  async stepOut(rules: StopRules): Promise<Arrival> {
    this.#trail = [];
    if (this.atEnd) return { kind: 'end' };
    if (this.#event > 0) {
      const depth = this.#events[this.#event].depth;
      return this.#toEvent(rules, (e) => e.depth < depth && e.depth > 0);
    }
    if (!this.run.atStatement) return this.#forward(rules, () => this.run.atStatement, 'statement');
    const loops = this.run.loopDepth;
    if (loops > 0) return this.#forward(rules, () => this.run.loopDepth < loops && this.run.atStatement, 'statement');
    return this.#forward(rules, () => this.run.atBoundary);
  }

  /** To the first event of this tick that fits, or to the next tick's start; stops on the way count. */
  async #toEvent(rules: StopRules, fits: (event: MachineEvent) => boolean): Promise<Arrival> {
    let goal = this.#event + 1;
    while (goal < this.#events.length && !fits(this.#events[goal])) goal++;
    const stop = this.#firstStop(rules, this.#event + 1, goal);
    if (stop !== undefined) return stop;
    if (goal >= this.#events.length) return this.#finishTick(NO_STOPS);
    this.#moveInside(goal);
    return { kind: 'step' };
  }

  /** Runs on until `goal` holds at a tick's start, or a stop, the end, or a pause. */
  async #forward(rules: StopRules, goal: () => boolean, until: 'tick' | 'statement' = 'tick'): Promise<Arrival> {
    this.#pauseRequested = false;
    if (this.atEnd) return { kind: 'end' };
    const stop = this.#firstStop(rules, this.#event + 1, this.#events.length);
    if (stop !== undefined) return stop;
    this.#completeTick();
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
      this.#checkpointIfDue();
      const start = this.run.save();
      // A goal is looked at after every tick, or every statement; without one, bursts are as long as the host's patience.
      const ran = this.#runFast(
        rules,
        goal !== NEVER && until === 'tick' ? 1 : burst,
        goal === NEVER ? 'limit' : 'statement',
      );
      if (this.run.machine.probe.fired === 0) {
        burst = BURST_TICKS;
        continue;
      }
      // Something armed was seen in the last tick that ran: go back to its start and ask exactly.
      const tick = here + ran - 1;
      this.#replay(start, tick);
      this.#record();
      const found = this.#firstStop(rules, 1, this.#events.length);
      if (found !== undefined) return found;
      this.#completeTick();
      burst = Math.min(burst, Math.max(64, 2 * ran));
    }
  }

  /** At a tick's start: a line breakpoint? Leaves the cursor there if so. */
  #stopAtStart(rules: StopRules): Arrival | undefined {
    if (rules.statements === null || rules.statements[this.run.statementId] === 0) return undefined;
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
      if (this.#event === 0) return this.#backToBoundary(() => this.run.atBoundary);
      const depth = this.#events[this.#event].depth;
      let goal = this.#event - 1;
      while (goal > 0 && this.#events[goal].depth > depth) goal--;
      this.#moveInside(goal);
      return { kind: 'step' };
    });
  }

  /** One event back; the last event of the tick before, from a tick's start. */
  async reverseStepIn(): Promise<Arrival> {
    this.#trail = [];
    if (this.#event > 0) {
      this.#moveInside(this.#event - 1);
      return { kind: 'step' };
    }
    if (this.atStart) return { kind: 'start' };
    const tick = this.moment.tick - 1;
    this.#seekNow({ tick, event: 0 });
    this.#moveInside(this.#events.length - 1);
    return { kind: 'step' };
  }

  /** Back to where the function or walk was entered; from a tick's start, to the start of the ranged statement or loop. */
  async reverseStepOut(): Promise<Arrival> {
    this.#trail = [];
    if (this.#event > 0) {
      const depth = this.#events[this.#event].depth;
      let goal = this.#event - 1;
      while (goal > 0 && this.#events[goal].depth >= depth) goal--;
      this.#moveInside(goal);
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
    const inside = this.#lastStop(rules, this.#event);
    if (inside !== undefined) return inside;
    const clock = this.#clock();
    const origin = this.moment;
    let end = this.moment.tick;
    while (end > 0) {
      const checkpoint = this.#checkpoints.before(end - 1);
      const ticks = await this.#candidateTicks(rules, checkpoint.tick, end, clock);
      if (this.#pauseRequested) {
        this.#seekNow({ tick: Math.min(origin.tick, end), event: 0 });
        return { kind: 'pause' };
      }
      for (let i = ticks.length - 1; i >= 0; i--) {
        await clock();
        this.#seekNow({ tick: ticks[i], event: 0 });
        const found = this.#lastStop(rules, this.#events.length);
        if (found !== undefined) return found;
      }
      end = checkpoint.tick;
    }
    this.#seekNow({ tick: 0, event: 0 });
    return { kind: 'start' };
  }

  /** Ticks in from … to − 1 in which the filter saw something. */
  async #candidateTicks(rules: StopRules, from: number, to: number, clock: () => Promise<void>): Promise<number[]> {
    const ticks: number[] = [];
    this.#replay(this.#checkpoints.before(from).snapshot, from);
    this.#quiet = true;
    try {
      while (this.run.tick < to && !this.#pauseRequested) {
        const at = this.run.tick;
        const marked = rules.statements !== null && rules.statements[this.run.statementId] !== 0;
        const ran = this.#runFast(rules, marked ? 1 : Math.min(BURST_TICKS, to - at));
        if (marked || this.run.machine.probe.fired !== 0) ticks.push(marked ? at : at + ran - 1);
        await clock();
      }
    } finally {
      this.#quiet = false;
    }
    return ticks;
  }

  /** To the last tick before this one at whose start `fits` holds. */
  async #backToBoundary(fits: () => boolean): Promise<Arrival> {
    if (this.moment.tick === 0) {
      this.#moveInside(0);
      return { kind: 'start' };
    }
    const clock = this.#clock();
    let end = this.moment.tick;
    while (end > 0) {
      const checkpoint = this.#checkpoints.before(end - 1);
      this.#replay(checkpoint.snapshot, checkpoint.tick);
      let found = -1;
      this.#quiet = true;
      while (this.run.tick < end) {
        if (fits()) found = this.run.tick;
        this.#runFast(NO_STOPS, 1);
        await clock();
      }
      this.#quiet = false;
      if (found >= 0) {
        this.#seekNow({ tick: found, event: 0 });
        return { kind: 'step' };
      }
      end = checkpoint.tick;
    }
    this.#seekNow({ tick: 0, event: 0 });
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
      this.#seekNow(moment);
      return { kind: 'step' };
    }
    const clock = this.#clock();
    this.#completeTick();
    while (this.run.tick < moment.tick && this.run.end === null && !this.#pauseRequested) {
      this.#checkpointIfDue();
      this.#runFast(NO_STOPS, Math.min(BURST_TICKS, moment.tick - this.run.tick));
      await clock();
    }
    this.#settle({ kind: 'step' });
    if (this.run.end === null && !this.#pauseRequested)
      this.#moveInside(Math.min(moment.event, this.#events.length - 1));
    return this.#pauseRequested ? { kind: 'pause' } : { kind: this.atEnd ? 'end' : 'step' };
  }

  /**
   * Changes the state at this moment. The tick is run again from its start with the changes applied here; what was after
   * this moment is dropped. Returns a sentence if a change is refused, and then nothing has changed.
   */
  edit(changes: readonly Change[]): string | undefined {
    const { tick, event } = this.moment;
    for (const { target, value } of changes) {
      const refused = this.run.assign(target, value);
      if (refused === undefined) continue;
      this.#moveInside(event);
      return refused;
    }
    const earlier = (this.#edits.get(tick) ?? []).filter((e) => e.event <= event);
    for (const t of [...this.#edits.keys()]) if (t > tick) this.#edits.delete(t);
    this.#edits.set(tick, [...earlier, ...changes.map((c) => ({ ...c, event }))]);
    this.#checkpoints.dropAfter(tick);
    this.#said = Math.min(this.#said, tick);
    this.#trail = [];
    this.run.load(this.#tickStart);
    this.#record();
    this.#moveInside(Math.min(event, Math.max(0, this.#events.length - 1)));
    return undefined;
  }

  // ---- machinery --------------------------------------------------------------------------------------------------

  #seekNow(moment: Moment): void {
    if (moment.tick !== this.moment.tick) {
      this.#replay(this.#checkpoints.before(moment.tick).snapshot, moment.tick);
      this.#record();
    }
    this.#moveInside(Math.min(moment.event, Math.max(0, this.#events.length - 1)));
  }

  /** Restores a snapshot and runs quietly to the start of a tick. */
  #replay(snapshot: RunSnapshot, tick: number): void {
    this.run.load(snapshot);
    this.#quiet = true;
    while (this.run.tick < tick && this.run.end === null) this.#runFast(NO_STOPS, tick - this.run.tick);
    this.#quiet = false;
    this.#markStart();
  }

  /** The run stands at a tick's start: that is where the cursor is now. */
  #markStart(): void {
    this.#tickStart = this.run.save();
    this.#standing = this.run.standing();
    this.#event = 0;
  }

  #settle(arrival: Arrival): Arrival {
    this.#markStart();
    this.#record();
    return arrival;
  }

  /** Records all events of the tick at whose start the run stands, and goes back to its start. */
  #record(): void {
    this.#event = 0;
    if (this.run.end !== null) {
      this.#events = [];
      return;
    }
    this.#events = this.#runTick(Infinity);
    this.run.load(this.#tickStart);
    this.#applyEditsAtStart();
  }

  #applyEditsAtStart(): void {
    for (const edit of this.#edits.get(this.run.tick) ?? [])
      if (edit.event === 0) this.run.assign(edit.target, edit.value);
  }

  /** Runs the tick from its start with a recorder until event `stopAt` has been reported. */
  #runTick(stopAt: number): MachineEvent[] {
    const edits = this.#edits.get(this.run.tick);
    const apply =
      edits &&
      ((index: number): void => {
        for (const edit of edits) if (edit.event === index) this.run.assign(edit.target, edit.value);
      });
    const recorder = new Recorder(stopAt, apply);
    const { probe } = this.run.machine;
    const quiet = this.#quiet;
    this.#quiet = true;
    probe.recorder = recorder;
    try {
      this.run.step();
    } catch (error) {
      if (!(error instanceof StopAtEvent)) throw error;
    } finally {
      probe.recorder = null;
      this.#quiet = quiet;
    }
    return recorder.events;
  }

  /** Puts the run into the state of an event of the current tick. */
  #moveInside(event: number): void {
    this.run.load(this.#tickStart);
    this.#event = event;
    if (event === 0) this.#applyEditsAtStart();
    else this.#runTick(event);
  }

  /** From anywhere in the tick to the start of the next; what it says is said. */
  #completeTick(): void {
    this.run.load(this.#tickStart);
    this.#runFast(NO_STOPS, 1);
  }

  async #finishTick(rules: StopRules): Promise<Arrival> {
    this.#completeTick();
    if (this.run.end !== null) return this.#settle({ kind: 'end' });
    return this.#stopAtStart(rules) ?? this.#settle({ kind: 'step' });
  }

  /** Runs up to `limit` ticks without events, except ticks that a person edited. Returns the ticks run. */
  #runFast(rules: StopRules, limit: number, until: 'limit' | 'statement' = 'limit'): number {
    const { probe } = this.run.machine;
    const from = this.run.tick;
    if (this.#edits.has(from)) {
      probe.fired = 0;
      this.#armed(rules, () => this.#runEdited());
    } else {
      let end = from + limit;
      for (const tick of this.#edits.keys()) if (tick > from && tick < end) end = tick;
      this.#armed(rules, () => this.run.fast(end - from, rules.statements, until));
    }
    if (!this.#quiet) this.#said = Math.max(this.#said, this.run.tick);
    return this.run.tick - from;
  }

  #runEdited(): void {
    const edits = this.#edits.get(this.run.tick) ?? [];
    const { probe } = this.run.machine;
    probe.recorder = new Recorder(Infinity, (index) => {
      for (const edit of edits) if (edit.event === index) this.run.assign(edit.target, edit.value);
    });
    this.run.step();
    probe.recorder = null;
  }

  #armed(rules: StopRules, work: () => void): void {
    const { probe } = this.run.machine;
    probe.armed = rules.armed;
    for (const f of rules.functions) probe.armedFunctions[f] = 1;
    try {
      work();
    } finally {
      probe.armed = 0;
      for (const f of rules.functions) probe.armedFunctions[f] = 0;
    }
  }

  #checkpointIfDue(): void {
    const due = this.#checkpoints.last.tick + (this.options.checkpointTicks ?? 4 * BURST_TICKS);
    if (this.run.tick >= due) this.#checkpoints.add(this.run.tick, this.run.save());
  }

  /** First stop among events from … to − 1 of the recorded tick; the cursor is there then. */
  #firstStop(rules: StopRules, from: number, to: number): Arrival | undefined {
    return this.#stopAmong(rules.candidates(this.#events, this.run).filter((c) => c.event >= from && c.event < to));
  }

  #lastStop(rules: StopRules, before: number): Arrival | undefined {
    return this.#stopAmong(
      rules
        .candidates(this.#events, this.run)
        .filter((c) => c.event < before)
        .reverse(),
    );
  }

  #stopAmong(candidates: readonly Candidate[]): Arrival | undefined {
    const here = this.#event;
    for (const candidate of candidates) {
      this.#moveInside(candidate.event);
      if (candidate.confirm === undefined || candidate.confirm(this.run, this.moment.tick))
        return { kind: 'stop', cause: candidate.cause };
    }
    if (candidates.length > 0) this.#moveInside(here);
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

const NEVER = (): boolean => false;
const same = (a: Moment, b: Moment): boolean => a.tick === b.tick && a.event === b.event;
