/** The trees of the Run and Debug side bar. */
import * as vscode from 'vscode';
import { TREES } from '../../protocol/names';
import type { TreeId } from '../../protocol/requests';
import type { Pins } from '../debug/pins';
import type { Sessions } from '../debug/sessions';
import { INTERNAL_COMMANDS } from '../internalCommands';
import { guarded, logProblem } from '../problems';
import { TreeProvider } from './provider';
import type { MoreRow, Row } from './rows';

export interface Trees extends vscode.Disposable {
  /** Shows the row of *Page Tables* that maps an address. */
  reveal(address: string, space: number | undefined): Promise<void>;
}

export function registerTrees(sessions: Sessions, pins: Pins, memory: vscode.Memento): Trees {
  const trees = Object.keys(TREES) as TreeId[];
  const providers = new Map(trees.map((tree) => [tree, new TreeProvider(tree, sessions)]));
  const views = [...providers].map(([tree, treeDataProvider]) =>
    vscode.window.createTreeView(TREES[tree], { treeDataProvider, showCollapseAll: true }),
  );
  const pageTables = providers.get('pageTables');
  const [pageTablesView] = views;
  const showMore = (tree: TreeId, row: MoreRow): void => providers.get(tree)?.showMore(row);
  const all = vscode.Disposable.from(
    unfoldOnce(sessions, memory, () => revealFirst(pageTables, pageTablesView)),
    pins.onDidChange(() => pageTables?.refresh()),
    ...views,
    ...providers.values(),
    vscode.commands.registerCommand(INTERNAL_COMMANDS.showMore, guarded('show more rows', showMore)),
  );
  const reveal = async (address: string, space: number | undefined): Promise<void> => {
    const rows = (await pageTables?.pathTo(address, space)) ?? [];
    const last = rows.at(-1);
    if (last) await pageTablesView?.reveal(last, { select: true, focus: false, expand: false });
  };
  return {
    reveal,
    dispose: () => {
      all.dispose();
    },
  };
}

const UNFOLDED = 'trees.unfolded';

/** VS Code folds every view that an extension adds to the side bar: the first session ever shows that the tree is there. */
function unfoldOnce(sessions: Sessions, memory: vscode.Memento, reveal: () => Promise<void>): vscode.Disposable {
  return sessions.onDidMove(({ session }) => {
    if (session.configuration.noDebug || memory.get<boolean>(UNFOLDED)) return;
    void memory.update(UNFOLDED, true);
    reveal().catch((problem: unknown) => logProblem('unfold the page tables', problem));
  });
}

async function revealFirst(provider: TreeProvider | undefined, view: vscode.TreeView<Row> | undefined): Promise<void> {
  const first = (await provider?.getChildren())?.[0];
  if (first) await view?.reveal(first, { select: false, focus: false });
}
