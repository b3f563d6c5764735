/**
 * Running a debuggee to a goal without a debugger: fast, in slices, between which the host is heard (Ctrl-C, progress).
 */
import { Counter } from '../machine/core/counters';
import type { Run } from '../scenario/run/run';
import type { CliHost } from './host';
import type { Progress } from './progress';

export interface Goal {
  /** What runs, for the progress line, where there are several. */
  title?: string;
  /** Ticks after which to stop. */
  tick?: number;
  /** Accesses after which to stop. */
  accesses?: number;
  /** By statement id: statements before whose ticks `onStatement` is called. */
  watched?: Uint8Array;
  onStatement?(id: number): void;
}

/** What ended it: the program's own end, the goal, or the person. */
export type Halt = 'end' | 'tick' | 'limit' | 'interrupted';

/** A few milliseconds on any machine. */
const SLICE_TICKS = 16384;
const PATIENCE_MS = 25;

export const accessesOf = (run: Run): number => {
  const c = run.machine.probe.counters;
  return c[Counter.Reads] + c[Counter.Writes] + c[Counter.Execs];
};

export async function drive(run: Run, host: CliHost, progress: Progress, goal: Goal = {}): Promise<Halt> {
  let heard = host.now();
  for (;;) {
    if (run.end !== null) return 'end';
    if (goal.tick !== undefined && run.tick >= goal.tick) return 'tick';
    if (goal.accesses !== undefined && accessesOf(run) >= goal.accesses) return 'limit';
    if (host.signal.aborted) return 'interrupted';
    slice(run, goal);
    if (host.now() - heard < PATIENCE_MS) continue;
    progress.report({
      what: goal.title === undefined ? place(run) : `${goal.title}, ${place(run)}`,
      unit: 'ticks',
      done: run.tick,
      total: totalTicks(run),
    });
    await host.yieldToHost();
    heard = host.now();
  }
}

/** A tick makes at most one access, so as many ticks as accesses are left cannot overshoot. */
function slice(run: Run, { tick = Infinity, accesses = Infinity, watched, onStatement }: Goal): void {
  const limit = Math.min(SLICE_TICKS, tick - run.tick, accesses - accessesOf(run));
  if (watched?.[run.statementId] === 1) onStatement?.(run.statementId);
  run.fast(limit, watched ?? null);
}

function place(run: Run): string {
  const { statement } = run.standing();
  return statement === undefined ? 'running' : `line ${statement.range.start.line + 1}`;
}

/** Where the running statement will end, if it knows: all before it is done, and what follows is not known. */
function totalTicks(run: Run): number | undefined {
  const { index, count } = run.standing();
  return index === undefined || count === undefined ? undefined : run.tick - index + count;
}
