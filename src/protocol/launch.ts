/** What a launch configuration may hold. The manifest describes the same keys for the editor's completion. */

export interface LaunchArguments {
  /** A scenario, a trace, or a snapshot. A path, or a URI as text where the file is in no local file system. */
  program: string;
  /** Only this test of the scenario; absent: everything outside tests. */
  test?: string;
  /** `radix`, `radix 5`: overrides the scenario's. */
  scheme?: string;
  /** Keys of the machine block, each with its value as in a scenario. */
  machine?: Record<string, string | number | boolean>;
  /** Other schemes that the Compare view runs the same thing on. */
  compareWith?: string[];
  stopOnEntry?: boolean;
  /** The session begins at this moment of the run, instead of at the first stop: a tick, or an event of one. */
  goto?: number | { tick: number; event?: number };
  /** Values for the scenario's `let` names. */
  args?: Record<string, string | number>;
  trace?: TraceOptions;
  /** Whether the replay of a trace sends instruction fetches through the instruction side. */
  instructions?: boolean;
  timeTravel?: TimeTravelOptions;
  noDebug?: boolean;
  /** Stand at the end of the run, from where one can go back, instead of ending the session. Absent: false. */
  stopAtEnd?: boolean;
  /** What Step Over takes for one step inside a statement of many accesses. Absent: an access. */
  stepOver?: StepUnit;
  /** False: the debug console answers without colours. Absent: true, or what the editor's accessibility setting says. */
  consoleColors?: boolean;
}

export const STEP_UNITS = ['access', 'statement'] as const;
export type StepUnit = (typeof STEP_UNITS)[number];

export interface TimeTravelOptions {
  /** What saved states of the run may hold together. With less, going back takes longer; nothing else changes. */
  memoryMegabytes?: number;
}

export interface TraceOptions {
  /** At most this many records. */
  limit?: number;
  /** Records to leave out at the beginning. */
  skip?: number;
  /** Added to every address: a number or `0x…`. */
  offset?: number | string;
}
