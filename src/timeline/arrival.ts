/** How a motion ended. */
import type { StopCause } from './stops';

export type Arrival =
  | { kind: 'stop'; cause: StopCause }
  /** The motion's own goal was reached. */
  | { kind: 'step' }
  | { kind: 'pause' }
  /** A jump found no moment to go to; the cursor has not moved. */
  | { kind: 'nowhere' }
  /** Behind the last tick, or before the first. */
  | { kind: 'end' }
  | { kind: 'start' };
