/** What holds of the kernel's books at any time between two operations, found by looking at all tables. */
import assert from 'node:assert/strict';
import type { Pfn } from '../../../src/machine/core/addresses';
import { PageFlag, PageKind } from '../../../src/machine/kernel/memory/pages';
import type { Machine } from '../../../src/machine/machine';
import { Attribute, Tobj } from '../../../src/machine/emt/tobj';

/** Mapped objects of a process, looked up one by one. */
function* objects(m: Machine, pid: number): Iterable<Tobj> {
  const process = m.kernel.process(pid);
  for (const vma of process.vmas) {
    for (let vpn: number = vma.start; vpn < vma.end;) {
      const tobj = new Tobj();
      m.emt.tdbFindTobj(process.tdb, vpn as never, tobj);
      if (m.emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1) yield tobj;
      vpn = tobj.vpn + tobj.pages;
    }
  }
}

export function assertBooksBalance(m: Machine): void {
  const { frames, processes } = m.kernel;
  const { pages, swap } = frames;
  const mappings = new Map<number, number>();
  const slots = new Map<number, number>();
  const add = (to: Map<number, number>, key: number): void => void to.set(key, (to.get(key) ?? 0) + 1);
  for (const process of processes) {
    if (process.exited) continue;
    let [anon, file, swapped] = [0, 0, 0];
    for (const tobj of objects(m, process.pid)) {
      if (m.emt.tobjIsSwap(tobj)) {
        swapped += tobj.pages;
        add(slots, m.emt.tobjToSwap(process.tdb, tobj));
        continue;
      }
      if (m.emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 1) continue;
      const pfn = m.emt.tobjReadAttr(tobj, Attribute.PA) as Pfn;
      const compound = pages.has(pfn, PageFlag.Compound);
      for (let i = 0; i < (compound ? 1 : tobj.pages); i++) add(mappings, pfn + i);
      if (pages.kind(pfn) === PageKind.Anon) anon += tobj.pages;
      else file += tobj.pages;
    }
    assert.deepEqual(
      [process.rssAnon, process.rssFile, process.swapEntries],
      [anon, file, swapped],
      `${process.name}: anonymous, file and swapped pages`,
    );
  }
  for (const [pfn, count] of mappings) assert.equal(pages.mappings(pfn as Pfn), count, `mappings of frame ${pfn}`);
  for (const [slot, count] of slots) assert.equal(swap.count(slot), count, `entries that name slot ${slot}`);
}

/** With no process left, everything is back but what the page cache, the zero pages and devices keep. */
export function assertNothingLeaked(m: Machine, freeAtStart: number): void {
  const { frames } = m.kernel;
  const { cache, pages, hugePages } = frames;
  let kept = 0;
  for (const file of cache.files)
    for (let index = cache.next(file.id, 0); index >= 0; index = cache.next(file.id, index + 1)) {
      const pfn = cache.find(file.id, index) as Pfn;
      assert.equal(pages.mappings(pfn), 0);
      assert.notEqual(file.kind, 'shared', 'shared memory that nobody maps is gone');
      kept += pages.has(pfn, PageFlag.Compound) ? hugePages : 1;
    }
  assert.equal(frames.swap.used, 0, 'no swap slot is in use');
  const { smallZero, hugeZero } = frames.zeroPages;
  kept += (smallZero ? 1 : 0) + (hugeZero ? hugePages : 0);
  assert.equal(m.buddy.freeFrames, freeAtStart - kept, 'all frames are back');
}
