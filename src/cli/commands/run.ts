/** `ptscope run FILE`: runs a scenario or a trace and says what happened. */
import type { LoadedRun } from '../../scenario/run/load';
import { ExitCode } from '../exit';
import type { CliHost } from '../host';
import type { MachineCommandOptions } from '../options';
import { type Print, type RunReport, runReport } from '../report/runReport';
import { problemLines, summaryLines } from '../report/runText';
import { runTo, toJson, withRun, writeResult, writeStacks } from '../session';
import { firstFault } from './firstFault';

export interface RunOptions extends MachineCommandOptions {
  firstFault?: boolean;
}

/** A scenario that prints without end must not fill the memory with what it printed. */
const MAX_PRINTS = 10_000;

export function run(host: CliHost, file: string, options: RunOptions): Promise<ExitCode> {
  const command = options.firstFault === true ? firstFault : runWhole;
  return withRun(host, file, options, (loaded) => command(host, file, loaded, options));
}

async function runWhole(host: CliHost, file: string, loaded: LoadedRun, options: RunOptions): Promise<ExitCode> {
  const prints: Print[] = [];
  // Text for a terminal appears as it is said; everything else is one result at the end.
  const live = options.format === 'text' && options.output === undefined && options.quiet !== true;
  loaded.run.onOutput = (output) => {
    if (output.kind !== 'print') return;
    if (live) host.out(output.text + '\n');
    const { line, file, text } = output;
    if (prints.length < MAX_PRINTS) prints.push({ line: line + 1, ...(file === undefined ? {} : { file }), text });
  };
  const began = host.now();
  const halt = await runTo(host, loaded, options);
  const report = runReport({ file, loaded, halt, seconds: (host.now() - began) / 1000, prints });
  const text = options.format === 'json' ? toJson(report) : textOf(report, live, options);
  await writeResult(host, text, options);
  await writeStacks(host, loaded, options);
  return exitCodeOf(report, loaded);
}

function textOf(report: RunReport, live: boolean, { quiet }: RunOptions): string {
  const said = live || quiet === true ? [] : report.prints.map(({ text }) => text);
  const summary = quiet === true ? [] : [...report.notes, ...summaryLines(report)];
  return [...said, ...problemLines(report), ...summary].map((line) => line + '\n').join('');
}

export function exitCodeOf({ end, expects }: RunReport, { run: { end: reason } }: LoadedRun): ExitCode {
  if (reason?.kind === 'fatal') return ExitCode.fatal;
  if (reason?.kind === 'error') return ExitCode.invalid;
  if (end.kind === 'interrupted') return ExitCode.interrupted;
  return expects.failed.length > 0 ? ExitCode.expectFailed : ExitCode.ok;
}
