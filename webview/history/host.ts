/** What the History view says, and what it keeps while it is hidden. */
import type { HistoryResponse } from '../../src/protocol/history';
import type { FromHistoryView, Mark } from '../../src/protocol/historyView';
import { hostContext } from '../shared/host';

/** Which list is shown: every tick, every page fault, or what a person has marked and where the run has stopped. */
export type ListId = 'ticks' | 'faults' | 'stops';

export interface Shown {
  session: string;
  history: HistoryResponse;
  marks: Mark[];
}

export interface KeptState {
  list: ListId;
}

export const { HostContext, useHost } = hostContext<FromHistoryView, KeptState>();
