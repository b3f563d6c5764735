/** From a row or a place of the map to the row of Page Tables that maps it; and from a process to its tables. */
import type { MapController } from '../map/mapController';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { REQUESTS } from '../../protocol/names';
import type { Trees } from './register';
import { addressOf, nodeOf, spaceOf } from './rows';

export async function revealInTables(trees: Trees, argument: unknown): Promise<void> {
  const address = addressOf(argument);
  if (address === undefined) throw new Error('choose it from the context menu of something that has an address');
  await trees.reveal(address, spaceOf(argument));
}

/** Its tables in Page Tables, and its address space in the map. */
export async function viewProcess(
  sessions: Sessions,
  trees: Trees,
  map: MapController,
  argument: unknown,
): Promise<void> {
  const node = nodeOf(argument);
  const space = node?.space;
  if (node === undefined || space === undefined) throw new Error('choose it from the context menu of a process');
  const { nodes } = await ask(requireSession(sessions), REQUESTS.tree, {
    tree: 'processes',
    parent: `proc:${space}:areas`,
    count: 1,
  });
  await trees.reveal(nodes[0]?.address ?? '0x0', space);
  if (map.isOpen) await map.show(argument);
}
