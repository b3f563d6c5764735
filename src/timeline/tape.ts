/**
 * The tape itself: one run, with a cursor that stands at an event of a tick, and what it takes to put it anywhere.
 *
 * Holds always between calls from outside: `run` is in the exact state of `moment`; `events` are all events of the
 * moment's tick (empty behind the last tick). Inside a motion (timeline.ts) the run may be ahead of the cursor;
 * `markStart` and `record` bring the two together again. Everything a tick says is said once: the first time that the
 * tick runs for real, never while it is recorded or repeated.
 */
import type { MachineEvent } from '../machine/core/events';
import { Recorder, StopAtEvent } from '../machine/core/probe';
import type { Expression } from '../scenario/language/ast';
import type { Output, Run, RunSnapshot, Until } from '../scenario/run/run';
import { EvaluationError } from '../scenario/run/evaluate';
import type { Standing } from '../scenario/run/standing';
import { type Checkpoint, Checkpoints } from './checkpoints';
import { NO_STOPS, type StopRules } from './stops';

export interface Moment {
  readonly tick: number;
  readonly event: number;
}

/** `target = value`, as the `set` statement takes it. */
export interface Change {
  readonly target: Expression;
  readonly value: bigint;
}

/** A change that a person made at a moment; part of the tape, applied whenever the tick runs. */
interface Edit extends Change {
  readonly event: number;
}

export class Tape {
  #events: MachineEvent[] = [];
  #event = 0;
  #tickStart: RunSnapshot;
  #standing: Standing;
  readonly #checkpoints: Checkpoints;
  readonly #edits = new Map<number, Edit[]>();
  /** Tick that `events` belong to; −1 while the run is ahead of the cursor. */
  #recorded = -1;
  /** Ticks below this have said what they had to say. */
  #said = 0;
  #quiet = false;

  constructor(
    readonly run: Run,
    private readonly checkpointSpacing: number,
    onOutput: (output: Output) => void,
  ) {
    run.onOutput = (output) => {
      if (!this.#quiet && run.tick > this.#said) onOutput(output);
    };
    this.#tickStart = run.save();
    this.#standing = run.standing();
    this.#checkpoints = new Checkpoints(this.#tickStart);
    this.record();
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
  /** The latest saved state at or before a tick. */
  checkpointBefore(tick: number): Checkpoint {
    return this.#checkpoints.before(tick);
  }

  /** Nothing that runs meanwhile says anything. */
  quietly<T>(work: () => T): T {
    const before = this.#quiet;
    this.#quiet = true;
    try {
      return work();
    } finally {
      this.#quiet = before;
    }
  }

  /**
   * Changes the state at this moment. The tick is run again from its start with the changes applied here; what was after
   * this moment is dropped. Returns a sentence if a change is refused, and then nothing has changed.
   */
  edit(changes: readonly Change[]): string | undefined {
    const { tick, event } = this.moment;
    for (const { target, value } of changes) {
      const refused = this.#tryAssign(target, value);
      if (refused === undefined) continue;
      this.moveInside(event);
      return refused;
    }
    const earlier = (this.#edits.get(tick) ?? []).filter((e) => e.event <= event);
    for (const t of [...this.#edits.keys()]) if (t > tick) this.#edits.delete(t);
    this.#edits.set(tick, [...earlier, ...changes.map((c) => ({ ...c, event }))]);
    this.#checkpoints.dropAfter(tick);
    this.#said = Math.min(this.#said, tick);
    this.run.load(this.#tickStart);
    this.record();
    this.moveInside(Math.min(event, Math.max(0, this.#events.length - 1)));
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

  /** Goes to a moment that has run, or stands at the nearest one. */
  seek(moment: Moment): void {
    if (moment.tick !== this.#recorded) {
      this.replay(this.#checkpoints.before(moment.tick).snapshot, moment.tick);
      this.record();
    }
    this.moveInside(Math.min(moment.event, Math.max(0, this.#events.length - 1)));
  }

  /** Restores a snapshot and runs quietly to the start of a tick. */
  replay(snapshot: RunSnapshot, tick: number): void {
    this.run.load(snapshot);
    this.quietly(() => {
      while (this.run.tick < tick && this.run.end === null) this.runFast(NO_STOPS, tick - this.run.tick);
    });
    this.markStart();
  }

  /** The run stands at a tick's start: that is where the cursor is now. */
  markStart(): void {
    this.#tickStart = this.run.save();
    this.#standing = this.run.standing();
    this.#event = 0;
    this.#recorded = -1;
  }

  /** Records all events of the tick at whose start the run stands, and goes back to its start. */
  record(): void {
    this.#event = 0;
    this.#recorded = this.moment.tick;
    if (this.run.end !== null) {
      this.#events = [];
      return;
    }
    this.#events = this.quietly(() => this.#runTick(Infinity));
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
    this.run.load(this.#tickStart);
    this.#event = event;
    if (event === 0) this.#applyEditsAtStart();
    else this.quietly(() => this.#runTick(event));
  }

  /** From anywhere in the tick to the start of the next; what it says is said. */
  completeTick(): void {
    this.run.load(this.#tickStart);
    this.runFast(NO_STOPS, 1);
  }

  /** Runs up to `limit` ticks without events, except ticks that a person edited. Returns the ticks run. */
  runFast(rules: StopRules, limit: number, until: Until = 'limit'): number {
    const { probe } = this.run.machine;
    const from = this.run.tick;
    if (this.#edits.has(from)) {
      probe.fired = 0;
      this.#armed(rules, () => this.#runTick(Infinity));
    } else {
      let end = from + limit;
      for (const tick of this.#edits.keys()) if (tick > from && tick < end) end = tick;
      this.#armed(rules, () => this.run.fast(end - from, rules.statements, until));
    }
    if (!this.#quiet) this.#said = Math.max(this.#said, this.run.tick);
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

  checkpointIfDue(): void {
    if (this.run.tick >= this.#checkpoints.last.tick + this.checkpointSpacing)
      this.#checkpoints.add(this.run.tick, this.run.save());
  }
}
