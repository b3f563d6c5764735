/** What the History view says, and what it keeps while it is hidden. */
import type { FromHistoryView } from '../../src/protocol/historyView';
import { hostContext } from '../shared/host';
import type { ListId } from './model/shown';

export interface KeptState {
  list: ListId;
}

export const { HostContext, useHost } = hostContext<FromHistoryView, KeptState>();
