/**
 * What the counters of a run say at a tick: from two readings one knows, without running, that certain things did not
 * happen between them. A search for a stop passes over such a stretch of the tape.
 */
import { Counter } from '../machine/core/counters';
import { Signal } from '../machine/core/probe';
import type { Run } from '../scenario/run/run';
import type { StopRules } from './stops';

export interface Reading {
  readonly tick: number;
  readonly counters: Float64Array;
  /** Calls by function. */
  readonly calls: Float64Array;
  readonly failedExpects: number;
  readonly statement: number;
  /** Place in the ranged access or trace that is going on; −1 elsewhere. */
  readonly at: number;
}

export function readingOf(run: Run): Reading {
  const { counters, calls } = run.machine.probe;
  const { activity } = run;
  return {
    tick: run.tick,
    counters: counters.slice(),
    calls: calls.slice(),
    failedExpects: run.failed.length,
    statement: run.statementId,
    at: activity === null || activity.kind === 'operation' ? -1 : run.at,
  };
}

/** By bit of `Signal`: the counter that is counted whenever it is signalled. Order of `FAULT_KINDS` first. */
const COUNTED: readonly (readonly [bit: number, counter: Counter])[] = [
  ...[
    Counter.FaultsMinor,
    Counter.FaultsMajor,
    Counter.FaultsCow,
    Counter.FaultsThp,
    Counter.FaultsProtection,
    Counter.FaultsSpurious,
    Counter.FaultsFatal,
  ].map((counter, kind) => [1 << kind, counter] as const),
  [Signal.TlbMiss, Counter.StlbMisses],
  [Signal.VmExit, Counter.NestedViolations],
  [Signal.VmExit, Counter.NestedMisconfigurations],
  [Signal.Kick, Counter.EcptKicks],
  [Signal.Resize, Counter.EcptResizes],
  [Signal.Resize, Counter.EcptResizesEnded],
  [Signal.Duplicate, Counter.EcptDuplicates],
  [Signal.Fallback, Counter.FlattenedFallbacks],
];
const KNOWN = COUNTED.reduce((bits, [bit]) => bits | bit, Signal.Function | Signal.FailedExpect | Signal.Break);

/**
 * False if nothing that the rules ask for can be in a tick from `a` to before `b`; true if it is not known. `b` must lie
 * on the same tape, later.
 */
export function mayStopBetween(rules: StopRules, a: Reading, b: Reading, hasBreaks: boolean): boolean {
  const inside = insideOneStatement(a, b);
  if (rules.statements !== null && (inside ? rules.statements[a.statement] !== 0 : true)) return true;
  if ((rules.armed & ~(KNOWN | Signal.Watch)) !== 0 || ((rules.armed & Signal.Watch) !== 0 && rules.watches.length > 0))
    return true;
  if ((rules.armed & Signal.Break) !== 0 && hasBreaks && !inside) return true;
  if ((rules.armed & Signal.FailedExpect) !== 0 && a.failedExpects !== b.failedExpects) return true;
  if ((rules.armed & Signal.Function) !== 0 && rules.functions.some((f) => a.calls[f] !== b.calls[f])) return true;
  return COUNTED.some(([bit, counter]) => (rules.armed & bit) !== 0 && a.counters[counter] !== b.counters[counter]);
}

/** True if all ticks between belong to one ranged access or trace that had begun before them. */
export function insideOneStatement(a: Reading, b: Reading): boolean {
  return a.at >= 0 && b.at >= 0 && a.statement === b.statement && b.at - a.at === b.tick - a.tick;
}
