/** `ptscope/history` and `ptscope/historyRows`. */
import { REQUESTS } from '../../protocol/names';
import type { HistoryRowsArguments } from '../../protocol/history';
import type { Handler } from '../connection';
import type { SessionContext } from '../context';
import { badReference } from '../errors';

/** After this long an answer goes out with what is known by then. */
const PATIENCE_MS = 25;

export function historyHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  return {
    [REQUESTS.history]: () => session.stopped().past.overview(),
    [REQUESTS.historyRows]: (args: HistoryRowsArguments) => {
      if (!['ticks', 'faults'].includes(args.list)) throw badReference("'list' is ticks or faults.");
      const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
      return session.standing().past.history.rows(args, patience);
    },
  };
}
