/** `ptscope walk FILE ADDRESS`: how an address is translated, at a point of a run or in a snapshot. Changes nothing. */
import { vpnOfAddress } from '../../machine/core/addresses';
import { parseExpression } from '../../scenario/language/parser';
import { EvaluationError, number } from '../../scenario/run/evaluate';
import type { LoadedRun } from '../../scenario/run/load';
import type { Run } from '../../scenario/run/run';
import { SnapshotSubject } from '../../scenario/run/snapshotSubject';
import type { Subject } from '../../scenario/run/subject';
import { formatValue } from '../../scenario/run/values';
import { walkCost } from '../../scenario/run/walkCost';
import type { Snapshot } from '../../snapshot/snapshot';
import { walkText } from '../../timeline/walkListing';
import { ExitCode, usageError } from '../exit';
import type { CliHost } from '../host';
import type { MachineCommandOptions } from '../options';
import { walkData } from '../report/walk';
import { runToTick, toJson, withRun, writeResult, writeStacks } from '../session';
import { openSnapshot, refuseRunOptions, rootOf } from '../snapshots';

export interface WalkOptions extends MachineCommandOptions {
  at?: number;
  root?: string;
}

export async function walk(host: CliHost, file: string, address: string, options: WalkOptions): Promise<ExitCode> {
  const snapshot = await openSnapshot(host, file);
  return snapshot === undefined
    ? withRun(host, file, options, (loaded) => walkOf(host, file, loaded, address, options))
    : snapshotWalk(host, file, snapshot, address, options);
}

async function walkOf(
  host: CliHost,
  file: string,
  loaded: LoadedRun,
  address: string,
  options: WalkOptions,
): Promise<ExitCode> {
  if (options.root !== undefined)
    throw usageError(`--root ${options.root}: a run has one root table for each process, not roots with names`);
  await runToTick(host, loaded, options);
  const { run } = loaded;
  if (run.machine.kernel.current === undefined)
    throw usageError(`there is no process after ${run.tick} ticks, so nothing is translated`);
  const value = addressIn(run, address);
  const walked = run.machine.inspector.walk(run.machine.root, vpnOfAddress(value));
  const known = ['tlb', 'pwc'].map((name) => `${name.toUpperCase()}: ${textOf(run, name, value)}`);
  const cost = walkCost(run.machine, walked);
  const text = (): string => walkText(run, value, walked, { known, cost });
  const data = (): object => ({ program: file, tick: run.tick, ...walkData(run, value, walked, cost) });
  await writeResult(host, options.format === 'json' ? toJson(data()) : text(), options);
  await writeStacks(host, loaded, options);
  return ExitCode.ok;
}

async function snapshotWalk(
  host: CliHost,
  file: string,
  snapshot: Snapshot,
  address: string,
  options: WalkOptions,
): Promise<ExitCode> {
  refuseRunOptions(options);
  const root = rootOf(snapshot, options.root);
  snapshot.select(root);
  const subject = new SnapshotSubject(snapshot);
  const value = addressIn(subject, address);
  const walked = snapshot.inspector.walk(root.root, vpnOfAddress(value));
  const data = (): object => ({ program: file, rootName: root.name, ...walkData(subject, value, walked) });
  await writeResult(host, options.format === 'json' ? toJson(data()) : walkText(subject, value, walked), options);
  return ExitCode.ok;
}

/** A number, or an expression over the names that are known: `heap+0x1000`. */
function addressIn({ environment }: Subject, text: string): bigint {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw usageError(`${text}: ${diagnostics[0].message}`);
  try {
    return number(expression, environment);
  } catch (error) {
    if (error instanceof EvaluationError) throw usageError(`${text}: ${error.message}`);
    throw error;
  }
}

function textOf(run: Run, name: string, address: bigint): string {
  const value = run.names.call(name, [address]);
  return value === undefined ? 'nothing' : formatValue(value, 'hex');
}
