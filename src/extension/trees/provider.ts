/** One tree over `ptscope/tree`. The adapter decides what rows there are; this only fetches, pages and refreshes. */
import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/names';
import type { TreeId } from '../../protocol/requests';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { logProblem, messageOf } from '../problems';
import { itemOf } from './items';
import { PAGE_SIZE, rowsOf, type MoreRow, type NodeRow, type Row } from './rows';

export class TreeProvider implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Row | undefined>();
  private readonly subscriptions: vscode.Disposable[];
  /** How many children are shown of the nodes of which more than a page was asked for. */
  private readonly wanted = new Map<string | undefined, number>();
  /** Of rows to be revealed: the row above. */
  private readonly above = new Map<string, NodeRow>();
  private readonly parents = new Map<string | undefined, NodeRow>();

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly tree: TreeId,
    private readonly sessions: Sessions,
  ) {
    this.subscriptions = [
      this.changed,
      sessions.onDidMove(({ session }) => {
        if (session === sessions.current) this.changed.fire(undefined);
      }),
      sessions.onDidSwitch(() => {
        this.wanted.clear();
        this.parents.clear();
        this.changed.fire(undefined);
      }),
    ];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return itemOf(this.tree, row);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    const session = this.sessions.current;
    if (!session || row?.type === 'more') return [];
    const parent = row?.node.id;
    if (row) this.parents.set(parent, row);
    try {
      const count = this.wanted.get(parent) ?? PAGE_SIZE;
      const request = { tree: this.tree, start: 0, count, ...(parent === undefined ? {} : { parent }) };
      const { nodes, total } = await ask(session, REQUESTS.tree, request);
      return rowsOf(parent, nodes, total);
    } catch (problem) {
      logProblem(`list ${this.tree}`, problem);
      return [messageRow(`${parent ?? this.tree}:problem`, messageOf(problem))];
    }
  }

  /** Rows below the roots are revealed by `pathTo` alone, which knows what is above them. */
  getParent(row: Row): Row | undefined {
    return row.type === 'node' ? this.above.get(row.node.id) : undefined;
  }

  /** The rows that lead to what maps an address, root first; each is fetched with its siblings, so that it is there. */
  async pathTo(address: string, space: number | undefined): Promise<NodeRow[]> {
    const session = this.sessions.current;
    if (!session) return [];
    const { path } = await ask(session, REQUESTS.treePath, { address, ...(space === undefined ? {} : { space }) });
    this.above.clear();
    const rows: NodeRow[] = [];
    for (const { id, index } of path) {
      const parent = rows.at(-1);
      const key = parent?.node.id;
      if (index >= (this.wanted.get(key) ?? PAGE_SIZE))
        this.wanted.set(key, PAGE_SIZE * Math.ceil((index + 1) / PAGE_SIZE));
      const row = (await this.getChildren(parent)).find((each) => each.type === 'node' && each.node.id === id);
      if (row?.type !== 'node') break;
      if (parent) this.above.set(id, parent);
      rows.push(row);
    }
    // Where more rows are wanted than are shown, the tree has to ask again.
    this.changed.fire(undefined);
    return rows;
  }

  /** What is shown is the same, and what is marked in it is not. */
  refresh(): void {
    this.changed.fire(undefined);
  }

  showMore({ parent, shown }: MoreRow): void {
    this.wanted.set(parent, shown + PAGE_SIZE);
    this.changed.fire(this.parents.get(parent));
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

function messageRow(id: string, text: string): Row {
  return { type: 'node', node: { id, label: text, kind: 'message', icon: 'warning', hasChildren: false } };
}
