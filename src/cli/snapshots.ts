/** Snapshots on the command line: opened where a file is one, with the options that make sense for what does not run. */
import { SnapshotError } from '../snapshot/errors';
import { loadSnapshot, snapshotPath } from '../snapshot/load';
import type { Snapshot, SnapshotRoot } from '../snapshot/snapshot';
import { CliError, ExitCode, usageError } from './exit';
import type { CliHost } from './host';

/** Undefined if the file is no snapshot: then it is a scenario or a trace. */
export async function openSnapshot(host: CliHost, file: string): Promise<Snapshot | undefined> {
  const path = await snapshotPath(file, host.files);
  if (path === undefined) return undefined;
  try {
    return await loadSnapshot(path, host.files, host.signal);
  } catch (error) {
    if (host.signal.aborted) throw new CliError(ExitCode.interrupted, 'interrupted');
    if (error instanceof SnapshotError) throw new CliError(ExitCode.unreadable, error.message);
    throw error;
  }
}

/** The root of that name or CR3 value; without one, the first: that of the moment of the snapshot. */
export function rootOf(snapshot: Snapshot, name: string | undefined): SnapshotRoot {
  const root = name === undefined ? snapshot.space : snapshot.rootNamed(name);
  if (root !== undefined) return root;
  const names = snapshot.spaces.map((space) => space.name).join(', ');
  throw usageError(`no root '${name}': there is ${names}`);
}

interface RunOptions {
  at?: number;
  process?: string;
  scheme?: string;
  set?: readonly string[];
  limit?: number;
  stacks?: string;
}

/** A snapshot is one moment of a machine that ptscope does not run. */
export function refuseRunOptions({ at, process, scheme, set = [], limit, stacks }: RunOptions): void {
  const given = { at, scheme, set: set[0], limit, stacks };
  const first = Object.entries(given).find(([, value]) => value !== undefined);
  if (first !== undefined) throw usageError(`--${first[0]}: a snapshot does not run`);
  if (process !== undefined) throw usageError('--process: a snapshot has root tables; name one with --root');
}
