/**
 * Looking for the next stop on the tape, and for the last one before the cursor.
 *
 * Both run fast with what the rules arm and look only at ticks in which something armed was seen; there the exact question
 * is asked of the recorded tick. Stretches between checkpoints in which the counters say that nothing can be are passed
 * over. A tick that is looked at is reached from the nearest saved state, which is the last tick looked at where they come
 * in a burst: so a search costs at most two runs of the stretches that it looks at, and a little for each tick.
 */
import type { Run, Until } from '../scenario/run/run';
import type { Arrival } from './arrival';
import type { Checkpoint } from './checkpoints';
import type { Pace } from './pace';
import { insideOneStatement, mayStopBetween, type Reading, readingOf } from './reading';
import { firstStop, isMarked, lastStop, stopAtStart } from './stopping';
import { NO_STOPS, type StopRules } from './stops';
import type { Tape } from './tape';

/** Where else a search forward may end: at the start of a tick. */
export interface Goal {
  /** Where it is worth asking. */
  until: Until;
  reached(): boolean;
}

export const hasBreaks = ({ program }: Run): boolean =>
  program.instructions.some((i) => i.op === 'tick' && i.statement.kind === 'break');

/** From a tick's start to the next stop, the goal, the end, or where a pause was asked for. */
export async function searchForward(
  tape: Tape,
  rules: StopRules,
  goal: Goal | undefined,
  pace: Pace,
): Promise<Arrival> {
  const { run } = tape;
  let known = -1;
  for (;;) {
    if (run.end !== null) return landed(tape, { kind: 'end' });
    const stop = stopAtStart(tape, rules);
    if (stop !== undefined) return stop;
    if (goal?.reached()) return landed(tape, { kind: 'step' });
    if (pace.tired) await pace.rest();
    if (pace.pauseRequested) return landed(tape, { kind: 'pause' });
    if (run.tick >= known) {
      if (goal === undefined) passOver(tape, rules);
      known = tape.lastingAfter(run.tick)?.tick ?? Infinity;
    }
    tape.runOn(rules, known - run.tick, goal?.until ?? 'limit', pace);
    if (run.machine.probe.fired === 0) continue;
    const tick = run.tick - 1;
    await tape.go(tick, pace);
    if (run.tick < tick) return landed(tape, { kind: 'pause' });
    tape.land();
    const found = firstStop(tape, rules, 1, Infinity);
    if (found !== undefined) return found;
    tape.completeTick();
  }
}

/** Takes the run over stretches that have run before and in which nothing can stop it. */
function passOver(tape: Tape, rules: StopRules): void {
  const { run } = tape;
  const breaks = hasBreaks(run);
  let here: Reading | undefined;
  let reached: Checkpoint | undefined;
  for (;;) {
    const next = tape.lastingAfter(reached?.tick ?? run.tick);
    if (next === undefined) break;
    here ??= readingOf(run);
    if (mayStopBetween(rules, reached?.reading ?? here, next.reading, breaks)) break;
    reached = next;
  }
  if (reached !== undefined) tape.restore(reached);
}

/** From the cursor to the last stop before it, or the start. */
export async function searchBackward(tape: Tape, rules: StopRules, pace: Pace): Promise<Arrival> {
  const inside = lastStop(tape, rules, tape.moment.event);
  if (inside !== undefined) return inside;
  const breaks = hasBreaks(tape.run);
  const origin = tape.place;
  const { tick } = tape.moment;
  let end = tape.reading();
  let behind: Checkpoint | undefined;
  pace.share = () => 1 - end.tick / tick;
  while (end.tick > 0) {
    const from = tape.checkpointBefore(end.tick - 1);
    if (mayStopBetween(rules, from.reading, end, breaks)) {
      const found = await searchStretch(tape, rules, from, end.tick, pace);
      if (found !== undefined) return found;
      if (pace.pauseRequested) return pausedBefore(tape, origin, behind);
    }
    behind = from;
    end = from.reading;
  }
  tape.restore(tape.checkpointBefore(0));
  return landed(tape, { kind: 'start' });
}

/** What has been searched is behind the cursor. */
function pausedBefore(tape: Tape, origin: Tape['place'], behind: Checkpoint | undefined): Arrival {
  if (behind === undefined) {
    tape.returnTo(origin);
    return { kind: 'pause' };
  }
  tape.restore(behind);
  return landed(tape, { kind: 'pause' });
}

/** The last stop in the ticks from a checkpoint to `end` − 1. */
async function searchStretch(
  tape: Tape,
  rules: StopRules,
  from: Checkpoint,
  end: number,
  pace: Pace,
): Promise<Arrival | undefined> {
  const ticks = await candidateTicks(tape, rules, from, end, pace);
  for (let i = ticks.length - 1; i >= 0 && !pace.pauseRequested; i--) {
    await tape.approach(ticks[i], pace);
    if (tape.run.tick < ticks[i]) return undefined;
    tape.land();
    const found = lastStop(tape, rules, Infinity);
    if (found !== undefined) return found;
    if (pace.tired) await pace.rest();
  }
  return undefined;
}

/** Ticks of the stretch in which something armed was seen, ascending. */
async function candidateTicks(
  tape: Tape,
  rules: StopRules,
  from: Checkpoint,
  end: number,
  pace: Pace,
): Promise<number[]> {
  const { run } = tape;
  const { probe } = run.machine;
  const ticks: number[] = [];
  tape.restore(from);
  while (run.tick < end && !pace.pauseRequested) {
    const at = run.tick;
    const marked = isMarked(rules, run.statementId);
    tape.runOn(rules, marked ? 1 : end - at, 'limit', pace);
    if (marked) ticks.push(at);
    else if (probe.fired !== 0) ticks.push(run.tick - 1);
    if (pace.tired) await pace.rest();
  }
  return ticks;
}

/** To the last tick before the cursor's at whose start `fits` holds, which must be where a statement or an access begins. */
export async function backToBoundary(tape: Tape, fits: () => boolean, pace: Pace): Promise<Arrival> {
  const { run } = tape;
  const { tick } = tape.moment;
  if (tick === 0) {
    tape.moveInside(0);
    return { kind: 'start' };
  }
  const origin = tape.place;
  const paused = (): Arrival => {
    tape.returnTo(origin);
    return { kind: 'pause' };
  };
  await tape.approach(tick - 1, pace);
  if (run.tick < tick - 1) return paused();
  if (fits()) return landed(tape, { kind: 'step' });
  // The tick before is in the middle of something: only where statements begin is it worth asking.
  let end = readingOf(run);
  pace.share = () => 1 - end.tick / tick;
  while (end.tick > 0) {
    const from = tape.checkpointBefore(end.tick - 1);
    if (!insideOneStatement(from.reading, end)) {
      const found = await lastStatement(tape, from, end.tick, fits, pace);
      if (pace.pauseRequested) return paused();
      if (found >= 0) {
        await tape.approach(found, pace);
        if (run.tick < found) return paused();
        return landed(tape, { kind: 'step' });
      }
    }
    end = from.reading;
  }
  tape.restore(tape.checkpointBefore(0));
  return landed(tape, { kind: 'start' });
}

/** The last tick from a checkpoint to `end` − 1 that begins a statement and fits; −1 if none does. */
async function lastStatement(
  tape: Tape,
  from: Checkpoint,
  end: number,
  fits: () => boolean,
  pace: Pace,
): Promise<number> {
  const { run } = tape;
  let found = -1;
  tape.restore(from);
  while (run.tick < end && !pace.pauseRequested) {
    if (run.atStatement && fits()) found = run.tick;
    tape.runOn(NO_STOPS, end - run.tick, 'statement', pace);
    if (pace.tired) await pace.rest();
  }
  return found;
}

export function landed(tape: Tape, arrival: Arrival): Arrival {
  tape.land();
  return arrival;
}
