/** What the request handlers need of the session; each file of handlers takes one and returns its part of the table. */
import type { StopCause } from '../timeline/stops';
import type { Arrival } from '../timeline/timeline';
import type { Debuggee } from './debuggee';
import type { AdapterHost } from './host';
import type { LaunchSettings } from './launch';
import type { MemoryViews } from './memoryViews';
import type { Places } from './places';

export interface MotionOptions {
  /** What a person reads while it goes on. */
  title?: string;
  /** Where there was nothing to go to: why the cursor has not moved. */
  nowhere?: string;
  /** True of requests that DAP does not know: the client has to be told that the machine moves, or it offers no pause. */
  unannounced?: boolean;
}

export interface SessionContext {
  host(): AdapterHost;
  /** What the debuggee was launched with. */
  settings(): LaunchSettings;
  readonly places: Places;
  readonly memory: MemoryViews;
  /** Throws what a person is told before a launch. */
  launched(): Debuggee;
  /** The same, and also refuses while the machine moves. */
  stopped(): Debuggee;
  /** The same for who does not ask for the cursor's state: what looks at the past meanwhile goes on. */
  standing(): Debuggee;
  /** Begins a motion after the response has gone out; a `stopped` or `terminated` event follows. */
  move<Body>(motion: (debuggee: Debuggee) => Promise<Arrival>, body?: Body, options?: MotionOptions): Body | undefined;
  /**
   * A look into the past that takes the machine there and back: other requests wait meanwhile. `request`: by which the
   * client may cancel it, and then it rejects.
   */
  look<Seen>(request: number, title: string, body: (debuggee: Debuggee) => Promise<Seen | 'paused'>): Promise<Seen>;
  /** Why the machine stands where it stands, if a breakpoint or a fault stopped it. */
  lastStop(): StopCause | undefined;
  /** True if the client shows ANSI sequences as colours. */
  ansi(): boolean;
  announce(event: string, body?: unknown): void;
  /** Tells the client that a person changed the state: everything that is shown may differ now. */
  changed(debuggee: Debuggee): void;
}
