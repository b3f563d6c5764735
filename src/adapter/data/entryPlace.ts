/** Where an entry stands: from its physical address back to the process, the level and the addresses that it maps. */
import { addPages, asPfn, asVpn, PAGE_BYTES, type Pfn, type Vpn } from '../../machine/core/addresses';
import type { Process } from '../../machine/kernel/process';
import type { Machine } from '../../machine/machine';
import { extendPage, mapsBasePages, pagesPerEntry, tableFrames } from '../../machine/paging/format';

export interface EntryPlace {
  process: Process;
  levelName: string;
  index: number;
  /** First page that the entry maps, and how many. */
  vpn: Vpn;
  pages: number;
}

/** `undefined` if the address lies in no table that a process uses now. */
export function placeOfEntry(machine: Machine, address: number): EntryPlace | undefined {
  const { inspector, scheme } = machine;
  const { levels } = scheme.format;
  if (inspector.tables !== undefined) return placeInHashed(machine, address);
  const wanted = asPfn(Math.floor(address / PAGE_BYTES));

  function search(process: Process, table: Pfn, level: number, base: Vpn): EntryPlace | undefined {
    const pages = pagesPerEntry(levels[level]);
    if (wanted >= table && wanted < table + tableFrames(scheme.format, level)) {
      const index = Math.floor((address - table * PAGE_BYTES) / scheme.format.entryBytes);
      const vpn = extendPage(addPages(base, index * pages), scheme.format);
      return { process, levelName: levels[level].name, index, vpn, pages };
    }
    if (mapsBasePages(levels[level])) return undefined;
    for (const index of inspector.used(table, level)) {
      const entry = inspector.entry(table, level, index);
      if (!entry.present || entry.leaf) continue;
      const found = search(process, entry.frame, entry.childLevel, addPages(base, index * pages));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  for (const process of machine.kernel.processes) {
    const { table, level } = inspector.rootTable(process.tdb.root);
    const found = search(process, table, level, asVpn(0));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same in hashed tables: the slot says which page its entries are for. */
function placeInHashed({ inspector, kernel }: Machine, address: number): EntryPlace | undefined {
  const { format } = inspector;
  for (const process of kernel.processes) {
    if (process.exited) continue;
    for (const table of inspector.tables?.(process.tdb.root) ?? [])
      for (const { entries } of inspector.slots?.(table) ?? [])
        for (const { vpn, entry } of entries) {
          if (entry.address !== address - (address % format.entryBytes)) continue;
          const pages = pagesPerEntry(format.levels[entry.level]);
          return { process, levelName: table.name, index: entry.index, vpn, pages };
        }
  }
  return undefined;
}
