/** The requests of the address-space map, of a run and of a snapshot. */
import { vpnOfAddress } from '../../machine/core/addresses';
import { REQUESTS } from '../../protocol/names';
import type { MapArguments, MapPlaceArguments } from '../../protocol/map';
import type { TreePathArguments } from '../../protocol/requests';
import type { Snapshot } from '../../snapshot/snapshot';
import type { Handler } from '../connection';
import type { SessionContext } from '../context';
import type { Debuggee } from '../debuggee';
import { badReference } from '../errors';
import type { Focus } from '../focus';
import type { TableTree } from '../tableTree';
import { treePath } from '../treePath';
import { areasOfProcess, areasOfSnapshot } from './areas';
import { mapOf, mapPlaceOf, type MapSource } from './map';

export function mapHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  const tree = (): TableTree => {
    const { run, focus } = session.stopped().scopeContext();
    return { machine: run.machine, focus, breakable: true };
  };
  return handlersOf(() => sourceOfRun(session.stopped()), tree);
}

/** `focus`: of the snapshot, see `SnapshotView`. */
export function snapshotMapHandlers(snapshot: () => Snapshot, focus: () => Focus): Readonly<Record<string, Handler>> {
  const source = (): MapSource => ({
    machine: snapshot(),
    tick: 0,
    breakable: false,
    focus: focus().vpn,
    areasOf: () => areasOfSnapshot(snapshot().description, snapshot().format),
  });
  return handlersOf(source, () => ({ machine: snapshot(), focus: focus(), breakable: false }));
}

function sourceOfRun(debuggee: Debuggee): MapSource {
  const { run, focus, moment } = debuggee.scopeContext();
  const { processes } = run.machine.kernel;
  return {
    machine: run.machine,
    tick: moment.tick,
    breakable: true,
    focus: focus.vpn,
    areasOf: ({ id }) =>
      areasOfProcess(
        run,
        processes.find(({ pid }) => pid === id),
      ),
  };
}

const handlersOf = (source: () => MapSource, tree: () => TableTree): Readonly<Record<string, Handler>> => ({
  [REQUESTS.map]: (args: MapArguments) => mapOf(source(), args),
  [REQUESTS.mapPlace]: (args: MapPlaceArguments) => mapPlaceOf(source(), args),
  [REQUESTS.treePath]: ({ space, address }: TreePathArguments) => {
    if (!/^0x[0-9a-f_]+$/i.test(address)) throw badReference(`'${address}' is no address: it is written 0x….`);
    return treePath(tree(), space, vpnOfAddress(BigInt(address.replace(/_/g, ''))));
  },
});
