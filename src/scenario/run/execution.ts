/**
 * A program in the middle of running: where it stands, and what every statement may do about that.
 *
 * The files in statements/ say what each statement does to the machine; they tell the execution how that went (one access
 * is done, the statement is done, a name is bound), and it moves on. Between ticks the execution always stands at an
 * instruction that makes ticks, or has ended. All of its state is `state`, `at` and `tick`; whoever restores a run
 * replaces those.
 */
import type { Machine } from '../../machine/machine';
import { TraceError } from '../../trace/errors';
import type { LoadedTrace } from '../../trace/load';
import type { ExpectFailsStatement, Range } from '../language/ast';
import { type Environment, EvaluationError } from './evaluate';
import { control } from './flow';
import { MachineNames } from './names/machineNames';
import { pendingAccess } from './pendingAccess';
import { type Instruction, type Place, placeIn, type Program } from './program';
import { type Activity, type EndReason, type ExpectFailure, INITIAL, type RunState } from './state';
import type { Value } from './values';

/** Control instructions that are followed within one tick. */
const MAX_CONTROL_STEPS = 1000;

/** What a tick said to the outside. */
export type Output =
  | ({ kind: 'print'; text: string } & Place)
  | { kind: 'failed'; failure: ExpectFailure }
  | { kind: 'end'; reason: EndReason };

export class Execution {
  readonly names: MachineNames;
  onOutput: ((output: Output) => void) | null = null;
  /** What looks at something that this scheme has not got (a level, a field) fails, and the run goes on: see `Run.tolerant`. */
  tolerant = false;
  state: RunState;
  /** Place in the running pattern or trace. Kept beside the record, because it changes with every access. */
  at = 0;
  /** Ticks that have begun. */
  tick = 0;
  /** True inside a tick, also where a recorder has unwound it; host-side, since nothing is saved inside a tick. */
  inTick = false;
  /** `let` names whose value was given from outside; the statement then changes nothing. */
  readonly given: ReadonlySet<string>;

  constructor(
    readonly program: Program,
    readonly machine: Machine,
    readonly traces: readonly LoadedTrace[],
    given: Readonly<Record<string, Value>>,
    readonly seed: number,
  ) {
    this.names = new MachineNames(machine);
    this.state = { ...INITIAL, bindings: { ...given } };
    this.given = new Set(Object.keys(given));
    this.guard(() => this.#follow());
  }

  // ---- where it stands --------------------------------------------------------------------------------------------

  /** The instruction whose tick is next, or runs; only where the run has not ended. */
  get instruction(): Extract<Instruction, { op: 'tick' }> {
    return this.program.instructions[this.state.pc] as Extract<Instruction, { op: 'tick' }>;
  }

  /** Id of the statement whose tick is next, or runs; −1 at the end and between turns of a loop. */
  get statementId(): number {
    const i = this.state.end === null ? this.program.instructions[this.state.pc] : undefined;
    return i?.op === 'tick' ? i.id : -1;
  }

  /** Where something of the statement that runs stands. */
  place(range: Range): Place {
    const instruction = this.program.instructions[this.state.pc];
    return placeIn(this.program, instruction !== undefined && 'file' in instruction ? instruction.file : 0, range);
  }

  /** The `expect fails` around the statement that runs, if there is one. */
  get expectFails(): ExpectFailsStatement | undefined {
    const instruction = this.program.instructions[this.state.pc];
    return instruction?.op === 'tick' && instruction.statement.kind === 'expectFails'
      ? instruction.statement
      : undefined;
  }

  // ---- ticks ------------------------------------------------------------------------------------------------------

  /** Turns an error of evaluation into the end of the run: a run never throws for what a scenario says. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      // The one RangeError that can come from the machine is an array that the host could not allocate.
      if (error instanceof RangeError)
        return this.finish({
          kind: 'error',
          line: 0,
          text: `the simulation needs more memory than there is: ${error.message}`,
        });
      if (error instanceof TraceError) return this.finish({ kind: 'error', line: 0, text: error.message });
      if (!(error instanceof EvaluationError)) throw error;
      this.finish({ kind: 'error', ...this.place(error.range), text: error.message });
    }
  }

  /** The value of what only looks; where the run is tolerant, why there is none. */
  look<Value>(work: () => Value): { value: Value } | { problem: string } {
    try {
      return { value: work() };
    } catch (error) {
      if (!this.tolerant || !(error instanceof EvaluationError)) throw error;
      return { problem: error.message };
    }
  }

  /** Runs the work of one tick. */
  inside(work: () => void): void {
    this.tick++;
    this.inTick = true;
    this.guard(work);
    this.inTick = false;
  }

  finish(reason: EndReason): void {
    this.state = { ...this.state, activity: null, end: reason };
    this.onOutput?.({ kind: 'end', reason });
  }

  // ---- what a statement tells -------------------------------------------------------------------------------------

  bind(name: string, value: Value): void {
    this.state = { ...this.state, bindings: { ...this.state.bindings, [name]: value } };
  }

  /** The statement goes on for several ticks, from its first place. */
  begin(activity: Activity): void {
    this.at = 0;
    this.state = { ...this.state, activity };
  }

  /** The statement is over: the next one's turn. */
  next(): void {
    if (this.state.end !== null) return;
    this.at = 0;
    this.state = { ...this.state, pc: this.state.pc + 1, activity: null };
    this.#follow();
  }

  // ---- flow -------------------------------------------------------------------------------------------------------

  /** The turn of a loop that rested. */
  turn(): void {
    const instruction = this.program.instructions[this.state.pc];
    if (instruction.op !== 'tick') this.state = control(instruction, this.state, this.environment);
    this.#follow();
  }

  /**
   * Follows loops and branches to the next instruction that makes a tick. A loop that turns for long without one rests at
   * its end, and its next turn is a tick of its own: no tick is unbounded.
   */
  #follow(): void {
    for (let steps = 0; ; steps++) {
      const instruction = this.program.instructions[this.state.pc];
      if (instruction === undefined) return this.finish({ kind: 'finished' });
      if (instruction.op === 'tick' || (instruction.op === 'again' && steps >= MAX_CONTROL_STEPS)) return;
      this.state = control(instruction, this.state, this.environment);
    }
  }

  // ---- expressions ------------------------------------------------------------------------------------------------

  /** Names in the order in which they hide each other: what the scenario binds, then the machine's. */
  readonly environment: Environment = {
    name: (name) => {
      if (Object.hasOwn(this.state.bindings, name)) return this.state.bindings[name];
      if (name === 'tick') return BigInt(this.inTick ? this.tick - 1 : this.tick);
      return (name === 'access' ? this.#pendingAccess() : undefined) ?? this.names.name(name);
    },
    call: (name, args) => this.names.call(name, args),
  };

  /** Between ticks, `access` is the access that is about to be made, if the next tick makes one. */
  #pendingAccess(): Value | undefined {
    if (this.inTick) return undefined;
    const next = pendingAccess(this.program, this.state, this.at, this.traces, this.environment, this.seed);
    return next && this.names.pendingAccess(next.kind, next.address, next.sizeBytes);
  }
}
