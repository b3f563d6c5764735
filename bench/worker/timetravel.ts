/**
 * One workload of one length on a timeline: the run, then motions over it. Prints one line of JSON.
 *   timetravel.js WORKLOAD ACCESSES
 */
import { packAccess } from '../../src/machine/core/accessChunk';
import { asVpn } from '../../src/machine/core/addresses';
import { Counter } from '../../src/machine/core/counters';
import type { MachineEvent } from '../../src/machine/core/events';
import { randomWord } from '../../src/machine/core/random';
import type { Run } from '../../src/scenario/run/run';
import { NO_STOPS, type StopRules } from '../../src/timeline/stops';
import { Timeline } from '../../src/timeline/timeline';
import { TraceStoreBuilder } from '../../src/trace/store';
import type { LoadedTrace } from '../../src/trace/load';
import { runOf } from '../lib/traceRun';

export interface Times {
  p50: number;
  p95: number;
  worst: number;
}

export interface Figures {
  workload: string;
  accesses: number;
  /** With checkpoints, and on the bare machine. */
  seconds: number;
  bareSeconds: number;
  /** Longest time in which the host got no turn. */
  longestSilenceMs: number;
  checkpoints: number;
  checkpointBytes: number;
  tableBytes: number;
  recordBytes: number;
  traceBytes: number;
  rss: number;
  peakRss: number;
  motions: Record<string, Times>;
}

const HEAP = 0x100_0000;
const PAGES = 2 ** 21;

type Put = (page: number, write: boolean, offset: number) => void;

/** HPCC RandomAccess over 8 GiB: a random word is read and written back. */
function gups(count: number, put: Put): void {
  for (let i = 0; i < count; i += 2) {
    const word = randomWord(1, i);
    put(word >>> 11, false, (randomWord(2, i) & 511) * 8);
    put(word >>> 11, true, (randomWord(2, i) & 511) * 8);
  }
}

/** As programs are: code that stays for a while, a stack, data that moves on slowly; a new page now and then. */
function local(count: number, put: Put): void {
  for (let i = 0; i < count; i++) {
    const random = randomWord(3, i);
    const phase = Math.floor(i / 20_000);
    if (random % 8 < 5) put(phase % 64, (random & 0x100) !== 0, (random >>> 12) & 0xff8);
    else if (random % 64 < 63) put(1000 + ((phase + (random >>> 20)) & 0x3ff), false, (i * 8) & 0xff8);
    else put(5000 + ((((random >>> 8) % (1 + (phase & 0xfff))) * 17) % 60_000), true, (random >>> 12) & 0xff8);
  }
}

const WORKLOADS: Record<string, (count: number, put: Put) => void> = { gups8GiB: gups, local };

function traceOf(workload: string, count: number): LoadedTrace {
  const builder = new TraceStoreBuilder();
  let line = 0;
  WORKLOADS[workload](count, (page, write, offset) =>
    builder.append(HEAP + page, packAccess(write ? 1 : 0, offset, 8), ++line),
  );
  const regions = [{ name: 'heap', start: asVpn(HEAP), end: asVpn(HEAP + PAGES) }];
  return { name: workload, store: builder.finish(), regions } as unknown as LoadedTrace;
}

/** Every page fault, or none at all though one is asked for. */
const faults = (text: string): StopRules => ({
  armed: 0x7f,
  functions: [],
  watches: [],
  statements: null,
  candidates: (events: readonly MachineEvent[]) =>
    events.flatMap((e, event) =>
      e.kind === 'fault' && e.reason.includes(text)
        ? [{ event, cause: { reason: 'exception', text: e.reason, breakpoints: [] } }]
        : [],
    ),
});
const FAULTS = faults('');
/** Refuses every fault before a tick. */
const until = (tick: number): StopRules => ({
  ...FAULTS,
  candidates: (events, run) => FAULTS.candidates(events, run).map((c) => ({ ...c, confirm: (_, at) => at >= tick })),
});
const NO_FAULT = faults('never');

const quantiles = (times: number[]): Times => {
  times.sort((a, b) => a - b);
  return { p50: times[times.length >> 1], p95: times[Math.floor(times.length * 0.95)], worst: times[times.length - 1] };
};

let silence = 0;
let lastTurn = 0;

function timelineOf(run: Run): Timeline {
  return new Timeline(run, {
    now: () => performance.now(),
    yieldToHost: async () => {
      silence = Math.max(silence, performance.now() - lastTurn);
      await new Promise((resolve) => setImmediate(resolve));
      lastTurn = performance.now();
    },
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  lastTurn = performance.now();
  const began = lastTurn;
  await work();
  silence = Math.max(silence, performance.now() - lastTurn);
  return performance.now() - began;
}

async function motions(timeline: Timeline, ticks: number): Promise<Record<string, Times>> {
  const times: Record<string, number[]> = {};
  const measure = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    (times[name] ??= []).push(await timed(work));
  };
  for (let i = 0; i < 60; i++) {
    const tick = 2 + (randomWord(9, i) % (ticks - 3));
    await measure('seek to a random tick', () => timeline.seek({ tick, event: 0 }));
    for (let k = 0; k < 3; k++) await measure('step back', () => timeline.stepBack());
    await measure('reverse step in', () => timeline.reverseStepIn());
    await measure('reverse continue to a fault', () => timeline.reverseContinue(FAULTS));
    await measure('continue to the next fault', () => timeline.continue(FAULTS));
  }
  await timeline.seek({ tick: ticks - 1, event: 0 });
  await measure('step back from the end', () => timeline.stepBack());
  await measure('reverse to the start, no rule', () => timeline.reverseContinue(NO_STOPS));
  await measure('forward to the end again', () => timeline.seek({ tick: ticks - 1, event: 0 }));
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, quantiles(list)]));
}

/** A breakpoint with a condition that refuses: what one refused fault costs, both ways. */
async function refusals(timeline: Timeline): Promise<Record<string, Times>> {
  const { counters } = timeline.run.machine.probe;
  const figures: Record<string, Times> = {};
  const each = async (name: string, faultCount: () => number, motion: () => Promise<unknown>): Promise<void> => {
    const before = faultCount();
    const time = await timed(motion);
    const per = time / Math.max(1, Math.abs(faultCount() - before));
    figures[name] = { p50: per, p95: per, worst: per };
  };
  const faultCount = (): number => counters[Counter.FaultsMinor];
  await timeline.seek({ tick: 20_000, event: 0 });
  await each('a refused fault, backwards', faultCount, () => timeline.reverseContinue(NO_FAULT));
  await each('a refused fault, forwards', faultCount, () => timeline.continue(until(20_000)));
  return figures;
}

async function main(): Promise<void> {
  const [workload, text] = process.argv.slice(2);
  const accesses = Number(text);
  const trace = traceOf(workload, accesses);
  const run = runOf(trace, 1);
  const timeline = timelineOf(run);
  const seconds = (await timed(() => timeline.continue(NO_STOPS))) / 1000;
  const { records, pool } = run.machine.memory;
  const figures: Figures = {
    workload,
    accesses,
    seconds,
    bareSeconds: 0,
    longestSilenceMs: 0,
    checkpoints: timeline.checkpointTicks.length,
    checkpointBytes: timeline.checkpointBytes,
    tableBytes: pool.used * 4096,
    recordBytes: records.used * 4096,
    traceBytes: trace.store.bytes,
    rss: process.memoryUsage().rss,
    peakRss: process.resourceUsage().maxRSS * 1024,
    motions: { ...(await motions(timeline, run.tick)), ...(await refusals(timeline)) },
  };
  figures.longestSilenceMs = silence;
  // Last, so that its memory is not counted.
  figures.bareSeconds = bare(trace);
  console.log(JSON.stringify(figures));
}

/** The same run without a timeline. */
function bare(trace: LoadedTrace): number {
  const run = runOf(trace, 1);
  const began = performance.now();
  while (run.end === null) run.fast(16384, null);
  return (performance.now() - began) / 1000;
}

void main();
