/** The trees of page tables and of caches as variables: a page of rows at a time, and an entry's fields under its row. */
import type { TreeNode } from '../protocol/requests';
import { formatPhysical, formatVirtual, PAGE_SIZE_NAMES, physicalOf } from '../machine/core/addresses';
import type { MappingRun } from '../machine/paging/inspector';
import { physicalReference } from './memory';
import type { ScopeContext } from './scopes';
import { treeRows } from './trees';
import { fieldNode, fixed, numbered, row, type VariableNode, type VariableSource } from './variables';

type Tree = 'pageTables' | 'caches';

/** Tables and TLBs with more rows than this are asked for in pages. */
const PAGED_FROM = 100;

export const treeSource = (context: ScopeContext, tree: Tree): VariableSource =>
  fixed(() => rowsBelow(context, tree, undefined, 0, MOST_ROWS));

const MOST_ROWS = 100_000;

const rowsBelow = (
  context: ScopeContext,
  tree: Tree,
  parent: string | undefined,
  start: number,
  count: number,
): VariableNode[] =>
  treeRows(context.run.machine, context.focus, { tree, parent, start, count }).nodes.map((node) =>
    treeVariable(context, tree, node),
  );

function treeVariable(context: ScopeContext, tree: Tree, node: TreeNode): VariableNode {
  const entry = tree === 'pageTables' ? entryExpression(context, node) : undefined;
  const hasChildren = node.hasChildren || entry !== undefined;
  return row(node.label, node.description ?? '', {
    type: node.tooltip,
    evaluateName: entry,
    memoryReference: node.memoryReference,
    dataId: node.dataId,
    menu: node.kind === 'table' || node.kind === 'leaf' ? 'ptscope-entry' : undefined,
    kind: node.kind === 'run' || node.kind === 'message' ? 'virtual' : 'data',
    children: hasChildren ? childrenOf(context, tree, node, entry) : undefined,
  });
}

/** An entry of the running process has a name in the language, under which its fields can be changed. */
function entryExpression({ run }: ScopeContext, { id, kind, label, address }: TreeNode): string | undefined {
  const process = run.machine.kernel.current;
  if (process === undefined || address === undefined || kind === 'run') return undefined;
  const isOwn = id.split(':')[1] === String(process.pid);
  return isOwn ? `${label.replace(/\[.*/, '').toLowerCase()}(${address})` : undefined;
}

function childrenOf(context: ScopeContext, tree: Tree, node: TreeNode, entry: string | undefined): VariableSource {
  const { run } = context;
  const fields = (): VariableNode[] => {
    if (entry === undefined) return [];
    const value = run.environment.call(entry.replace(/\(.*/, ''), [BigInt(node.address ?? 0)]);
    if (typeof value !== 'object' || value.type !== 'object') return [];
    return value.members.map((m) => fieldNode(value, entry, m, context.rows));
  };
  const more = (): VariableNode[] => (node.kind === 'process' ? summaries(context, node) : fields());
  if ((node.size ?? 0) > PAGED_FROM) {
    const { total } = treeRows(run.machine, context.focus, { tree, parent: node.id, count: 0 });
    // Fields come first here: behind so many rows nobody would find them.
    if (total > PAGED_FROM)
      return numbered(more(), total, (start, count) => rowsBelow(context, tree, node.id, start, count));
  }
  return fixed(() => {
    const below = node.hasChildren ? rowsBelow(context, tree, node.id, 0, MOST_ROWS) : [];
    return [...below, ...more().filter((f) => !below.some((b) => b.name === f.name))];
  });
}

/** Answers that take a walk through all tables: only who asks for them pays. */
function summaries({ run: { machine } }: ScopeContext, { id }: TreeNode): VariableNode[] {
  const process = machine.kernel.processes.find(({ pid, exited }) => !exited && id.split(':')[1] === String(pid));
  if (process === undefined) return [];
  const { inspector } = machine;
  const { root } = process.tdb;
  const lazy = (name: string, answer: () => VariableNode): VariableNode =>
    row(name, '', { lazy: true, kind: 'virtual', children: fixed(() => [answer()]) });
  return [
    lazy('all mappings', () => {
      const runs = [...inspector.mappings(root, { coalesce: true, shared: 'once' })];
      const pages = runs.reduce((sum, run) => sum + run.pages, 0);
      const children = numbered([], runs.length, (start, count) => runs.slice(start, start + count).map(mappingRow));
      return row('', `${runs.length} runs, ${pages * 4} KiB`, { children });
    }),
    lazy('tables by level', () => {
      const { tables } = inspector.census(root);
      const levels = inspector.format.levels.map(({ name }, level) => row(name, `${tables[level] ?? 0}`));
      const total = tables.reduce((sum, n) => sum + n, 0);
      return row('', `${total} tables`, { children: fixed(() => levels) });
    }),
  ];
}

function mappingRow({ vpn, pages, pfn, pageSize, write, user, exec }: MappingRun): VariableNode {
  const rights = `${user ? 'u' : 's'}${write ? 'w' : '-'}${exec ? 'x' : '-'}`;
  const size = PAGE_SIZE_NAMES[pageSize];
  return row(
    formatVirtual(vpn),
    `→ ${formatPhysical(physicalOf(pfn))}, ${pages * 4} KiB in pages of ${size}, ${rights}`,
    {
      memoryReference: physicalReference(physicalOf(pfn)),
    },
  );
}
