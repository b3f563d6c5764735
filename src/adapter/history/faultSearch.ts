/**
 * Finding the n-th page fault of the tape: the readings along it say between which two it lies, an excursion finds the
 * tick, and its events say what it was. Nothing is kept of faults that nobody looks at.
 */
import { Counter } from '../../machine/core/counters';
import { FAULT_KINDS } from '../../machine/kernel/faults/verdict';
import type { HistoryRow } from '../../protocol/history';
import type { SeriesPoint, SeriesReading } from '../../timeline/series';
import type { Past, Visitor } from '../../timeline/timeline';
import { faultsOf, rowOf } from './row';

const ALL_FAULTS = (1 << FAULT_KINDS.length) - 1;

/** Faults that come this close to one another are looked at tick by tick. */
const CLOSE = 8;

export const faultsIn = (counters: SeriesReading | Float64Array): number => {
  let sum = 0;
  for (let at: number = Counter.FaultsMinor; at <= Counter.FaultsFatal; at++) sum += counters[at];
  return sum;
};

const faultsSoFar = ({ run }: Past): number => faultsIn(run.machine.probe.counters);

/** A tick before the n-th fault, and not far. */
export function tickBefore(points: readonly SeriesPoint[], fault: number): number {
  let low = 0;
  let high = points.length;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (faultsIn(points[middle].reading) <= fault) low = middle;
    else high = middle;
  }
  return points[low]?.tick ?? 0;
}

/** Goes on to the tick of the n-th fault, and tells of it; not beyond tick `end`. */
export function seekFault(fault: number, end: number, found: (tick: number) => void): Visitor {
  return (past) => {
    if (past.run.tick >= end) return false;
    past.on(end - past.run.tick, ALL_FAULTS);
    if (faultsSoFar(past) <= fault) return true;
    found(past.run.tick - 1);
    return false;
  };
}

/** Tells of the faults before the n-th, from where it begins, with their numbers. */
export function listFaults(before: number, end: number, tell: (fault: number, row: HistoryRow) => void): Visitor {
  let last = -Infinity;
  return (past) => {
    const { run } = past;
    const first = faultsSoFar(past);
    if (first >= before || run.tick >= end) return false;
    if (run.tick - last > CLOSE && !skipTo(past, end)) return true;
    const { tick } = run;
    const events = past.record();
    const row = rowOf(events, tick);
    const faults = faultsOf(events);
    const count = faultsSoFar(past) - first;
    if (count > 0) last = tick;
    for (let i = 0; i < count; i++) {
      const fault = faults[i];
      tell(first + i, { ...row, faults: fault === undefined ? [] : [fault] });
    }
    return true;
  };
}

/** To the start of the next tick with a fault; false if that is not close: the run has then gone on without any. */
function skipTo(past: Past, end: number): boolean {
  const { run } = past;
  const from = run.tick;
  const first = faultsSoFar(past);
  const kept = past.keep();
  past.on(end - from, ALL_FAULTS);
  if (faultsSoFar(past) === first) return false;
  const goal = run.tick - 1;
  past.back(kept);
  while (run.tick < goal) past.on(goal - run.tick, 0);
  return true;
}
