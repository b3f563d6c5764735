/** `ptscope tables FILE`: what page tables map, of a run at a point of it or of a snapshot; in runs of pages or leaf by leaf. */
import type { Process } from '../../machine/kernel/process';
import type { AddressSpace, AddressSpaces } from '../../machine/paging/spaces';
import { schemeText } from '../../scenario/language/schemes';
import type { LoadedRun } from '../../scenario/run/load';
import type { Run } from '../../scenario/run/run';
import { ExitCode, usageError } from '../exit';
import type { CliHost } from '../host';
import { grouped } from '../numbers';
import type { MachineCommandOptions } from '../options';
import { mappingsCsv, mappingsData, mappingsOf, mappingsText } from '../report/mappings';
import { countLines, infoMem, infoTlb, MOST_LINES } from '../report/qemu';
import { runToTick, toJson, withRun, writeResult, writeStacks } from '../session';
import { openSnapshot, refuseRunOptions, rootOf } from '../snapshots';

export const TABLE_FORMATS = ['text', 'json', 'csv', 'qemu'] as const;
type TableFormat = (typeof TABLE_FORMATS)[number];

export interface TablesOptions extends MachineCommandOptions<TableFormat> {
  at?: number;
  process?: string;
  root?: string;
  leaves?: boolean;
}

/** Names the host's tables, where the machine is a guest. */
const HOST = 'host';

export async function tables(host: CliHost, file: string, options: TablesOptions): Promise<ExitCode> {
  const snapshot = await openSnapshot(host, file);
  if (snapshot === undefined) return withRun(host, file, options, (loaded) => tablesOf(host, file, loaded, options));
  refuseRunOptions(options);
  const { name, label, text } = snapshot.description;
  const root = rootOf(snapshot, options.root);
  const about = { program: file, scheme: snapshot.format.scheme, snapshot: { name, label, description: text } };
  const head = { ...about, rootName: root.name, kind: root.kind };
  await writeResult(host, written(snapshot, { ...root, name: `${name} ${root.name}` }, head, options), options);
  return ExitCode.ok;
}

async function tablesOf(host: CliHost, file: string, loaded: LoadedRun, options: TablesOptions): Promise<ExitCode> {
  if (options.root !== undefined)
    throw usageError(
      `--root ${options.root}: the scheme ${schemeText(loaded.config.scheme)} has one root table for each process`,
    );
  await runToTick(host, loaded, options);
  const { run } = loaded;
  const { below } = run.machine;
  // Of a guest, its host's tables: what they map are guest-physical addresses.
  if (options.process === HOST && below?.space !== undefined) {
    const head = { program: file, scheme: schemeText(loaded.config.scheme), tick: run.tick, process: HOST };
    await writeResult(host, written(below, below.space, head, options), options);
    return ExitCode.ok;
  }
  const { name, pid, tdb } = processOf(run, options.process);
  const head = { program: file, scheme: schemeText(loaded.config.scheme), tick: run.tick, process: name, pid };
  await writeResult(host, written(run.machine, { name, root: tdb.root }, head, options), options);
  await writeStacks(host, loaded, options);
  return ExitCode.ok;
}

/** `head`: what the JSON says before the mappings. */
function written(
  { inspector }: Pick<AddressSpaces, 'inspector'>,
  { name, root }: Pick<AddressSpace, 'name' | 'root'>,
  head: object,
  { format, leaves = false }: TablesOptions,
): string {
  if (format === 'qemu') {
    const lines = countLines(inspector, root);
    if (lines > MOST_LINES)
      throw usageError(
        `--format qemu: the monitor would print ${grouped(lines)} lines, one for every path through shared tables; the other formats list each table once`,
      );
    return leaves ? infoTlb(inspector, root) : infoMem(inspector, root);
  }
  const mappings = mappingsOf(inspector, name, root, { leaves });
  if (format === 'json') return toJson({ ...head, ...mappingsData(mappings) });
  return format === 'csv' ? mappingsCsv(mappings) : mappingsText(mappings);
}

/** The process of that name; without one, the process that runs. */
function processOf({ machine, tick }: Run, name: string | undefined): Process {
  const { kernel } = machine;
  const process = name === undefined ? kernel.current : kernel.processNamed(name);
  if (process !== undefined) return process;
  const names = kernel.processes.map((p) => p.name);
  const there = names.length === 0 ? `there is none after ${tick} ticks` : `there is ${names.join(', ')}`;
  throw usageError(name === undefined ? `no process: ${there}` : `no process '${name}': ${there}`);
}
