/** One page leaves memory (mm/vmscan.c `shrink_folio_list`): to the swap device, back to its file, or into nothing. */
import { asPfn, formatVirtual, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageFlag, PageKind } from '../memory/pages';
import type { FlushOperation } from '../../core/flushOperations';
import { type MappingPlace, mappingsOf } from './reverseMap';

const F = {
  addToSwap: functionIndex('add_to_swap'),
  tryToUnmap: functionIndex('try_to_unmap'),
  swapWrite: functionIndex('swap_writepage'),
  fileWrite: functionIndex('filemap_writepage'),
} as const;

/** Pages freed: 0 if the page cannot leave now. `pfn` is the head of a compound, or a base page. */
export function evict(core: KernelCore, pfn: Pfn, operation: FlushOperation): number {
  const { pages } = core.frames;
  if (pfn === core.frames.pinned) return 0;
  if (pages.kind(pfn) === PageKind.File) return evictFilePage(core, pfn, operation);
  if (pages.kind(pfn) !== PageKind.Anon) return 0;
  if (!pages.has(pfn, PageFlag.Compound)) return evictAnonymous(core, pfn, operation);
  if (!splitMappings(core, pfn)) return 0;
  core.frames.split(pfn);
  let freed = 0;
  for (let i = 0; i < pages.hugePages; i++) freed += evictAnonymous(core, asPfn(pfn + i), operation);
  return freed;
}

/** Demotes every huge object that maps the page. False if there is no memory for the tables. */
function splitMappings(core: KernelCore, pfn: Pfn): boolean {
  const { emt, mappings } = core;
  const tobj = new Tobj();
  for (const { process, vpn } of mappingsOf(core, pfn)) {
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    if (tobj.pages === 1) continue;
    const batch = mappings.startBatch(process);
    const error = mappings.demote(process, tobj, batch);
    mappings.finishBatch('demote', process, batch);
    if (error !== 'ok') return false;
  }
  return true;
}

function evictAnonymous(core: KernelCore, pfn: Pfn, operation: FlushOperation): number {
  const { frames, probe } = core;
  const { pages, swap } = frames;
  if (!splitMappings(core, pfn)) return 0;
  const places = mappingsOf(core, pfn);
  // Somebody has edited entries: what maps the page cannot be found, so it must stay.
  if (places.length !== pages.mappings(pfn)) return 0;
  if (pages.has(pfn, PageFlag.LazyFree) && !isDirty(core, places)) return drop(core, pfn, places, operation);
  const cached = pages.has(pfn, PageFlag.SwapCache);
  const slot = cached ? pages.content(pfn) : swap.allocate(frames.contentOf(pfn));
  probe.call(F.addToSwap, 'kernel', '', slot === -1 ? 'the swap device is full' : `slot ${slot}`);
  if (slot === -1) return 0;
  for (const place of places) replaceBySlot(core, pfn, place, slot, operation);
  if (!cached) {
    probe.call(F.swapWrite, 'kernel', probe.recorder !== null ? `slot ${slot}` : '');
    probe.counters[Counter.SwapWrites]++;
  } else frames.leaveSwapCache(pfn);
  return finish(core, pfn);
}

function isDirty(core: KernelCore, places: readonly MappingPlace[]): boolean {
  const tobj = new Tobj();
  return places.some(({ process, vpn }) => {
    core.emt.tdbFindTobj(process.tdb, vpn, tobj);
    return core.emt.tobjReadAttr(tobj, Attribute.DIRTY) === 1;
  });
}

function replaceBySlot(
  core: KernelCore,
  pfn: Pfn,
  { process, vpn }: MappingPlace,
  slot: number,
  operation: FlushOperation,
): void {
  const { emt, frames, mappings, probe } = core;
  const tobj = new Tobj();
  probe.enter(F.tryToUnmap, 'kernel', probe.recorder !== null ? `${process.name}, ${formatVirtual(vpn)}` : '');
  emt.tdbFindTobj(process.tdb, vpn, tobj);
  emt.swapToTobj(tobj, slot);
  mappings.update(process, tobj);
  mappings.flush(operation, process, vpn, (vpn + 1) as Vpn);
  frames.swap.duplicate(slot);
  frames.pages.unmap(pfn);
  process.swapEntries++;
  process.rssAnon--;
  probe.leave(F.tryToUnmap);
}

function unmapAll(core: KernelCore, pfn: Pfn, places: readonly MappingPlace[], operation: FlushOperation): void {
  const { emt, frames, mappings, probe } = core;
  const tobj = new Tobj();
  for (const { process, vpn } of places) {
    probe.enter(F.tryToUnmap, 'kernel', probe.recorder !== null ? `${process.name}, ${formatVirtual(vpn)}` : '');
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    if (emt.tobjReadAttr(tobj, Attribute.DIRTY) === 1) frames.pages.set(pfn, PageFlag.Dirty);
    emt.tdbRemoveTobj(process.tdb, tobj, mappings.old);
    mappings.flush(operation, process, vpn, (vpn + 1) as Vpn);
    if (frames.pages.kind(pfn) === PageKind.Anon) process.rssAnon--;
    else process.rssFile--;
    frames.pages.unmap(pfn);
    probe.leave(F.tryToUnmap);
  }
}

/** MADV_FREE, and not written since: the contents may be forgotten. */
function drop(core: KernelCore, pfn: Pfn, places: readonly MappingPlace[], operation: FlushOperation): number {
  unmapAll(core, pfn, places, operation);
  if (core.frames.pages.has(pfn, PageFlag.SwapCache)) core.frames.leaveSwapCache(pfn);
  return finish(core, pfn);
}

/** A page of the page cache: unmapped everywhere, written if it is dirty, forgotten. Shared memory has no file to go to. */
function evictFilePage(core: KernelCore, pfn: Pfn, operation: FlushOperation): number {
  const { frames, probe } = core;
  const { pages, cache } = frames;
  const file = cache.file(pages.owner(pfn));
  if (file.kind !== 'file') return 0;
  const places = mappingsOf(core, pfn);
  if (places.length !== pages.mappings(pfn)) return 0;
  unmapAll(core, pfn, places, operation);
  if (pages.has(pfn, PageFlag.Dirty)) {
    probe.call(F.fileWrite, 'kernel', probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '');
    probe.counters[Counter.FileWrites]++;
  }
  cache.change(file.id, pages.index(pfn), -1);
  return finish(core, pfn);
}

function finish(core: KernelCore, pfn: Pfn): number {
  core.frames.free(pfn);
  core.probe.counters[Counter.Reclaimed]++;
  return 1;
}
