/**
 * All breakpoints of a session as one set of stop rules. Every kind has an optional condition in the scenario's
 * expression language, evaluated at the exact state of the event; lines also have hit counts and log messages.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { addressOf, formatAddress } from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { FUNCTION_NAMES } from '../machine/core/functions';
import { Signal } from '../machine/core/probe';
import type { Watch } from '../machine/core/watch';
import type { Expression, Template } from '../scenario/language/ast';
import { parseExpression } from '../scenario/language/parser';
import { parseTemplate } from '../scenario/language/template';
import { evaluate, EvaluationError, renderTemplate } from '../scenario/run/evaluate';
import type { StatementInfo } from '../scenario/run/program';
import type { Run } from '../scenario/run/run';
import { truth } from '../scenario/run/values';
import type { Candidate, StopRules } from '../timeline/stops';
import { FILTERS } from './filters';

interface LineBreakpoint {
  id: number;
  /** Statement that it sits on. */
  statement: number;
  condition?: Expression;
  hit?: HitCondition;
  log?: Template;
  /** Ticks at which it was reached with its condition true, ascending: the n-th hit is the n-th of them. */
  reached: number[];
}

interface FunctionBreakpoint {
  id: number;
  functions: ReadonlySet<number>;
  implementation?: 'default' | 'driver';
  condition?: Expression;
}

interface HitCondition {
  operator: '==' | '>=' | '>' | '<' | '<=' | '%';
  count: number;
}

export interface BreakpointReport {
  onLog(text: string, line: number): void;
  /** A condition could not be evaluated: said once a breakpoint. */
  onProblem(text: string): void;
}

export class Breakpoints implements StopRules {
  #lines: LineBreakpoint[] = [];
  #functions: FunctionBreakpoint[] = [];
  #filters = new Map<string, Expression | undefined>();
  #statements: Uint8Array | null = null;
  #nextId = 1;
  readonly #complained = new Set<number | string>();

  constructor(
    private readonly program: readonly StatementInfo[],
    private readonly report: BreakpointReport,
  ) {}

  // ---- setting ----------------------------------------------------------------------------------------------------

  /** Replaces the line breakpoints. Lines are 0-based. */
  setLines(
    wanted: readonly (DebugProtocol.SourceBreakpoint & { line: number })[],
    toClient: (line: number) => number,
  ): DebugProtocol.Breakpoint[] {
    this.#lines = [];
    const answers = wanted.map((w): DebugProtocol.Breakpoint => {
      const id = this.#nextId++;
      const statement = this.#statementAt(w.line);
      if (statement === undefined)
        return { id, verified: false, message: 'No statement begins at or after this line.' };
      const condition = this.#expression(w.condition);
      if (typeof condition === 'string') return { id, verified: false, message: condition };
      const hit = w.hitCondition ? hitCondition(w.hitCondition) : undefined;
      if (w.hitCondition && hit === undefined)
        return { id, verified: false, message: `'${w.hitCondition}' is no hit count; write 5, >5, >=5 or %5.` };
      const log = w.logMessage ? parseTemplate(w.logMessage) : undefined;
      if (log && log.diagnostics.length > 0) return { id, verified: false, message: log.diagnostics[0].message };
      this.#lines.push({ id, statement: statement.id, condition, hit, log: log?.template, reached: [] });
      return { id, verified: true, line: toClient(statement.range.start.line) };
    });
    this.#mark();
    return answers;
  }

  setFunctions(wanted: readonly DebugProtocol.FunctionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.#functions = [];
    return wanted.map((w): DebugProtocol.Breakpoint => {
      const id = this.#nextId++;
      const [, name, which] = /^\s*([\w*]+)\s*(?:\[?(default|driver)\]?)?\s*$/.exec(w.name) ?? [];
      const pattern = name === undefined ? undefined : new RegExp(`^${name.replaceAll('*', '.*')}$`);
      const functions = new Set(FUNCTION_NAMES.flatMap((f, i) => (pattern?.test(f) ? [i] : [])));
      if (functions.size === 0)
        return { id, verified: false, message: `No kernel or EMT function is called '${w.name}'.` };
      const condition = this.#expression(w.condition);
      if (typeof condition === 'string') return { id, verified: false, message: condition };
      this.#functions.push({ id, functions, implementation: which as 'default' | 'driver' | undefined, condition });
      return { id, verified: true };
    });
  }

  setFilters(wanted: readonly { filterId: string; condition?: string }[]): DebugProtocol.Breakpoint[] {
    this.#filters = new Map();
    return wanted.map((w): DebugProtocol.Breakpoint => {
      if (!FILTERS.some((f) => f.id === w.filterId))
        return { verified: false, message: `There is no filter '${w.filterId}'.` };
      const condition = this.#expression(w.condition);
      if (typeof condition === 'string') return { verified: false, message: condition };
      this.#filters.set(w.filterId, condition);
      return { verified: true };
    });
  }

  #expression(text: string | undefined): Expression | undefined | string {
    if (text === undefined || text.trim() === '') return undefined;
    const { expression, diagnostics } = parseExpression(text);
    return diagnostics.length > 0 ? diagnostics[0].message : expression;
  }

  /** The first statement that begins on a line, or else the next one that begins after it. */
  #statementAt(line: number): StatementInfo | undefined {
    let best: StatementInfo | undefined;
    for (const s of this.program) {
      if (s.range.start.line < line) continue;
      if (best === undefined || s.range.start.line < best.range.start.line) best = s;
    }
    return best;
  }

  /** Lines on which a breakpoint can sit, between two lines. */
  locations(from: number, to: number): number[] {
    const lines = this.program.map((s) => s.range.start.line).filter((l) => l >= from && l <= to);
    return [...new Set(lines)].sort((a, b) => a - b);
  }

  #mark(): void {
    this.#statements = this.#lines.length === 0 ? null : new Uint8Array(this.program.length);
    for (const b of this.#lines) this.#statements![b.statement] = 1;
  }

  // ---- stop rules -------------------------------------------------------------------------------------------------

  get armed(): number {
    let bits = Signal.Break | (this.#functions.length > 0 ? Signal.Function : 0);
    for (const f of FILTERS) if (this.#filters.has(f.id)) bits |= f.signal;
    return bits;
  }

  get functions(): readonly number[] {
    return this.#functions.flatMap((f) => [...f.functions]);
  }

  get watches(): readonly Watch[] {
    return [];
  }

  get statements(): Uint8Array | null {
    return this.#statements;
  }

  candidates(events: readonly MachineEvent[], run: Run): Candidate[] {
    const found: Candidate[] = [];
    const statement = run.statementId;
    // A range operation takes several ticks; only the first of them begins the statement.
    if (run.atBoundary) for (const b of this.#lines) if (b.statement === statement) found.push(this.#lineCandidate(b));
    for (let i = 0; i < events.length; i++) this.#eventCandidates(events, i, run, found);
    return found.sort((a, b) => a.event - b.event);
  }

  #lineCandidate(b: LineBreakpoint): Candidate {
    const confirm = (run: Run, tick: number): boolean => {
      if (!this.#holds(b.condition, run, b.id)) return false;
      if (b.hit !== undefined && !reaches(b.hit, hitNumber(b.reached, tick))) return false;
      if (b.log === undefined) return true;
      this.#log(b.log, run, b.statement);
      return false;
    };
    return { event: 0, cause: { reason: 'breakpoint', text: 'breakpoint', breakpoints: [b.id] }, confirm };
  }

  #log(template: Template, run: Run, statement: number): void {
    try {
      this.report.onLog(renderTemplate(template, run.environment, 'hex'), this.program[statement].range.start.line);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.report.onLog(error.message, this.program[statement].range.start.line);
    }
  }

  #eventCandidates(events: readonly MachineEvent[], i: number, run: Run, found: Candidate[]): void {
    const event = events[i];
    for (const filter of FILTERS) {
      if (!this.#filters.has(filter.id) || (filter.unexpectedOnly && run.expectsFailure)) continue;
      const at = filter.match(events, i);
      if (at < 0) continue;
      const condition = this.#filters.get(filter.id);
      found.push({
        event: at,
        cause: {
          reason: 'exception',
          text: filter.text(events, i) + accessText(events, i, run),
          breakpoints: [],
          filter: filter.id,
        },
        confirm: (run) => this.#holds(condition, run, filter.id),
      });
    }
    if (event.kind === 'output' && event.category === 'break')
      found.push({ event: i, cause: { reason: 'breakpoint', text: `break: ${event.text}`, breakpoints: [] } });
    if (event.kind !== 'enter' && event.kind !== 'call') return;
    for (const b of this.#functions) {
      if (!b.functions.has(FUNCTION_NAMES.indexOf(event.name as (typeof FUNCTION_NAMES)[number]))) continue;
      if (b.implementation !== undefined && b.implementation !== event.implementation) continue;
      const cause = { reason: 'function breakpoint', text: `${event.name}(${event.arguments})`, breakpoints: [b.id] };
      found.push({ event: i, cause, confirm: (run) => this.#holds(b.condition, run, b.id) });
    }
  }

  /** A condition that cannot be evaluated stops the run, and says so once: silence would look like "never true". */
  #holds(condition: Expression | undefined, run: Run, owner: number | string): boolean {
    if (condition === undefined) return true;
    try {
      return truth(evaluate(condition, run.environment));
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      if (!this.#complained.has(owner))
        this.report.onProblem(`The condition of a breakpoint cannot be evaluated: ${error.message}`);
      this.#complained.add(owner);
      return true;
    }
  }
}

/** `, write to 0x5555_5540_0000 (heap+0x0)`: the page access that an event belongs to. */
function accessText(events: readonly MachineEvent[], index: number, run: Run): string {
  for (let i = index; i >= 0; i--) {
    const event = events[i];
    if (event.kind !== 'translate') continue;
    const address = addressOf(event.vpn, event.offset);
    return `, ${event.access} to ${run.describeAddress(address) ?? formatAddress(address)}`;
  }
  return '';
}

function hitCondition(text: string): HitCondition | undefined {
  const [, operator = '==', count] = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text) ?? [];
  if (count === undefined || (operator === '%' && Number(count) === 0)) return undefined;
  return { operator: (operator === '=' ? '==' : operator) as HitCondition['operator'], count: Number(count) };
}

function reaches({ operator, count }: HitCondition, n: number): boolean {
  switch (operator) {
    case '==':
      return n === count;
    case '>=':
      return n >= count;
    case '>':
      return n > count;
    case '<':
      return n < count;
    case '<=':
      return n <= count;
    case '%':
      return n % count === 0;
  }
}

/** Which hit a tick is. Ticks are kept, not counted, so that going back and forth over one does not change the answer. */
function hitNumber(reached: number[], tick: number): number {
  let at = reached.length;
  while (at > 0 && reached[at - 1] > tick) at--;
  if (reached[at - 1] !== tick) reached.splice(at++, 0, tick);
  return at;
}
