/**
 * The kernel function that an operation in steps is the work of: its later steps are shown inside it, as they run in Linux.
 * Operations that no one function stands for (reclaim, scans of tests, daemons) have none.
 */
import { functionIndex } from '../../core/functions';
import type { Operation } from './operation';

const F = {
  doMunmap: functionIndex('do_munmap'),
  exitMmap: functionIndex('exit_mmap'),
  doMremap: functionIndex('do_mremap'),
  doMadvise: functionIndex('do_madvise'),
  mprotectFixup: functionIndex('mprotect_fixup'),
  dupMm: functionIndex('dup_mm'),
} as const;

/** Index of the function; −1 if there is none. */
export function callerOf(operation: Operation): number {
  switch (operation.kind) {
    case 'unmap':
      return ofUnmap(operation.reason);
    case 'protect':
      return F.mprotectFixup;
    case 'move':
      return F.doMremap;
    case 'fork':
      return F.dupMm;
    case 'scan':
      return operation.action === 'migrate' ? -1 : F.doMadvise;
    case 'populate':
    case 'collapse':
    case 'reclaim':
    case 'iterate':
    case 'fragment':
    case 'truncate':
    case 'kernelPages':
    case 'rehash':
      return -1;
  }
}

function ofUnmap(reason: string): number {
  if (reason === 'munmap') return F.doMunmap;
  if (reason === 'exit') return F.exitMmap;
  if (reason === 'mremap') return F.doMremap;
  return reason === 'madvise' ? F.doMadvise : -1;
}
