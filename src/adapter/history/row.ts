/** One tick of the past in a line, from its events. */
import type { MachineEvent } from '../../machine/core/events';
import type { HistoryFault, HistoryRow } from '../../protocol/history';
import { insideHandler } from '../filters';

export function rowOf(events: readonly MachineEvent[], tick: number): HistoryRow {
  const row: HistoryRow = { tick, title: '', faults: [] };
  events.forEach((event, i) => {
    switch (event.kind) {
      case 'statement':
        row.title = event.text;
        break;
      case 'translate':
        row.tlb ??= 'hit';
        break;
      case 'walkStart':
        row.tlb = 'miss';
        break;
      case 'walkEnd':
        row.references = (row.references ?? 0) + event.references;
        break;
      case 'faultResolved': {
        const at = insideHandler(events, i);
        if (at >= 0) row.faults.push(faultOf(event, at));
        break;
      }
      case 'output':
        if (event.category === 'failed') row.failed = true;
        break;
      default:
        break;
    }
  });
  return row;
}

const faultOf = (
  { fault, signal, text }: Extract<MachineEvent, { kind: 'faultResolved' }>,
  event: number,
): HistoryFault => ({ kind: signal ?? fault, text, event });
