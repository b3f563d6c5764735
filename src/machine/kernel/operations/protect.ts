/** What mprotect and pkey_mprotect do to translations (mm/mprotect.c `change_protection`). */
import { formatVirtual } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { KernelCore } from '../core';
import { OBJECTS_PER_STEP, type Operation, type ProtectOperation } from './operation';

const CHANGE_PROTECTION = functionIndex('change_protection');

/** WRITE is only ever taken away here: whether a page may be written at once is for the write fault to find out. */
export function stepProtect(core: KernelCore, operation: ProtectOperation): Operation | null {
  const { mappings, probe } = core;
  const process = core.process(operation.pid);
  const [piece, ...rest] = operation.pieces;
  const batch = mappings.continueBatch(operation.batch);
  const text = probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(piece.end)}` : '';
  probe.enter(CHANGE_PROTECTION, 'kernel', text);
  const { read, write, exec, pkey } = piece;
  // x86 has no memory that may be written or executed, but not read.
  const rights = { read: read || write || exec, write, exec, pkey };
  const at = core.emt.addrRangeProtect(process.tdb, operation.at, piece.end, rights, OBJECTS_PER_STEP, batch.gather);
  probe.leave(CHANGE_PROTECTION);
  if (at < piece.end) return { ...operation, at, batch };
  if (rest.length > 0) return { ...operation, pieces: rest, at: rest[0].start, batch };
  mappings.finishBatch('mprotect', process, batch);
  return null;
}
