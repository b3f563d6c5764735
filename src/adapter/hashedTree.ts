/**
 * Hashed tables as rows of the *Page Tables* tree: an address space has tables (ways, and during a resize what they grow to), a
 * table has the slots that are not empty, and a slot the entries of consecutive pages. A table with many is listed in ranges of
 * slots: nothing is looked through that is not shown, so that millions of pages cost no more than thousands.
 *
 * Ids name a place: `hs:1` an address space, `ht:1:0` its first table, `hg:1:0:256-511` a range of its slots, `hc:1:0:6669`
 * a slot of it.
 */
import { addressOf, formatPhysical, formatVirtual, LEAF_SIZE_NAMES, physicalOf } from '../machine/core/addresses';
import { formatEntry } from '../machine/paging/format';
import type { EntryNode, HashedSlot, HashedTable } from '../machine/paging/inspector';
import type { AddressSpace } from '../machine/paging/spaces';
import type { TreeNode } from '../protocol/requests';
import { dataIdOf, entryTarget } from './data/target';
import { physicalReference } from './memory';
import type { TableTree } from './tableTree';

/** Rows that a table or a range of slots unfolds into at most. */
const MOST_ROWS = 256;

const tablesOf = ({ machine }: TableTree, space: AddressSpace): HashedTable[] =>
  machine.inspector.tables?.(space.root) ?? [];

export function hashedSpace(tree: TableTree, space: AddressSpace): TreeNode {
  const { id, name, root, note } = space;
  const at = formatPhysical(physicalOf(root));
  const tables = tablesOf(tree, space);
  return {
    id: `hs:${id}`,
    label: name,
    description: `at ${at} · ${tables.length} ${tables.length === 1 ? 'table' : 'tables'} · ${note}`,
    tooltip: `Address space ${id}, ${name}: it begins at physical ${at}`,
    hasChildren: tables.length > 0,
    icon: 'server-process',
    kind: 'process',
    space: id,
    memoryReference: physicalReference(physicalOf(root)),
    current: id === tree.machine.space?.id && tree.focus.vpn !== undefined,
  };
}

export function hashedNodes(tree: TableTree, parent: string): TreeNode[] {
  const [kind, pid, ...rest] = parent.split(':');
  const space = tree.machine.spaces.find((s) => s.id === Number(pid));
  if (space === undefined) return [];
  const tables = tablesOf(tree, space);
  if (kind === 'hs') return tables.map((table, i) => tableNode(space, table, i));
  const number = Number(rest[0]);
  const table = tables[number];
  if (table === undefined) return [];
  const path = pathOf(tree, space);
  const prefix = `${pid}:${number}`;
  if (kind === 'hc') {
    const at = Number(rest[1]);
    const [slot] = slotsIn(tree, table, { from: at, to: at + 1 });
    return slot?.entries.map(({ vpn, entry }) => entryNode(tree, vpn, entry, path)) ?? [];
  }
  const [first, last] = kind === 'hg' ? rest[1].split('-').map(Number) : [0, table.slots - 1];
  const slots = slotsIn(tree, table, { from: first, to: last + 1 }, MOST_ROWS + 1);
  if (slots.length <= MOST_ROWS) return slots.map((s) => slotNode(tree, table, s, prefix, path));
  return groupsOf(tree, table, first, last, prefix, path);
}

/** What is not empty of a range, up to a number of slots. */
function slotsIn(
  { machine }: TableTree,
  table: HashedTable,
  range: { from: number; to: number },
  most = Infinity,
): HashedSlot[] {
  const found: HashedSlot[] = [];
  for (const slot of machine.inspector.slots?.(table, range) ?? []) {
    found.push(slot);
    if (found.length >= most) break;
  }
  return found;
}

/** Equal ranges of slots, without those in which nothing is. */
function groupsOf(
  tree: TableTree,
  table: HashedTable,
  first: number,
  last: number,
  prefix: string,
  path: ReadonlySet<number>,
): TreeNode[] {
  const size = Math.max(MOST_ROWS, (last + 1 - first) / MOST_ROWS);
  const groups: TreeNode[] = [];
  for (let from = first; from <= last; from += size) {
    const to = Math.min(from + size, last + 1);
    if (slotsIn(tree, table, { from, to }, 1).length > 0) groups.push(groupNode(table, from, to - 1, prefix, path));
  }
  return groups;
}

/** Physical addresses of the entries that a walk of the current page probes. */
function pathOf({ machine, focus }: TableTree, space: AddressSpace): Set<number> {
  if (focus.vpn === undefined || space.id !== machine.space?.id) return new Set();
  return new Set(machine.inspector.walk(machine.root, focus.vpn).steps.map((s) => s.address));
}

function tableNode(space: AddressSpace, table: HashedTable, number: number): TreeNode {
  const { name, slots, occupied, note, firstSlot } = table;
  const at = formatPhysical(physicalOf(table.table));
  const share = `${((100 * occupied) / slots).toFixed(1)} %`;
  return {
    id: `ht:${space.id}:${number}`,
    label: name,
    description: `${occupied}/${slots} · ${share} · at ${at}${note === '' ? '' : ` · ${note}`}`,
    tooltip: `${name}: ${slots} slots at physical ${at}, ${occupied} of them in use${firstSlot > 0 ? `\nslots below ${firstSlot} have moved to the new table` : ''}`,
    hasChildren: occupied > 0,
    icon: 'table',
    kind: 'table',
    memoryReference: physicalReference(physicalOf(table.table)),
  };
}

/** Physical address of a slot. */
const addressOfSlot = ({ table, slotBytes }: HashedTable, slot: number): number => physicalOf(table) + slot * slotBytes;

function groupNode(
  table: HashedTable,
  first: number,
  last: number,
  prefix: string,
  path: ReadonlySet<number>,
): TreeNode {
  const from = addressOfSlot(table, first);
  const to = addressOfSlot(table, last + 1);
  return {
    id: `hg:${prefix}:${first}-${last}`,
    label: `slots ${first} … ${last}`,
    description: `${last + 1 - first} slots at ${formatPhysical(from)}`,
    tooltip: `${table.name}, slots ${first} to ${last}`,
    hasChildren: true,
    icon: 'layers',
    kind: 'run',
    memoryReference: physicalReference(from),
    current: [...path].some((address) => address >= from && address < to),
  };
}

function slotNode(
  { focus }: TableTree,
  table: HashedTable,
  slot: HashedSlot,
  prefix: string,
  path: ReadonlySet<number>,
): TreeNode {
  return {
    id: `hc:${prefix}:${slot.slot}`,
    label: `slot ${slot.slot}`,
    description: `${formatVirtual(slot.vpn)} · ${slot.note}`,
    tooltip: `${table.name}, slot ${slot.slot}`,
    hasChildren: slot.entries.length > 0,
    icon: 'table',
    kind: 'table',
    address: `0x${addressOf(slot.vpn).toString(16)}`,
    memoryReference: physicalReference(addressOfSlot(table, slot.slot)),
    current: slot.entries.some(({ entry }) => path.has(entry.address)),
    changedSincePin: slot.entries.some(({ entry }) => focus.sincePin?.entry(entry.address)),
  };
}

function entryNode(tree: TableTree, vpn: HashedSlot['vpn'], entry: EntryNode, path: ReadonlySet<number>): TreeNode {
  const { machine, focus, breakable } = tree;
  const target = entry.leaf
    ? `frame 0x${entry.frame.toString(16)} · ${LEAF_SIZE_NAMES[entry.pageSize]}`
    : entry.meaning;
  return {
    id: `he:${entry.address}`,
    label: `${entry.levelName}[${entry.index}]`,
    description: `${formatVirtual(vpn)} → ${target} · ${entry.flags}`,
    tooltip: `${entry.levelName} at physical ${formatPhysical(entry.address)}\n${formatEntry(machine.inspector.format, entry.raw)}  ${entry.flags}\n${entry.meaning}`,
    hasChildren: false,
    icon: entry.present ? 'file-binary' : 'circle-slash',
    kind: 'leaf',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(entry.address),
    dataId: breakable ? dataIdOf(entryTarget(entry.address, machine.inspector.format)) : undefined,
    current: path.has(entry.address),
    changed: focus.changedEntries.has(entry.address),
    changedSincePin: focus.sincePin?.entry(entry.address),
  };
}
