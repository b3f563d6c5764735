/** What commands on a machine have in common: load the file, run it somewhere, write what was asked for. */
import { loadRun, type LoadedRun, LoadError } from '../scenario/run/load';
import { drive, type Goal, type Halt } from './drive';
import { CliError, ExitCode, usageError } from './exit';
import type { CliHost } from './host';
import type { MachineCommandOptions } from './options';
import { Progress } from './progress';
import { foldedStacks } from './report/stacks';

/** Loading or running was ended by the person; there is no result to show. */
const interrupted = (): CliError => new CliError(ExitCode.interrupted, 'interrupted');

export const progressOf = (host: CliHost, options: { progress?: boolean; quiet?: boolean }): Progress =>
  new Progress(host, host.terminal && options.progress !== false && options.quiet !== true);

/** What is loaded, and what is shown meanwhile. `test`: the one test of the file to run. */
type LoadOptions = Partial<MachineCommandOptions<string>> & { test?: string };

async function load(host: CliHost, file: string, options: LoadOptions): Promise<LoadedRun> {
  const progress = progressOf(host, options);
  try {
    return await loadRun(file, host.files, {
      scheme: options.scheme,
      overrides: options.set,
      limit: options.limit,
      test: options.test,
      signal: host.signal,
      onProgress: ({ name, bytesRead, totalBytes }) =>
        progress.report({ what: `reading ${name}`, unit: 'bytes', done: bytesRead, total: totalBytes }),
    });
  } catch (error) {
    if (host.signal.aborted && error instanceof LoadError) throw interrupted();
    throw error;
  } finally {
    progress.clear();
  }
}

/** Loads the file, does the work, and lets go of what was loaded, whatever comes of the work. */
export async function withRun<Result>(
  host: CliHost,
  file: string,
  options: LoadOptions,
  work: (loaded: LoadedRun) => Promise<Result>,
): Promise<Result> {
  const loaded = await load(host, file, options);
  try {
    return await work(loaded);
  } finally {
    loaded.dispose();
  }
}

/** Runs to the goal; a partial result on Ctrl-C is the caller's to show. */
export async function runTo(
  host: CliHost,
  { run }: LoadedRun,
  options: Partial<MachineCommandOptions<string>>,
  goal: Goal = {},
): Promise<Halt> {
  const progress = progressOf(host, options);
  try {
    return await drive(run, host, progress, { accesses: options.limit, ...goal });
  } finally {
    progress.clear();
  }
}

/** Runs to `--at`, or to the end; for commands that look at a state and have nothing to say about half of one. */
export async function runToTick(
  host: CliHost,
  loaded: LoadedRun,
  options: Partial<MachineCommandOptions<string>> & { at?: number },
): Promise<void> {
  const halt = await runTo(host, loaded, options, { tick: options.at });
  if (halt === 'interrupted') throw interrupted();
  const { run } = loaded;
  if (options.at !== undefined && run.tick < options.at)
    throw usageError(`--at ${options.at}: the run has only ${run.tick} ticks`);
}

export async function writeResult(host: CliHost, text: string, { output }: { output?: string }): Promise<void> {
  if (output === undefined) host.out(text);
  else await writeFile(host, output, text);
}

export async function writeStacks(host: CliHost, { run }: LoadedRun, { stacks }: { stacks?: string }): Promise<void> {
  if (stacks !== undefined) await writeFile(host, stacks, foldedStacks(run.machine));
}

export async function writeFile(host: CliHost, path: string, text: string): Promise<void> {
  try {
    await host.files.writeText(path, text);
  } catch (error) {
    throw usageError(`${path}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export const toJson = (value: unknown): string => JSON.stringify(value, null, 2) + '\n';
