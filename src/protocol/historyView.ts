/** Messages between the extension and the History view. */
import type { HistoryResponse, HistoryRowsArguments, HistoryRowsResponse } from './history';
import type { Moment } from './requests';
import type { FromAnyView, ToAnyView } from './viewMessages';

/** A moment that a person has given a name. */
export interface Mark extends Moment {
  name: string;
}

export type ToHistoryView =
  | ToAnyView
  /** Where the cursor is now, and what there is to list. `session`: rows of another one say nothing about this one. */
  | { type: 'history'; session: string; history: HistoryResponse; marks: Mark[] }
  | { type: 'rows'; list: HistoryRowsArguments['list']; answer: HistoryRowsResponse };

export type FromHistoryView = FromAnyView | ({ type: 'want' } & HistoryRowsArguments) | ({ type: 'seek' } & Moment);
