/** MAP_POPULATE and MADV_POPULATE: the kernel touches the pages (mm/gup.c `__mm_populate`). */
import { addPages, formatVirtual, minVpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { KernelCore } from '../core';
import { findVma } from '../vma';
import { type Operation, PAGES_PER_POPULATE_STEP, type PopulateOperation } from './operation';

const MM_POPULATE = functionIndex('mm_populate');

/** Like Linux's MAP_POPULATE, running out of memory here is not an error: later touches will find out. */
export function stepPopulate(core: KernelCore, operation: PopulateOperation): Operation | null {
  const { probe } = core;
  const process = core.process(operation.pid);
  const end = minVpn(operation.end, addPages(operation.at, PAGES_PER_POPULATE_STEP));
  const text = probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(end)}` : '';
  probe.enter(MM_POPULATE, 'kernel', text);
  let alive = true;
  for (let vpn = operation.at; alive && vpn < end; vpn = addPages(vpn, 1)) {
    const vma = findVma(process.vmas, vpn);
    // As GUP does: what the area forbids altogether is not populated.
    alive =
      vma !== undefined &&
      (vma.read || vma.write || vma.exec) &&
      core.faults.populate(process, vma, vpn, operation.write).kind !== 'fatal';
  }
  probe.leave(MM_POPULATE);
  return alive && end < operation.end ? { ...operation, at: end } : null;
}
