/**
 * The last access before the cursor, where the cursor's tick makes none: a system call, a `print`, the end of the run.
 *
 * The counters say in which tick it was made: the last in which the translations grew. They are read at ticks further and
 * further back until one differs, and then in between; ticks are run again from saved states, so how far one looks is bounded.
 */
import { Counter } from '../machine/core/counters';
import type { MachineEvent } from '../machine/core/events';
import type { Tape } from './tape';

/** At a stop nobody waits for more. */
const MOST_TICKS = 20_000;
/** Places that one glance reads the counters at. */
const READINGS = 32;

export interface AccessTick<Seen> {
  tick: number;
  seen: Seen;
}

/**
 * `look` is called with the events of that tick, while the run stands behind it. `none`: no access has been made; `far`: it is
 * too far back to be run again now.
 */
export function lastAccess<Seen>(
  tape: Tape,
  look: (events: readonly MachineEvent[], tick: number) => Seen,
): AccessTick<Seen> | 'none' | 'far' {
  const made = translations(tape);
  if (made === 0) return 'none';
  const tick = tickOfAccess(tape, made);
  if (tick === undefined) return 'far';
  let found: AccessTick<Seen> | undefined;
  tape.glance([tick], MOST_TICKS, () => {
    found = { tick, seen: look(tape.recordHere(), tick) };
  });
  return found ?? 'far';
}

const translations = ({ run }: Tape): number => run.machine.probe.counters[Counter.Translations];

/** The last tick behind which there are `made` translations, and before which fewer. Undefined if that is too far back. */
function tickOfAccess(tape: Tape, made: number): number | undefined {
  let to = tape.moment.tick;
  for (let distance = READINGS; ; distance *= READINGS) {
    const from = Math.max(0, tape.moment.tick - distance);
    const before = lastBelow(tape, from, to, made);
    if (before === 'far') return undefined;
    if (before !== undefined) return before;
    if (from === 0 || distance >= MOST_TICKS) return undefined;
    to = from;
  }
}

/** The last tick from `from` to before `to` at whose start fewer than `made` had been made; undefined if at none. */
function lastBelow(tape: Tape, from: number, to: number, made: number): number | 'far' | undefined {
  const step = Math.max(1, Math.ceil((to - from) / READINGS));
  const ticks: number[] = [];
  for (let tick = from; tick < to; tick += step) ticks.push(tick);
  if (ticks.length === 0) return undefined;
  const counts: number[] = [];
  if (!tape.glance(ticks, MOST_TICKS, () => counts.push(translations(tape)))) return 'far';
  const last = counts.findLastIndex((count) => count < made);
  if (last < 0) return undefined;
  if (step === 1) return ticks[last];
  const within = lastBelow(tape, ticks[last] + 1, ticks[last + 1] ?? to, made);
  return within === undefined ? ticks[last] : within;
}
