/**
 * What statements did, as counters before and after: of the statement that ended at the cursor's tick, and of the tick in
 * which the cursor is. Asking moves nothing.
 */
import type { Run } from '../scenario/run/run';
import type { StatementInfo } from '../scenario/run/program';
import { type Reading, readingOf } from './reading';
import type { Tape } from './tape';

export interface Doing {
  statement: StatementInfo;
  before: Reading;
  after: Reading;
}

/** More than that is not run again for a few words beside a line: some milliseconds of faults. */
const MOST_TICKS = 20_000;

/** What a person asks for may take a part of a second. */
export const FAR_TICKS = 200_000;

export interface PastTick {
  tick: number;
  /** `write heap (3 of 16)` */
  title: string;
  doing: Doing;
}

export function pastTicks(tape: Tape, count: number): PastTick[] | undefined {
  const { run } = tape;
  const { tick } = tape.moment;
  const seen: { title: string; statement: StatementInfo | undefined; reading: Reading }[] = [];
  const ticks = Array.from({ length: count + 1 }, (_, i) => tick - count + i);
  const near = tape.glance(ticks, FAR_TICKS, () => {
    const { title, statement } = run.standing();
    seen.push({ title, statement, reading: readingOf(run) });
  });
  if (!near) return undefined;
  return seen.slice(0, -1).flatMap(({ title, statement, reading: before }, i) => {
    const after = seen[i + 1].reading;
    return statement === undefined ? [] : [{ tick: before.tick, title, doing: { statement, before, after } }];
  });
}

export function doingsAround(tape: Tape): Doing[] {
  return [previous(tape), current(tape)].filter((doing) => doing !== undefined);
}

/** The whole statement whose last tick is over, with all its accesses or steps. */
function previous(tape: Tape): Doing | undefined {
  const { run } = tape;
  const { tick } = tape.moment;
  if (tick === 0) return undefined;
  let begins = tick;
  let statement: StatementInfo | undefined;
  const seen = tape.glance([tick - 1], MOST_TICKS, () => {
    ({ statement } = run.standing());
    begins = tick - 1 - ticksBefore(run);
  });
  if (!seen || statement === undefined) return undefined;
  const readings: Reading[] = [];
  if (!tape.glance([begins, tick], MOST_TICKS, () => readings.push(readingOf(run)))) return undefined;
  const [before, after] = readings;
  return { statement, before, after };
}

/** Ticks that the statement which goes on has made already. */
function ticksBefore({ activity, at }: Run): number {
  if (activity === null) return 0;
  // The tick that begins an operation is no step of it.
  return activity.kind === 'operation' ? at + 1 : at;
}

/** From the tick's start to the event that the cursor is at. */
function current(tape: Tape): Doing | undefined {
  const { statement } = tape.standing;
  if (statement === undefined || tape.moment.event === 0) return undefined;
  return { statement, before: tape.reading(), after: readingOf(tape.run) };
}
