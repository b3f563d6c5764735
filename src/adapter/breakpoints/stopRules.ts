/**
 * Rules as the stop rules of a motion. Everything that fires at one event is one candidate, so that a stop names all
 * breakpoints that it met, and none of them misses a hit because another was asked first.
 */
import type { MachineEvent } from '../../machine/core/events';
import type { Watch } from '../../machine/core/watch';
import type { Run } from '../../scenario/run/run';
import type { Candidate, StopCause, StopRules } from '../../timeline/stops';
import type { Moment } from '../../timeline/timeline';
import type { Match, Rule } from './rule';

interface Met {
  rule: Rule;
  match: Match;
}

/** Rules do not change: whoever sets another breakpoint makes another set. */
export class RuleSet implements StopRules {
  readonly armed: number;
  readonly functions: readonly number[];
  readonly watches: readonly Watch[];
  readonly statements: Uint8Array | null;

  /**
   * `statementCount`: of the program; breakpoints on lines are marked by statement. `cursor`: where a motion stands that
   * asks; what lies behind it in its tick is not met by going on.
   */
  constructor(
    private readonly rules: readonly Rule[],
    statementCount = 0,
    private readonly cursor?: () => Moment,
  ) {
    this.armed = rules.reduce((bits, { armed = 0 }) => bits | armed, 0);
    this.functions = [...new Set(rules.flatMap((r) => r.functions ?? []))];
    this.watches = rules.flatMap((r) => r.watch ?? []);
    const marked = rules.flatMap((r) => r.statement ?? []);
    this.statements = marked.length === 0 ? null : new Uint8Array(statementCount);
    for (const statement of marked) this.statements![statement] = 1;
  }

  candidates(events: readonly MachineEvent[], run: Run): Candidate[] {
    const tick = tickOf(run);
    const here = this.cursor?.();
    const found: Candidate[] = [];
    for (const [event, met] of this.#met(events, run)) {
      const behind = here !== undefined && here.tick === tick && event <= here.event;
      const open = behind ? met : met.filter(({ rule }) => rule.guard.mayPass(tick, event));
      if (open.length > 0) found.push(candidate(event, open));
    }
    return found.sort((a, b) => a.event - b.event);
  }

  /** The cursor has come to this event by a step: what fires there has been hit, too. */
  count(events: readonly MachineEvent[], run: Run, tick: number, event: number): void {
    for (const { rule } of this.#met(events, run).get(event) ?? []) rule.guard.count(run, tick, event);
  }

  #met(events: readonly MachineEvent[], run: Run): Map<number, Met[]> {
    const byEvent = new Map<number, Met[]>();
    for (const rule of this.rules)
      for (const match of rule.matches(events, run)) {
        const met = byEvent.get(match.event);
        if (met === undefined) byEvent.set(match.event, [{ rule, match }]);
        // One breakpoint fires once at an event, whatever it finds there.
        else if (!met.some((m) => m.rule === rule)) met.push({ rule, match });
      }
    return byEvent;
  }
}

/** The tick that runs or comes next, wherever in it the run stands. */
function tickOf({ environment, tick }: Run): number {
  const value = environment.name('tick');
  return typeof value === 'bigint' ? Number(value) : tick;
}

function candidate(event: number, met: readonly Met[]): Candidate {
  const cause: StopCause = { reason: '', text: '', breakpoints: [] };
  const confirm = (run: Run, tick: number): boolean => {
    // All are asked, also behind the first that holds: each counts its hits.
    const held = met.filter(({ rule }) => rule.guard.passes(run, tick, event));
    if (held.length === 0) return false;
    const [{ match }] = held;
    cause.reason = match.reason;
    cause.text = match.text(run);
    cause.filter = match.filter;
    cause.breakpoints = held.flatMap(({ rule }) => rule.id ?? []);
    return true;
  };
  return { event, cause, confirm };
}
