/** `ptscope tables FILE`: what the page tables map at a point of the run, in runs of pages or leaf by leaf. */
import type { Process } from '../../machine/kernel/process';
import type { LoadedRun } from '../../scenario/run/load';
import type { Run } from '../../scenario/run/run';
import { ExitCode, usageError } from '../exit';
import type { CliHost } from '../host';
import type { MachineCommandOptions } from '../options';
import { mappingsCsv, mappingsData, mappingsOf, mappingsText, type ProcessMappings } from '../report/mappings';
import { runToTick, toJson, withRun, writeResult, writeStacks } from '../session';

export const TABLE_FORMATS = ['text', 'json', 'csv', 'qemu'] as const;
type TableFormat = (typeof TABLE_FORMATS)[number];

export interface TablesOptions extends MachineCommandOptions<TableFormat> {
  at?: number;
  process?: string;
  root?: string;
  leaves?: boolean;
}

export async function tables(host: CliHost, file: string, options: TablesOptions): Promise<ExitCode> {
  if (options.format === 'qemu')
    throw usageError('tables --format qemu is not available in this version of ptscope yet');
  return withRun(host, file, options, (loaded) => tablesOf(host, file, loaded, options));
}

async function tablesOf(host: CliHost, file: string, loaded: LoadedRun, options: TablesOptions): Promise<ExitCode> {
  if (options.root !== undefined)
    throw usageError(
      `--root ${options.root}: the scheme ${loaded.config.scheme.name} has one root table for each process`,
    );
  await runToTick(host, loaded, options);
  const { run } = loaded;
  const process = processOf(run, options.process);
  const mappings = mappingsOf(run.machine, process, { leaves: options.leaves === true });
  const data = { program: file, scheme: loaded.config.scheme.name, tick: run.tick, ...mappingsData(mappings) };
  await writeResult(host, options.format === 'json' ? toJson(data) : plain(mappings, options.format), options);
  await writeStacks(host, loaded, options);
  return ExitCode.ok;
}

const plain = (mappings: ProcessMappings, format: TableFormat): string =>
  format === 'csv' ? mappingsCsv(mappings) : mappingsText(mappings);

/** The process of that name; without one, the process that runs. */
function processOf({ machine, tick }: Run, name: string | undefined): Process {
  const { kernel } = machine;
  const process = name === undefined ? kernel.current : kernel.processNamed(name);
  if (process !== undefined) return process;
  const names = kernel.processes.map((p) => p.name);
  const there = names.length === 0 ? `there is none after ${tick} ticks` : `there is ${names.join(', ')}`;
  throw usageError(name === undefined ? `no process: ${there}` : `no process '${name}': ${there}`);
}
