/** Maps counted the slow way: every entry by itself, with the inspector's nodes, and page by page into cells. */
import { MapField } from '../../../../src/protocol/map';
import { asVpn, type Pfn } from '../../../../src/machine/core/addresses';
import type { Machine } from '../../../../src/machine/machine';
import { isTranslatable, mapsBasePages, pagesPerEntry } from '../../../../src/machine/paging/format';
import type { EntryNode, Inspector } from '../../../../src/machine/paging/inspector';
import type { MapStretch } from '../../../../src/machine/paging/map/counts';
import { TreeInspector } from '../../../../src/machine/paging/tree/inspector';

/** Something in a table: from which place, how many pages, and what fields each of its pages counts in. */
interface Item {
  place: number;
  pages: number;
  fields: MapField[];
}

export function countSlowly(inspector: Inspector, root: Pfn, stretch: MapStretch): number[] {
  const { first, cellPages, cells } = stretch;
  const counts = new Array<number>(cells * MapField.Count).fill(0);
  const last = first + cells * cellPages;
  for (const { place, pages, fields } of itemsOf(inspector, root)) {
    // A table counts once, where it begins.
    const isTable = fields[0] === MapField.Tables;
    for (let cell = 0; cell < cells; cell++) {
      const from = Math.max(place, first + cell * cellPages, first);
      const to = Math.min(place + (isTable ? 1 : pages), first + (cell + 1) * cellPages, last);
      if (to > from) for (const field of fields) counts[cell * MapField.Count + field] += to - from;
    }
  }
  return counts;
}

function itemsOf(inspector: Inspector, root: Pfn): Item[] {
  const items: Item[] = [];
  if (inspector instanceof TreeInspector) {
    const { table, level } = inspector.rootTable(root);
    below(inspector, table, level, 0, { write: true, user: true, exec: true }, 1, items);
    return items;
  }
  const span = 2 ** (inspector.format.addressBits - 12);
  for (const table of inspector.tables?.(root) ?? [])
    for (const slot of inspector.slots?.(table) ?? [])
      for (const { vpn, entry } of slot.entries) {
        const pages = pagesPerEntry(inspector.format.levels[entry.level]);
        const own = { write: bit(entry, 1), user: bit(entry, 2), exec: !bit(entry, 63) };
        items.push({ place: vpn % span, pages, fields: entry.present ? leafFields(entry, own, 1) : [MapField.Absent] });
      }
  return items;
}

interface Rights {
  write: boolean;
  user: boolean;
  exec: boolean;
}

const bit = ({ raw }: EntryNode, n: number): boolean => ((raw >> BigInt(n)) & 1n) === 1n;

function leafFields(entry: EntryNode, { write, user, exec }: Rights, depth: number): MapField[] {
  const rights = !user
    ? MapField.Supervisor
    : exec
      ? write
        ? MapField.ReadWriteExec
        : MapField.ReadExec
      : write
        ? MapField.ReadWrite
        : MapField.Read;
  const use = bit(entry, 6) ? MapField.Dirty : bit(entry, 5) ? MapField.Accessed : MapField.Unused;
  const sizes = [MapField.Size4K, MapField.Size2M, MapField.Size1G, MapField.Size4M];
  return [sizes[entry.pageSize], rights, use, MapField.Depth1 + depth - 1];
}

function below(
  inspector: TreeInspector,
  table: Pfn,
  level: number,
  base: number,
  rights: Rights,
  depth: number,
  items: Item[],
): void {
  const format = inspector.format.levels[level];
  items.push({ place: base, pages: 1, fields: [MapField.Tables] });
  for (const index of inspector.used(table, level)) {
    const entry = inspector.entry(table, level, index);
    const pages = pagesPerEntry(format);
    const place = base + index * pages;
    if (!entry.present || inspector.isReserved(entry)) {
      items.push({ place, pages, fields: [MapField.Absent] });
      continue;
    }
    const own = inspector.rightsOf(entry);
    const left = {
      write: rights.write && own.write,
      user: rights.user && own.user,
      exec: rights.exec && own.exec,
    };
    if (entry.leaf || mapsBasePages(format)) items.push({ place, pages, fields: leafFields(entry, left, depth) });
    else below(inspector, entry.frame, entry.childLevel, place, left, depth + 1, items);
  }
}

/** Places at which something is, for stretches that are worth asking about. */
export const placesOf = (m: Machine): number[] =>
  (m.kernel.current?.vmas ?? [])
    .map(({ start }) => start as number)
    .filter((v) => isTranslatable(asVpn(v), m.scheme.format));
