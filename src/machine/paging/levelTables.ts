/** Hashed tables of an address space, added up by the size of page that they are for. */
import type { PagingFormat } from './format';
import type { HashedTable, LevelTables } from './inspector';

export function levelTables({ levels }: PagingFormat, tables: readonly HashedTable[]): LevelTables[] {
  const rows = levels.map(({ name }, level) => {
    const own = tables.filter((table) => table.level === level);
    return { name, count: own.length, bytes: own.reduce((sum, { slots, slotBytes }) => sum + slots * slotBytes, 0) };
  });
  return rows.filter(({ count }) => count > 0);
}
