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
        if (insideHandler(events, i) >= 0) row.faults.push(faultOf(events, i));
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

/** Also those that were served ahead of time, which are counted, too, but stopped nobody. */
export const faultsOf = (events: readonly MachineEvent[]): HistoryFault[] =>
  events.flatMap(({ kind }, i) => (kind === 'faultResolved' ? [faultOf(events, i)] : []));

function faultOf(events: readonly MachineEvent[], resolved: number): HistoryFault {
  const { fault, signal, text } = events[resolved] as Extract<MachineEvent, { kind: 'faultResolved' }>;
  const inside = insideHandler(events, resolved);
  const kind = signal ?? fault;
  return inside < 0 ? { kind, text: `${text}, ahead of time`, event: resolved } : { kind, text, event: inside };
}
