/**
 * Huge pages in a tree: one entry of an upper table in place of a table, or the other way round (mm/huge_memory.c
 * `__split_huge_pmd_locked`, mm/khugepaged.c `collapse_huge_page`).
 */
import { asPfn, type Pfn } from '../../../core/addresses';
import type { Errno, Tdb } from '../../../emt/driver';
import { gatherPage, type TlbGather } from '../../../emt/gather';
import { Attribute, Tobj } from '../../../emt/tobj';
import type { Objects } from './objects';
import type { Tables } from './tables';

export class Huge {
  readonly #part = new Tobj();

  constructor(
    private readonly tables: Tables,
    private readonly objects: Objects,
  ) {}

  /** The huge leaf takes the place of the table, whose memory is free when nothing caches it any more. */
  promote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const t = this.tables;
    const { pages } = huge;
    if (pages === 1 || !t.hasSize(pages) || huge.vpn % pages !== 0) return 'EINVAL';
    const error = t.reach(tdb.root, huge.vpn, pages);
    if (error !== 'ok') return error;
    const { table, level } = t;
    const child = t.child();
    const { childLevel } = t;
    if (child === -1 && t.isBad) return 'EFAULT';
    t.write(table, level, huge.vpn, huge.word0, huge.word1);
    if (child !== -1) t.gatherTree(tdb, child, childLevel, huge.vpn, gather);
    gatherPage(gather, huge.vpn, huge.pages);
    return 'ok';
  }

  /** Fills a table with what the leaf says of its parts, and only then makes the entry point to it. */
  demote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const t = this.tables;
    const part = this.#part;
    if (!this.#find(tdb, huge)) return 'EINVAL';
    const { table, level } = t;
    t.take(huge.vpn, part);
    const { vpn, pages } = part;
    const child = t.make(level);
    if (child === -1) return 'ENOMEM';
    const { childLevel } = t;
    const frame = t.attributes.tobjReadAttr(part, Attribute.PA);
    const smaller = t.pagesAt(childLevel);
    t.attributes.tobjWriteAttr(part, Attribute.SIZE, smaller);
    for (let index = 0; index < t.entriesAt(childLevel); index++) {
      t.attributes.tobjWriteAttr(part, Attribute.PA, frame + index * smaller);
      t.writeAt(child, childLevel, index, part.word0, part.word1);
    }
    t.point(table, level, vpn, child, childLevel);
    gatherPage(gather, vpn, pages);
    return 'ok';
  }

  /** Whether there is a huge page at `huge.vpn`, whose entry is at hand then. */
  #find(tdb: Tdb, huge: Tobj): boolean {
    const t = this.tables;
    t.descend(tdb.root, huge.vpn);
    return !t.isBase(t.level) && !t.isEmpty && !t.isBad;
  }

  clear(tdb: Tdb, huge: Tobj, old: Tobj, gather: TlbGather): void {
    this.objects.remove(tdb, huge, old);
    gatherPage(gather, old.vpn, old.pages);
  }

  /** A demote needs one table. */
  splitPrepare(): Errno {
    return this.tables.freeFrames > 0 ? 'ok' : 'ENOMEM';
  }

  toSwap(tdb: Tdb, huge: Tobj, firstSlot: number, gather: TlbGather): Errno {
    const t = this.tables;
    if (!this.#find(tdb, huge)) return 'EINVAL';
    const { table, level } = t;
    const whole = new Tobj();
    t.take(huge.vpn, whole);
    this.objects.clear(this.#part, whole.vpn);
    t.attributes.tobjWriteAttr(
      this.#part,
      Attribute.SOFT_DIRTY,
      t.attributes.tobjReadAttr(whole, Attribute.SOFT_DIRTY),
    );
    const child = this.#tablesOfSlots(level, firstSlot);
    if (child === -1) return 'ENOMEM';
    t.point(table, level, whole.vpn, asPfn(child), t.childLevel);
    gatherPage(gather, whole.vpn, whole.pages);
    return 'ok';
  }

  /**
   * For an entry of a level, a table full of swap entries, or of such tables, whose level is `childLevel` then; −1, and nothing
   * made, if memory is short.
   */
  #tablesOfSlots(above: number, firstSlot: number): Pfn | -1 {
    const t = this.tables;
    const table = t.make(above);
    if (table === -1) return -1;
    const level = t.childLevel;
    for (let index = 0; index < t.entriesAt(level); index++) {
      const slot = firstSlot + index * t.pagesAt(level);
      if (t.isBase(level)) {
        t.attributes.tobjWriteAttr(this.#part, Attribute.SWAP, slot + 1);
        t.writeAt(table, level, index, this.#part.word0, this.#part.word1);
        continue;
      }
      const child = this.#tablesOfSlots(level, slot);
      if (child === -1) {
        t.freeTree(table, level);
        return -1;
      }
      t.pointAt(table, level, index, child, t.childLevel);
    }
    t.childLevel = level;
    return table;
  }
}
