/** `ptscope/statistics` and `ptscope/pin`. */
import { kernelWork } from '../../machine/kernelWork';
import { REQUESTS } from '../../protocol/names';
import type { PinArguments, PinResponse, StatisticsArguments, StatisticsResponse } from '../../protocol/statistics';
import type { Handler } from '../connection';
import type { SessionContext } from '../context';
import type { Debuggee } from '../debuggee';
import { badReference } from '../errors';
import { counterGroups, counterValues } from './counterRows';
import { plotSet } from './plots';
import { workFrames } from './workFrames';

export function statisticsHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  return {
    [REQUESTS.statistics]: ({ known }: StatisticsArguments) => statisticsOf(session.stopped(), known),
    [REQUESTS.pin]: ({ pin }: PinArguments): PinResponse => {
      if (pin !== 'here' && pin !== 'none') throw badReference("'pin' is here or none.");
      const { past } = session.stopped();
      past.pinTo(pin);
      return { pin: past.pin?.info };
    },
  };
}

function statisticsOf({ timeline, run: { machine }, past: { pin } }: Debuggee, known?: number): StatisticsResponse {
  const { series, moment } = timeline;
  return {
    moment,
    ticks: timeline.known,
    scheme: machine.options.scheme,
    pin: pin?.info,
    version: series.version,
    plots: known === series.version ? undefined : plotSet(machine, series.points()),
    counters: counterGroups(counterValues(machine), pin?.counters),
    kernelWork: workFrames(kernelWork(machine.probe), pin?.work),
  };
}
