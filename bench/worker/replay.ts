/**
 * Runs one generated trace on the real engine and prints what it took as one line of JSON.
 *   replay.js FILE ROUNDS WHAT
 * Every round is a new machine. WHAT: `plain`, timeline attached; `armed`, the same with a page-fault, a function, a data,
 * an address and a line breakpoint that never fire; `page`, with a watched page that is never used; `passes`, bare and
 * twice through, to tell the first touch from what comes after. Each has a process of its own, so that what the engine has
 * learnt of one does not slow another down.
 */
import { readFileSync } from 'node:fs';
import { functionIndex } from '../../src/machine/core/functions';
import { asVpn } from '../../src/machine/core/addresses';
import { Signal } from '../../src/machine/core/probe';
import { FAULT_KINDS } from '../../src/machine/kernel/faults/verdict';
import type { Machine } from '../../src/machine/machine';
import { type Statistics, statistics } from '../../src/machine/statistics';
import { NO_STOPS, type StopRules } from '../../src/timeline/stops';
import { Timeline } from '../../src/timeline/timeline';
import type { Counts } from '../lib/reference';
import { runOf, traceFromWords } from '../lib/traceRun';

/** Kinds of faults that these runs have none of. */
const OTHER_FAULTS = ['protection', 'spurious', 'fatal'] as const;

const NEVER_FIRES: StopRules = {
  armed: OTHER_FAULTS.reduce((bits, kind) => bits | (1 << FAULT_KINDS.indexOf(kind)), Signal.Function | Signal.Watch),
  functions: [functionIndex('do_munmap')],
  watches: [
    { kind: 'physical', start: 0x1000, end: 0x1008, read: true, write: true },
    { kind: 'register', name: 'cr4' },
  ],
  // On a statement that is never reached.
  statements: Uint8Array.of(0, 0, 0, 1),
  candidates: () => [],
};

/** A page far from everything: watching pages at all keeps the run from skimming. */
const WATCHES_A_PAGE: StopRules = {
  ...NEVER_FIRES,
  watches: [{ kind: 'page', first: asVpn(0x7_0000_0000), last: asVpn(0x7_0000_0000), accesses: 7 }],
};

/** CPU seconds: of the run, or of the two passes. */
export type Round = readonly number[];

async function cpu(work: () => Promise<void> | void): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

/** In the reference's names. */
const countsOf = ({ tlb, walks, walkCaches, faults }: Statistics): Counts => ({
  l1hit: tlb.l1d.hits,
  l2hit: tlb.stlb.hits,
  walks: walks.count,
  walkRefs: walks.references,
  faults: faults.total,
  dassist: walks.dirtyAssists,
  pwc: Object.values(walkCaches).map((cache) => cache.hits),
});

async function main(): Promise<void> {
  const [file, rounds, what] = process.argv.slice(2);
  const trace = traceFromWords(readFileSync(file));
  const rules = { plain: NO_STOPS, armed: NEVER_FIRES, page: WATCHES_A_PAGE }[what];
  let machine: Machine | undefined;

  const withTimeline = async (stops: StopRules): Promise<Round> => {
    const run = runOf(trace, 1);
    const timeline = new Timeline(run, {
      now: () => performance.now(),
      yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const seconds = await cpu(async () => {
      const arrival = await timeline.continue(stops);
      if (arrival.kind !== 'end') throw new Error(`the run stopped: ${JSON.stringify(arrival)}`);
    });
    machine = run.machine;
    return [seconds];
  };

  const bothPasses = async (): Promise<Round> => {
    const run = runOf(trace, 2);
    const pass = (end: number) => (): void => {
      while (run.tick < end && run.end === null) run.fast(Math.min(1 << 16, end - run.tick), null);
    };
    // Two ticks before the accesses: the process, and the mapping of what the trace touches; one more between the passes.
    return [await cpu(pass(trace.store.length + 2)), await cpu(pass(Infinity))];
  };

  const results: Round[] = [];
  for (let i = 0; i < Number(rounds); i++)
    results.push(rules === undefined ? await bothPasses() : await withTimeline(rules));
  const counts = machine === undefined ? undefined : countsOf(statistics(machine));
  console.log(JSON.stringify({ rounds: results, counts }));
}

void main();
