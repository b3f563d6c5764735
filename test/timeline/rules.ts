/** Stop rules of every kind, built by hand, and what they must stop at by looking at every tick. */
import type { Vpn } from '../../src/machine/core/addresses';
import type { MachineEvent } from '../../src/machine/core/events';
import { functionIndex, type FunctionName } from '../../src/machine/core/functions';
import { Recorder, Signal } from '../../src/machine/core/probe';
import type { Watch } from '../../src/machine/core/watch';
import type { Run } from '../../src/scenario/run/run';
import { type Candidate, NO_STOPS, type StopRules } from '../../src/timeline/stops';

type Fits = (event: MachineEvent, run: Run) => boolean;

const candidate = (event: number): Candidate => ({ event, cause: { reason: 'test', text: '', breakpoints: [] } });

function rules(parts: Partial<StopRules>, fits: Fits): StopRules {
  return {
    ...NO_STOPS,
    ...parts,
    candidates: (events, run) => events.flatMap((e, i) => (fits(e, run) ? [candidate(i)] : [])),
  };
}

export const atFaults = rules({ armed: 0x7f }, (e) => e.kind === 'fault');

export const atMisses = rules({ armed: Signal.TlbMiss }, (e) => e.kind === 'walkStart' && e.purpose === 'translate');

export const inFunction = (name: FunctionName): StopRules =>
  rules(
    { armed: Signal.Function, functions: [functionIndex(name)] },
    (e) => (e.kind === 'enter' || e.kind === 'call') && e.name === name,
  );

/** At every access of one statement, as line breakpoints are. */
export function onLine(run: Run, line: number): StopRules {
  const statements = new Uint8Array(run.program.statements.length);
  const found = run.program.statements.find((s) => s.range.start.line === line);
  if (found === undefined) throw new Error(`no statement on line ${line}`);
  statements[found.id] = 1;
  return {
    ...NO_STOPS,
    statements,
    candidates: (_, at) => (at.statementId === found.id && at.atBoundary ? [candidate(0)] : []),
  };
}

const watching = (watch: Watch, fits: Fits): StopRules => rules({ armed: Signal.Watch, watches: [watch] }, fits);

const entryAt = (e: { table: number; index: number }): number => e.table * 4096 + e.index * 8;

export const readsOf = (address: number): StopRules =>
  watching(
    { kind: 'physical', start: address, end: address + 8, read: true, write: false },
    (e) => e.kind === 'tableRead' && entryAt(e) === address,
  );

export const writesOf = (address: number): StopRules =>
  watching(
    { kind: 'physical', start: address, end: address + 8, read: false, write: true },
    (e) => (e.kind === 'entryWrite' || e.kind === 'hardwareWrite') && entryAt(e) === address,
  );

export const usesOfPage = (vpn: Vpn): StopRules =>
  watching(
    { kind: 'page', first: vpn, last: vpn, accesses: 7 },
    (e) => e.kind === 'translate' && e.vpn === vpn && !e.retry,
  );

export const loadsOfCr2 = watching({ kind: 'register', name: 'cr2' }, (e) => e.kind === 'fault' && e.vector === 'PF');

/** With a condition that is asked at the event's exact state. */
export const where = (inner: StopRules, holds: (run: Run) => boolean): StopRules => ({
  ...inner,
  candidates: (events, run) => inner.candidates(events, run).map((c) => ({ ...c, confirm: holds })),
});

/** `tick.event` of every stop, found without a filter: each tick is recorded and asked. */
export function everyStop(run: Run, { candidates }: StopRules): string[] {
  const stops: string[] = [];
  while (run.end === null) {
    const recorder = new Recorder();
    const start = run.save();
    run.machine.probe.recorder = recorder;
    run.step();
    run.machine.probe.recorder = null;
    const after = run.save();
    run.load(start);
    for (const { event } of candidates(recorder.events, run)) stops.push(`${run.tick}.${event}`);
    run.load(after);
  }
  return stops;
}
