/**
 * All breakpoints of a session: set as the client asks, kept as rules, and given to a motion as one set of stop rules.
 *
 * A client replaces all breakpoints of a kind at once. One that cannot be set is answered with a sentence that says why;
 * one on data that is not there yet is tried again at every stop.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { MachineEvent } from '../../machine/core/events';
import { FUNCTION_NAMES } from '../../machine/core/functions';
import type { Watch } from '../../machine/core/watch';
import type { LoadedRun } from '../../scenario/run/load';
import type { Program } from '../../scenario/run/program';
import type { Run } from '../../scenario/run/run';
import type { Candidate, StopRules } from '../../timeline/stops';
import type { Moment } from '../../timeline/timeline';
import { checkUse, dataNamed } from '../data/resolve';
import { type DataMode, isAddressKind, isDataMode, parseDataId } from '../data/target';
import { targetTitle } from '../data/words';
import { unusable, UserError } from '../errors';
import { FILTERS } from '../filters';
import { dataNameOf, type NamedData } from './dataNames';
import { Guard, type Report } from './guard';
import { Guards, type Texts } from './guards';
import { hitCondition } from './hits';
import { statementAt } from './lines';
import type { MicroOp } from './microOps';
import type { Rule } from './rule';
import { breakRule, dataRule, filterRule, functionRule, lineRule } from './rules';
import { RuleSet } from './stopRules';

/** A data breakpoint as it arrives. DAP gives it no mode; the data id carries one, and a client may send one. */
export type WantedData = DebugProtocol.DataBreakpoint & { mode?: string };

/** A breakpoint of ours that the client counts as one on a function; `named`: what it really is on. */
interface NamedBreakpoint {
  id: number;
  want: DebugProtocol.FunctionBreakpoint;
  named: NamedData;
}

/** Ids outlive a restart: the client goes on using those that it was told. */
export class BreakpointIds {
  readonly #known = new WeakMap<object, number>();
  #next = 1;

  of(want: object): number {
    const id = this.#known.get(want) ?? this.#next++;
    this.#known.set(want, id);
    return id;
  }
}

export class Breakpoints implements StopRules {
  /** By number of the file: a client replaces those of one file at a time. */
  readonly #lines = new Map<number, Rule[]>();
  #functions: Rule[] = [];
  #filters: Rule[] = [];
  #data: Rule[] = [];
  /** By listing that they were set in; `''`: as instructions. */
  readonly #operations = new Map<string, Rule[]>();
  readonly #always: Rule[];
  /** On data that was not there yet. */
  #waiting: NamedBreakpoint[] = [];
  #set: RuleSet;
  readonly #guards: Guards;
  readonly #program: Program;

  constructor(
    loaded: LoadedRun,
    report: Report,
    private readonly ids: BreakpointIds,
    private readonly cursor: () => Moment,
  ) {
    this.#run = loaded.run;
    this.#program = loaded.run.program;
    this.#guards = new Guards(loaded, report);
    this.#always = [breakRule(new Guard({ title: 'break' }, report))];
    this.#set = new RuleSet(this.#always);
  }

  readonly #run: Run;

  // ---- setting ----------------------------------------------------------------------------------------------------

  /** Replaces the line breakpoints of a file. Lines are 0-based. */
  setLines(
    file: number,
    wanted: readonly (DebugProtocol.SourceBreakpoint & { line: number })[],
    toClient: (line: number) => number,
  ): DebugProtocol.Breakpoint[] {
    const rules: Rule[] = [];
    this.#lines.set(file, rules);
    return this.#all(wanted, (w, id) => {
      const statement = statementAt(this.#program, file, w.line);
      const line = toClient(statement.range.start.line);
      const title = `the breakpoint on line ${line}`;
      const guard = this.#guards.guard(title, w, { at: statement, counted: `${title} of file ${file}` });
      rules.push(lineRule(id, statement.id, guard));
      return { line };
    });
  }

  setFunctions(wanted: readonly DebugProtocol.FunctionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.#functions = [];
    this.#waiting = [];
    return this.#all(wanted, (want, id) => {
      const named = dataNameOf(want.name);
      if (named === undefined) this.#addFunction(id, want);
      else this.#addNamed({ id, want, named });
      return {};
    });
  }

  setData(wanted: readonly WantedData[]): DebugProtocol.Breakpoint[] {
    this.#data = [];
    return this.#all(wanted, (want, id) => {
      const named = parseDataId(want.dataId);
      if (named === undefined) throw unusable(`'${want.dataId}' is no data that can be watched.`);
      // What kind of address was meant is part of the id.
      const mode: DataMode = want.mode === undefined || isAddressKind(want.mode) ? named.mode : modeNamed(want.mode);
      checkUse(this.#run, named.target, mode);
      const called = targetTitle(this.#run, named.target);
      const counted = `${want.dataId} ${want.accessType}`;
      const guard = this.#guards.guard(`the data breakpoint on ${called}`, want, { counted });
      this.#data.push(dataRule(id, { target: named.target, access: want.accessType ?? 'write', mode }, called, guard));
      return {};
    });
  }

  setFilters(wanted: readonly { filterId: string; condition?: string }[]): DebugProtocol.Breakpoint[] {
    this.#filters = [];
    return this.#all(wanted, (want) => {
      const filter = FILTERS.find((f) => f.id === want.filterId);
      if (filter === undefined) throw unusable(`There is no filter '${want.filterId}'.`);
      // The box takes one text: what reads as a hit count is one, for as a condition it would be no question.
      const hit = want.condition === undefined ? undefined : hitCondition(want.condition);
      const texts = hit === undefined ? { condition: want.condition } : { hitCondition: want.condition };
      this.#filters.push(filterRule(filter, this.#guards.guard(`the breakpoint '${filter.label}'`, texts)));
      return {};
    });
  }

  /** Replaces those of one listing, or of the disassembly; `operation` throws where nothing can be waited for. */
  setOperations<Want extends Texts>(
    group: string,
    wanted: readonly Want[],
    operation: (want: Want) => MicroOp,
    more: (want: Want) => Partial<DebugProtocol.Breakpoint> = () => ({}),
  ): DebugProtocol.Breakpoint[] {
    const rules: Rule[] = [];
    this.#operations.set(group, rules);
    return this.#all(wanted, (want, id) => {
      const { title, rule } = operation(want);
      rules.push(rule(id, this.#guards.guard(`the breakpoint on ${title}`, want)));
      return { message: `Waits for: ${title}`, ...more(want) };
    });
  }

  /** Tries again what was not there when it was set; answers what is set now. */
  revisit(): DebugProtocol.Breakpoint[] {
    const before = this.#waiting;
    this.#waiting = [];
    const found = before.filter((each) => {
      try {
        this.#addNamed(each);
        return true;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return false;
      }
    });
    if (found.length > 0) this.#changed();
    return found.map(({ id }) => ({ id, verified: true }));
  }

  #all<Want extends object>(
    wanted: readonly Want[],
    set: (want: Want, id: number) => Partial<DebugProtocol.Breakpoint>,
  ): DebugProtocol.Breakpoint[] {
    const answers = wanted.map((want): DebugProtocol.Breakpoint => {
      const id = this.ids.of(want);
      try {
        return { id, verified: true, ...set(want, id) };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
    this.#changed();
    return answers;
  }

  #addFunction(id: number, want: DebugProtocol.FunctionBreakpoint): void {
    const [, name, which] = /^\s*([\w*]+)\s*(?:\[?(default|driver)\]?)?\s*$/.exec(want.name) ?? [];
    const pattern = name === undefined ? undefined : new RegExp(`^${name.replaceAll('*', '.*')}$`);
    const functions = FUNCTION_NAMES.flatMap((f, i) => (pattern?.test(f) ? [i] : []));
    if (functions.length === 0)
      throw unusable(
        `No kernel or EMT function is called '${want.name}'. Data is watched with read, write, access or exec in front: write pte(heap).`,
      );
    const implementation = which as 'default' | 'driver' | undefined;
    const guard = this.#guards.guard(`the breakpoint on ${want.name}`, want);
    this.#functions.push(functionRule(id, { functions, implementation }, guard));
  }

  #addNamed({ id, want, named }: NamedBreakpoint): void {
    const { text, access, mode } = named;
    const guard = this.#guards.guard(`the breakpoint '${want.name}'`, want);
    try {
      const target = dataNamed(this.#run, text);
      checkUse(this.#run, target, mode);
      this.#functions.push(dataRule(id, { target, access, mode }, targetTitle(this.#run, target), guard));
    } catch (error) {
      this.#waiting.push({ id, want, named });
      throw error;
    }
  }

  get #rules(): Rule[] {
    const placed = [...this.#lines.values(), ...this.#operations.values()].flat();
    return [...placed, ...this.#filters, ...this.#functions, ...this.#data, ...this.#always];
  }

  #changed(): void {
    this.#set = new RuleSet(this.#rules, this.#program.statements.length, this.cursor);
  }

  // ---- stop rules -------------------------------------------------------------------------------------------------

  get armed(): number {
    return this.#set.armed;
  }
  get functions(): readonly number[] {
    return this.#set.functions;
  }
  get watches(): readonly Watch[] {
    return this.#set.watches;
  }
  get statements(): Uint8Array | null {
    return this.#set.statements;
  }
  candidates(events: readonly MachineEvent[], run: Run): Candidate[] {
    return this.#set.candidates(events, run);
  }

  /** The cursor stands here, come by a step: what fires here has been hit, too. */
  count(events: readonly MachineEvent[], { tick, event }: Moment): void {
    this.#set.count(events, this.#run, tick, event);
  }

  /** A person has changed the state here: later hits are of a history that is no more. */
  forgetAfter({ tick, event }: Moment): void {
    this.#guards.forgetAfter(tick, event);
  }
}

function modeNamed(mode: string): DataMode {
  if (!isDataMode(mode)) throw unusable(`There is no breakpoint mode '${mode}' for data.`);
  return mode;
}
