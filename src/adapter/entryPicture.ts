/** One entry of a table, for a picture. */
import { formatPhysical, physicalOf } from '../machine/core/addresses';
import { formatEntry } from '../machine/paging/format';
import type { EntryNode, Inspector } from '../machine/paging/inspector';
import type { EntryPicture } from '../protocol/walk';

export function entryPicture(inspector: Inspector, entry: EntryNode): EntryPicture {
  return {
    address: formatPhysical(entry.address),
    raw: formatEntry(inspector.format, entry.raw),
    present: entry.present,
    flags: entry.flags,
    fields: inspector.fields(entry).map((f) => ({ ...f, value: f.value.toString(f.highBit === f.lowBit ? 2 : 16) })),
    meaning: entry.meaning,
    target: entry.present ? formatPhysical(physicalOf(entry.frame)) : undefined,
    leaf: entry.leaf,
  };
}
