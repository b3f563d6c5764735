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
import type { Location } from './locations';
import { parseReference } from './memory';

/** A row of the Variables view. */
export interface VariableNode {
  name: string;
  value: string;
  type?: string;
  evaluateName?: string;
  memoryReference?: string;
  /** Data that the row shows, if it is no expression's. */
  dataId?: string;
  /** The statement that bound the name. */
  declared?: Location;
  /** What the row is to a client: a value that can be called, a class … */
  kind?: DebugProtocol.VariablePresentationHint['kind'];
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
  /** Those that are not numbered, and come first; given along with `indexed`. */
  named?: number;
  list(start: number, count: number): VariableNode[];
}

export const row = (name: string, value: string, extra: Partial<VariableNode> = {}): VariableNode => ({
  name,
  value,
  ...extra,
});

export const fixed = (list: () => VariableNode[]): VariableSource => ({
  list: (start, count) => list().slice(start, start + count),
});

/** Many rows behind a few that have names: a client asks for them a page at a time. */
export const numbered = (
  named: VariableNode[],
  indexed: number,
  list: (start: number, count: number) => VariableNode[],
): VariableSource => ({
  named: named.length,
  indexed,
  list: (start, count) => {
    const from = Math.max(0, start - named.length);
    const front = named.slice(start, start + count);
    const rest = Math.min(count - front.length, indexed - from);
    return rest > 0 ? [...front, ...list(from, rest)] : front;
  },
});

/** Clients drop siblings of the same name: later ones get a number. */
function distinct(nodes: readonly VariableNode[]): VariableNode[] {
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const n = (seen.get(node.name) ?? 0) + 1;
    seen.set(node.name, n);
    return n === 1 ? node : { ...node, name: `${node.name} (${n})` };
  });
}

/** Which of a row's children are asked for. */
export interface Wanted {
  start?: number;
  /** 0: all. */
  count?: number;
  filter?: DebugProtocol.VariablesArguments['filter'];
}

export class VariableStore {
  #sources: VariableSource[] = [];

  #locations: Location[] = [];

  reset(): void {
    this.#sources = [];
    this.#locations = [];
  }

  location(reference: number): Location {
    const location = this.#locations[reference - 1];
    if (location === undefined) throw badReference('This place belongs to an earlier stop.');
    return location;
  }

  /** References that lead from a row to where it comes from; nothing for rows that come from nowhere. */
  locationsOf({ dataId, declared }: Pick<VariableNode, 'dataId' | 'declared'>): {
    valueLocationReference?: number;
    declarationLocationReference?: number;
  } {
    const reference = (location: Location | undefined): number | undefined =>
      location && this.#locations.push(location);
    const isEntry = dataId?.startsWith('entry:') === true;
    return {
      valueLocationReference: reference(isEntry ? { kind: 'written', dataId } : undefined),
      declarationLocationReference: reference(declared),
    };
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

  list(reference: number, { start = 0, count = 0, filter }: Wanted = {}): DebugProtocol.Variable[] {
    const source = this.source(reference);
    const { named = 0, indexed } = source;
    const all = count === 0 ? Number.MAX_SAFE_INTEGER : count;
    const list = (): VariableNode[] => {
      if (indexed === undefined || filter === undefined) return source.list(start, all);
      if (filter === 'indexed') return source.list(named + start, all);
      return start >= named ? [] : source.list(start, Math.min(all, named - start));
    };
    return distinct(list()).map((n) => this.#toVariable(n));
  }

  find(reference: number, name: string): VariableNode | undefined {
    return distinct(this.source(reference).list(0, Number.MAX_SAFE_INTEGER)).find((n) => n.name === name);
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
    if (node.kind !== undefined) hint.kind = node.kind;
    if (node.assign === undefined && node.children === undefined) hint.attributes = ['readOnly'];
    return {
      name: node.name,
      value: node.value,
      type: node.type,
      evaluateName: node.evaluateName,
      memoryReference: node.memoryReference,
      variablesReference: this.handle(node.children),
      indexedVariables: node.children?.indexed,
      namedVariables: node.children?.named,
      ...this.locationsOf(node),
      __vscodeVariableMenuContext: node.menu,
      presentationHint: Object.keys(hint).length > 0 ? hint : undefined,
    };
  }
}

/** How values become rows; `assign` changes what an expression names. */
export interface ValueRows {
  format: NumberFormat;
  assign(expression: string, text: string): string | undefined;
  /** Id of the data of the entry at a physical address. */
  entryId?(address: number): string;
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
    if (isEntry(value)) {
      node.menu = 'ptscope-entry';
      node.dataId = rows.entryId?.(Number(parseReference(value.memoryReference).address));
    }
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
  const path = memberPath(expression, m.name);
  // A client that knows what lazy is shows a button instead of the value, and asks for the one child behind it.
  if (m.dear)
    return {
      name: m.name,
      value: 'not counted yet',
      lazy: true,
      evaluateName: path,
      children: fixed(() => [valueNode(m.name, m.get(), path, rows, m)]),
    };
  const node = valueNode(m.name, m.get(), path, rows, m);
  if (isEntry(owner)) node.menu = 'ptscope-entry';
  return node;
}

const isEntry = (value: ObjectValue): value is ObjectValue & { memoryReference: string } =>
  value.memoryReference !== undefined && value.members.some((m) => m.name === 'raw');

const memberPath = (expression: string, name: string): string =>
  /^\d+$/.test(name) ? `${expression}[${name}]` : `${expression}.${name}`;

export function memberText(value: Value, format: NumberFormat, member?: MemberValue): string {
  const n = typeof value === 'bigint' ? numberOf(value) : undefined;
  if (n !== undefined && member?.as !== undefined) return member.as === 'count' ? n.toString() : formatAddress(n);
  return formatValue(value, format);
}
