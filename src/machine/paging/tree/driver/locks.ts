/** Split page-table locks (include/linux/mm.h `pte_lockptr`, `pmd_lockptr`): a lock is named by the frame of its table. */
import { alignDown, type Vpn } from '../../../core/addresses';
import type { Tdb } from '../../../emt/driver';
import { rootFrame, rootLevel } from '../../format';
import type { Tables } from './tables';

/**
 * A table of base pages has a lock of its own, and so has the table above it, for huge pages and for tables that are still to
 * be made; all above are under the root's (`page_table_lock`). Of a range: the lowest of them that covers it.
 */
export function lockOf(t: Tables, tdb: Tdb, start: Vpn, end: Vpn): number {
  if (end - start === 1) {
    // A page fault asks for one page: no range to be covered.
    t.descend(tdb.root, start);
    return t.hasLock(t.level) ? t.table : rootFrame(tdb.root);
  }
  let table = rootFrame(tdb.root);
  let lock = table;
  for (let level = rootLevel(t.format, tdb.root); ; level = t.childLevel) {
    const span = t.spanAt(level);
    if (end > alignDown(start, span) + span) return lock;
    if (t.hasLock(level)) lock = table;
    if (t.isBase(level)) return lock;
    t.step(table, level, start);
    const next = t.child();
    if (next === -1) return lock;
    table = next;
  }
}
