/** A page moves to another memory node and takes its mappings with it (mm/migrate.c `migrate_folio`). */
import type { Pfn, Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageFlag, PageKind } from '../memory/pages';
import { mappingsOf } from './reverseMap';

const F = { migratePages: functionIndex('migrate_pages'), tryToMigrate: functionIndex('try_to_migrate') } as const;

/**
 * Moves the page to the node; nothing happens if it is there already. False if it cannot: no block is free there, or not
 * everything that maps it can be found. `pfn` is the head of a compound, or a base page.
 */
export function migrate(core: KernelCore, pfn: Pfn, node: number): boolean {
  const { frames, probe } = core;
  if (frames.buddy.nodeOf(pfn) === node) return true;
  probe.enter(F.migratePages, 'kernel', probe.recorder !== null ? `frame 0x${pfn.toString(16)} to node ${node}` : '');
  const moved = move(core, pfn, node);
  probe.leave(F.migratePages, moved ? '' : 'stays');
  return moved;
}

function move(core: KernelCore, pfn: Pfn, node: number): boolean {
  const { emt, frames, mappings, probe } = core;
  const { pages, cache, swap } = frames;
  const kind = pages.kind(pfn);
  if (kind !== PageKind.Anon && kind !== PageKind.File) return false;
  const places = mappingsOf(core, pfn);
  if (places.length !== pages.mappings(pfn)) return false;
  const tobj = new Tobj();
  // A huge object of base pages would have to move them all at once.
  const compound = pages.has(pfn, PageFlag.Compound);
  for (const { process, vpn } of places) {
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    if (tobj.pages > 1 && !compound) return false;
  }
  const to = frames.allocateOn(node, pfn);
  if (to === -1) return false;
  frames.copy(pfn, to, compound);
  pages.inherit(pfn, to);
  for (const { process, vpn } of places) {
    probe.enter(F.tryToMigrate, 'kernel', process.name);
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    emt.tobjWriteAttr(tobj, Attribute.PA, to);
    mappings.update(process, tobj);
    mappings.flush('migrate', process, tobj.vpn, (tobj.vpn + tobj.pages) as Vpn);
    probe.leave(F.tryToMigrate);
  }
  if (kind === PageKind.File) cache.change(pages.owner(pfn), pages.index(pfn), to);
  if (pages.has(pfn, PageFlag.SwapCache)) swap.setCache(pages.content(pfn), to);
  frames.free(pfn);
  probe.counters[Counter.PagesMigrated] += compound ? pages.hugePages : 1;
  return true;
}
