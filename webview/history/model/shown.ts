/** What is shown, and which list of it. */
import type { HistoryResponse } from '../../../src/protocol/history';
import type { Mark } from '../../../src/protocol/historyView';

/** Every tick, every page fault, or what a person has marked and where the run has stopped. */
export type ListId = 'ticks' | 'faults' | 'stops';

export interface Shown {
  session: string;
  history: HistoryResponse;
  marks: Mark[];
}
