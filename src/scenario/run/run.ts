/**
 * A program running on a machine, tick by tick: the debuggee that a timeline records, restores and runs fast.
 *
 * Between ticks the run always stands at an instruction that makes ticks, or has ended; loops and branches on the way
 * have been followed. `step` runs exactly one tick; `fast` runs many of accesses without looking up anything between
 * them, and is the same code. With a recorder attached to the machine's probe a tick also reports its events. All state
 * is the machine's and one `RunState` record, so `save`, `load` and the hash are complete.
 *
 * What each statement does is in statements/ (execute.ts is the table); this is the outside of it.
 */
import { Hasher } from '../../machine/core/hash';
import type { Machine, MachineSnapshot } from '../../machine/machine';
import type { LoadedTrace } from '../../trace/load';
import type { Expression } from '../language/ast';
import { assign } from './assign';
import { Burst } from './burst';
import type { Environment } from './evaluate';
import { Execution, type Output } from './execution';
import type { MachineNames } from './names/machineNames';
import type { Program } from './program';
import { describeAddress, type Standing, standingOf } from './standing';
import type { Activity, EndReason, ExpectFailure, RunState } from './state';
import { execute } from './statements/execute';
import type { Value } from './values';

export type { Output } from './execution';

export interface RunSnapshot {
  readonly machine: MachineSnapshot;
  readonly state: RunState;
  readonly at: number;
}

/** What else ends a fast run. */
export type Until = 'limit' | 'statement' | 'boundary';

export class Run {
  readonly #x: Execution;
  readonly #burst: Burst;

  constructor(
    readonly program: Program,
    readonly machine: Machine,
    traces: readonly LoadedTrace[],
    arguments_: Readonly<Record<string, Value>> = {},
    seed = 0,
  ) {
    this.#x = new Execution(program, machine, traces, arguments_, seed);
    this.#burst = new Burst(this.#x);
  }

  /** Called for everything a tick says, in recorded and fast runs alike: whoever repeats ticks must drop repetitions. */
  set onOutput(listener: ((output: Output) => void) | null) {
    this.#x.onOutput = listener;
  }
  get onOutput(): ((output: Output) => void) | null {
    return this.#x.onOutput;
  }

  /**
   * True of a scenario that was written for another scheme: an `expect` or a `print` about what this scheme has not got
   * fails as other expects do, where it would end the run. What the program does is the same.
   */
  set tolerant(value: boolean) {
    this.#x.tolerant = value;
  }

  // ---- where it stands --------------------------------------------------------------------------------------------

  /** Ticks that have run. */
  get tick(): number {
    return this.#x.tick;
  }
  get end(): EndReason | null {
    return this.#x.state.end;
  }
  get passed(): number {
    return this.#x.state.passed;
  }
  get failed(): readonly ExpectFailure[] {
    return this.#x.state.failed;
  }
  get bindings(): Readonly<Record<string, Value>> {
    return this.#x.state.bindings;
  }

  /** True if the next tick begins a statement, or an access of a ranged one: not in the middle of a range operation. */
  get atBoundary(): boolean {
    return this.#x.state.activity?.kind !== 'operation';
  }
  /** True if the next tick, or the one that runs, belongs to an `expect fails`. */
  get expectsFailure(): boolean {
    return this.#x.expectFails !== undefined;
  }
  /** True if the next tick is the first of its statement. */
  get atStatement(): boolean {
    return this.#x.state.activity === null;
  }
  /** The statement in the middle of its ticks, if the next tick goes on with one, and the place in it. */
  get activity(): Activity | null {
    return this.#x.state.activity;
  }
  get at(): number {
    return this.#x.at;
  }
  /** How many loops the next tick is inside. */
  get loopDepth(): number {
    return this.#x.state.loops.length;
  }
  /** Id of the statement whose tick is next; −1 at the end. */
  get statementId(): number {
    return this.#x.statementId;
  }

  standing(): Standing {
    const { program, state, at, traces } = this.#x;
    return standingOf(program, state, at, traces);
  }

  /** `0x5555_5540_0010 (heap+0x10)` if a region holds the address. */
  describeAddress(address: bigint): string | undefined {
    return describeAddress(this.#x.state, address);
  }

  // ---- running ----------------------------------------------------------------------------------------------------

  /** Runs one tick. Nothing happens after the end. */
  step(): void {
    const x = this.#x;
    if (x.state.end !== null) return;
    const instruction = this.program.instructions[x.state.pc];
    if (this.machine.probe.recorder !== null) this.#announce();
    x.inside(() => (instruction.op === 'tick' ? execute(x, instruction.statement) : x.turn()));
  }

  /**
   * Runs up to `limit` ticks. Stops early at the end, before a tick of a statement that `stops` marks (by statement id;
   * the first tick is exempt), behind a tick in which something armed was seen (`probe.fired`), and with `statement` (or `boundary`)
   * when the next statement (or access) begins. Returns the ticks run.
   */
  fast(limit: number, stops: Uint8Array | null, end: Until = 'limit'): number {
    const { probe } = this.machine;
    const x = this.#x;
    const from = x.tick;
    const until = from + limit;
    probe.fired = 0;
    while (x.tick < until && x.state.end === null) {
      const id = x.statementId;
      if (stops !== null && id >= 0 && stops[id] !== 0) {
        if (x.tick > from) break;
        this.step();
      } else if (x.state.activity !== null && x.state.activity.kind !== 'operation' && end !== 'boundary') {
        x.guard(() => {
          if (this.#burst.run(until)) this.step();
        });
      } else this.step();
      if (probe.fired !== 0 || (end === 'statement' && this.atStatement) || (end === 'boundary' && this.atBoundary))
        break;
    }
    return x.tick - from;
  }

  #announce(): void {
    this.machine.probe.recorder?.emit({ kind: 'statement', text: this.standing().title });
    this.machine.probe.recorder?.indent();
  }

  // ---- expressions ------------------------------------------------------------------------------------------------

  get names(): MachineNames {
    return this.#x.names;
  }
  get environment(): Environment {
    return this.#x.environment;
  }

  /** Changes what an expression names. A sentence if that cannot be. */
  assign(target: Expression, value: bigint): string | undefined {
    return assign(target, value, this.environment, this.names);
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  save(): RunSnapshot {
    const { state, tick, at } = this.#x;
    return { machine: this.machine.save(), state: { ...state, tick }, at };
  }

  load(saved: RunSnapshot): void {
    const x = this.#x;
    x.names.facts = undefined;
    x.inTick = false;
    this.machine.load(saved.machine);
    x.state = saved.state;
    x.tick = saved.state.tick;
    x.at = saved.at;
  }

  /** Hash of the machine, the program's state and the counters: equal for equal states, whatever path led there. */
  stateHash(): string {
    const hasher = new Hasher();
    this.machine.hash(hasher);
    const { state, tick, at } = this.#x;
    const { pc, loops, activity, bindings, passed, failed, end } = state;
    hasher.plain({ pc, loops, activity, bindings, passed, failed, end, tick, at });
    return hasher.digest();
  }
}
