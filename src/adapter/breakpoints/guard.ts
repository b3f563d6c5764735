/**
 * What stands between a breakpoint's event and a stop: its condition, its hit count, its log message, in this order. They
 * are asked at the exact state of the event, so that what they see is what a person would see there.
 */
import type { Expression, Template } from '../../scenario/language/ast';
import { type Environment, evaluate, EvaluationError, renderTemplate } from '../../scenario/run/evaluate';
import { type Place, placeIn } from '../../scenario/run/program';
import type { Run } from '../../scenario/run/run';
import { truth } from '../../scenario/run/values';
import { type HitCondition, Hits, reaches } from './hits';

export interface Report {
  /** A log message; `line` is the scenario's, counted from 0. */
  /** `at`: the statement that runs or comes next. */
  onLog(text: string, at: Place | undefined): void;
  /** Something that a person set does not work as meant. */
  onProblem(text: string): void;
}

export interface GuardParts {
  /** The breakpoint in words, to complete “the condition of …”. */
  title: string;
  condition?: Expression;
  hit?: HitCondition;
  log?: Template;
  /** Names that the scenario binds somewhere: before it has done so, a condition on them is false. */
  declared?: ReadonlySet<string>;
  /** What was counted so far, if the breakpoint has been there before. */
  hits?: Hits;
}

class NotBoundYet extends Error {}

export class Guard {
  readonly #hits: Hits;
  #complained = false;

  constructor(
    private readonly parts: GuardParts,
    private readonly report: Report,
  ) {
    this.#hits = parts.hits ?? new Hits();
  }

  /**
   * False if it is known without a look at the state that the run does not stop here. So a hit count alone, which may be
   * met ten thousand times before it is reached, needs no state at all.
   */
  mayPass(tick: number, event: number): boolean {
    const { condition, log, hit } = this.parts;
    if (condition !== undefined || log !== undefined || hit === undefined) return true;
    return reaches(hit, this.#hits.numberOf(tick, event));
  }

  /** True if the run is to stop here. A log message is written instead of stopping. */
  passes(run: Run, tick: number, event: number): boolean {
    const { hit, log } = this.parts;
    const number = this.#number(run, tick, event);
    if (number === undefined || (hit !== undefined && !reaches(hit, number))) return false;
    if (log === undefined) return true;
    this.#write(log, run);
    return false;
  }

  /** The run stands at this moment for another reason: it is a hit nevertheless. */
  count(run: Run, tick: number, event: number): void {
    this.#number(run, tick, event);
  }

  #number(run: Run, tick: number, event: number): number | undefined {
    return this.#holds(run) ? this.#hits.numberOf(tick, event) : undefined;
  }

  /** A condition that cannot be evaluated stops the run, and says so once: silence would look like "never true". */
  #holds(run: Run): boolean {
    const { condition, title } = this.parts;
    if (condition === undefined) return true;
    try {
      return truth(evaluate(condition, this.#environment(run)));
    } catch (error) {
      if (error instanceof NotBoundYet) return false;
      if (!(error instanceof EvaluationError)) throw error;
      if (!this.#complained) this.report.onProblem(`The condition of ${title} cannot be evaluated: ${error.message}.`);
      this.#complained = true;
      return true;
    }
  }

  #environment({ environment }: Run): Environment {
    const { declared } = this.parts;
    return {
      name: (name) => {
        const value = environment.name(name);
        if (value === undefined && declared?.has(name)) throw new NotBoundYet();
        return value;
      },
      call: environment.call,
    };
  }

  #write(template: Template, run: Run): void {
    const statement = run.program.statements[run.statementId];
    const at = statement && placeIn(run.program, statement.file, statement.range);
    try {
      this.report.onLog(renderTemplate(template, run.environment, 'hex'), at);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.report.onLog(`(${this.parts.title}: ${error.message})`, at);
    }
  }
}
