/**
 * A program running on a machine, tick by tick: the debuggee that a timeline records, restores and runs fast.
 *
 * Between ticks the run always stands at an instruction that makes ticks, or has ended; loops and branches on the way
 * have been followed. `step` runs exactly one tick; `fast` runs many of accesses without looking up anything between
 * them, and is the same code. With a recorder attached to the machine's probe a tick also reports its events. All state
 * is the machine's and one `RunState` record, so `save`, `load` and the hash are complete.
 */
import { formatAddress, PAGE_BYTES, offsetOfAddress, vpnOfAddress, wrapPage } from '../../machine/core/addresses';
import type { AccessKind } from '../../machine/core/events';
import { Hasher } from '../../machine/core/hash';
import { Signal } from '../../machine/core/probe';
import type { Machine, MachineSnapshot } from '../../machine/machine';
import { Access } from '../../machine/mmu/rights';
import { TraceError } from '../../trace/errors';
import type { LoadedTrace } from '../../trace/load';
import { type AccessChunk, CHUNK_ACCESSES, ScratchChunk } from '../../machine/core/accessChunk';
import type {
  AccessStatement,
  ExpectFailsStatement,
  Expression,
  MmapStatement,
  Range,
  TraceStatement,
} from '../language/ast';
import { assign } from './assign';
import { type Environment, evaluate, EvaluationError, number, range, renderTemplate } from './evaluate';
import { explainComparison } from './explain';
import { control } from './flow';
import { mapInferredRegions } from './inferredRegions';
import { MachineNames } from './names/machineNames';
import { accessBytes, distance, fillChunk, startPattern } from './patterns';
import { pendingAccess } from './pendingAccess';
import { accessStatementOf, type Instruction, type Program, type TickStatement } from './program';
import { describeAddress, type Standing, standingOf } from './standing';
import {
  type AccessPatternActivity,
  type Activity,
  type EndReason,
  type ExpectFailure,
  INITIAL,
  type RunState,
} from './state';
import { region, symbol, truth, type Value } from './values';

/** Statements that need an address space to work in. */
const NEEDS_PROCESS: ReadonlySet<TickStatement['kind']> = new Set(['access', 'trace', 'mmap', 'munmap']);

/** Control instructions that are followed within one tick. */
const MAX_CONTROL_STEPS = 1000;

export interface RunSnapshot {
  readonly machine: MachineSnapshot;
  readonly state: RunState;
  readonly at: number;
}

/** What else ends a fast run. */
export type Until = 'limit' | 'statement' | 'boundary';

/** What a tick said to the outside. */
export type Output =
  | { kind: 'print'; text: string; line: number }
  | { kind: 'failed'; failure: ExpectFailure }
  | { kind: 'end'; reason: EndReason };

const KIND_CODE: Record<AccessKind, Access> = { read: Access.Read, write: Access.Write, exec: Access.Exec };
export class Run {
  readonly names: MachineNames;
  /** Called for everything a tick says, in recorded and fast runs alike: whoever repeats ticks must drop repetitions. */
  onOutput: ((output: Output) => void) | null = null;
  #state: RunState = INITIAL;
  /** Place in the running pattern or trace. Kept beside the record, because it changes with every access. */
  #at = 0;
  #tick = 0;
  /** Where a burst of a pattern is made up. */
  readonly #scratch = new ScratchChunk();
  /** True inside a tick, also where a recorder has unwound it; host-side, since nothing is saved inside a tick. */
  #executing = false;

  constructor(
    readonly program: Program,
    readonly machine: Machine,
    private readonly traces: readonly LoadedTrace[],
    arguments_: Readonly<Record<string, Value>> = {},
    private readonly seed = 0,
  ) {
    this.names = new MachineNames(machine);
    this.#state = { ...INITIAL, bindings: { ...arguments_ } };
    this.#fixed = new Set(Object.keys(arguments_));
    this.#guard(() => this.#follow());
  }

  /** `let` names whose value was given from outside; the statement then changes nothing. */
  readonly #fixed: ReadonlySet<string>;

  /** Ticks that have run. */
  get tick(): number {
    return this.#tick;
  }
  get end(): EndReason | null {
    return this.#state.end;
  }
  get passed(): number {
    return this.#state.passed;
  }
  get failed(): readonly ExpectFailure[] {
    return this.#state.failed;
  }
  get bindings(): Readonly<Record<string, Value>> {
    return this.#state.bindings;
  }

  /** True if the next tick begins a statement, or an access of a ranged one: not in the middle of a range operation. */
  get atBoundary(): boolean {
    return this.#state.activity?.kind !== 'operation';
  }
  /** True if the next tick, or the one that runs, belongs to an `expect fails`. */
  get expectsFailure(): boolean {
    const instruction = this.program.instructions[this.#state.pc];
    return instruction?.op === 'tick' && instruction.statement.kind === 'expectFails';
  }
  /** True if the next tick is the first of its statement. */
  get atStatement(): boolean {
    return this.#state.activity === null;
  }
  /** The statement in the middle of its ticks, if the next tick goes on with one, and the place in it. */
  get activity(): Activity | null {
    return this.#state.activity;
  }
  get at(): number {
    return this.#at;
  }
  /** How many loops the next tick is inside. */
  get loopDepth(): number {
    return this.#state.loops.length;
  }

  /** The instruction whose tick is next; only where the run has not ended. */
  get #instruction(): Extract<Instruction, { op: 'tick' }> {
    return this.program.instructions[this.#state.pc] as Extract<Instruction, { op: 'tick' }>;
  }

  /** Id of the statement whose tick is next; −1 at the end. */
  get statementId(): number {
    const i = this.#state.end === null ? this.program.instructions[this.#state.pc] : undefined;
    return i?.op === 'tick' ? i.id : -1;
  }

  // ---- running ----------------------------------------------------------------------------------------------------

  /** Runs one tick. Nothing happens after the end. */
  step(): void {
    if (this.#state.end !== null) return;
    const instruction = this.program.instructions[this.#state.pc];
    if (this.machine.probe.recorder !== null) this.#announce();
    this.#tick++;
    this.#executing = true;
    this.#guard(() => (instruction.op === 'tick' ? this.#execute(instruction.statement) : this.#turn()));
    this.#executing = false;
  }

  /**
   * Runs up to `limit` ticks. Stops early at the end, before a tick of a statement that `stops` marks (by statement id;
   * the first tick is exempt), behind a tick in which something armed was seen (`probe.fired`), and with `statement` (or `boundary`)
   * when the next statement (or access) begins. Returns the ticks run.
   */
  fast(limit: number, stops: Uint8Array | null, end: Until = 'limit'): number {
    const { probe } = this.machine;
    const from = this.#tick;
    const until = from + limit;
    probe.fired = 0;
    while (this.#tick < until && this.#state.end === null) {
      const id = this.statementId;
      if (stops !== null && id >= 0 && stops[id] !== 0) {
        if (this.#tick > from) break;
        this.step();
      } else if (this.#state.activity !== null && this.#state.activity.kind !== 'operation' && end !== 'boundary')
        this.#guard(() => this.#burst(until));
      else this.step();
      if (probe.fired !== 0 || (end === 'statement' && this.atStatement) || (end === 'boundary' && this.atBoundary))
        break;
    }
    return this.#tick - from;
  }

  /** Runs accesses of the pattern or trace that is going on, without coming back to the program between them. */
  #burst(until: number): void {
    const activity = this.#state.activity;
    if (activity === null || activity.kind === 'operation') return;
    // The last access ends the statement, which is `step`'s work.
    const end = Math.min(activity.count - 1, this.#at + until - this.#tick);
    const done =
      activity.kind === 'trace'
        ? this.#burstTrace(activity.trace, activity.offset, end)
        : this.#burstPattern(activity, end);
    if (done) this.step();
  }

  #burstPattern(pattern: AccessPatternActivity, end: number): boolean {
    const statement = accessStatementOf(this.#instruction.statement);
    if (statement === undefined) return true;
    const user = statement.asKernel === undefined ? 1 : 0;
    const from = this.#at;
    while (this.#at < end) {
      const count = Math.min(end - this.#at, CHUNK_ACCESSES);
      fillChunk(this.#scratch, pattern, KIND_CODE[statement.operation], this.#at, count);
      if (!this.#replay(this.#scratch, 0, count, 0, user)) return false;
    }
    return this.#at === from;
  }

  #burstTrace(trace: number, offset: bigint, end: number): boolean {
    const { store } = this.traces[trace];
    const from = this.#at;
    const shift = vpnOfAddress(offset);
    if (offsetOfAddress(offset) !== 0) return true;
    while (this.#at < end) {
      const chunk = chunkOf(store, this.#at);
      // A trace that cannot be read any more ends the run, which is a tick of `step`.
      if (chunk === undefined) break;
      const first = this.#at % CHUNK_ACCESSES;
      if (!this.#replay(chunk, first, Math.min(chunk.length, first + end - this.#at), shift, 1)) return false;
    }
    return this.#at === from;
  }

  /** Makes accesses of a chunk, each a tick. False if the burst ends with them. */
  #replay(chunk: AccessChunk, from: number, to: number, shift: number, user: number): boolean {
    const { replay, probe } = this.machine;
    const made = replay.run(chunk, from, to, shift, user);
    this.#at += made;
    this.#tick += made;
    return replay.alive ? probe.fired === 0 : this.#burstFailed();
  }

  #burstFailed(): false {
    this.#tick++;
    this.#executing = true;
    this.#guard(() => this.#accessFailed());
    this.#executing = false;
    return false;
  }

  /** Turns an error of evaluation into the end of the run: a run never throws for what a scenario says. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      // The one RangeError that can come from the machine is an array that the host could not allocate.
      if (error instanceof RangeError)
        return this.#finish({
          kind: 'error',
          line: 0,
          text: `the simulation needs more memory than there is: ${error.message}`,
        });
      if (error instanceof TraceError) return this.#finish({ kind: 'error', line: 0, text: error.message });
      if (!(error instanceof EvaluationError)) throw error;
      this.#finish({ kind: 'error', line: error.range.start.line, text: error.message });
    }
  }

  #finish(reason: EndReason): void {
    this.#state = { ...this.#state, activity: null, end: reason };
    this.onOutput?.({ kind: 'end', reason });
  }

  // ---- one tick ---------------------------------------------------------------------------------------------------

  #execute(statement: TickStatement): void {
    if (NEEDS_PROCESS.has(statement.kind) && this.machine.kernel.current === undefined)
      throw new EvaluationError('no process runs yet: `process NAME` comes first', statement.range);
    switch (statement.kind) {
      case 'access':
        return this.#access(statement);
      case 'trace':
        return this.#trace(statement);
      case 'process':
        if (!this.machine.kernel.createProcess(statement.name.name))
          throw new EvaluationError('there is no memory for the root table', statement.range);
        return this.#bindAndNext(statement.name.name, symbol(statement.name.name));
      case 'switch':
        this.machine.kernel.switchTo(statement.name.name);
        return this.#next();
      case 'mmap':
        return this.#mmap(statement);
      case 'munmap':
        return this.#munmap(statement);
      case 'expect':
        return this.#expect(statement.condition, statement.range, statement.message?.value);
      case 'expectFails':
        return this.#execute(statement.statement as TickStatement);
      case 'print': {
        const text = renderTemplate(statement.text, this.environment);
        this.machine.probe.recorder?.emit({ kind: 'output', category: 'print', text });
        this.onOutput?.({ kind: 'print', text, line: statement.range.start.line });
        return this.#next();
      }
      case 'let':
        if (this.#fixed.has(statement.name.name)) return this.#next();
        return this.#bindAndNext(statement.name.name, this.#constant(statement.value));
      case 'break':
        if (statement.condition === undefined || truth(evaluate(statement.condition, this.environment))) {
          this.machine.probe.signal(Signal.Break);
          const text = statement.label?.value ?? 'break';
          this.machine.probe.recorder?.emit({ kind: 'output', category: 'break', text });
        }
        return this.#next();
      case 'mark':
        return this.#next();
      case 'flush':
        this.machine.mmu.flushAll();
        return this.#next();
      case 'invlpg':
        this.machine.mmu.invlpg(vpnOfAddress(number(statement.address, this.environment)));
        return this.#next();
      case 'set': {
        const refused = this.assign(statement.target, number(statement.value, this.environment));
        if (refused !== undefined) throw new EvaluationError(refused, statement.target.range);
        return this.#next();
      }
    }
  }

  #access(statement: AccessStatement): void {
    if (statement.pattern !== undefined && this.#state.activity === null) {
      this.#at = 0;
      const activity = startPattern(statement, statement.pattern, this.environment, this.seed);
      this.#state = { ...this.#state, activity };
    }
    const { activity } = this.#state;
    const pattern = activity?.kind === 'pattern' ? activity : undefined;
    const base = pattern?.start ?? number(statement.target, this.environment);
    const from = offsetOfAddress(base) + (pattern === undefined ? 0 : distance(pattern, this.#at));
    const page = wrapPage(vpnOfAddress(base) + Math.floor(from / PAGE_BYTES));
    const size = pattern?.sizeBytes ?? accessBytes(statement, this.environment);
    const user = statement.asKernel === undefined ? 1 : 0;
    if (!this.machine.access(KIND_CODE[statement.operation], page, from % PAGE_BYTES, size, user))
      return this.#accessFailed();
    this.#advance(pattern?.count ?? 1);
  }

  #trace(statement: TraceStatement): void {
    const index = this.program.traces.indexOf(statement);
    const loaded = this.traces[index];
    if (this.#state.activity === null) {
      const offset = statement.offset === undefined ? 0n : number(statement.offset, this.environment);
      const problem = mapInferredRegions(this.machine.kernel, loaded, offset);
      if (problem !== undefined)
        throw new EvaluationError(`a region of the trace cannot be mapped: ${problem}`, statement.range);
      this.#at = 0;
      this.#state = { ...this.#state, activity: { kind: 'trace', trace: index, count: loaded.store.length, offset } };
      if (loaded.store.length === 0) this.#advance(0);
      return;
    }
    const activity = this.#state.activity;
    const record = loaded.store.recordAt(this.#at);
    const offset = activity.kind === 'trace' ? activity.offset : 0n;
    const from = record.offset + offsetOfAddress(offset);
    const page = wrapPage(record.vpn + vpnOfAddress(offset) + (from >= PAGE_BYTES ? 1 : 0));
    if (!this.machine.access(record.kind, page, from % PAGE_BYTES, record.sizeBytes, 1)) return this.#accessFailed();
    this.#advance(loaded.store.length);
  }

  /** One access is done; the last of `count` ends the statement. */
  #advance(count: number): void {
    if (this.#at + 1 < count) {
      this.#at++;
      return;
    }
    this.#statementDone();
  }

  #statementDone(): void {
    const instruction = this.program.instructions[this.#state.pc];
    if (instruction.op === 'tick' && instruction.statement.kind === 'expectFails')
      this.#fail(instruction.statement.range, 'the statement did not fail', 'it ran to its end');
    this.#next();
  }

  /** The access ended in a fatal fault: what `expect fails` waits for, or the end of the run. */
  #accessFailed(): void {
    const { statement } = this.#instruction;
    if (statement.kind === 'expectFails') return this.#failedAsExpected(statement);
    const { line } = statement.range.start;
    const fault = this.machine.faultRecord(this.machine.faultCount - 1);
    if (fault?.signal === undefined) throw new Error('an access failed without a fatal fault');
    const address = this.describeAddress(fault.address) ?? formatAddress(fault.address);
    this.#finish({
      kind: 'fatal',
      fault: fault.kind,
      signal: fault.signal,
      line,
      text: `${fault.signal} at ${address}`,
    });
  }

  #mmap(statement: MmapStatement): void {
    const { kernel } = this.machine;
    if (this.#state.activity !== null) return this.#continueOperation();
    const size = number(statement.size, this.environment);
    const at = statement.at === undefined ? undefined : number(statement.at, this.environment);
    if (size % 4096n !== 0n || (at ?? 0n) % 4096n !== 0n)
      throw new EvaluationError('addresses and sizes of mappings are multiples of 4096', statement.range);
    const { read, write, exec } = statement.protection;
    const result = kernel.mmap({
      pages: Number(size >> 12n),
      read,
      write,
      exec,
      at: at === undefined ? undefined : vpnOfAddress(at),
      populate: statement.populate !== undefined,
    });
    if (!result.ok) return this.#callFailed(`mmap: ${result.error}: ${result.text}`, statement.range);
    const { name } = statement.name;
    this.#bind(name, region(name, BigInt(result.start) << 12n, BigInt(result.end) << 12n));
    this.#operationOrNext();
  }

  #munmap(statement: Extract<TickStatement, { kind: 'munmap' }>): void {
    if (this.#state.activity !== null) return this.#continueOperation();
    const { start, end } = range(statement.target, this.environment);
    if (start % 4096n !== 0n || end <= start)
      return this.#callFailed(
        'munmap: EINVAL: the range must start at a page and not be empty',
        statement.target.range,
      );
    this.machine.kernel.munmap(vpnOfAddress(start), vpnOfAddress(end + 4095n));
    this.#operationOrNext();
  }

  /** The statement failed, as it should; its condition must hold too. */
  #failedAsExpected({ condition, range: where }: ExpectFailsStatement): void {
    if (condition === undefined || truth(evaluate(condition, this.environment))) this.#pass();
    else this.#fail(where, undefined, explainComparison(condition, this.environment));
    this.#next();
  }

  /** A system call returned an error: what `expect fails` waits for, or the end of the run. */
  #callFailed(text: string, where: Range): void {
    const { statement } = this.#instruction;
    if (statement.kind === 'expectFails') return this.#failedAsExpected(statement);
    throw new EvaluationError(text, where);
  }

  #operationOrNext(): void {
    if (this.machine.kernel.operation === null) return this.#statementDone();
    this.#at = 0;
    this.#state = { ...this.#state, activity: { kind: 'operation' } };
  }

  #continueOperation(): void {
    this.#at++;
    if (this.machine.kernel.step()) this.#statementDone();
  }

  // ---- expectations -----------------------------------------------------------------------------------------------

  #expect(condition: Expression, where: Range, message: string | undefined): void {
    if (truth(evaluate(condition, this.environment))) this.#pass();
    else this.#fail(where, message, explainComparison(condition, this.environment));
    this.#next();
  }

  #pass(): void {
    this.#state = { ...this.#state, passed: this.#state.passed + 1 };
    this.machine.probe.recorder?.emit({ kind: 'output', category: 'expect', text: 'holds' });
  }

  #fail(where: Range, message: string | undefined, actual: string): void {
    const statement = this.program.statements[this.statementId];
    const failure = { line: where.start.line + 1, text: statement.text, message: message ?? '', actual };
    this.#state = { ...this.#state, failed: [...this.#state.failed, failure] };
    this.machine.probe.recorder?.emit({ kind: 'output', category: 'failed', text: `${statement.text}: ${actual}` });
    this.machine.probe.signal(Signal.FailedExpect);
    this.onOutput?.({ kind: 'failed', failure });
  }

  // ---- flow ---------------------------------------------------------------------------------------------------------

  #bind(name: string, value: Value): void {
    this.#state = { ...this.#state, bindings: { ...this.#state.bindings, [name]: value } };
  }

  /** A constant is plain data: what an object shows would go on changing under its name. */
  #constant(expression: Expression): Value {
    const value = evaluate(expression, this.environment);
    if (typeof value !== 'object' || value.type !== 'object') return value;
    if (value.number !== undefined) return value.number;
    throw new EvaluationError('a constant is a number, a string or a range; bind one of its members', expression.range);
  }

  #bindAndNext(name: string, value: Value): void {
    this.#bind(name, value);
    this.#next();
  }

  #next(): void {
    if (this.#state.end !== null) return;
    this.#at = 0;
    this.#state = { ...this.#state, pc: this.#state.pc + 1, activity: null };
    this.#follow();
  }

  /** The turn of a loop that rested. */
  #turn(): void {
    const instruction = this.program.instructions[this.#state.pc];
    if (instruction.op !== 'tick') this.#state = control(instruction, this.#state, this.environment);
    this.#follow();
  }

  /**
   * Follows loops and branches to the next instruction that makes a tick. A loop that turns for long without one rests at
   * its end, and its next turn is a tick of its own: no tick is unbounded.
   */
  #follow(): void {
    for (let steps = 0; ; steps++) {
      const instruction = this.program.instructions[this.#state.pc];
      if (instruction === undefined) return this.#finish({ kind: 'finished' });
      if (instruction.op === 'tick' || (instruction.op === 'again' && steps >= MAX_CONTROL_STEPS)) return;
      this.#state = control(instruction, this.#state, this.environment);
    }
  }

  // ---- expressions ------------------------------------------------------------------------------------------------

  /** Names in the order in which they hide each other: what the scenario binds, then the machine's. */
  readonly environment: Environment = {
    name: (name) => {
      if (Object.hasOwn(this.#state.bindings, name)) return this.#state.bindings[name];
      if (name === 'tick') return BigInt(this.#executing ? this.#tick - 1 : this.#tick);
      return (name === 'access' ? this.#pendingAccess() : undefined) ?? this.names.name(name);
    },
    call: (name, args) => this.names.call(name, args),
  };

  /** Between ticks, `access` is the access that is about to be made, if the next tick makes one. */
  #pendingAccess(): Value | undefined {
    if (this.#executing) return undefined;
    const next = pendingAccess(this.program, this.#state, this.#at, this.traces, this.environment, this.seed);
    return next && this.names.pendingAccess(next.kind, next.address, next.sizeBytes);
  }

  /** Changes what an expression names. A sentence if that cannot be. */
  assign(target: Expression, value: bigint): string | undefined {
    return assign(target, value, this.environment, this.names);
  }

  /** `0x5555_5540_0010 (heap+0x10)` if a region holds the address. */
  describeAddress(address: bigint): string | undefined {
    return describeAddress(this.#state, address);
  }

  // ---- where it stands --------------------------------------------------------------------------------------------

  standing(): Standing {
    return standingOf(this.program, this.#state, this.#at, this.traces);
  }

  #announce(): void {
    this.machine.probe.recorder?.emit({ kind: 'statement', text: this.standing().title });
    this.machine.probe.recorder?.indent();
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  save(): RunSnapshot {
    return { machine: this.machine.save(), state: { ...this.#state, tick: this.#tick }, at: this.#at };
  }

  load(saved: RunSnapshot): void {
    this.#executing = false;
    this.machine.load(saved.machine);
    this.#state = saved.state;
    this.#tick = saved.state.tick;
    this.#at = saved.at;
  }

  /** Hash of the machine, the program's state and the counters: equal for equal states, whatever path led there. */
  stateHash(): string {
    const hasher = new Hasher();
    this.machine.hash(hasher);
    const { pc, loops, activity, bindings, passed, failed, end } = this.#state;
    hasher.plain({ pc, loops, activity, bindings, passed, failed, end, tick: this.#tick, at: this.#at });
    return hasher.digest();
  }
}

/** The chunk that holds an access; `undefined` if it can no longer be read. */
function chunkOf(store: LoadedTrace['store'], at: number): AccessChunk | undefined {
  try {
    return store.chunkOf(at);
  } catch (error) {
    if (error instanceof TraceError) return undefined;
    throw error;
  }
}
