/**
 * The tape itself: one run, with a cursor that stands at an event of a tick, and what it takes to put it anywhere.
 *
 * Holds always between calls from outside: `run` is in the exact state of `moment`; `events` are all events of the
 * moment's tick (empty behind the last tick). Inside a motion (timeline.ts) the run may be ahead of the cursor;
 * `land` brings the two together again. Everything a tick says is said once: the first time that the tick runs for
 * real, never while it is recorded or repeated.
 */
import type { MachineEvent } from '../machine/core/events';
import { Recorder, StopAtEvent } from '../machine/core/probe';
import type { Expression } from '../scenario/language/ast';
import { tickFacts } from '../scenario/run/tickFacts';
import type { Output, Run, RunSnapshot, Until } from '../scenario/run/run';
import { EvaluationError } from '../scenario/run/evaluate';
import type { Standing } from '../scenario/run/standing';
import { type Checkpoint, type CheckpointLimits, Checkpoints } from './checkpoints';
import { type Change, Edits, type Moment } from './edits';
import type { Pace } from './pace';
import { type Reading, readingOf } from './reading';
import { Series } from './series';
import { NO_STOPS, type StopRules } from './stops';
import { LEAST_SPACING, workBeforeSave, workOf } from './work';

export type { Change, Moment } from './edits';

export interface TapeOptions {
  /** Ticks between checkpoints; absent: as many as keep them cheap. */
  checkpointTicks?: number;
  /** What all checkpoints may hold, in bytes, beside what the last lasting one holds: see checkpoints.ts. */
  checkpointBytes?: number;
  onOutput?(output: Output): void;
  /** An edit is undone, because the cursor went back before it; a sentence. */
  onUndo?(text: string): void;
  /** What follows the start of a tick is no longer what it was: a person has changed something, or undone that. */
  onNewHistory?(tick: number): void;
}

/** A place of the cursor that can be returned to exactly, whatever a search did meanwhile. */
export interface Place {
  readonly start: RunSnapshot;
  readonly events: readonly MachineEvent[];
  readonly event: number;
}

const DEFAULT_BYTES = 256 * 2 ** 20;
const MOST_CHECKPOINTS = 480;

/** Ticks before the goal at which a replay leaves checkpoints: where a person looks, small steps are instant. */
const NEAR_GOAL = [32768, 4096, 512, 64, 8];

export class Tape {
  #events: readonly MachineEvent[] = [];
  #event = 0;
  #start: RunSnapshot;
  /** Made when it is asked for. */
  #standing: Standing | undefined;
  readonly #checkpoints: Checkpoints;
  readonly #edits = new Edits();
  /** The counters along the tape. */
  readonly series = new Series();
  /** Ticks below this have said what they had to say. */
  #said = 0;
  #quiet = false;
  /** The run is somewhere else: what to do before it is brought back. */
  #away: (() => void) | undefined;
  #asked = 0;

  constructor(
    readonly run: Run,
    private readonly options: TapeOptions,
  ) {
    run.onOutput = (output) => {
      if (!this.#quiet && run.tick > this.#said) options.onOutput?.(output);
    };
    this.#start = run.save();
    const limits: CheckpointLimits = {
      bytes: options.checkpointBytes ?? DEFAULT_BYTES,
      count: MOST_CHECKPOINTS,
      spacing: options.checkpointTicks ?? LEAST_SPACING,
    };
    this.#checkpoints = new Checkpoints(this.#checkpointHere(this.#start), limits);
    this.series.take(run);
    this.#record();
  }

  // ---- where the cursor is ----------------------------------------------------------------------------------------

  get moment(): Moment {
    return { tick: this.#start.state.tick, event: this.#event };
  }
  get events(): readonly MachineEvent[] {
    return this.#events;
  }
  /** Where the current tick stands in the scenario, however far into the tick the cursor is. Not to be asked in a motion. */
  get standing(): Standing {
    if (this.#standing === undefined) {
      this.run.load(this.#start);
      this.#standing = this.run.standing();
      this.moveInside(this.#event);
    }
    return this.#standing;
  }
  get atEnd(): boolean {
    return this.#start.state.end !== null;
  }
  get atStart(): boolean {
    return this.moment.tick === 0 && this.#event === 0;
  }

  get place(): Place {
    return { start: this.#start, events: this.#events, event: this.#event };
  }

  returnTo({ start, events, event }: Place): void {
    this.#start = start;
    this.#standing = undefined;
    this.#events = events;
    this.moveInside(event);
  }

  // ---- checkpoints ------------------------------------------------------------------------------------------------

  get checkpointTicks(): readonly number[] {
    return this.#checkpoints.ticks;
  }
  get checkpointBytes(): number {
    return this.#checkpoints.bytes;
  }
  get leastCheckpointBytes(): number {
    return this.#checkpoints.leastBytes;
  }
  checkpointBefore(tick: number): Checkpoint {
    return this.#checkpoints.before(tick);
  }
  lastingAfter(tick: number): Checkpoint | undefined {
    return this.#checkpoints.lastingAfter(tick);
  }

  #checkpointHere(snapshot: RunSnapshot): Checkpoint {
    const { run } = this;
    const work = this.options.checkpointTicks === undefined ? workOf(run) : run.tick;
    return { tick: run.tick, snapshot, work, reading: readingOf(run) };
  }

  #checkpointIfDue(): void {
    const { run } = this;
    const { last, spacing } = this.#checkpoints;
    if (run.tick <= last.tick || run.end !== null) return;
    const ticks = this.options.checkpointTicks;
    const done = (ticks === undefined ? workOf(run) : run.tick) - last.work;
    if (done < spacing || (ticks === undefined && done < workBeforeSave(run))) return;
    this.#checkpoints.add(this.#checkpointHere(run.save()));
  }

  /** Leaves a checkpoint where the run stands, for motions close to here. */
  leaveNear(): void {
    if (this.run.end === null) this.#checkpoints.addNear(this.#checkpointHere(this.run.save()));
  }

  /** The nearest saved state at or before a tick. */
  nearest(tick: number): RunSnapshot {
    const best = this.#checkpoints.before(tick);
    const here = this.#start.state.tick;
    return here <= tick && here >= best.tick ? this.#start : best.snapshot;
  }

  // ---- running ----------------------------------------------------------------------------------------------------

  /** The run stands at a checkpoint. */
  restore(checkpoint: Checkpoint): void {
    this.run.load(checkpoint.snapshot);
  }

  /** From anywhere in the tick to the start of the next; what it says is said. */
  completeTick(): void {
    this.run.load(this.#start);
    this.runFast(NO_STOPS, 1);
  }

  /** The run stands at a tick's start, or where the run ends before it, or where the pause was asked for. */
  async go(tick: number, pace: Pace): Promise<void> {
    this.run.load(this.nearest(tick));
    await this.runTo(tick, pace);
  }

  /** As `go`, and leaves checkpoints on the way. */
  async approach(tick: number, pace: Pace): Promise<void> {
    this.run.load(this.nearest(tick));
    for (const distance of NEAR_GOAL) {
      if (tick - distance <= this.run.tick) continue;
      await this.runTo(tick - distance, pace);
      if (this.run.tick === tick - distance) this.leaveNear();
    }
    await this.runTo(tick, pace);
  }

  async runTo(tick: number, pace: Pace): Promise<void> {
    while (this.run.tick < tick && this.run.end === null && !pace.pauseRequested) {
      this.runOn(NO_STOPS, tick - this.run.tick, 'limit', pace);
      if (pace.tired) await pace.rest();
    }
  }

  /** Runs on to where the rules say that something may be, at most `limit` ticks; see `Run.fast`. */
  runOn(rules: StopRules, limit: number, until: Until, pace: Pace): number {
    this.#checkpointIfDue();
    const { last, spacing } = this.#checkpoints;
    const due = this.options.checkpointTicks === undefined ? Infinity : last.tick + spacing;
    const room = due > this.run.tick ? due - this.run.tick : Infinity;
    return pace.burst(Math.min(limit, room, this.series.room(this.run.tick)), (ticks) =>
      this.runFast(rules, ticks, until),
    );
  }

  /** Runs up to `limit` ticks without events, except ticks that a person edited. Returns the ticks run. */
  runFast(rules: StopRules, limit: number, until: Until = 'limit'): number {
    const { probe } = this.run.machine;
    const from = this.run.tick;
    const end = this.#edits.firstTick(from, from + limit);
    if (end === from) {
      probe.fired = 0;
      this.#armed(rules, () => this.#runTick(Infinity));
    } else this.#armed(rules, () => this.run.fast(end - from, rules.statements, until));
    if (!this.#quiet) {
      this.#said = Math.max(this.#said, this.run.tick);
      this.series.take(this.run);
    }
    return this.run.tick - from;
  }

  #armed(rules: StopRules, work: () => void): void {
    const { probe } = this.run.machine;
    probe.armed = rules.armed;
    for (const f of rules.functions) probe.armedFunctions[f] = 1;
    if (rules.watches.length > 0) probe.watches.set(rules.watches);
    try {
      work();
    } finally {
      probe.armed = 0;
      for (const f of rules.functions) probe.armedFunctions[f] = 0;
      if (rules.watches.length > 0) probe.watches.set([]);
    }
  }

  // ---- inside a tick ----------------------------------------------------------------------------------------------

  /** The cursor is at the start of the tick at whose start the run stands. */
  land(): void {
    this.#start = this.run.save();
    this.#standing = undefined;
    this.#record();
  }

  /** The counters at the start of the cursor's tick. */
  reading(): Reading {
    this.run.load(this.#start);
    const reading = readingOf(this.run);
    this.moveInside(this.#event);
    return reading;
  }

  /**
   * Runs a stretch of the tape again, says nothing, and puts the cursor back: `look` is called at the start of each of the
   * ticks, which are in ascending order, or where the run ends before. False, and nothing is called, if that means to run
   * more than `mostTicks`. `look` must not move the tape.
   */
  glance(ticks: readonly number[], mostTicks: number, look: () => void): boolean {
    const start = this.nearest(ticks[0]);
    if (ticks[ticks.length - 1] - start.state.tick > mostTicks) return false;
    try {
      this.#quietly(() => {
        this.run.load(start);
        for (const tick of ticks) {
          while (this.run.tick < tick && this.run.end === null) this.runFast(NO_STOPS, tick - this.run.tick);
          look();
        }
      });
    } finally {
      this.moveInside(this.#event);
    }
    return true;
  }

  /** Records all events of the tick, and goes back to its start. */
  #record(): void {
    this.#events = this.run.end === null ? this.#quietly(() => this.#runTick(Infinity)) : [];
    this.series.reach(this.run);
    this.moveInside(0);
  }

  #quietly<T>(work: () => T): T {
    const before = this.#quiet;
    this.#quiet = true;
    try {
      return work();
    } finally {
      this.#quiet = before;
    }
  }

  // ---- beside the cursor ------------------------------------------------------------------------------------------

  /**
   * The run may be taken somewhere else, and stay there until somebody needs the cursor's state: `settle` then calls
   * `leave` and brings it back.
   */
  takeAway(leave: () => void): void {
    this.settle();
    this.#away = leave;
  }

  /** How often the cursor's state was asked for. */
  get asked(): number {
    return this.#asked;
  }
  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /** The run is in the cursor's state, wherever it was. */
  settle(): void {
    this.#asked++;
    if (this.#away === undefined) return;
    const leave = this.#away;
    this.#away = undefined;
    leave();
    this.moveInside(this.#event);
  }

  /** What the run says while it is away is not said again. */
  quietly<T>(work: () => T): T {
    return this.#quietly(work);
  }

  /** All events of the tick at whose start the run stands; it stands behind it then. For use while it is away. */
  recordHere(): MachineEvent[] {
    return this.#runTick(Infinity);
  }

  /** Runs the tick from its start with a recorder until event `stopAt` has been reported. */
  #runTick(stopAt: number): MachineEvent[] {
    const edits = this.#edits.at(this.run.tick);
    const apply = (index: number): void => {
      for (const edit of edits) if (edit.event === index) this.run.assign(edit.target, edit.value);
    };
    const recorder = new Recorder(stopAt, edits.length > 0 ? apply : undefined);
    const { probe } = this.run.machine;
    probe.recorder = recorder;
    try {
      this.run.step();
    } catch (error) {
      if (!(error instanceof StopAtEvent)) throw error;
    } finally {
      probe.recorder = null;
    }
    return recorder.events;
  }

  /** Puts the run into the state of an event of the current tick. */
  moveInside(event: number): void {
    this.run.load(this.#start);
    this.#event = event;
    if (event > 0) {
      this.#quietly(() => this.#runTick(event));
      this.run.names.facts = tickFacts(this.#events, event);
    } else this.#applyEdits(0);
  }

  /** What a person changed at an event of the tick at whose start the run stands. */
  #applyEdits(event: number): void {
    for (const edit of this.#edits.at(this.run.tick))
      if (edit.event === event) this.run.assign(edit.target, edit.value);
  }

  /** As `moveInside`, to the last event where the tick has fewer. */
  moveToward(event: number): void {
    this.moveInside(Math.min(event, Math.max(0, this.#events.length - 1)));
  }

  // ---- edits ------------------------------------------------------------------------------------------------------

  /**
   * Changes the state at this moment. The tick is run again from its start with the changes applied here; what was after
   * this moment is dropped. Returns a sentence if a change is refused, and then nothing has changed.
   */
  edit(changes: readonly Change[]): string | undefined {
    const { moment } = this;
    for (const { target, value } of changes) {
      const refused = this.#tryAssign(target, value);
      if (refused === undefined) continue;
      this.moveInside(moment.event);
      return refused;
    }
    this.#edits.add(moment, changes);
    this.#newHistory(moment.tick);
    return undefined;
  }

  #tryAssign(target: Expression, value: bigint): string | undefined {
    try {
      return this.run.assign(target, value);
    } catch (error) {
      if (error instanceof EvaluationError || error instanceof RangeError) return error.message;
      throw error;
    }
  }

  /** How many edits the tape has. */
  get edits(): number {
    return this.#edits.count;
  }

  /** At the end of a motion: edits that are now in the future are undone, and what came of them goes. True if any was. */
  undoLaterEdits(): boolean {
    const undone = this.#edits.dropLater(this.moment);
    if (undone.length === 0) return false;
    this.#newHistory(Math.min(...undone.map((e) => e.tick)));
    // Bytes that a person changed in one go are several words.
    const told = undone.filter(({ go, text }, i) => undone.findIndex((e) => e.go === go && e.text === text) === i);
    for (const { text, tick } of told)
      this.options.onUndo?.(`the edit${text === undefined ? '' : ` of ${text}`} at tick ${tick} is undone`);
    return true;
  }

  /** What follows the start of a tick is no longer what it was. */
  #newHistory(tick: number): void {
    this.#checkpoints.dropAfter(tick);
    this.series.dropAfter(tick);
    this.options.onNewHistory?.(tick);
    this.#said = Math.min(this.#said, tick);
    if (tick !== this.moment.tick) return;
    const { event } = this.moment;
    this.run.load(this.#start);
    this.#record();
    this.moveToward(event);
  }
}
