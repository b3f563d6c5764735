/**
 * Variables on demand: a handle stands for a node whose children are made when asked for, a page at a time. Handles live
 * until the machine moves; memory references live as long as the session and name an address, never a handle.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatAddress } from '../machine/core/addresses';
import {
  formatValue,
  type MemberValue,
  type NumberFormat,
  numberOf,
  type ObjectValue,
  type Value,
} from '../scenario/run/values';
import type { VariableMenu } from '../protocol/names';
import { badReference, refused } from './errors';

/** A row of the Variables view. */
export interface VariableNode {
  name: string;
  value: string;
  type?: string;
  evaluateName?: string;
  memoryReference?: string;
  /** Data that the row shows, if it is no expression's. */
  dataId?: string;
  /** What the row is, for the conditions of context menus. */
  menu?: VariableMenu;
  /** Present: the row can be unfolded. */
  children?: VariableSource;
  /** Present: the value can be changed. A sentence if the new one is refused. */
  assign?(text: string): string | undefined;
  /** Shown behind an "evaluate" icon until asked for. */
  lazy?: boolean;
}

export interface VariableSource {
  /** Given when children are numbered and many: the client then asks in pages. */
  indexed?: number;
  list(start: number, count: number): VariableNode[];
}

export const fixed = (list: () => VariableNode[]): VariableSource => ({
  list: (start, count) => list().slice(start, start + count),
});

export class VariableStore {
  #sources: VariableSource[] = [];

  reset(): void {
    this.#sources = [];
  }

  /** 0 for what has no children, as DAP wants it. */
  handle(source: VariableSource | undefined): number {
    return source === undefined ? 0 : this.#sources.push(source);
  }

  source(reference: number): VariableSource {
    const source = this.#sources[reference - 1];
    if (source === undefined) throw badReference('These variables belong to an earlier stop.');
    return source;
  }

  list(reference: number, start = 0, count = 0): DebugProtocol.Variable[] {
    return this.source(reference)
      .list(start, count === 0 ? Number.MAX_SAFE_INTEGER : count)
      .map((n) => this.#toVariable(n));
  }

  find(reference: number, name: string): VariableNode | undefined {
    return this.source(reference)
      .list(0, Number.MAX_SAFE_INTEGER)
      .find((n) => n.name === name);
  }

  assign(reference: number, name: string, text: string): VariableNode {
    const node = this.find(reference, name);
    if (node?.assign === undefined) throw refused(`'${name}' cannot be changed.`);
    const problem = node.assign(text);
    if (problem !== undefined) throw refused(problem);
    return this.find(reference, name) ?? node;
  }

  #toVariable(node: VariableNode): DebugProtocol.Variable & { __vscodeVariableMenuContext?: string } {
    const hint: DebugProtocol.VariablePresentationHint = {};
    if (node.lazy) hint.lazy = true;
    if (node.assign === undefined && node.children === undefined) hint.attributes = ['readOnly'];
    return {
      name: node.name,
      value: node.value,
      type: node.type,
      evaluateName: node.evaluateName,
      memoryReference: node.memoryReference,
      variablesReference: this.handle(node.children),
      indexedVariables: node.children?.indexed,
      __vscodeVariableMenuContext: node.menu,
      presentationHint: Object.keys(hint).length > 0 ? hint : undefined,
    };
  }
}

/** How values become rows; `assign` changes what an expression names. */
export interface ValueRows {
  format: NumberFormat;
  assign(expression: string, text: string): string | undefined;
}

/** A value of the expression language as a row, its members as children. */
export function valueNode(
  name: string,
  value: Value,
  expression: string,
  rows: ValueRows,
  member?: MemberValue,
): VariableNode {
  const node: VariableNode = {
    name,
    value: memberText(value, rows.format, member),
    type: typeof value === 'object' ? value.type : typeof value === 'bigint' ? 'u64' : typeof value,
    evaluateName: expression,
  };
  if (member?.set !== undefined) node.assign = (text) => rows.assign(expression, text);
  if (typeof value !== 'object') return node;
  if (value.type === 'object') {
    node.memoryReference = value.memoryReference;
    node.menu = isEntry(value) ? 'ptscope-entry' : undefined;
    node.children = fixed(() => value.members.map((m) => fieldNode(value, expression, m, rows)));
  } else if (value.type !== 'symbol') {
    node.children = fixed(() => [
      { name: 'start', value: formatAddress(value.start), evaluateName: `${expression}.start` },
      { name: 'end', value: formatAddress(value.end), evaluateName: `${expression}.end` },
      { name: 'size', value: `${value.end - value.start}`, evaluateName: `${expression}.size` },
    ]);
  }
  return node;
}

/** A field of an entry is watched as the entry that it is part of. */
export function fieldNode(owner: ObjectValue, expression: string, m: MemberValue, rows: ValueRows): VariableNode {
  const node = valueNode(m.name, m.get(), memberPath(expression, m.name), rows, m);
  if (isEntry(owner)) node.menu = 'ptscope-entry';
  return node;
}

const isEntry = ({ memoryReference, members }: ObjectValue): boolean =>
  memoryReference !== undefined && members.some((m) => m.name === 'raw');

const memberPath = (expression: string, name: string): string =>
  /^\d+$/.test(name) ? `${expression}[${name}]` : `${expression}.${name}`;

export function memberText(value: Value, format: NumberFormat, member?: MemberValue): string {
  const n = typeof value === 'bigint' ? numberOf(value) : undefined;
  if (n !== undefined && member?.as !== undefined) return member.as === 'count' ? n.toString() : formatAddress(n);
  return formatValue(value, format);
}
