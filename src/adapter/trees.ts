/** The rows of the trees, a page at a time. */
import type { Machine } from '../machine/machine';
import type { TreeArguments, TreeNode, TreeResponse } from '../protocol/requests';
import { cacheNodes } from './cacheTree';
import type { Focus } from './focus';
import { objectNodes, type ObjectTree } from './objectTree';
import { areaRows, processNodes } from './processTree';
import { tableNodes } from './tableTree';

const PAGE_OF_ROWS = 200;

export function treeRows(machine: Machine, focus: Focus, request: TreeArguments): TreeResponse {
  const { tree, parent } = request;
  return page(
    tree === 'pageTables'
      ? tableNodes({ machine, focus, breakable: true }, parent)
      : cacheNodes(machine, focus, parent),
    request,
  );
}

/** Of all trees of a run. */
export function runRows(tree: ObjectTree, request: TreeArguments): TreeResponse {
  const { run, focus } = tree;
  switch (request.tree) {
    case 'objects':
      return page(objectNodes(tree, request.parent), request);
    case 'processes':
      return areaRows(run, { count: PAGE_OF_ROWS, ...request }) ?? page(processNodes(run, request.parent), request);
    default:
      return treeRows(run.machine, focus, request);
  }
}

/** What was asked for of all rows. */
export function page(nodes: TreeNode[], { start = 0, count = PAGE_OF_ROWS }: TreeArguments): TreeResponse {
  return { nodes: nodes.slice(start, start + count), total: nodes.length };
}
