/**
 * Huge pages: entries of one size in place of those of another. A split writes all its parts before the whole goes
 * (mm/huge_memory.c, mm/pat/set_memory.c in EMT-Linux), so that at no moment the pages are in no way; a collapse clears first.
 */
import { addPages, formatVirtual, type Vpn } from '../../../core/addresses';
import type { Errno, Tdb } from '../../../emt/driver';
import { gatherPage, type TlbGather } from '../../../emt/gather';
import { newIterator } from '../../../emt/iterator';
import { Attribute, Tobj } from '../../../emt/tobj';
import { readAttribute64, writeAttribute64 } from '../../x86/attributes64';
import type { TlbService } from '../../x86/tlbService';
import { isKernelDescriptor } from '../descriptor';
import { ENTRY_PAGES } from '../layout';
import type { Mover } from './mover';
import type { Objects } from './objects';
import type { Scan } from './scan';

export class Huge {
  readonly #part = new Tobj();
  readonly #old = new Tobj();

  constructor(
    private readonly objects: Objects,
    private readonly scan: Scan,
    private readonly mover: Mover,
    private readonly tlb: TlbService,
  ) {}

  /** Of the kernel's own tables: what moves is in no table for a moment, and forgotten by the TLBs before it is in one again. */
  #removesFirst(tdb: Tdb): boolean {
    return isKernelDescriptor(tdb.root) && this.objects.ways.parts.options.move === 'remove-first';
  }

  /** The TLBs must not know any more what the tables do not: the old entry goes before a new one is written. */
  #forget(tdb: Tdb, { vpn, pages }: Tobj): void {
    this.tlb.flushRange(tdb, vpn, addPages(vpn, pages), false);
  }

  promote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const { objects } = this;
    const size = objects.sizeOf(huge.pages);
    if (size <= 0 || huge.vpn % huge.pages !== 0) return 'EINVAL';
    for (let larger = size + 1; larger < 3; larger++) if (objects.has(tdb.root, huge.vpn, larger)) return 'EEXIST';
    return isKernelDescriptor(tdb.root) && !this.#removesFirst(tdb)
      ? this.#copyThenRemove(tdb, huge, size, gather)
      : this.#removeThenEnter(tdb, huge, size, gather);
  }

  /** As Linux's khugepaged does. */
  #removeThenEnter(tdb: Tdb, huge: Tobj, size: number, gather: TlbGather): Errno {
    const { objects } = this;
    if (isKernelDescriptor(tdb.root))
      this.mover.lifted(huge.vpn, huge.pages, `what maps the pages from ${formatVirtual(huge.vpn)} on`);
    const removed = this.#removeParts(tdb, huge);
    if (this.#removesFirst(tdb)) this.#forget(tdb, huge);
    const error = objects.enter(tdb.root, huge, size, this.#old);
    // What was there a moment ago has room there still.
    if (error === 'ok') gatherPage(gather, huge.vpn, huge.pages);
    else for (const tobj of removed) objects.enter(tdb.root, tobj, objects.sizeOf(tobj.pages), this.#old);
    return error;
  }

  /** The hardware takes the larger of two translations of a page, if they say the same. */
  #copyThenRemove(tdb: Tdb, huge: Tobj, size: number, gather: TlbGather): Errno {
    const error = this.objects.enter(tdb.root, huge, size, this.#old);
    if (error !== 'ok') return error;
    const { vpn, pages } = huge;
    for (let at = vpn; at < vpn + pages;) {
      let smaller = size - 1;
      while (smaller > 0 && !this.objects.has(tdb.root, at, smaller)) smaller--;
      if (this.objects.has(tdb.root, at, smaller)) this.objects.erase(tdb.root, at, smaller);
      at = addPages(at, ENTRY_PAGES[smaller]);
    }
    gatherPage(gather, vpn, pages);
    return 'ok';
  }

  /** Removes everything of smaller sizes, and returns it. */
  #removeParts(tdb: Tdb, huge: Tobj): Tobj[] {
    const { objects } = this;
    const removed: Tobj[] = [];
    const it = newIterator(huge.vpn, addPages(huge.vpn, huge.pages));
    while (it.vpn < it.end) {
      if (!this.scan.find(tdb, it)) continue;
      const tobj = new Tobj();
      objects.take(it.vpn, this.scan.sizeOf(it), tobj);
      objects.erase(tdb.root, it.vpn, this.scan.sizeOf(it));
      removed.push(tobj);
      this.scan.advance(it);
    }
    return removed;
  }

  demote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const whole = this.#find(tdb, huge);
    if (whole === undefined) return 'EINVAL';
    const size = this.#smaller(whole);
    const pages = ENTRY_PAGES[size];
    const frame = readAttribute64(whole, Attribute.PA);
    this.objects.copy(whole, this.#part);
    writeAttribute64(this.#part, Attribute.SIZE, pages);
    const make = (vpn: Vpn): void => writeAttribute64(this.#part, Attribute.PA, frame + vpn - whole.vpn);
    return this.#replace(tdb, whole, size, make, gather);
  }

  toSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno {
    const whole = this.#find(tdb, huge);
    if (whole === undefined) return 'EINVAL';
    this.objects.clear(this.#part, whole.vpn);
    writeAttribute64(this.#part, Attribute.SOFT_DIRTY, readAttribute64(whole, Attribute.SOFT_DIRTY));
    const make = (vpn: Vpn): void => writeAttribute64(this.#part, Attribute.SWAP, firstSlot + vpn - whole.vpn + 1);
    return this.#replace(tdb, whole, 0, make, gather);
  }

  /** The huge page at `huge.vpn`. */
  #find(tdb: Tdb, huge: Tobj): Tobj | undefined {
    const size = this.objects.search(tdb.root, huge.vpn);
    if (size <= 0) return undefined;
    const whole = new Tobj();
    this.objects.take(huge.vpn, size, whole);
    return whole.pages > 1 ? whole : undefined;
  }

  /** Code of the next smaller size. */
  #smaller(whole: Tobj): number {
    let size = this.objects.sizeOf(whole.pages) - 1;
    while (size > 0 && this.objects.sizeOf(ENTRY_PAGES[size]) < 0) size--;
    return size;
  }

  /** Enters the parts, of which `make` turns `#part` into the one at a page, and only then removes the whole: see `EcptOptions.move`. */
  #replace(tdb: Tdb, whole: Tobj, size: number, make: (vpn: Vpn) => void, gather: TlbGather): Errno {
    const { objects } = this;
    const part = this.#part;
    const pages = ENTRY_PAGES[size];
    const end = addPages(whole.vpn, whole.pages);
    const wholeSize = objects.sizeOf(whole.pages);
    const removeFirst = this.#removesFirst(tdb);
    if (removeFirst) {
      this.mover.lifted(whole.vpn, whole.pages, `the entry of the huge page at ${formatVirtual(whole.vpn)}`);
      if (objects.reach(tdb.root, whole.vpn, wholeSize)) objects.erase(tdb.root, whole.vpn, wholeSize);
      this.#forget(tdb, whole);
    }
    for (let vpn = whole.vpn; vpn < end; vpn = addPages(vpn, pages)) {
      part.vpn = vpn;
      make(vpn);
      const error = objects.follow(tdb.root, part, size, this.#old);
      if (error === 'ok') continue;
      for (let back = whole.vpn; back < vpn; back = addPages(back, pages))
        if (objects.reach(tdb.root, back, size)) objects.erase(tdb.root, back, size);
      if (removeFirst) objects.enter(tdb.root, whole, wholeSize, this.#old);
      return error;
    }
    if (!removeFirst && objects.reach(tdb.root, whole.vpn, wholeSize)) objects.erase(tdb.root, whole.vpn, wholeSize);
    gatherPage(gather, whole.vpn, whole.pages);
    return 'ok';
  }
}
