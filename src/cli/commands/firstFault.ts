/** `ptscope run FILE --first-fault`: the listing of the tick with the first page fault, and nothing after it. */
import type { MachineEvent } from '../../machine/core/events';
import { FAULT_KINDS } from '../../machine/kernel/faults/verdict';
import type { LoadedRun } from '../../scenario/run/load';
import { listingLines } from '../../timeline/listing';
import type { Candidate, StopRules } from '../../timeline/stops';
import { Timeline } from '../../timeline/timeline';
import { CliError, ExitCode } from '../exit';
import type { CliHost } from '../host';
import { grouped } from '../numbers';
import type { MachineCommandOptions } from '../options';
import { progressOf, toJson, writeResult, writeStacks } from '../session';

/** A general-protection fault is no page fault, nor is a page that `populate` maps without an access. */
const isPageFault = (event: MachineEvent): boolean => event.kind === 'fault' && event.vector === 'PF';

const RULES: StopRules = {
  armed: (1 << FAULT_KINDS.length) - 1,
  functions: [],
  watches: [],
  statements: null,
  candidates: (events): Candidate[] => {
    const event = events.findIndex(isPageFault);
    return event < 0 ? [] : [{ event, cause: { reason: 'exception', text: 'page fault', breakpoints: [] } }];
  },
};

export async function firstFault(
  host: CliHost,
  file: string,
  loaded: LoadedRun,
  options: MachineCommandOptions,
): Promise<ExitCode> {
  const { run } = loaded;
  const progress = progressOf(host, options);
  const timeline = new Timeline(run, {
    now: host.now,
    yieldToHost: async () => {
      await host.yieldToHost();
      if (host.signal.aborted) timeline.pause();
    },
    onProgress: ({ tick }) => progress.report({ what: 'no page fault yet', unit: 'ticks', done: tick }),
  });
  const arrival = await timeline.continue(RULES);
  progress.clear();
  if (arrival.kind === 'pause') throw new CliError(ExitCode.interrupted, 'interrupted before the first page fault');
  const found = arrival.kind === 'stop';
  const place = found ? placeOf(file, loaded) : file;
  const listing = found ? listingLines(timeline.events, run.machine, (a) => run.describeAddress(a)) : [];
  const text = found
    ? [`${place}: the first page fault, in tick ${grouped(timeline.moment.tick)}`, '', ...listing].join('\n') + '\n'
    : `${file}: no page fault in ${grouped(run.tick)} ticks\n`;
  const data = { program: file, fault: found ? { place, tick: timeline.moment.tick, listing } : null };
  await writeResult(host, options.format === 'json' ? toJson(data) : text, options);
  await writeStacks(host, loaded, options);
  return ExitCode.ok;
}

/** The line of the scenario; of a trace that runs by itself, the line of its text. */
function placeOf(file: string, { run, kind }: LoadedRun): string {
  const { statement, traceLine } = run.standing();
  const own = statement === undefined || statement.file === 0 ? file : run.program.files[statement.file].path;
  const line = kind === 'trace' ? traceLine : (statement?.range.start.line ?? 0) + 1;
  return `${own}:${line ?? 1}`;
}
