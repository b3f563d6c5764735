/** Guards of breakpoints, from the texts that a client sends: checked when set, and with the hits that were counted before. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { LoadedRun } from '../../scenario/run/load';
import type { StatementInfo } from '../../scenario/run/program';
import { unusable } from '../errors';
import { Checks } from './checks';
import { Guard, type Report } from './guard';
import { type HitCondition, hitCondition, Hits } from './hits';

export type Texts = Pick<DebugProtocol.SourceBreakpoint, 'condition' | 'hitCondition' | 'logMessage'>;

export interface GuardOptions {
  /** The statement at which it is asked: names that are bound later are no names there. */
  at?: StatementInfo;
  /** What has hits of its own, if that is not what it is called. */
  counted?: string;
}

export class Guards {
  readonly #checks: Checks;
  /** Hits by what is counted: a client sends breakpoints again whenever one of a kind changes, and they go on counting. */
  readonly #hits = new Map<string, Hits>();

  constructor(
    loaded: LoadedRun,
    private readonly report: Report,
  ) {
    this.#checks = new Checks(loaded);
  }

  /** `title`: the breakpoint in words. Throws a sentence about a text that cannot be used. */
  guard(title: string, texts: Texts, { at, counted = title }: GuardOptions = {}): Guard {
    const { condition, hitCondition: hits, logMessage } = texts;
    // Of an included file nobody knows what is visible where; there every name that the scenario binds is good.
    const place = at?.file === 0 ? at.range.start : undefined;
    const { declared } = this.#checks;
    const log = this.#checks.template(logMessage, place);
    const parts = { title, condition: this.#checks.condition(condition, place), hit: hitsOf(hits), log, declared };
    return new Guard({ ...parts, hits: this.#counted(JSON.stringify([counted, condition ?? ''])) }, this.report);
  }

  #counted(what: string): Hits {
    const hits = this.#hits.get(what) ?? new Hits();
    this.#hits.set(what, hits);
    return hits;
  }

  /** A person has changed the state here: later hits are of a history that is no more. */
  forgetAfter(tick: number, event: number): void {
    for (const hits of this.#hits.values()) hits.forgetAfter(tick, event);
  }
}

function hitsOf(text: string | undefined): HitCondition | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const hit = hitCondition(text);
  if (hit === undefined) throw unusable(`'${text}' is no hit count; write 5, >5, >=5 or %5.`);
  return hit;
}
