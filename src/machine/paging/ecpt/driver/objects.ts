/** Single objects: find, enter, remove, and change in place (EMT-Linux ECPT.c `get_hpt_entry`, `ecpt_set_pte`, `ecpt_invalidate`). */
import { addPages, alignDown, formatVirtual, type Pfn, type Vpn } from '../../../core/addresses';
import type { Probe } from '../../../core/probe';
import type { Errno, Tdb } from '../../../emt/driver';
import type { Attribute, Tobj } from '../../../emt/tobj';
import { readAttribute64, writeAttribute64 } from '../../x86/attributes64';
import { CLUSTER_PAGES, ENTRY_PAGES, entryOf, isNone, loadWords, tagOf } from '../layout';
import type { Resizer } from './resizer';
import { isKernelDescriptor } from '../descriptor';
import type { Ways } from './ways';

export class Objects {
  constructor(
    readonly ways: Ways,
    private readonly resizer: Resizer,
    private readonly probe: Probe,
  ) {}

  clear(tobj: Tobj, vpn: Vpn): void {
    tobj.vpn = vpn;
    tobj.pages = 1;
    tobj.word0 = 0;
    tobj.word1 = 0;
  }

  copy(from: Tobj, to: Tobj): void {
    to.vpn = from.vpn;
    to.pages = from.pages;
    to.word0 = from.word0;
    to.word1 = from.word1;
  }

  /** Which half's ways an address space's objects are in. */
  userOf(root: Pfn): number {
    return isKernelDescriptor(root) ? 0 : 1;
  }

  /** Page-size code of objects of so many pages; −1 if there are none. */
  sizeOf(pages: number): number {
    const { numbers } = this.ways.parts;
    const size = ENTRY_PAGES.findIndex((p) => p === pages);
    return size >= 0 && numbers.ways[size] > 0 ? size : -1;
  }

  /** Makes the entry of one page size for `vpn` the one at hand. False if there is no cluster for it. */
  reach(root: Pfn, vpn: Vpn, size: number): boolean {
    return this.ways.find(root, this.userOf(root), size, tagOf(vpn, size));
  }

  /** The entry of the cluster at hand as an object, or an absent base page. */
  take(vpn: Vpn, size: number, out: Tobj): void {
    const entry = entryOf(vpn, size);
    loadWords(out, this.ways.low(entry), this.ways.high(entry));
    const empty = out.word0 === 0 && out.word1 === 0;
    out.pages = empty ? 1 : ENTRY_PAGES[size];
    out.vpn = empty || size === 0 ? vpn : alignDown(vpn, out.pages);
  }

  /**
   * The smallest page size first: the first cluster whose tag matches answers, whether or not it has the entry. Returns the page
   * size, or −1 if no cluster matches.
   */
  search(root: Pfn, vpn: Vpn): number {
    for (let size = 0; size < 3; size++) if (this.reach(root, vpn, size)) return size;
    return -1;
  }

  find(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    const size = this.search(tdb.root, vpn);
    if (size >= 0) this.take(vpn, size, out);
    else this.clear(out, vpn);
    if (size < 0 && this.probe.recorder !== null)
      this.probe.note(`nothing at ${formatVirtual(vpn)}: no way has its tag`);
  }

  update(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    const size = this.sizeOf(tobj.pages);
    if (size < 0 || tobj.vpn % tobj.pages !== 0) return 'EINVAL';
    if (this.#overlaps(tdb.root, tobj.vpn, size)) return 'EEXIST';
    return this.enter(tdb.root, tobj, size, old);
  }

  /** The same where nothing of another size is known to be in the way. */
  enter(root: Pfn, { vpn, pages, word0, word1 }: Tobj, size: number, old: Tobj): Errno {
    const { ways } = this;
    const user = this.userOf(root);
    const tag = tagOf(vpn, size);
    const entry = entryOf(vpn, size);
    if (ways.find(root, user, size, tag)) {
      loadWords(old, ways.low(entry), ways.high(entry));
      old.vpn = vpn;
      old.pages = pages;
      ways.set(root, user, size, tag, entry, word0, word1);
      return 'ok';
    }
    this.clear(old, vpn);
    old.pages = pages;
    if (word0 === 0 && word1 === 0) return 'ok';
    if (!ways.isBuilt(root, user, size)) {
      if (!ways.build(root, user, size)) return 'ENOMEM';
      this.resizer.built(root, user, size);
    }
    return this.resizer.insert(root, user, size, tag, entry, word0, word1) ? 'ok' : 'ENOMEM';
  }

  /** The same, one page behind the other: inside a cluster that is at hand the entry is a step of the pointer away. */
  follow(root: Pfn, tobj: Tobj, size: number, old: Tobj): Errno {
    const { ways } = this;
    const tag = tagOf(tobj.vpn, size);
    const entry = entryOf(tobj.vpn, size);
    const user = this.userOf(root);
    const isAtHand = entry > 0 && ways.isBuilt(root, user, size) && ways.sizeAtHand === size && ways.isOf(tag);
    if (!isAtHand) return this.enter(root, tobj, size, old);
    this.probe.tableRead();
    ways.set(root, user, size, tag, entry, tobj.word0, tobj.word1);
    return 'ok';
  }

  /**
   * Something of another size is where an object is to be. The API says that this is an error; the release leaves it to its
   * callers, so that looking is not counted.
   */
  #overlaps(root: Pfn, vpn: Vpn, size: number): boolean {
    return this.ways.quietly(() => {
      for (let other = size + 1; other < 3; other++) if (this.has(root, vpn, other)) return true;
      const end = addPages(vpn, ENTRY_PAGES[size]);
      for (let other = 0; other < size; other++) {
        if (!this.ways.isBuilt(root, this.userOf(root), other)) continue;
        for (let at = vpn; at < end; at = addPages(at, CLUSTER_PAGES[other])) {
          if (!this.reach(root, at, other)) continue;
          for (let entry = 0; entry < 8; entry++) if (!isNone(this.ways.low(entry), this.ways.high(entry))) return true;
        }
      }
      return false;
    });
  }

  /** Something of that page size is mapped there. */
  has(root: Pfn, vpn: Vpn, size: number): boolean {
    if (!this.reach(root, vpn, size)) return false;
    const entry = entryOf(vpn, size);
    return !isNone(this.ways.low(entry), this.ways.high(entry));
  }

  remove(tdb: Tdb, tobj: Tobj, old: Tobj): void {
    const { vpn } = tobj;
    const size = this.search(tdb.root, vpn);
    if (size < 0) {
      this.clear(old, vpn);
      return;
    }
    this.take(vpn, size, old);
    if (isKernelDescriptor(tdb.root))
      this.ways.parts.mover?.lifted(old.vpn, old.pages, `the entry of ${formatVirtual(old.vpn)}`);
    this.erase(tdb.root, vpn, size);
  }

  /** Removes the entry at hand. */
  erase(root: Pfn, vpn: Vpn, size: number): void {
    const entry = entryOf(vpn, size);
    const { ways } = this;
    if (!isNone(ways.low(entry), ways.high(entry)))
      ways.set(root, this.userOf(root), size, tagOf(vpn, size), entry, 0, 0);
  }

  /** Writes an object back to its entry, which is at hand. */
  rewrite(root: Pfn, tobj: Tobj, size: number): void {
    const { vpn, word0, word1 } = tobj;
    this.ways.set(root, this.userOf(root), size, tagOf(vpn, size), entryOf(vpn, size), word0, word1);
  }

  /** Gives an attribute of the object at `tobj.vpn` a value, where it is; true if it had another. `tobj` follows. */
  change(tdb: Tdb, tobj: Tobj, key: Attribute, value: number): boolean {
    const { vpn } = tobj;
    const size = this.search(tdb.root, vpn);
    if (size < 0) {
      this.clear(tobj, vpn);
      return false;
    }
    this.take(vpn, size, tobj);
    if ((tobj.word0 === 0 && tobj.word1 === 0) || readAttribute64(tobj, key) === value) return false;
    writeAttribute64(tobj, key, value);
    this.rewrite(tdb.root, tobj, size);
    return true;
  }
}
