/** Work on every mapped object of a range, through the tobj iterator: madvise, demote, swapout, migrate. */
import { addPages, formatVirtual, minVpn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import { gatherPage } from '../../emt/gather';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import type { Batch } from '../mappings';
import { PageFlag, PageKind } from '../memory/pages';
import type { FlushOperation } from '../../core/flushOperations';
import type { Process } from '../process';
import { migrate } from '../reclaim/migrate';
import { frameAt, mapsFrames } from '../reclaim/reverseMap';
import { evict } from '../reclaim/swapOut';
import { linearIndex, type Vma } from '../vma';
import { failed, OBJECTS_PER_STEP, type ScanAction, type ScanOperation, type Stepped } from './operation';

const FUNCTION: Readonly<Record<ScanAction, number>> = {
  demote: functionIndex('split_huge_page'),
  free: functionIndex('madvise_free'),
  cold: functionIndex('madvise_cold'),
  pageout: functionIndex('madvise_pageout'),
  willneed: functionIndex('madvise_willneed'),
  migrate: functionIndex('migrate_pages'),
};
const SWAP_READ = functionIndex('swap_read_folio');

const FLUSH: Readonly<Record<ScanAction, FlushOperation>> = {
  demote: 'demote',
  free: 'madvise',
  cold: 'madvise',
  pageout: 'swapout',
  willneed: 'madvise',
  migrate: 'migrate',
};

export function stepScan(core: KernelCore, operation: ScanOperation): Stepped {
  const { emt, mappings, probe } = core;
  const process = core.process(operation.pid);
  const batch = mappings.continueBatch(operation.batch);
  const [vma, ...rest] = operation.pieces;
  if (vma === undefined) return operation.then;
  const start = operation.at;
  const end = vma.end;
  const name = FUNCTION[operation.action];
  probe.enter(name, 'kernel', probe.recorder !== null ? `${formatVirtual(start)}, ${formatVirtual(end)}` : '');
  let next: Vpn = end;
  let alive = true;
  if (operation.action === 'willneed' && vma.backing !== 'anon') next = readAhead(core, vma, start, end);
  else {
    const tobj = new Tobj();
    const iterator = emt.tobjIterInit(process.tdb, start, end);
    let objects = 0;
    while (alive && objects < OBJECTS_PER_STEP && emt.tobjIterHasNext(iterator)) {
      emt.tobjIterNext(process.tdb, iterator, tobj);
      objects++;
      if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1) alive = act(core, process, vma, tobj, operation, batch);
    }
    if (emt.tobjIterHasNext(iterator)) next = minVpn(end, iterator.vpn);
    emt.tobjIterEnd(iterator);
  }
  probe.leave(name);
  if (!alive) {
    mappings.finishBatch(FLUSH[operation.action], process, batch);
    return failed('ENOMEM', 'there is no memory for the tables that splitting a huge page needs');
  }
  if (next < end) return { ...operation, at: next, batch };
  if (rest.length > 0) return { ...operation, pieces: rest, at: rest[0].start, batch };
  mappings.finishBatch(FLUSH[operation.action], process, batch);
  return operation.then;
}

/** False if the operation cannot go on. */
function act(
  core: KernelCore,
  process: Process,
  vma: Vma,
  tobj: Tobj,
  { action, node }: ScanOperation,
  batch: Batch,
): boolean {
  const { emt, frames, mappings } = core;
  if (action === 'demote') return tobj.pages === 1 || mappings.demote(process, tobj, batch) === 'ok';
  if (emt.tobjIsSwap(tobj)) {
    if (action === 'willneed') bringIn(core, process, vma, tobj);
    else if (action === 'free') dropSwapped(core, process, vma, tobj, batch);
    return true;
  }
  if (emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 1 || !mapsFrames(emt, tobj)) return true;
  const pfn = frames.pages.head(frameAt(emt, tobj, tobj.vpn));
  switch (action) {
    case 'cold':
      emt.tobjTestClearAccessed(process.tdb, tobj);
      return true;
    case 'free':
      forget(core, process, tobj, batch);
      return true;
    case 'pageout':
      // Linux pages out only what this process has to itself.
      if (frames.pages.mappings(pfn) === 1) evict(core, pfn, 'swapout');
      return true;
    case 'migrate':
      migrate(core, pfn, node);
      return true;
    default:
      return true;
  }
}

/** MADV_FREE: clean, unused, and droppable until it is written again. */
function forget(core: KernelCore, process: Process, tobj: Tobj, batch: Batch): void {
  const { emt, frames } = core;
  const pfn = frames.pages.head(frameAt(emt, tobj, tobj.vpn));
  if (frames.pages.kind(pfn) !== PageKind.Anon || frames.pages.mappings(pfn) !== 1) return;
  emt.tobjTestClearDirty(process.tdb, tobj);
  emt.tobjTestClearAccessed(process.tdb, tobj);
  frames.pages.set(pfn, PageFlag.LazyFree);
  // A TLB that still says dirty would let the next write go unnoticed.
  gatherPage(batch.gather, tobj.vpn, tobj.pages);
}

function dropSwapped(core: KernelCore, process: Process, vma: Vma, tobj: Tobj, batch: Batch): void {
  const { emt, mappings } = core;
  const slot = emt.tobjToSwap(process.tdb, tobj);
  const { vpn, pages } = tobj;
  emt.tdbRemoveTobj(process.tdb, tobj, mappings.old);
  const object = { vpn, pages, pfn: 0 as never, slot, dirty: false, accessed: false, special: false };
  mappings.forget(process, vma, object, batch.frees);
}

/** MADV_WILLNEED of what was swapped out: into the swap cache, where the next touch finds it. */
function bringIn(core: KernelCore, process: Process, vma: Vma, tobj: Tobj): void {
  const { emt, frames, probe } = core;
  const slot = emt.tobjToSwap(process.tdb, tobj);
  if (!frames.swap.isUsed(slot) || frames.swap.cacheOf(slot) !== -1) return;
  const content = frames.swap.content(slot);
  const pfn = frames.allocate(PageKind.Anon, process.family, linearIndex(vma, tobj.vpn), content);
  if (pfn === -1) return;
  probe.call(SWAP_READ, 'kernel', probe.recorder !== null ? `slot ${slot}` : '');
  probe.counters[Counter.SwapReads]++;
  frames.enterSwapCache(pfn, slot);
}

/** MADV_WILLNEED of a file: into the page cache. Returns the first page that was not looked at. */
function readAhead(core: KernelCore, vma: Vma, start: Vpn, end: Vpn): Vpn {
  const to = minVpn(end, addPages(start, OBJECTS_PER_STEP));
  const file = core.frames.cache.file(vma.file);
  if (file.kind === 'dax') return end;
  for (let vpn = start; vpn < to; vpn = addPages(vpn, 1)) {
    const index = linearIndex(vma, vpn);
    if (index < file.pages) core.faults.readAhead(file.id, index);
  }
  return to;
}
