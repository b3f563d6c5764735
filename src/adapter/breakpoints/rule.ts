/** One breakpoint, of whatever kind: what it needs a fast run to look out for, and which events it is about. */
import type { MachineEvent } from '../../machine/core/events';
import type { Watch } from '../../machine/core/watch';
import type { Run } from '../../scenario/run/run';
import type { Guard } from './guard';

export interface Rule {
  /** As the client knows it; exception filters have none. */
  readonly id?: number;
  readonly guard: Guard;
  /** `Signal` bits and fault kinds. */
  readonly armed?: number;
  readonly functions?: readonly number[];
  readonly watch?: Watch;
  /** Id of the statement that it sits on. */
  readonly statement?: number;
  /** Ascending by event. */
  matches(events: readonly MachineEvent[], run: Run): Match[];
}

export interface Match {
  event: number;
  /** As DAP names it: `breakpoint`, `exception`, `data breakpoint` … */
  reason: string;
  /** Exception filter that fired. */
  filter?: string;
  /** Why it stops, in words. Asked for only if it does, at the exact state of the event. */
  text(run: Run): string;
}
