/** Table entries: `pgd(A)` … `pte(A)`, with their fields as members that `set` may change. */
import { formatPhysical, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import type { EntryNode } from '../../../machine/paging/inspector';
import { entryValue, wordAt } from '../translationValues';
import type { Value } from '../values';
import { poke } from './physical';

/** The entry that a walk of `vpn` would read at a level; `undefined` if it reads none there. */
export function entryAt(machine: Machine, vpn: Vpn, level: number): EntryNode | undefined {
  if (machine.kernel.current === undefined) return undefined;
  const { steps } = machine.inspector.walk(machine.root, vpn);
  // Of hashed tables a walk probes several ways for one page size: the one that has the page is meant.
  if (machine.scheme.format.hashed !== undefined) return steps.find((s) => s.level === level && s.probe?.matches);
  return steps[level];
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
  else pokeHalf(machine, entry.address, raw);
  return undefined;
}

/** A 4-byte entry: the other half of its 64-bit word stays. */
function pokeHalf(machine: Machine, address: number, value: bigint): void {
  const word = address - (address % 8);
  const shift = BigInt(address - word) * 8n;
  const old = wordAt(machine.memory, BigInt(word)) as bigint;
  poke(machine, word, (old & ~(0xffff_ffffn << shift)) | ((value & 0xffff_ffffn) << shift));
}
