/**
 * From what a person writes or points at to the data that it means.
 *
 * `pte(heap)` and `walk(heap)` are table entries, `phys(0x1000)` a word of physical memory, `cr3` a register; a region or a
 * range is its bytes, an area all of it; an address stands for the page that is translated, unless a size is given.
 */
import { addressOf, asVpn, formatPhysical, vpnOfAddress } from '../../machine/core/addresses';
import { findVma } from '../../machine/kernel/vma';
import type { EntryNode } from '../../machine/paging/inspector';
import type { Expression } from '../../scenario/language/ast';
import { parseExpression } from '../../scenario/language/parser';
import { evaluate, EvaluationError, number } from '../../scenario/run/evaluate';
import type { Run } from '../../scenario/run/run';
import { numberOf, type ObjectValue, type Value } from '../../scenario/run/values';
import { badExpression, unusable } from '../errors';
import { parseReference } from '../memory';
import { shortAddress } from './words';
import {
  type AddressKind,
  type DataMode,
  type DataTarget,
  ENTRY_BYTES,
  entryTarget,
  parseDataId,
  REGISTERS,
  type VirtualTarget,
} from './target';

const PAGE = 4096n;

/** The data that a data id or an expression names. `bytes`: how many from its start, if not all of it. */
export function dataNamed(run: Run, text: string, bytes?: number): DataTarget {
  const id = parseDataId(text);
  return id === undefined ? dataOf(run, parsed(text), bytes) : id.target;
}

export function parsed(text: string): Expression {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw badExpression(diagnostics[0].message);
  return expression;
}

/** An address as the client's box for one sends it. Without a kind, a bare number inside physical memory is physical. */
export function dataAtAddress(run: Run, text: string, bytes: number | undefined, kind?: AddressKind): DataTarget {
  if (!/^\s*(0x[0-9a-f_]+|\d+)\s*$/i.test(text)) return dataNamed(run, text, bytes);
  const address = BigInt(text.trim().replaceAll('_', ''));
  const size = BigInt(Math.max(1, bytes ?? 1));
  const { memory, scheme } = run.machine;
  const isPhysical = kind === undefined ? address + size <= BigInt(memory.sizeBytes) : kind !== 'virtual';
  if (isPhysical && address + size > BigInt(memory.sizeBytes))
    throw unusable(`Memory ends at ${formatPhysical(memory.sizeBytes)}.`);
  if (kind === 'entry') {
    const { entryBytes } = scheme.format;
    return entryTarget(Number(address - (address % BigInt(entryBytes))), scheme.format);
  }
  if (isPhysical) return { kind: 'physical', start: Number(address), bytes: Number(size), entry: false };
  if (address + size > 1n << 64n) throw unusable('An address has 64 bits.');
  return { kind: 'virtual', pid: run.machine.kernel.current?.pid, start: address, bytes: size };
}

function dataOf(run: Run, expression: Expression, bytes: number | undefined): DataTarget {
  const register = expression.kind === 'name' && REGISTERS.find((r) => r === expression.name);
  if (register) return { kind: 'register', name: register };
  const call = callOf(expression);
  const { format } = run.machine.scheme;
  if (call?.name === 'phys') {
    const start = Number(valueOf(run, call.argument));
    return { kind: 'physical', start, bytes: bytes ?? ENTRY_BYTES, entry: false };
  }
  if (call?.name === 'walk' || call?.name === 'tobj')
    return entryTarget(lastEntry(run, valueOf(run, call.argument)).address, format);
  const value = read(run, expression);
  const entry = entryOf(value) ?? (expression.kind === 'member' ? entryOf(read(run, expression.object)) : undefined);
  if (entry !== undefined) return entryTarget(entry, format);
  if (typeof value === 'object' && value.type === 'symbol') throw unusable(nothingThere(run, call));
  return rangeOf(run, value, bytes);
}

function rangeOf(run: Run, value: Value, bytes: number | undefined): VirtualTarget {
  const pid = currentProcess(run).pid;
  const size = bytes === undefined ? undefined : BigInt(bytes);
  if (typeof value === 'object' && (value.type === 'region' || value.type === 'range'))
    return { kind: 'virtual', pid, start: value.start, bytes: size ?? value.end - value.start };
  const [start, end] = typeof value === 'object' && value.type === 'object' ? areaOf(value) : [];
  if (start !== undefined && end !== undefined) return { kind: 'virtual', pid, start, bytes: size ?? end - start };
  const address = numberOf(value);
  if (address === undefined) throw unusable('This is neither an entry, nor memory, nor a register.');
  if (findVma(currentProcess(run).vmas, vpnOfAddress(address)) === undefined)
    throw unusable(`No area of the process holds ${shortAddress(run, address)}.`);
  return size === undefined ? pageTarget(pid, address) : { kind: 'virtual', pid, start: address, bytes: size };
}

export const pageTarget = (pid: number | undefined, address: bigint): VirtualTarget => ({
  kind: 'virtual',
  pid,
  start: address - (address % PAGE),
  bytes: PAGE,
});

/** Start and end of an area, as `vma(A)` shows it. */
function areaOf({ members }: ObjectValue): (bigint | undefined)[] {
  const names = ['start', 'end'].map((name) => members.find((m) => m.name === name)?.get());
  return names.map((v) => (typeof v === 'bigint' ? v : undefined));
}

/** The entry that decides about an address: the last one that a walk reads. */
export function lastEntry(run: Run, address: bigint): EntryNode {
  currentProcess(run);
  const entry = run.machine.inspector.walk(run.machine.root, vpnOfAddress(address), 'memory').steps.at(-1);
  if (entry?.probe?.matches === false) throw unusable(`No way has an entry for ${shortAddress(run, address)} yet.`);
  if (entry === undefined) throw unusable(`${shortAddress(run, address)} is not canonical: no entry maps it.`);
  return entry;
}

export function currentProcess(run: Run): NonNullable<Run['machine']['kernel']['current']> {
  const process = run.machine.kernel.current;
  if (process === undefined) throw unusable('There is no process yet, so there are no page tables.');
  return process;
}

interface Call {
  name: string;
  argument: Expression;
}

const callOf = (expression: Expression): Call | undefined =>
  expression.kind === 'call' && expression.callee.kind === 'name' && expression.args.length === 1
    ? { name: expression.callee.name, argument: expression.args[0] }
    : undefined;

/** Physical address of the entry that a value shows. */
function entryOf(value: Value): number | undefined {
  if (typeof value !== 'object' || value.type !== 'object' || value.memoryReference === undefined) return undefined;
  if (!value.members.some((m) => m.name === 'raw')) return undefined;
  return Number(parseReference(value.memoryReference).address);
}

/** `pte(heap)` before there is a table for it: where the walk ends, an entry is there that can be watched. */
function nothingThere(run: Run, call: Call | undefined): string {
  currentProcess(run);
  const level = run.machine.scheme.format.levels.find((l) => l.name.toLowerCase() === call?.name);
  if (call === undefined || level === undefined) return 'There is nothing here that could be watched.';
  const last = lastEntry(run, valueOf(run, call.argument));
  const at = addressOf(asVpn(vpnOfAddress(valueOf(run, call.argument))));
  return `There is no ${level.name} table for ${shortAddress(run, at)} yet: its walk ends at ${last.levelName}[${last.index}], ${last.levelName.toLowerCase()}(…), at ${formatPhysical(last.address)}.`;
}

const valueOf = (run: Run, expression: Expression): bigint => guarded(() => number(expression, run.environment));
const read = (run: Run, expression: Expression): Value => guarded(() => evaluate(expression, run.environment));

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EvaluationError) throw badExpression(error.message);
    throw error;
  }
}

/** Throws where the data cannot be used that way. */
export function checkUse(run: Run, target: DataTarget, mode: DataMode): void {
  if (target.kind === 'physical') {
    const end = run.machine.memory.sizeBytes;
    if (target.start + target.bytes > end) throw unusable(`Memory ends at ${formatPhysical(end)}.`);
    if (mode === 'exec') throw unusable('What is executed has a virtual address: watch the page.');
  }
  if (target.kind === 'virtual' && mode === 'hardware')
    throw unusable(
      'The hardware by itself reads and writes table entries, which have physical addresses: watch one of those.',
    );
  if (target.kind === 'register' && mode === 'exec') throw unusable('A register is loaded, not executed.');
}
