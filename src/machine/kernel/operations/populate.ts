/** MAP_POPULATE and MADV_POPULATE: the kernel touches the pages (mm/gup.c `__mm_populate`). */
import { formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { KernelCore } from '../core';
import { findVma } from '../vma';
import { type Operation, OBJECTS_PER_POPULATE_STEP, type PopulateOperation } from './operation';

const MM_POPULATE = functionIndex('mm_populate');

/** Like Linux's MAP_POPULATE, running out of memory here is not an error: later touches will find out. */
export function stepPopulate(core: KernelCore, operation: PopulateOperation): Operation | null {
  const { probe } = core;
  const process = core.process(operation.pid);
  const { end, write } = operation;
  const text = probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(end)}` : '';
  probe.enter(MM_POPULATE, 'kernel', text);
  let at: Vpn | -1 = operation.at;
  for (let asked = 0; asked < OBJECTS_PER_POPULATE_STEP && at !== -1 && at < end; asked++) {
    const vma = findVma(process.vmas, at);
    // As GUP does: what the area forbids altogether is not populated, and of a huge page one look is enough.
    const may = vma !== undefined && (vma.read || vma.write || vma.exec);
    at = may ? core.faults.populate(process, vma, at, write) : -1;
  }
  probe.leave(MM_POPULATE);
  return at !== -1 && at < end ? { ...operation, at } : null;
}
