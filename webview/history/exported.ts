/** The rows that have been looked at, with marks and stops, as a file. */
import type { ExportFormat } from '../../src/protocol/viewMessages';
import { csv } from '../shared/csv';
import { momentEntries } from './model/entries';
import type { RowStore } from './model/rowStore';
import type { ListId, Shown } from './model/shown';

export function exported(format: ExportFormat, shown: Shown, store: RowStore, list: ListId): string {
  const rows = list === 'stops' ? [] : store.all(list).map(([, row]) => row);
  if (format === 'json') return JSON.stringify({ ...shown.history, marks: shown.marks, rows }, undefined, 2);
  if (list === 'stops')
    return csv([
      ['tick', 'event', 'kind', 'text'],
      ...momentEntries(shown).map(({ tick, event, title, marks, stopped }) => [
        tick,
        event,
        marks.length > 0 ? 'mark' : stopped ? 'stop' : 'pin',
        marks[0] ?? title,
      ]),
    ]);
  return csv([
    ['tick', 'what', 'TLB', 'references', 'faults'],
    ...rows.map(({ tick, title, tlb, references, faults }) => [
      tick,
      title,
      tlb,
      references,
      faults.map(({ kind, text }) => `${kind}: ${text}`).join('; '),
    ]),
  ]);
}
