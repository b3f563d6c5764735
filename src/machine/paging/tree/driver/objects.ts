/** Single objects in a tree: find, enter, remove, and change in place (mm/memory.c, arch/x86/include/asm/pgtable.h). */
import { addPages, formatVirtual, type Vpn } from '../../../core/addresses';
import type { Errno, Tdb } from '../../../emt/driver';
import type { Attribute, Tobj } from '../../../emt/tobj';
import type { Tables } from './tables';

export class Objects {
  constructor(private readonly tables: Tables) {}

  clear(tobj: Tobj, vpn: Vpn): void {
    tobj.vpn = vpn;
    tobj.pages = 1;
    tobj.word0 = 0;
    tobj.word1 = this.tables.attributes.blank;
  }

  copy(from: Tobj, to: Tobj): void {
    to.vpn = from.vpn;
    to.pages = from.pages;
    to.word0 = from.word0;
    to.word1 = from.word1;
  }

  find(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    const t = this.tables;
    t.descend(tdb.root, vpn);
    t.take(vpn, out);
    if (t.isEmpty && t.probe.recorder !== null)
      t.probe.note(`nothing at ${formatVirtual(vpn)}: the ${t.format.levels[t.level].name} entry is empty`);
  }

  update(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    const t = this.tables;
    const { pages } = tobj;
    if (pages !== 1 && (!t.hasSize(pages) || tobj.vpn % pages !== 0)) return 'EINVAL';
    const error = t.reach(tdb.root, tobj.vpn, pages);
    if (error !== 'ok') return error;
    const child = t.child();
    if (child !== -1) return this.#updateOverTable(tdb, tobj, old);
    if (t.isBad) return 'EFAULT';
    old.vpn = tobj.vpn;
    old.pages = tobj.pages;
    old.word0 = t.low;
    old.word1 = t.high;
    t.write(t.table, t.level, tobj.vpn, tobj.word0, tobj.word1);
    return 'ok';
  }

  /** A huge page takes the place of an empty table, which walk caches may still know. */
  #updateOverTable(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    const t = this.tables;
    const { table, level } = t;
    const child = t.child();
    const { childLevel } = t;
    if (child === -1 || !t.isEmptyTree(child, childLevel)) return 'EEXIST';
    this.clear(old, tobj.vpn);
    t.write(table, level, tobj.vpn, tobj.word0, tobj.word1);
    t.emt.walkCacheFlush(tdb, tobj.vpn, addPages(tobj.vpn, tobj.pages));
    t.freeTree(child, childLevel);
    return 'ok';
  }

  remove(tdb: Tdb, tobj: Tobj, old: Tobj): void {
    const t = this.tables;
    t.descend(tdb.root, tobj.vpn);
    t.take(tobj.vpn, old);
    if (!t.isEmpty) t.write(t.table, t.level, tobj.vpn, 0, 0);
  }

  /** Gives an attribute of the object at `tobj.vpn` a value, where it is; true if it had another. `tobj` follows. */
  change(tdb: Tdb, tobj: Tobj, key: Attribute, value: number): boolean {
    const t = this.tables;
    const { vpn } = tobj;
    t.descend(tdb.root, vpn);
    t.take(vpn, tobj);
    if (t.isEmpty || t.isBad || t.attributes.tobjReadAttr(tobj, key) === value) return false;
    t.attributes.tobjWriteAttr(tobj, key, value);
    t.write(t.table, t.level, vpn, tobj.word0, tobj.word1);
    return true;
  }
}
