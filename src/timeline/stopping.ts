/** The exact question whether to stop, asked of a recorded tick or of a tick's start; where the answer is yes, the cursor is there. */
import type { MachineEvent } from '../machine/core/events';
import type { Arrival } from './arrival';
import type { Candidate, StopRules } from './stops';
import type { Tape } from './tape';

/** A tick of which only the start is asked about. */
const START_ONLY: readonly MachineEvent[] = [{ kind: 'statement', depth: 0, text: '' }];

/** True if a line breakpoint may stand on the statement. Ids below 0 are no statements. */
export const isMarked = (rules: StopRules, id: number): boolean =>
  rules.statements !== null && id >= 0 && rules.statements[id] !== 0;

/** First stop among events from … to − 1 of the cursor's tick. */
export function firstStop(tape: Tape, rules: StopRules, from: number, to: number): Arrival | undefined {
  const candidates = rules.candidates(tape.events, tape.run);
  return stopAmong(
    tape,
    candidates.filter((c) => c.event >= from && c.event < to),
  );
}

/** Last stop among the events of the cursor's tick before one. */
export function lastStop(tape: Tape, rules: StopRules, before: number): Arrival | undefined {
  const candidates = rules.candidates(tape.events, tape.run);
  return stopAmong(tape, candidates.filter((c) => c.event < before).reverse());
}

function stopAmong(tape: Tape, candidates: readonly Candidate[]): Arrival | undefined {
  const here = tape.moment.event;
  for (const candidate of candidates) {
    tape.moveInside(candidate.event);
    if (candidate.confirm === undefined || candidate.confirm(tape.run, tape.moment.tick))
      return { kind: 'stop', cause: candidate.cause };
  }
  if (candidates.length > 0) tape.moveInside(here);
  return undefined;
}

/** At the tick's start at which the run stands: a line breakpoint? */
export function stopAtStart(tape: Tape, rules: StopRules): Arrival | undefined {
  const { run } = tape;
  if (!isMarked(rules, run.statementId)) return undefined;
  for (const { event, cause, confirm } of rules.candidates(START_ONLY, run)) {
    if (event !== 0 || (confirm !== undefined && !confirm(run, run.tick))) continue;
    tape.land();
    return { kind: 'stop', cause };
  }
  return undefined;
}
