/** `ptscope walk FILE ADDRESS`: how an address is translated at a point of the run, as a listing. Changes nothing. */
import {
  addressOf,
  formatAddress,
  offsetOfAddress,
  physicalOf,
  type Vpn,
  vpnOfAddress,
} from '../../machine/core/addresses';
import type { MachineEvent } from '../../machine/core/events';
import { parseExpression } from '../../scenario/language/parser';
import { lowWord, highWord } from '../../machine/paging/x86/entry';
import type { WalkNode } from '../../machine/paging/inspector';
import { EvaluationError, number } from '../../scenario/run/evaluate';
import type { LoadedRun } from '../../scenario/run/load';
import type { Run } from '../../scenario/run/run';
import { formatValue } from '../../scenario/run/values';
import { listingLines } from '../../timeline/listing';
import { ExitCode, usageError } from '../exit';
import type { CliHost } from '../host';
import type { MachineCommandOptions } from '../options';
import { runToTick, toJson, withRun, writeResult, writeStacks } from '../session';

export interface WalkOptions extends MachineCommandOptions {
  at?: number;
}

export function walk(host: CliHost, file: string, address: string, options: WalkOptions): Promise<ExitCode> {
  return withRun(host, file, options, (loaded) => walkOf(host, file, loaded, address, options));
}

async function walkOf(
  host: CliHost,
  file: string,
  loaded: LoadedRun,
  address: string,
  options: WalkOptions,
): Promise<ExitCode> {
  await runToTick(host, loaded, options);
  const { run } = loaded;
  if (run.machine.kernel.current === undefined)
    throw usageError(`there is no process after ${run.tick} ticks, so nothing is translated`);
  const value = addressIn(run, address);
  const walked = run.machine.inspector.walk(run.machine.root, vpnOfAddress(value));
  const data = options.format === 'json';
  await writeResult(host, data ? toJson(walkData(file, loaded, value, walked)) : walkText(run, value, walked), options);
  await writeStacks(host, loaded, options);
  return ExitCode.ok;
}

/** A number, or an expression over the names of the scenario: `heap+0x1000`. */
function addressIn(run: Run, text: string): bigint {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw usageError(`${text}: ${diagnostics[0].message}`);
  try {
    return number(expression, run.environment);
  } catch (error) {
    if (error instanceof EvaluationError) throw usageError(`${text}: ${error.message}`);
    throw error;
  }
}

const RESULTS: Record<WalkNode['outcome'], string> = {
  mapped: '',
  notPresent: 'the entry is not present',
  reserved: 'a reserved bit is set in the entry',
  notCanonical: 'the address is not canonical',
};

function walkText(run: Run, address: bigint, walked: WalkNode): string {
  const { names, machine } = run;
  const vpn = vpnOfAddress(address);
  const offset = offsetOfAddress(address);
  const fields = names.fieldsOf(vpn).map(({ name, index }) => `${name} ${index}`);
  const known = ['tlb', 'pwc'].map((name) => `${name.toUpperCase()}: ${textOf(run, name, address)}`);
  const listing = listingLines(eventsOf(run, vpn, offset, walked), machine, (a) => run.describeAddress(a));
  const head = `${run.describeAddress(address) ?? formatAddress(address)}: ${fields.join(', ')}, offset 0x${offset.toString(16)}`;
  return [head, ...known, ...listing].join('\n') + '\n';
}

function textOf(run: Run, name: string, address: bigint): string {
  const value = run.names.call(name, [address]);
  return value === undefined ? 'nothing' : formatValue(value, 'hex');
}

/** The walk in the words of the tape: the events that a walk from the root would report. */
function eventsOf({ machine }: Run, vpn: Vpn, offset: number, walked: WalkNode): MachineEvent[] {
  const { steps, outcome, pfn, pageSize = 0 } = walked;
  const cycle = machine.costs.table_read;
  if (outcome === 'notCanonical')
    return [{ kind: 'fault', depth: 0, vector: 'GP', vpn, offset, errorCode: 0, reason: RESULTS.notCanonical }];
  const reads = steps.map(({ level, table, index, raw }): MachineEvent => ({
    kind: 'tableRead',
    depth: 1,
    level,
    table,
    index,
    low: lowWord(raw),
    high: highWord(raw),
    cycles: cycle,
  }));
  const mapped = outcome === 'mapped';
  const cost = { references: steps.length, cycles: steps.length * cycle };
  const end: MachineEvent = { kind: 'walkEnd', depth: 0, outcome: mapped ? 'mapped' : 'fault', ...cost, pfn, pageSize };
  const last: MachineEvent =
    pfn === undefined
      ? { kind: 'note', depth: 0, text: `nothing is mapped: ${RESULTS[outcome]}` }
      : { kind: 'translated', depth: 0, vpn, offset, pfn, pageSize, from: 'walk' };
  const start = { vpn, startLevel: 0, table: machine.root, startedFrom: 'CR3' };
  return [{ kind: 'walkStart', depth: 0, purpose: 'translate', ...start }, ...reads, end, last];
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

function walkData(program: string, { run }: LoadedRun, address: bigint, walked: WalkNode): object {
  const vpn = vpnOfAddress(address);
  const offset = offsetOfAddress(address);
  const { steps, outcome, pfn, pageSize, write, user, exec } = walked;
  const translation = {
    physicalAddress: pfn === undefined ? null : hex(physicalOf(pfn, offset)),
    pageBytes: pageSize === undefined ? null : [4096, 2 ** 21, 2 ** 30][pageSize],
    rights: pfn === undefined ? null : { write, user, exec },
  };
  return {
    program,
    tick: run.tick,
    address: hex(addressOf(vpn, offset)),
    fields: Object.fromEntries(run.names.fieldsOf(vpn).map(({ name, index }) => [name, index])),
    outcome,
    references: steps.length,
    steps: steps.map((s) => ({
      level: s.levelName,
      table: hex(physicalOf(s.table)),
      index: s.index,
      address: hex(s.address),
      raw: hex(s.raw),
      flags: s.flags,
      meaning: s.meaning,
    })),
    ...translation,
  };
}
