/**
 * Base pages become huge ones (mm/khugepaged.c): `promote` and MADV_COLLAPSE of a range, or khugepaged's pass over all
 * processes. Pages that already lie in one aligned block are reused; others are copied into a new block, holes cleared.
 */
import { addPages, alignDown, alignUp, asPfn, asVpn, formatVirtual, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { frameAt, mapsFrames } from '../reclaim/reverseMap';
import { firstEndingAbove, linearIndex, type Vma } from '../vma';
import { type CollapseOperation, failed, type Stepped } from './operation';

const F = {
  scan: functionIndex('khugepaged_scan_pmd'),
  collapse: functionIndex('collapse_huge_page'),
} as const;

/** Of 512: absent pages that khugepaged accepts in a range (`max_ptes_none`), and swapped-out ones (`max_ptes_swap`). */
const MAX_ABSENT_SHARE = 511 / 512;
const MAX_SWAPPED_SHARE = 64 / 512;

/** What was found in a range that might become a huge page. */
interface Found {
  present: Tobj[];
  absent: number;
  swapped: Vpn[];
}

/** One aligned range at a time. */
export function stepCollapse(core: KernelCore, operation: CollapseOperation): Stepped {
  const process = core.processes[operation.pid - 1];
  if (process === undefined) return null;
  const place = nextPlace(core, process, operation);
  if (place === undefined) {
    if (!operation.everywhere) return null;
    return { ...operation, pid: operation.pid + 1, at: asVpn(0) };
  }
  const { vma, start } = place;
  const next = { ...operation, at: addPages(start, core.frames.hugePages) };
  const found = look(core, process, vma, start, !operation.everywhere);
  if (found === undefined) return next;
  const error = collapse(core, process, vma, start, found);
  // khugepaged goes on elsewhere; who asked for it is told.
  return error !== undefined && !operation.everywhere ? failed('ENOMEM', error) : next;
}

/** The first aligned range at or behind the operation's place that lies in one anonymous area. */
function nextPlace(
  core: KernelCore,
  process: Process,
  { at, end, everywhere }: CollapseOperation,
): { vma: Vma; start: Vpn } | undefined {
  const pages = core.frames.hugePages;
  if (process.exited || pages === 1) return undefined;
  for (let i = firstEndingAbove(process.vmas, at); i < process.vmas.length; i++) {
    const vma = process.vmas[i];
    const start = alignUp(asVpn(Math.max(vma.start, at)), pages);
    if (start >= end) return undefined;
    if (start + pages > Math.min(vma.end, end) || vma.backing !== 'anon') continue;
    if (everywhere ? core.mappings.wantsHuge(vma) : mayCollapse(vma)) return { vma, start };
  }
  return undefined;
}

/** `undefined` if the range is not worth it, or a huge page already. */
function look(core: KernelCore, process: Process, vma: Vma, start: Vpn, forced: boolean): Found | undefined {
  const { emt, frames, probe } = core;
  const pages = frames.hugePages;
  const end = addPages(start, pages);
  probe.enter(F.scan, 'kernel', probe.recorder !== null ? formatVirtual(start) : '');
  const found: Found = { present: [], absent: pages, swapped: [] };
  let suitable = true;
  const iterator = emt.tobjIterInit(process.tdb, start, end);
  while (suitable && emt.tobjIterHasNext(iterator)) {
    const tobj = new Tobj();
    emt.tobjIterNext(process.tdb, iterator, tobj);
    if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 0) continue;
    if (emt.tobjIsSwap(tobj)) {
      found.swapped.push(tobj.vpn);
      found.absent--;
      continue;
    }
    if (emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 1 && tobj.pages === 1) continue;
    const pfn = frameAt(emt, tobj, tobj.vpn);
    suitable = tobj.pages === 1 && frames.pages.kind(pfn) === PageKind.Anon;
    found.present.push(tobj);
    found.absent--;
  }
  emt.tobjIterEnd(iterator);
  suitable &&= found.present.length + found.swapped.length > 0;
  if (!forced)
    suitable &&= found.absent <= MAX_ABSENT_SHARE * pages && found.swapped.length <= MAX_SWAPPED_SHARE * pages;
  probe.leave(F.scan, suitable ? `${found.present.length} pages` : 'not suitable');
  if (!suitable) return undefined;
  if (found.swapped.length === 0) return found;
  // Swapped-out pages come back first; then what is there is looked at anew.
  for (const vpn of found.swapped) if (core.faults.populate(process, vma, vpn, false) === -1) return undefined;
  const again = look(core, process, vma, start, forced);
  return again?.swapped.length === 0 ? again : undefined;
}

/** Says what is missing if it cannot be done. */
function collapse(core: KernelCore, process: Process, vma: Vma, start: Vpn, found: Found): string | undefined {
  const { emt, frames, mappings, probe } = core;
  const pages = frames.hugePages;
  probe.enter(F.collapse, 'kernel', probe.recorder !== null ? formatVirtual(start) : '');
  const reused = blockOf(core, found);
  const pfn = reused ?? allocate(core, process, vma, start);
  if (pfn === -1) {
    probe.counters[Counter.HugePageFallbacks]++;
    probe.leave(F.collapse, 'no block');
    return 'no block is free for the huge page';
  }
  const dirty = found.present.some((tobj) => emt.tobjReadAttr(tobj, Attribute.DIRTY) === 1);
  const huge = new Tobj();
  mappings.describe(huge, vma, start, pages, pfn);
  if (vma.write) mappings.makeWritable(huge, dirty || reused === undefined);
  const batch = mappings.startBatch(process);
  const lock = emt.addrRangeLock(process.tdb, start, addPages(start, pages));
  const error = emt.hugePromote(process.tdb, huge, batch.gather);
  emt.addrRangeUnlock(lock);
  if (error !== 'ok') {
    mappings.finishBatch('promote', process, batch);
    if (reused === undefined) frames.free(pfn);
    probe.leave(F.collapse, error);
    return 'there is no memory for the tables of the huge page';
  }
  // The objects that went are those that were found: their frames are dealt with here.
  batch.gather.objects.length = 0;
  if (reused === undefined) {
    copyInto(core, pfn, start, found);
    frames.share(pfn);
    for (const tobj of found.present)
      mappings.forgetFrames(process, vma, tobj.vpn, 1, frameAt(emt, tobj, tobj.vpn), false, batch.frees);
    process.rssAnon += pages;
  } else frames.join(pfn);
  mappings.finishBatch('promote', process, batch);
  probe.counters[Counter.HugePagesCollapsed]++;
  probe.leave(F.collapse, reused === undefined ? 'copied' : 'in place');
  return undefined;
}

/** The aligned block in which all pages lie already, in order and with no other owner. */
function blockOf(core: KernelCore, { present }: Found): Pfn | undefined {
  const { emt, frames } = core;
  const { hugePages, pages } = frames;
  if (present.length !== hugePages) return undefined;
  const first = frameAt(emt, present[0], present[0].vpn);
  if (first % hugePages !== 0) return undefined;
  const inPlace = present.every((tobj, i) => {
    const pfn = asPfn(first + i);
    return (
      frameAt(emt, tobj, tobj.vpn) === pfn &&
      mapsFrames(emt, tobj) &&
      pages.mappings(pfn) === 1 &&
      !pages.has(pfn, PageFlag.SwapCache) &&
      !pages.has(pfn, PageFlag.LazyFree)
    );
  });
  return inPlace ? first : undefined;
}

function allocate(core: KernelCore, process: Process, vma: Vma, start: Vpn): Pfn | -1 {
  const { frames } = core;
  return frames.allocate(PageKind.Anon, process.family, linearIndex(vma, start), 0, frames.hugeOrder);
}

function copyInto(core: KernelCore, pfn: Pfn, start: Vpn, { present }: Found): void {
  const { emt, frames } = core;
  let next = 0;
  for (let i = 0; i < frames.hugePages; i++) {
    const to = asPfn(pfn + i);
    const tobj = present[next];
    if (tobj === undefined || tobj.vpn !== start + i) {
      frames.clear(to, false);
      continue;
    }
    next++;
    const from = frameAt(emt, tobj, tobj.vpn);
    frames.copy(from, to, false);
    frames.pages.setContent(to, frames.contentOf(from));
  }
}

/** Whoever asks for a collapse overrides the policy, but not advice against huge pages. */
export const mayCollapse = (vma: Vma): boolean => vma.backing === 'anon' && vma.huge !== 'unwanted' && !vma.stack;

/** A pass of khugepaged over everything. */
export const KHUGEPAGED: CollapseOperation = {
  kind: 'collapse',
  everywhere: true,
  pid: 1,
  at: asVpn(0),
  end: asVpn(2 ** 44),
};

/** All aligned ranges that lie wholly in start … end − 1. */
export const collapseRange = (core: KernelCore, process: Process, start: Vpn, end: Vpn): CollapseOperation => ({
  kind: 'collapse',
  everywhere: false,
  pid: process.pid,
  at: alignUp(start, core.frames.hugePages),
  end: alignDown(end, core.frames.hugePages),
});
