/** Table entries: `pgd(A)` … `pte(A)`, with their fields as members that `set` may change. */
import { formatPhysical, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import type { EntryNode } from '../../../machine/paging/inspector';
import { entryValue } from '../translationValues';
import { NONE, type Value } from '../values';
import { poke, pokeShort } from './physical';

/**
 * The entry that a walk of `vpn` would read at a level, called by its name; no value if the walk ends before. Of a level that is
 * folded away it is the entry above, as the software's accessors have it; where there is none, the one that stands for both. Of
 * hashed tables a walk probes several ways for one page size: the one that has the page is meant.
 */
export function entryAt(machine: Machine, vpn: Vpn, name: string): Value {
  if (machine.kernel.current === undefined) return NONE;
  const { steps } = machine.inspector.walk(machine.root, vpn, 'memory');
  // Of hashed tables a walk probes several ways for one page size: the one that has the page is meant.
  if (machine.scheme.format.hashed !== undefined)
    return entryObject(
      machine,
      steps.find((s) => s.levelName === name && s.probe?.matches),
    );
  const at = steps.findIndex(({ levelName }) => levelName.split('+').includes(name));
  if (at < 0) return NONE;
  const folded = !steps[at].levelName.endsWith(name);
  return entryObject(machine, folded ? (steps[at - 1] ?? steps[at]) : steps[at], folded);
}

export function entryObject(machine: Machine, entry: EntryNode | undefined, folded = false): Value {
  return entryValue(entry, machine.inspector.format, (at, raw) => writeEntry(machine, at, raw), folded);
}

function writeEntry(machine: Machine, entry: EntryNode, raw: bigint): string | undefined {
  const { memory, inspector } = machine;
  if (entry.register !== undefined)
    return `${entry.register} is a register, which CR3 loads; ${entry.levelName.toLowerCase()}(A) is the entry in memory`;
  const { entryBytes } = inspector.format;
  if (entry.address + entryBytes > memory.sizeBytes)
    return `the entry lies behind the end of memory, ${formatPhysical(memory.sizeBytes)}`;
  if (entryBytes === 8) poke(machine, entry.address, raw);
  else pokeShort(machine, entry.address, raw);
  return undefined;
}
