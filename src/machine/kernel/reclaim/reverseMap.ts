/** From a page to the places that map it (mm/rmap.c `rmap_walk`): the areas in which its place lies, and what is mapped there. */
import { asPfn, asVpn, type Pfn, type Vpn } from '../../core/addresses';
import type { Emt } from '../../emt/emt';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageKind } from '../memory/pages';
import type { Process } from '../process';
import { isPrivate, type Vma } from '../vma';

export interface MappingPlace {
  readonly process: Process;
  readonly vma: Vma;
  /** Of the page itself, which may lie inside a huge object. */
  readonly vpn: Vpn;
}

/** True if the object maps frames: present, or kept without rights (PROT_NONE). */
export const mapsFrames = (emt: Emt, tobj: Tobj): boolean =>
  emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1 && !emt.tobjIsSwap(tobj);

/** Frame of the page at `vpn`, which the object covers. */
export const frameAt = (emt: Emt, tobj: Tobj, vpn: Vpn): Pfn =>
  asPfn(emt.tobjReadAttr(tobj, Attribute.PA) + (vpn - tobj.vpn));

/** Where the page, or the compound whose head it is, is mapped. A huge object of base pages counts for each of them. */
export function mappingsOf(core: KernelCore, pfn: Pfn): MappingPlace[] {
  const { emt } = core;
  const { pages } = core.frames;
  const anonymous = pages.kind(pfn) === PageKind.Anon;
  const owner = pages.owner(pfn);
  const index = pages.index(pfn);
  const tobj = new Tobj();
  const places: MappingPlace[] = [];
  for (const process of core.processes) {
    if (process.exited || (anonymous && process.family !== owner)) continue;
    for (const vma of process.vmas) {
      if (anonymous ? !isPrivate(vma) : vma.file !== owner) continue;
      const offset = index - vma.pgoff;
      if (offset < 0 || offset >= vma.end - vma.start) continue;
      const vpn = asVpn(vma.start + offset);
      emt.tdbFindTobj(process.tdb, vpn, tobj);
      if (mapsFrames(emt, tobj) && frameAt(emt, tobj, vpn) === pfn) places.push({ process, vma, vpn });
    }
  }
  return places;
}
