/**
 * Where a run stands in its program, as numbers that can be compared with those of another run of the same program on
 * another machine. Ticks cannot: a kernel call takes as many as the tables need steps, which schemes differ in.
 *
 * A place is, for each loop from the outermost, its instruction and turn, then the instruction and the index in its
 * pattern or trace. In time they only grow, in the order of their numbers: what is inside a loop stands behind the loop's
 * instruction and before its exit.
 */
import type { RunSnapshot } from './run';

export type ProgramPlace = readonly number[];

/** Behind everything. */
const END: ProgramPlace = [Infinity];

/** Of the start of a tick; in the middle of a range operation, that of its beginning. */
export function programPlaceOf({ state, at }: RunSnapshot): ProgramPlace {
  if (state.end !== null) return END;
  const index = state.activity === null || state.activity.kind === 'operation' ? 0 : at;
  return [...state.loops.flatMap(({ loop, turn }) => [loop, turn]), state.pc, index];
}

/** Below 0 if `a` comes first, 0 if they are the same. */
export function comparePlaces(a: ProgramPlace, b: ProgramPlace): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}
