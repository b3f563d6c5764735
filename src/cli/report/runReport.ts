/** The result of `ptscope run` as data. Its JSON is an interface (design CLI): fields are added, never renamed. */
import { statistics, type Statistics } from '../../machine/statistics';
import { testsOf } from '../../scenario/run/compile';
import type { LoadedRun } from '../../scenario/run/load';
import { onlyBinds } from '../../scenario/run/program';
import type { EndReason, ExpectFailure } from '../../scenario/run/state';
import type { Halt } from '../drive';
import { schemeText } from '../../scenario/language/schemes';
import { type MachineWords, machineWords } from './machineWords';

/** How the run ended: by itself, or because the limit or the person ended it. Lines count from 1. */
export type RunEnd = EndReason | { kind: 'limit' } | { kind: 'interrupted' };

export interface Print {
  line: number;
  /** The included file that it stands in. */
  file?: string;
  text: string;
}

export interface RunReport extends Statistics {
  program: string;
  scheme: string;
  machine: MachineWords;
  ticks: number;
  seconds: number;
  expects: { passed: number; failed: readonly ExpectFailure[] };
  end: RunEnd;
  prints: readonly Print[];
  /** Sentences about the input, e.g. a last line of a trace that was cut short. */
  notes: readonly string[];
  stateHash: string;
}

export interface RunFacts {
  file: string;
  loaded: LoadedRun;
  halt: Halt;
  seconds: number;
  prints: readonly Print[];
}

export function runReport({ file, loaded, halt, seconds, prints }: RunFacts): RunReport {
  const { run, config, traces } = loaded;
  return {
    program: file,
    scheme: schemeText(config.scheme),
    machine: machineWords(config, run.machine),
    ticks: run.tick,
    seconds: Number(seconds.toFixed(6)),
    ...statistics(run.machine),
    expects: { passed: run.passed, failed: run.failed },
    end: endOf(run.end, halt),
    prints,
    notes: [...testNotes(loaded), ...traces.flatMap((t) => t.notes.map((note) => `${t.name}: ${note}`))],
    stateHash: run.stateHash(),
  };
}

/** A person who runs a file of tests sees nothing happen, and should know why. */
function testNotes({ run, sources }: LoadedRun): string[] {
  const tests = testsOf(sources).length;
  if (tests === 0 || !onlyBinds(run.program)) return [];
  return [
    `this file holds ${tests === 1 ? 'a test' : `${tests} tests`} and nothing else to run; 'ptscope test' runs tests`,
  ];
}

function endOf(end: EndReason | null, halt: Halt): RunEnd {
  if (end === null) return { kind: halt === 'interrupted' ? 'interrupted' : 'limit' };
  return end.kind === 'finished' ? end : { ...end, line: end.line + 1 };
}
