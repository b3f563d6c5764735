/** Rows of a tree view as plain data, and what they look like in words: no VS Code needed, so tests read it directly. */
import type { TreeNode } from '../../protocol/requests';

/** A node that the adapter sent, or the row that fetches more of its siblings. */
export type Row = NodeRow | MoreRow;

export interface NodeRow {
  type: 'node';
  node: TreeNode;
}

export interface MoreRow {
  type: 'more';
  /** Id of the node whose children were not all fetched; absent for the roots. */
  parent: string | undefined;
  shown: number;
  total: number;
}

export const PAGE_SIZE = 100;

export function rowsOf(parent: string | undefined, nodes: TreeNode[], total: number): Row[] {
  const rows: Row[] = nodes.map((node) => ({ type: 'node', node }));
  if (nodes.length < total) rows.push({ type: 'more', parent, shown: nodes.length, total });
  return rows;
}

export function moreLabel({ shown, total }: MoreRow): string {
  const rest = total - shown;
  return rest > PAGE_SIZE ? `Show ${PAGE_SIZE} more of ${rest}` : `Show ${rest} more`;
}

/** Marks are shapes, short because the side bar is narrow: a row must be understood without its colour. */
export function describe({ description, current, changed, changedSincePin }: TreeNode): string {
  const marks = `${current ? '◂' : ''}${changed ? '●' : ''}${changedSincePin ? '◆' : ''}`;
  return [marks, description].filter(Boolean).join(' ');
}

/** What the marks mean stands in the tooltip, and in what a screen reader says. */
export function explain(node: TreeNode): string {
  const { tooltip, current, changed, changedSincePin } = node;
  if (tooltip === undefined) return spoken(node);
  const legend = [
    current && '◂ on the path of the current access',
    changed && '● changed in this tick',
    changedSincePin && '◆ changed since the pinned moment',
  ];
  return [tooltip, ...legend].filter(Boolean).join('\n');
}

export function spoken(node: TreeNode): string {
  const { label, description, current, changed, changedSincePin } = node;
  const parts = [
    label,
    description,
    current && 'on the path of the current access',
    changed && 'changed in this tick',
    changedSincePin && 'changed since the pinned moment',
  ];
  return parts.filter(Boolean).join(', ');
}

/** Words that the `when` clauses of context menus look for. */
export function contextValue({ kind, address, memoryReference, dataId, range }: TreeNode): string {
  const has = [address && 'address', memoryReference && 'memory', dataId && 'data', range && 'range'];
  return [`ptscope-${kind}`, ...has].filter(Boolean).join(' ');
}

export function nodeOf(argument: unknown): TreeNode | undefined {
  if (typeof argument !== 'object' || argument === null || !('type' in argument)) return undefined;
  const row = argument as Row;
  return row.type === 'node' ? row.node : undefined;
}

/** What a webview's context menu hands over: `data-vscode-context` of what was pointed at. */
interface PointedAt {
  webview: string;
  address?: string;
  space?: number;
  label?: string;
  dataId?: string;
}

export const isPointedAt = (argument: unknown): argument is PointedAt =>
  typeof argument === 'object' && argument !== null && 'webview' in argument;

/** Address of a row, or of what was pointed at in a view. */
export const addressOf = (argument: unknown): string | undefined =>
  isPointedAt(argument) ? argument.address : nodeOf(argument)?.address;

/** Address space of a row, or of what was pointed at in a view. */
export const spaceOf = (argument: unknown): number | undefined =>
  isPointedAt(argument) ? argument.space : nodeOf(argument)?.space;
