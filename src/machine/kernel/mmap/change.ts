/**
 * The system calls that change what is mapped: munmap, mprotect and keys, mremap, madvise (mm/mmap.c, mm/mprotect.c,
 * mm/mremap.c, mm/madvise.c). Areas change at once; what has to be done to translations is left to an operation in steps.
 *
 * No huge page may reach over a border that a call makes: it is split first, and if there is no memory for that, nothing is done.
 */
import { addPages, formatVirtual, maxVpn, minVpn, type Vpn } from '../../core/addresses';
import type { Advice } from '../../core/advice';
import { functionIndex } from '../../core/functions';
import { type CallResult, DONE, failure, type Failure, type KernelCore, type MapResult } from '../core';
import type { FlushOperation } from '../../core/flushOperations';
import type { Operation } from '../operations/operation';
import { collapseRange, mayCollapse } from '../operations/collapse';
import { beginUnmap, dropUnused } from '../operations/unmap';
import type { Process } from '../process';
import {
  changeRange,
  covers,
  insertVma,
  overlaps,
  part,
  removeRange,
  startWithGap,
  unmappedAreaTopDown,
  type Vma,
} from '../vma';
import { areaOf } from './map';

const F = {
  doMunmap: functionIndex('do_munmap'),
  mprotectFixup: functionIndex('mprotect_fixup'),
  doMremap: functionIndex('do_mremap'),
  doMadvise: functionIndex('do_madvise'),
} as const;

/** What a call has left to do, beside its result. */
export interface Begun<R> {
  result: R;
  operation: Operation | null;
}
const begun = <R>(result: R, operation: Operation | null = null): Begun<R> => ({ result, operation });

const rangeText = (core: KernelCore, start: Vpn, end: Vpn): string =>
  core.probe.recorder !== null ? `${formatVirtual(start)}, ${formatVirtual(end)}` : '';

/** Splits huge pages at the borders. A failure: there is no memory for that. */
function splitBorders(core: KernelCore, process: Process, borders: readonly Vpn[]): Failure | undefined {
  const { mappings } = core;
  const batch = mappings.startBatch(process);
  const failed = borders.some((vpn) => mappings.splitAt(process, vpn, batch) !== 'ok');
  mappings.finishBatch('demote', process, batch);
  return failed ? failure('ENOMEM', 'there is no memory for the tables that splitting a huge page needs') : undefined;
}

/** The pieces of areas in start … end − 1 as they are now. */
const piecesIn = (process: Process, start: Vpn, end: Vpn): Vma[] =>
  process.vmas
    .filter((vma) => vma.start < end && vma.end > start)
    .map((vma) => part(vma, maxVpn(vma.start, start), minVpn(vma.end, end)));

export function munmap(
  core: KernelCore,
  process: Process,
  start: Vpn,
  end: Vpn,
  reason: FlushOperation = 'munmap',
): Begun<CallResult> {
  const { probe } = core;
  probe.enter(F.doMunmap, 'kernel', rangeText(core, start, end));
  const error = splitBorders(core, process, [start, end]);
  const { list, removed } = removeRange(process.vmas, start, end);
  if (error === undefined) process.vmas = list;
  probe.leave(F.doMunmap, error?.error ?? `${removed.length} areas`);
  if (error !== undefined) return begun(error);
  return begun(DONE, removed.length === 0 ? null : beginUnmap(core, process, removed, reason));
}

/** mprotect and pkey_mprotect: `change` are the rights, or the key. */
export function protect(
  core: KernelCore,
  process: Process,
  start: Vpn,
  end: Vpn,
  change: Partial<Pick<Vma, 'read' | 'write' | 'exec' | 'pkey'>>,
): Begun<CallResult> {
  const { probe, mappings } = core;
  if (!covers(process.vmas, start, end)) return begun(failure('ENOMEM', 'part of the range is not mapped'));
  probe.enter(F.mprotectFixup, 'kernel', rangeText(core, start, end));
  const error = splitBorders(core, process, [start, end]);
  if (error === undefined) process.vmas = changeRange(process.vmas, start, end, change).list;
  probe.leave(F.mprotectFixup, error?.error ?? '');
  if (error !== undefined) return begun(error);
  const pieces = piecesIn(process, start, end);
  return begun(DONE, {
    kind: 'protect',
    pid: process.pid,
    pieces,
    at: pieces[0].start,
    batch: mappings.startBatch(process),
  });
}

/** Grows, shrinks or moves the area in which start … end − 1 lie, to `pages`, at `at` if that is given. */
export function mremap(
  core: KernelCore,
  process: Process,
  start: Vpn,
  end: Vpn,
  pages: number,
  at?: Vpn,
): Begun<MapResult> {
  const { probe } = core;
  probe.enter(F.doMremap, 'kernel', `${rangeText(core, start, end)} to ${pages} pages`);
  const outcome = remap(core, process, start, end, pages, at);
  probe.leave(F.doMremap, outcome.result.ok ? formatVirtual(outcome.result.start) : outcome.result.error);
  return outcome;
}

function remap(
  core: KernelCore,
  process: Process,
  start: Vpn,
  end: Vpn,
  pages: number,
  at: Vpn | undefined,
): Begun<MapResult> {
  const vma = areaOf(process, start, end);
  if (vma === undefined) return begun(failure('EINVAL', 'the range is not part of one mapping'));
  if (pages < 1) return begun(failure('EINVAL', 'a mapping must have at least one page'));
  const newEnd = addPages(start, pages);
  if (at === undefined && newEnd <= end) {
    const shrunk = newEnd === end ? begun(DONE) : munmap(core, process, newEnd, end, 'mremap');
    return begun(shrunk.result.ok ? { ok: true, start, end: newEnd } : shrunk.result, shrunk.operation);
  }
  if (at === undefined && end === vma.end && newEnd <= core.layout.end && isFree(process, end, newEnd, vma)) {
    const grown = { ...part(vma, end, end), end: newEnd };
    process.vmas = insertVma(process.vmas, grown).list;
    return begun({ ok: true, start, end: newEnd });
  }
  return moveTo(core, process, vma, start, end, pages, at);
}

const isFree = (process: Process, start: Vpn, end: Vpn, except?: Vma): boolean =>
  !process.vmas.some((v) => v !== except && startWithGap(v) < end && v.end > start);

function moveTo(
  core: KernelCore,
  process: Process,
  vma: Vma,
  start: Vpn,
  end: Vpn,
  pages: number,
  at: Vpn | undefined,
): Begun<MapResult> {
  const { layout } = core;
  const to = at ?? unmappedAreaTopDown(process.vmas, pages, layout.mmapMin, layout.mmapBase);
  if (to === undefined) return begun(failure('ENOMEM', `no free range of ${pages} pages is left`));
  const newEnd = addPages(to, pages);
  if (newEnd > layout.end) return begun(failure('EINVAL', `user space ends at ${formatVirtual(layout.end)}`));
  if (overlaps(process.vmas, to, newEnd)) return begun(failure('EEXIST', 'something is mapped there already'));
  // Moved to fewer pages, the rest is unmapped where it is.
  const moved = minVpn(end, addPages(start, pages));
  const error = splitBorders(core, process, [start, moved, end]);
  if (error !== undefined) return begun(error);
  const piece = part(vma, start, moved);
  const { list, removed } = removeRange(process.vmas, start, end);
  process.vmas = insertVma(list, { ...piece, start: to, end: newEnd }).list;
  const { mappings, frames } = core;
  const move: Operation = {
    kind: 'move',
    pid: process.pid,
    piece,
    whole: removed,
    to,
    at: start,
    batch: mappings.startBatch(process),
  };
  const aligned = (to - start) % frames.hugePages === 0;
  const result = { ok: true, start: to, end: newEnd } as const;
  if (aligned) return begun(result, move);
  // Huge pages cannot be where they would not be aligned.
  return begun(result, {
    kind: 'scan',
    pid: process.pid,
    action: 'demote',
    pieces: [piece],
    node: 0,
    at: start,
    batch: mappings.startBatch(process),
    then: move,
  });
}

export function madvise(core: KernelCore, process: Process, start: Vpn, end: Vpn, advice: Advice): Begun<CallResult> {
  const { probe } = core;
  if (!covers(process.vmas, start, end)) return begun(failure('ENOMEM', 'part of the range is not mapped'));
  probe.enter(F.doMadvise, 'kernel', `${rangeText(core, start, end)}, ${advice}`);
  const outcome = advise(core, process, start, end, advice);
  probe.leave(F.doMadvise, outcome.result.ok ? '' : outcome.result.error);
  return outcome;
}

function advise(core: KernelCore, process: Process, start: Vpn, end: Vpn, advice: Advice): Begun<CallResult> {
  const { mappings } = core;
  switch (advice) {
    case 'hugepage':
    case 'nohugepage': {
      // The area is split there, and no huge page may belong to two (`vma_adjust_trans_huge`).
      const error = splitBorders(core, process, [start, end]);
      if (error !== undefined) return begun(error);
      process.vmas = changeRange(process.vmas, start, end, {
        huge: advice === 'hugepage' ? 'wanted' : 'unwanted',
      }).list;
      return begun(DONE);
    }
    case 'populate':
      return begun(DONE, { kind: 'populate', pid: process.pid, write: true, at: start, end });
    case 'collapse':
      return collapse(core, process, start, end);
    case 'dontneed': {
      const error = splitBorders(core, process, [start, end]);
      if (error !== undefined) return begun(error);
      const pieces = piecesIn(process, start, end);
      return begun(DONE, beginUnmap(core, process, pieces, 'madvise', { keepTables: true }));
    }
    default: {
      // Only what lies in the range is affected; a file's pages are read ahead, whatever maps them.
      const error = advice === 'willneed' ? undefined : splitBorders(core, process, [start, end]);
      if (error !== undefined) return begun(error);
      return begun(DONE, {
        kind: 'scan',
        pid: process.pid,
        action: advice,
        pieces: piecesIn(process, start, end),
        node: 0,
        at: start,
        batch: mappings.startBatch(process),
        then: null,
      });
    }
  }
}

/** Makes huge pages of what is mapped in start … end − 1, whatever the machine's policy, but not against advice. */
export function collapse(core: KernelCore, process: Process, start: Vpn, end: Vpn): Begun<CallResult> {
  if (!covers(process.vmas, start, end)) return begun(failure('ENOMEM', 'part of the range is not mapped'));
  const unsuitable = piecesIn(process, start, end).find((vma) => !mayCollapse(vma));
  if (unsuitable !== undefined) {
    const why = unsuitable.huge === 'unwanted' ? 'huge pages were advised against' : 'only anonymous memory collapses';
    return begun(failure('EINVAL', `${why} at ${formatVirtual(unsuitable.start)}`));
  }
  return begun(DONE, collapseRange(core, process, start, end));
}

/** Everything goes, and the database with it. */
export function tearDown(core: KernelCore, process: Process): Operation | null {
  const pieces = process.vmas;
  process.vmas = [];
  process.exited = true;
  if (pieces.length > 0) return beginUnmap(core, process, pieces, 'exit', { exits: true });
  core.emt.tsvcDestroyTdb(process.tdb);
  return dropUnused(core);
}
