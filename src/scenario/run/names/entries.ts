/** Table entries: `pgd(A)` … `pte(A)`, with their fields as members that `set` may change. */
import { formatPhysical, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import type { EntryNode } from '../../../machine/paging/inspector';
import { entryValue } from '../translationValues';
import type { Value } from '../values';
import { poke, pokeShort } from './physical';

/** The entry that a walk of `vpn` would read at a level; `undefined` if the walk ends before. */
export function entryAt(machine: Machine, vpn: Vpn, level: number): EntryNode | undefined {
  if (machine.kernel.current === undefined) return undefined;
  return machine.inspector.walk(machine.root, vpn).steps[level];
}

export function entryObject(machine: Machine, entry: EntryNode | undefined): Value {
  return entryValue(entry, machine.inspector.format, (at, raw) => writeEntry(machine, at, raw));
}

function writeEntry(machine: Machine, entry: EntryNode, raw: bigint): string | undefined {
  const { memory, inspector } = machine;
  const { entryBytes } = inspector.format;
  if (entry.address + entryBytes > memory.sizeBytes)
    return `the entry lies behind the end of memory, ${formatPhysical(memory.sizeBytes)}`;
  if (entryBytes === 8) poke(machine, entry.address, raw);
  else pokeShort(machine, entry.address, raw);
  return undefined;
}
