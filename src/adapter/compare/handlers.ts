/** The requests of the Compare view. */
import type { CompareArguments } from '../../protocol/compare';
import { EVENTS, REQUESTS } from '../../protocol/names';
import type { Handler } from '../connection';
import type { SessionContext } from '../context';
import { badReference } from '../errors';
import { Comparison } from './comparison';

export function compareHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  return {
    [REQUESTS.compare]: ({ schemes }: CompareArguments) => {
      const debuggee = session.stopped();
      if (schemes !== undefined && !(Array.isArray(schemes) && schemes.every((s) => typeof s === 'string')))
        throw badReference("'schemes' of a comparison is a list of schemes.");
      const comparison = (debuggee.comparison ??= new Comparison(debuggee, {
        host: session.host(),
        settings: session.settings(),
        onProgress: (progress) => session.announce(EVENTS.compareProgress, progress),
      }));
      if (schemes !== undefined) comparison.choose(schemes);
      return comparison.answer();
    },
    [REQUESTS.cancelCompare]: () => session.launched().comparison?.cancel(),
  };
}
