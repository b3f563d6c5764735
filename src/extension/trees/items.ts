/** What VS Code draws for a row. */
import * as vscode from 'vscode';
import { INTERNAL_COMMANDS } from '../internalCommands';
import { contextValue, describe, explain, moreLabel, spoken, type MoreRow, type NodeRow, type Row } from './rows';
import type { TreeId } from '../../protocol/requests';

const DEFAULT_ICONS: Record<NodeRow['node']['kind'], string> = {
  process: 'account',
  table: 'table',
  leaf: 'file',
  run: 'files',
  structure: 'server',
  entry: 'symbol-field',
  message: 'info',
  call: 'symbol-method',
  iterator: 'references',
  object: 'symbol-object',
  area: 'symbol-array',
  field: 'symbol-field',
};

export function itemOf(tree: TreeId, row: Row): vscode.TreeItem {
  return row.type === 'more' ? moreItem(tree, row) : nodeItem(row);
}

function nodeItem({ node }: NodeRow): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const open = node.kind === 'process' || node.kind === 'structure' || node.current;
  const item = new vscode.TreeItem(node.label, node.hasChildren ? (open ? Expanded : Collapsed) : None);
  item.id = node.id;
  item.description = describe(node);
  item.tooltip = explain(node);
  item.iconPath = new vscode.ThemeIcon(node.icon ?? DEFAULT_ICONS[node.kind], iconColour(node));
  item.contextValue = contextValue(node);
  item.accessibilityInformation = { label: spoken(node), role: 'treeitem' };
  return item;
}

function iconColour({ current, changed }: NodeRow['node']): vscode.ThemeColor | undefined {
  if (current) return new vscode.ThemeColor('debugIcon.breakpointCurrentStackframeForeground');
  return changed ? new vscode.ThemeColor('gitDecoration.modifiedResourceForeground') : undefined;
}

function moreItem(tree: TreeId, row: MoreRow): vscode.TreeItem {
  const item = new vscode.TreeItem(moreLabel(row));
  item.id = `more:${row.parent ?? ''}`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: INTERNAL_COMMANDS.showMore, title: 'Show more', arguments: [tree, row] };
  return item;
}
