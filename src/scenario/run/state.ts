/** Where a run stands, as plain records that are replaced and never changed: saving a state is keeping a reference. */
import type { FaultKind, FatalSignal } from '../../machine/core/events';
import type { AccessPattern } from '../language/ast';
import type { Place } from './program';
import type { Value } from './values';
import type { Zipf } from './zipf';

/** One turn of a loop that runs. */
export interface LoopFrame {
  readonly loop: number;
  readonly turn: number;
  readonly turns: number;
  /** Variable of a `for`, and its first value and step. */
  readonly name?: string;
  readonly first: bigint;
  readonly step: bigint;
}

/** A statement in the middle of its ticks. */
export type Activity = AccessPatternActivity | TraceActivity | OperationActivity;

/** A ranged access: tick i touches the i-th place of the pattern. */
export interface AccessPatternActivity {
  readonly kind: 'pattern';
  readonly pattern: AccessPattern['kind'];
  readonly start: bigint;
  readonly step: number;
  readonly sizeBytes: number;
  readonly seed: number;
  /** Places that the pattern chooses from. */
  readonly places: number;
  readonly count: number;
  /** How unequal the places of `zipf` are. */
  readonly skew: Zipf | null;
}

export interface TraceActivity {
  readonly kind: 'trace';
  /** Index in the program's list of traces. */
  readonly trace: number;
  readonly count: number;
  readonly offset: bigint;
}

/** A range operation of the kernel that has more steps to go. */
export interface OperationActivity {
  readonly kind: 'operation';
}

export interface ExpectFailure {
  /** From 1. */
  line: number;
  /** The included file that it stands in. */
  file?: string;
  text: string;
  message: string;
  actual: string;
  /** The tick in which it failed. */
  tick: number;
  /** Both sides, where the condition compares two values. */
  compared?: Compared;
}

/** The sides of a comparison as they were. */
export interface Compared {
  actual: string;
  operator: string;
  expected: string;
}

export type EndReason =
  | { kind: 'finished' }
  | ({ kind: 'fatal'; fault: FaultKind; signal: FatalSignal; text: string } & Place)
  | ({ kind: 'error'; text: string } & Place);

export interface RunState {
  readonly tick: number;
  readonly pc: number;
  readonly loops: readonly LoopFrame[];
  readonly activity: Activity | null;
  readonly bindings: Readonly<Record<string, Value>>;
  readonly passed: number;
  readonly failed: readonly ExpectFailure[];
  readonly end: EndReason | null;
}

export const INITIAL: RunState = {
  tick: 0,
  pc: 0,
  loops: [],
  activity: null,
  bindings: {},
  passed: 0,
  failed: [],
  end: null,
};
