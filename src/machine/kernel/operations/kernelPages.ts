/**
 * The kernel's own mappings of memory, split into smaller pages or joined to larger ones (arch/x86/mm/pat/set_memory.c
 * `split_large_page`, `cpa_collapse_large_pages`): what Linux does when a part of the direct map gets other rights, and when it
 * has the old ones again. What is mapped, and how, stays.
 *
 * One object a step. Whether the kernel survives it is the driver's affair: its tables map the code that changes them.
 */
import { addPages, formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { failed, type KernelPagesOperation, type Stepped } from './operation';

const SPLIT = functionIndex('split_large_page');
const COLLAPSE = functionIndex('cpa_collapse_large_pages');

export function stepKernelPages(core: KernelCore, operation: KernelPagesOperation): Stepped {
  const { at, end, action } = operation;
  const next = action === 'demote' ? split(core, operation) : collapse(core, operation);
  if (typeof next === 'string') return failed('EINVAL', `${next} at ${formatVirtual(at)}`);
  return next < end ? { ...operation, at: next } : null;
}

/** Splits the object at the place, if it is a huge one. Returns the page behind it, or why it cannot be. */
function split({ emt, probe }: KernelCore, { tdb, at }: KernelPagesOperation): Vpn | string {
  const tobj = new Tobj();
  emt.tdbFindTobj(tdb, at, tobj);
  if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0) return 'the kernel maps nothing';
  const { vpn, pages } = tobj;
  if (pages === 1) return addPages(vpn, 1);
  probe.enter(SPLIT, 'kernel', probe.recorder === null ? '' : formatVirtual(vpn));
  const gather = emt.tlbGatherStart(tdb);
  const error = emt.hugeDemote(tdb, tobj, gather);
  emt.tlbGatherFinish(tdb, gather);
  probe.leave(SPLIT, error);
  return error === 'ok' ? addPages(vpn, pages) : 'there is no memory for the tables of the smaller pages';
}

/** Joins the objects from the place on to the next larger one that they fill. */
function collapse({ emt, probe }: KernelCore, { tdb, at }: KernelPagesOperation): Vpn | string {
  const first = new Tobj();
  emt.tdbFindTobj(tdb, at, first);
  if (emt.tobjReadAttr(first, Attribute.MAPPED) === 0) return 'the kernel maps nothing';
  const sizes = [...emt.tdbPageSizes(tdb)].sort((a, b) => a - b);
  const larger = sizes.find((pages) => pages > first.pages);
  if (larger === undefined || first.vpn % larger !== 0) return addPages(first.vpn, first.pages);
  const frame = emt.tobjReadAttr(first, Attribute.PA);
  probe.enter(COLLAPSE, 'kernel', probe.recorder === null ? '' : formatVirtual(at));
  const each = new Tobj();
  const fits = (vpn: Vpn): boolean => {
    emt.tdbFindTobj(tdb, vpn, each);
    const same = each.pages === first.pages && emt.tobjReadAttr(each, Attribute.PA) === frame + vpn - first.vpn;
    return same && emt.tobjReadAttr(each, Attribute.WRITE) === emt.tobjReadAttr(first, Attribute.WRITE);
  };
  let suitable = frame % larger === 0;
  for (let done = first.pages; suitable && done < larger; done += first.pages)
    suitable = fits(addPages(first.vpn, done));
  if (!suitable) {
    probe.leave(COLLAPSE, 'the pages are not one piece of memory with the same rights');
    return addPages(first.vpn, first.pages);
  }
  const huge = new Tobj();
  emt.tobjCopy(first, huge);
  emt.tobjWriteAttr(huge, Attribute.SIZE, larger);
  const gather = emt.tlbGatherStart(tdb);
  const error = emt.hugePromote(tdb, huge, gather);
  emt.tlbGatherFinish(tdb, gather);
  probe.leave(COLLAPSE, error);
  return error === 'ok' ? addPages(first.vpn, larger) : 'there is no memory for the tables of the larger page';
}
