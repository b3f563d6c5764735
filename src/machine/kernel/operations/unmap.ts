/** munmap, MADV_DONTNEED and exit: pages first, then tables (mm/memory.c `unmap_vmas`, `free_pgtables`; mm/mmap.c `exit_mmap`). */
import { addPages, alignDown, asVpn, formatVirtual, maxVpn, minVpn, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { KernelCore } from '../core';
import type { FlushOperation } from '../../core/flushOperations';
import type { Process } from '../process';
import type { Vma } from '../vma';
import {
  OBJECTS_PER_STEP,
  type Operation,
  PAGES_PER_TABLE_STEP,
  type TruncateOperation,
  type UnmapOperation,
} from './operation';

const F = {
  unmapVmas: functionIndex('unmap_vmas'),
  freePgtables: functionIndex('free_pgtables'),
} as const;

/** Nothing is mapped above: every table that covers user space alone may go. */
const TASK_SIZE_CEILING = asVpn(2 ** 44);

/** Begins to empty pieces of areas, at least one; `process.vmas` are those that stay. */
export function beginUnmap(
  core: KernelCore,
  process: Process,
  pieces: readonly Vma[],
  reason: FlushOperation,
  { keepTables = false, exits = false } = {},
): UnmapOperation {
  const start = pieces[0].start;
  const end = pieces[pieces.length - 1].end;
  const below = process.vmas.filter((v) => v.end <= start).at(-1);
  const above = process.vmas.find((v) => v.start >= end);
  return {
    kind: 'unmap',
    reason,
    pid: process.pid,
    pieces,
    areas: pieces,
    start,
    end,
    floor: below?.end ?? asVpn(0),
    ceiling: above?.start ?? TASK_SIZE_CEILING,
    phase: 'pages',
    keepTables,
    at: start,
    batch: core.mappings.startBatch(process),
    exits,
  };
}

export function stepUnmap(core: KernelCore, operation: UnmapOperation): Operation | null {
  const process = core.process(operation.pid);
  if (operation.phase === 'pages') return stepPages(core, process, operation);
  const { probe } = core;
  probe.enter(F.freePgtables, 'kernel', probe.recorder !== null ? formatVirtual(operation.at) : '');
  const next =
    operation.phase === 'tables' ? stepTables(core, process, operation) : finishTables(core, process, operation);
  probe.leave(F.freePgtables);
  return next;
}

function stepPages(core: KernelCore, process: Process, operation: UnmapOperation): Operation | null {
  const { probe, mappings } = core;
  const piece = operation.pieces[0];
  const batch = mappings.continueBatch(operation.batch);
  const text = probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(piece.end)}` : '';
  probe.enter(F.unmapVmas, 'kernel', text);
  const at = mappings.zap(process, piece, operation.at, piece.end, OBJECTS_PER_STEP, batch);
  if (mappings.isFull(batch)) mappings.finishBatch(operation.reason, process, batch);
  probe.leave(F.unmapVmas);
  if (at < piece.end) return { ...operation, batch, at };
  const pieces = operation.pieces.slice(1);
  if (pieces.length > 0) return { ...operation, batch, pieces, at: pieces[0].start };
  if (!operation.keepTables) return { ...operation, batch, pieces, phase: 'tables', at: operation.start };
  mappings.finishBatch(operation.reason, process, batch);
  return null;
}

/**
 * Frees the tables that lie inside one piece of at most 1 GiB. Tables that reach beyond a piece are left for the last
 * step, which looks at the whole range but finds little left in it.
 */
function stepTables(core: KernelCore, process: Process, operation: UnmapOperation): Operation {
  const { mappings } = core;
  const batch = mappings.continueBatch(operation.batch);
  const pieceEnd = addPages(alignDown(operation.at, PAGES_PER_TABLE_STEP), PAGES_PER_TABLE_STEP);
  const end = minVpn(operation.end, pieceEnd);
  const floor = operation.at === operation.start ? operation.floor : operation.at;
  const ceiling = end === operation.end ? operation.ceiling : end;
  core.emt.addrRangeFreeTables(
    process.tdb,
    operation.at,
    end,
    maxVpn(floor, alignDown(operation.at, PAGES_PER_TABLE_STEP)),
    minVpn(ceiling, pieceEnd),
    batch.gather,
  );
  if (mappings.isFull(batch)) mappings.finishBatch(operation.reason, process, batch);
  if (end < operation.end) return { ...operation, batch, at: nextToFree(operation.areas, end) };
  return { ...operation, batch, phase: 'upperTables', at: operation.start };
}

/** First page behind `at` whose GiB an area lies in: what is between areas has no tables of its own. */
function nextToFree(areas: readonly Vma[], at: Vpn): Vpn {
  const next = areas.find((area) => area.end > at);
  return next === undefined ? at : maxVpn(at, alignDown(next.start, PAGES_PER_TABLE_STEP));
}

function finishTables(core: KernelCore, process: Process, operation: UnmapOperation): Operation | null {
  const { mappings, emt } = core;
  const { start, end, floor, ceiling } = operation;
  const batch = mappings.continueBatch(operation.batch);
  emt.addrRangeFreeTables(process.tdb, start, end, floor, ceiling, batch.gather);
  mappings.finishBatch(operation.reason, process, batch);
  if (operation.exits) emt.tsvcDestroyTdb(process.tdb);
  return dropUnused(core);
}

/** Shared memory without a name that no area maps any more has no use. */
export function dropUnused(core: KernelCore): TruncateOperation | null {
  for (const file of core.frames.cache.files) {
    if (file.kind !== 'shared' || file.cached === 0) continue;
    const used = core.processes.some((p) => p.vmas.some((v) => v.file === file.id));
    if (!used) return { kind: 'truncate', file: file.id };
  }
  return null;
}

/** Frees some of the file's pages. */
export function stepTruncate(core: KernelCore, operation: TruncateOperation): Operation | null {
  const { frames } = core;
  for (let i = 0; i < OBJECTS_PER_STEP; i++) {
    const index = frames.cache.next(operation.file, 0);
    if (index < 0) return dropUnused(core);
    const pfn = frames.cache.find(operation.file, index);
    frames.cache.change(operation.file, index, -1);
    if (pfn !== -1) frames.free(pfn);
  }
  return operation;
}
