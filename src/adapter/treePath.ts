/** The rows of *Page Tables* from an address space down to the entry that maps an address, to reveal the last of them. */
import { type Vpn } from '../machine/core/addresses';
import type { TreeNode, TreePathResponse } from '../protocol/requests';
import { type TableTree, tableNodes } from './tableTree';

/** Deeper than any tree with its runs and parts. */
const MOST_ROWS = 16;

export function treePath(tree: TableTree, spaceId: number | undefined, vpn: Vpn): TreePathResponse {
  const { machine } = tree;
  const space = machine.spaces.find(({ id }) => id === (spaceId ?? machine.space?.id));
  if (space === undefined) return { path: [] };
  const { steps } = machine.inspector.walk(space.root, vpn, 'memory');
  // Of hashed tables the probe that has the page; of a tree what has been read, root first.
  const wanted = machine.inspector.tables === undefined ? steps : steps.slice(-1);
  const addresses = new Set(wanted.map(({ address }) => address));
  const path: TreePathResponse['path'] = [];
  let rows = tableNodes(tree, undefined);
  let next = rows.findIndex((row) => row.kind === 'process' && row.space === space.id);
  while (next >= 0 && path.length < MOST_ROWS) {
    const row = rows[next];
    path.push({ id: row.id, index: next });
    if (!row.hasChildren || isLast(row, wanted.at(-1)?.address)) break;
    rows = tableNodes(tree, row.id);
    next = rows.findIndex((child) => holds(tree, child, addresses));
  }
  return { path };
}

const isLast = ({ kind, memoryReference }: TreeNode, address: number | undefined): boolean =>
  kind === 'leaf' && memoryReference === `pa:0x${address?.toString(16)}`;

/** A row shows an entry, or what lies in memory from its own address on. */
function holds(tree: TableTree, { id, memoryReference }: TreeNode, addresses: ReadonlySet<number>): boolean {
  if (memoryReference === undefined) return false;
  const from = Number(memoryReference.slice('pa:'.length));
  const bytes = bytesOf(tree, id);
  return [...addresses].some((address) => address >= from && address < from + bytes);
}

/** Rows of runs, and of hashed tables, say in their ids what they hold. */
function bytesOf({ machine: { spaces, inspector } }: TableTree, id: string): number {
  const [kind, pid, number] = id.split(':');
  const [, first, last] = /(\d+)-(\d+)$/.exec(id) ?? [];
  const count = first === undefined ? 1 : Number(last) - Number(first) + 1;
  if (!['ht', 'hg', 'hc'].includes(kind)) return count * inspector.format.entryBytes;
  const space = spaces.find((each) => each.id === Number(pid));
  const table = space === undefined ? undefined : inspector.tables?.(space.root)[Number(number)];
  if (table === undefined) return 0;
  return (kind === 'ht' ? table.slots : count) * table.slotBytes;
}
