/**
 * Where a run is to stop, in two parts: a cheap filter that a fast run can apply without events, and the exact question
 * that is asked of a recorded tick. The filter may let through what the question then refuses, never the reverse.
 */
import type { MachineEvent } from '../machine/core/events';
import type { Watch } from '../machine/core/watch';
import type { Run } from '../scenario/run/run';

export interface StopCause {
  /** DAP reason: `breakpoint`, `exception`, `function breakpoint` … */
  reason: string;
  /** In words: `page fault: minor, anonymous, write to 0x5555_5540_0000 (heap+0x0)`. */
  text: string;
  /** Ids of the breakpoints that were hit. */
  breakpoints: number[];
  /** Exception filter that fired. */
  filter?: string;
}

export interface Candidate {
  event: number;
  cause: StopCause;
  /** Asked at the event's exact state; absent: always. Counting hits belongs here too. */
  confirm?(run: Run, tick: number): boolean;
}

export interface StopRules {
  /** `Signal` bits and fault kinds for the fast run. */
  readonly armed: number;
  /** Indices of functions that count for `Signal.Function`. */
  readonly functions: readonly number[];
  /** Data that counts for `Signal.Watch`. */
  readonly watches: readonly Watch[];
  /** By statement id: not 0 where a tick of the statement may stop at its start. `null`: none does. */
  readonly statements: Uint8Array | null;
  /** Events of a recorded tick at which to stop, in order. Event 0 is the start of the tick. */
  candidates(events: readonly MachineEvent[], run: Run): Candidate[];
}

export const NO_STOPS: StopRules = { armed: 0, functions: [], watches: [], statements: null, candidates: () => [] };
