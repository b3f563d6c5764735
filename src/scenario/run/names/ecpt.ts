/** Cuckoo tables: `ecpt`, `ecpt.way(SIZE, N)` of the current process, and `ecpt.kernelWay(SIZE, N)` of the kernel's own. */
import type { Pfn } from '../../../machine/core/addresses';
import { Counter } from '../../../machine/core/counters';
import type { Machine } from '../../../machine/machine';
import { RELEASED } from '../../../machine/paging/ecpt/format';
import { reportWay, waitingResizes, type WayReport } from '../../../machine/paging/ecpt/report';
import { NONE, numberOf, type Value } from '../values';
import { member } from './member';

/** Steps that a person may order at once: enough for the largest way. */
const MOST_BATCHES = 1 << 20;

const isEcpt = (machine: Machine): boolean => machine.options.scheme === 'ecpt';

export function ecptObject(machine: Machine): Value {
  if (!isEcpt(machine)) return NONE;
  const resizes = waitingResizes(machine.memory);
  return {
    type: 'object',
    text: resizes === 0 ? 'no way is resized' : `${resizes} ${resizes === 1 ? 'resize' : 'resizes'} wanted or going on`,
    members: [
      member('resizes', () => BigInt(resizes), 'count'),
      {
        ...member('batches', () => BigInt(machine.probe.counters[Counter.EcptBatches]), 'count'),
        set: (value) => runBatches(machine, value),
      },
    ],
  };
}

/** The thread that resizes runs until it has done so many batches in all. */
function runBatches(machine: Machine, until: bigint): string | undefined {
  const done = machine.probe.counters[Counter.EcptBatches];
  const more = Number(until) - done;
  if (more < 0) return `the thread has done ${done} batches, and undoes none`;
  if (more > MOST_BATCHES) return `that is more than ${MOST_BATCHES} batches at once`;
  for (let i = 0; i < more && waitingResizes(machine.memory) > 0; i++) machine.emt.background(true);
  return undefined;
}

/** A way of an address space; a sentence if the arguments make no sense. */
export function ecptWay(machine: Machine, name: string, args: readonly Value[]): Value | string {
  const [bytes, relative] = args.map(numberOf);
  if (args.length !== 2 || bytes === undefined || relative === undefined)
    return `${name}() takes a page size and the number of a way`;
  const size = [12n, 21n, 30n].findIndex((shift) => bytes === 1n << shift);
  if (size < 0) return `${name}(): pages of cuckoo tables are of 4KiB, 2MiB or 1GiB`;
  if (!isEcpt(machine)) return NONE;
  const root: Pfn | undefined =
    name === 'ecpt.kernelWay' ? machine.kernelSpace?.root : machine.kernel.current?.tdb.root;
  const report = root && reportWay(machine.memory, machine.options.ecpt ?? RELEASED, root, size, Number(relative));
  return report === undefined ? NONE : wayObject(report);
}

function wayObject(way: WayReport): Value {
  const { table, slots, used, pointer, resizing, newSlots, newUsed } = way;
  const moved = newSlots === 0 ? '' : `, moving to ${newSlots} slots: ${pointer} have`;
  return {
    type: 'object',
    text: `${used} of ${slots} slots${moved}`,
    members: [
      member('slots', () => BigInt(slots), 'count'),
      member('used', () => BigInt(used), 'count'),
      member('occupancy', () => BigInt(Math.floor((100 * used) / slots)), 'count'),
      member('pointer', () => BigInt(pointer), 'count'),
      member('resizing', () => resizing),
      member('newSlots', () => BigInt(newSlots), 'count'),
      member('newUsed', () => BigInt(newUsed), 'count'),
      member('table', () => BigInt(table) * 4096n, 'address'),
    ],
  };
}
