/**
 * fork (kernel/fork.c `dup_mmap`, mm/memory.c `copy_page_range`): areas are copied at once, translations in steps. Private
 * pages become read-only on both sides until a write copies them; pages of files are left for the child to fault in.
 */
import { asPfn, formatVirtual } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { CopyPolicy } from '../../emt/driver';
import { Attribute, type Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { isPrivate } from '../vma';
import { failed, type ForkOperation, OBJECTS_PER_STEP, type Stepped } from './operation';
import { beginUnmap } from './unmap';

const COPY_PAGE_RANGE = functionIndex('copy_page_range');

/** One mapping more of everything that is copied; write-protects what is private. */
export class ForkPolicy implements CopyPolicy {
  child!: Process;

  constructor(private readonly core: Pick<KernelCore, 'emt' | 'frames'>) {}

  share(tobj: Tobj): boolean {
    const { emt, frames } = this.core;
    const { child } = this;
    if (emt.tobjIsSwap(tobj)) {
      const slot = emt.tobjToSwap(child.tdb, tobj);
      if (!frames.swap.isUsed(slot)) return false;
      frames.swap.duplicate(slot);
      child.swapEntries++;
      return true;
    }
    const pfn = asPfn(emt.tobjReadAttr(tobj, Attribute.PA));
    if (emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 0) {
      // What is not anonymous the child finds in the page cache. A frame that is nobody's is not spread any further.
      if (frames.pages.kind(pfn) !== PageKind.Anon) return false;
      if (tobj.pages === 1 || frames.pages.has(pfn, PageFlag.Compound)) frames.share(pfn);
      else for (let i = 0; i < tobj.pages; i++) frames.share(asPfn(pfn + i));
      child.rssAnon += tobj.pages;
    }
    emt.tobjWriteAttr(tobj, Attribute.WRITE, 0);
    return true;
  }
}

export function stepFork(core: KernelCore, operation: ForkOperation, policy: ForkPolicy): Stepped {
  const { mappings, probe } = core;
  const parent = core.process(operation.pid);
  const child = core.process(operation.child);
  const [piece, ...rest] = operation.pieces;
  if (piece === undefined) {
    mappings.finishBatch('fork', parent, mappings.continueBatch(operation.batch));
    return null;
  }
  if (!isPrivate(piece)) return { ...operation, pieces: rest, at: rest[0]?.start ?? operation.at };
  const batch = mappings.continueBatch(operation.batch);
  probe.enter(COPY_PAGE_RANGE, 'kernel', probe.recorder !== null ? formatVirtual(operation.at) : '');
  policy.child = child;
  const { next, error } = core.emt.addrRangeCopy(
    parent.tdb,
    child.tdb,
    operation.at,
    piece.end,
    policy,
    OBJECTS_PER_STEP,
    batch.gather,
  );
  probe.leave(COPY_PAGE_RANGE);
  if (error !== 'ok') {
    mappings.finishBatch('fork', parent, batch);
    return failed('ENOMEM', 'there is no memory for the tables of the child');
  }
  if (next < piece.end) return { ...operation, at: next, batch };
  return { ...operation, pieces: rest, at: rest[0]?.start ?? operation.at, batch };
}

/** Takes a child down again that could not be made. */
export function undoFork(core: KernelCore, child: Process): ReturnType<typeof beginUnmap> | null {
  const pieces = child.vmas;
  child.vmas = [];
  child.exited = true;
  if (pieces.length > 0) return beginUnmap(core, child, pieces, 'exit', { exits: true });
  core.emt.tsvcDestroyTdb(child.tdb);
  return null;
}
