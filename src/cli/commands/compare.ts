/** `ptscope compare FILE --schemes A,B`: the same scenario or trace under several schemes, one after the other. */
import { LoadError } from '../../scenario/run/load';
import { readSchemes, USUAL_SCHEMES } from '../../scenario/run/comparedSchemes';
import { ExitCode, usageError } from '../exit';
import type { CliHost } from '../host';
import type { MachineCommandOptions } from '../options';
import { type ComparedRun, comparisonData, comparisonText } from '../report/comparison';
import { runReport } from '../report/runReport';
import { foldedStacks } from '../report/stacks';
import { runTo, toJson, withRun, writeFile, writeResult } from '../session';
import { exitCodeOf } from './run';

export interface CompareOptions extends MachineCommandOptions {
  /** Separated by commas. */
  schemes?: string;
}

export async function compare(host: CliHost, file: string, options: CompareOptions): Promise<ExitCode> {
  const schemes = schemesOf(options);
  const runs: ComparedRun[] = [];
  const codes: ExitCode[] = [];
  const stacks: string[] = [];
  for (const scheme of schemes) {
    try {
      const { run, code, folded } = await runUnder(host, file, scheme, options);
      runs.push(run);
      codes.push(code);
      stacks.push(folded);
      if (code === ExitCode.interrupted) break;
    } catch (error) {
      // The file is fine; this scheme cannot do what it asks for.
      if (!(error instanceof LoadError) || error.kind !== 'setting' || isSaidOfAll(error, scheme)) throw error;
      runs.push({ scheme, refused: error.message.replace(/^scheme=[^:]*: /, '') });
    }
  }
  if (runs.every((run) => 'refused' in run))
    throw usageError(`${file}: none of these schemes can run it: ${runs.map(refusalLine).join('; ')}`);
  const text = options.format === 'json' ? toJson(comparisonData(file, runs)) : comparisonText(file, runs, options);
  await writeResult(host, text, options);
  if (options.stacks !== undefined) await writeFile(host, options.stacks, stacks.join(''));
  return worst(codes);
}

function schemesOf({ scheme, schemes }: CompareOptions): string[] {
  const listed = schemes === undefined ? [...USUAL_SCHEMES] : schemes.split(',').filter((s) => s.trim() !== '');
  const read = readSchemes(scheme === undefined ? listed : [scheme, ...listed]);
  if ('problem' in read) throw usageError(`--schemes: ${read.problem}`);
  if (read.schemes.length === 0) throw usageError('--schemes: name at least one, e.g. --schemes radix,fpt:L3L2,ecpt');
  return read.schemes;
}

async function runUnder(
  host: CliHost,
  file: string,
  scheme: string,
  options: CompareOptions,
): Promise<{ run: ComparedRun; code: ExitCode; folded: string }> {
  return withRun(host, file, { ...options, scheme }, async (loaded) => {
    loaded.run.tolerant = true;
    const began = host.now();
    const halt = await runTo(host, loaded, options, { title: scheme });
    const report = runReport({ file, loaded, halt, seconds: (host.now() - began) / 1000, prints: [] });
    const folded =
      options.stacks === undefined ? '' : foldedStacks(loaded.run.machine).replace(/^(?=.)/gm, `${scheme};`);
    return { run: { scheme, report }, code: exitCodeOf(report, loaded), folded };
  });
}

/** A wrong `--set` is wrong whatever the scheme: its message does not begin with ours. */
const isSaidOfAll = (error: LoadError, scheme: string): boolean => !error.message.startsWith(`scheme=${scheme}`);

const refusalLine = (run: ComparedRun): string => ('refused' in run ? `${run.scheme}: ${run.refused}` : '');

const BY_WEIGHT = [ExitCode.fatal, ExitCode.invalid, ExitCode.interrupted, ExitCode.expectFailed];
const worst = (codes: readonly ExitCode[]): ExitCode => BY_WEIGHT.find((code) => codes.includes(code)) ?? ExitCode.ok;
