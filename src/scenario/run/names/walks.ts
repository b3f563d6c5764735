/** What a walk of an address would find, without side effects: `walk(A)` and `tobj(A)`. */
import type { Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import { tobjValue, walkValue } from '../translationValues';
import type { ObjectValue } from '../values';
import { entryObject } from './entries';

export function walkObject(machine: Machine, vpn: Vpn): ObjectValue {
  const walk = machine.inspector.walk(machine.root, vpn);
  return walkValue(walk, (entry) => entryObject(machine, entry), machine.costs.table_read);
}

export const tobjObject = (machine: Machine, vpn: Vpn): ObjectValue =>
  tobjValue(machine.inspector.walk(machine.root, vpn));
