/**
 * Runs one generated trace on the real engine, timeline attached, and prints what it took as one line of JSON.
 *   engine.js FILE ROUNDS ARMED   ARMED: `none`, or what is armed and never fires: `all`, `conditions`
 */
import { readFileSync } from 'node:fs';
import type { MachineEvent } from '../../src/machine/core/events';
import { Counter } from '../../src/machine/core/counters';
import { Signal } from '../../src/machine/core/probe';
import type { LoadedTrace } from '../../src/trace/load';
import { traceFromWords } from '../lib/traceRun';
import { runOf } from '../lib/traceRun';
import { NO_STOPS, type StopRules } from '../../src/timeline/stops';
import { Timeline } from '../../src/timeline/timeline';

const [file, rounds, armed] = process.argv.slice(2);

/** A page-fault, a function, a data and an address breakpoint that never fire. */
const NEVER_FIRES: StopRules = {
  armed: (1 << 4) | (1 << 5) | (1 << 6) | Signal.Function | Signal.Watch,
  functions: [],
  watches: [
    { kind: 'physical', start: 0x1000, end: 0x1008, read: true, write: true },
    { kind: 'page', first: 0x7_0000_0000 as never, last: 0x7_0000_0000 as never, accesses: 7 },
  ],
  statements: new Uint8Array(8),
  candidates: (_events: readonly MachineEvent[]) => [],
};

async function round(trace: LoadedTrace): Promise<{ seconds: number; wall: number; counters: number[] }> {
  const run = runOf(trace);
  const timeline = new Timeline(run, {
    now: () => performance.now(),
    yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  });
  if (armed === 'bare') {
    const b0 = process.cpuUsage();
    while (run.end === null) run.fast(1 << 17, null);
    const u = process.cpuUsage(b0);
    return { seconds: (u.user + u.system) / 1e6, wall: 0, counters: [...run.machine.probe.counters] };
  }
  const began = process.cpuUsage();
  const start = performance.now();
  const arrival = await timeline.continue(armed === 'none' ? NO_STOPS : NEVER_FIRES);
  const { user, system } = process.cpuUsage(began);
  const wall = (performance.now() - start) / 1000;
  if (arrival.kind !== 'end') throw new Error(`the run stopped: ${JSON.stringify(arrival)}`);
  return { seconds: (user + system) / 1e6, wall, counters: [...run.machine.probe.counters] };
}

async function main(): Promise<void> {
  const trace = traceFromWords(readFileSync(file));
  const results = [];
  for (let i = 0; i < Number(rounds); i++) {
    (globalThis as { gc?: () => void }).gc?.();
    results.push(await round(trace));
  }
  const c = results[0].counters;
  const n = trace.store.length;
  console.log(
    JSON.stringify({
      n,
      seconds: results.map((r) => r.seconds),
      wall: results.map((r) => r.wall),
      l1hit: c[Counter.L1dHits],
      l2hit: c[Counter.StlbHits],
      walks: c[Counter.Walks],
      walkRefs: c[Counter.WalkReferences],
      faults: c[Counter.FaultsMinor],
      dassist: c[Counter.DirtyAssists],
      pwc: [0, 1, 2].map((l) => c[Counter.WalkCaches + 2 * l]),
      tables:
        c[Counter.TablesByLevel] +
        c[Counter.TablesByLevel + 1] +
        c[Counter.TablesByLevel + 2] +
        c[Counter.TablesByLevel + 3],
      rss: process.memoryUsage().rss,
    }),
  );
}

void main();
