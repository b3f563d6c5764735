/** Table entries: `pgd(A)` … `pte(A)`, with their fields as members that `set` may change. */
import { formatPhysical, physicalOf, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import type { EntryNode } from '../../../machine/paging/inspector';
import { ENTRY_BITS } from '../../../machine/paging/x86/entry';
import { type MemberValue, NONE, type Value } from '../values';
import { hex, member } from './member';
import { poke } from './physical';

/** The entry that a walk of `vpn` would read at a level; `undefined` if the walk ends before. */
export function entryAt(machine: Machine, vpn: Vpn, level: number): EntryNode | undefined {
  if (machine.kernel.current === undefined) return undefined;
  return machine.inspector.walk(machine.root, vpn).steps[level];
}

export function entryObject(machine: Machine, entry: EntryNode | undefined): Value {
  if (entry === undefined) return NONE;
  const bits = ENTRY_BITS.map((b): MemberValue => ({
    name: b.member,
    get: () => ((entry.raw >> BigInt(b.bit)) & 1n) === 1n,
    set: (value) =>
      writeEntry(machine, entry, (entry.raw & ~(1n << BigInt(b.bit))) | (value ? 1n << BigInt(b.bit) : 0n)),
  }));
  return {
    type: 'object',
    text: `${hex(entry.raw)} ${entry.flags ? `[${entry.flags}] ` : ''}${entry.meaning}`,
    number: entry.raw,
    memoryReference: `pa:${hex(entry.address)}`,
    members: [
      { name: 'raw', get: () => entry.raw, set: (v) => writeEntry(machine, entry, v), as: 'hex' },
      ...bits,
      {
        name: 'pfn',
        get: () => BigInt(entry.frame),
        set: (v) =>
          v >= 1n << 40n
            ? 'a frame number has 40 bits'
            : writeEntry(machine, entry, (entry.raw & ~0x000ffffffffff000n) | (v << 12n)),
        as: 'hex',
      },
      member('folded', () => false),
      member('address', () => BigInt(entry.address), 'address'),
      member('table', () => BigInt(physicalOf(entry.table)), 'address'),
      member('index', () => BigInt(entry.index)),
      member('level', () => entry.levelName),
    ],
  };
}

function writeEntry(machine: Machine, entry: EntryNode, raw: bigint): string | undefined {
  const { memory } = machine;
  if (entry.address + 8 > memory.sizeBytes)
    return `the entry lies behind the end of memory, ${formatPhysical(memory.sizeBytes)}`;
  poke(machine, entry.address, raw);
  return undefined;
}
