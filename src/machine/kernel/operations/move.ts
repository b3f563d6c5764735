/** What mremap does to translations when an area moves (mm/mremap.c `move_page_tables`). */
import { formatVirtual } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { KernelCore } from '../core';
import { beginUnmap } from './unmap';
import { failed, type MoveOperation, OBJECTS_PER_STEP, type Stepped } from './operation';

const MOVE_PAGE_TABLES = functionIndex('move_page_tables');

export function stepMove(core: KernelCore, operation: MoveOperation): Stepped {
  const { mappings, probe } = core;
  const process = core.process(operation.pid);
  const { piece, to, at } = operation;
  const batch = mappings.continueBatch(operation.batch);
  probe.enter(MOVE_PAGE_TABLES, 'kernel', probe.recorder !== null ? formatVirtual(at) : '');
  const target = (to + (at - piece.start)) as typeof to;
  const { next, error } = core.emt.addrRangeMove(process.tdb, at, piece.end, target, OBJECTS_PER_STEP, batch.gather);
  probe.leave(MOVE_PAGE_TABLES);
  if (error !== 'ok') {
    // What was not moved stays behind without an area: it is unmapped, as Linux does when it cannot undo the move.
    mappings.finishBatch('mremap', process, batch);
    return failed('ENOMEM', 'there is no memory for the tables of the new place');
  }
  if (next < piece.end) return { ...operation, at: next, batch };
  mappings.finishBatch('mremap', process, batch);
  return beginUnmap(core, process, operation.whole, 'mremap');
}
