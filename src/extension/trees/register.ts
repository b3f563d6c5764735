/** The trees of the Run and Debug side bar. */
import * as vscode from 'vscode';
import { VIEWS } from '../../protocol/names';
import type { TreeId } from '../../protocol/requests';
import type { Sessions } from '../debug/sessions';
import { INTERNAL_COMMANDS } from '../internalCommands';
import { guarded } from '../problems';
import { TreeProvider } from './provider';
import type { MoreRow } from './rows';

export function registerTrees(sessions: Sessions): vscode.Disposable {
  const trees = Object.keys(VIEWS) as TreeId[];
  const providers = new Map(trees.map((tree) => [tree, new TreeProvider(tree, sessions)]));
  const views = [...providers].map(([tree, treeDataProvider]) =>
    vscode.window.createTreeView(VIEWS[tree], { treeDataProvider, showCollapseAll: true }),
  );
  const showMore = (tree: TreeId, row: MoreRow): void => providers.get(tree)?.showMore(row);
  return vscode.Disposable.from(
    ...views,
    ...providers.values(),
    vscode.commands.registerCommand(INTERNAL_COMMANDS.showMore, guarded('show more rows', showMore)),
  );
}
