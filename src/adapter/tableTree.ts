/**
 * The rows of the *Page Tables* tree, decoded from memory when asked for.
 *
 * Ids name a place (`pt:1:0x102:1`, a table of address space 1 at level 1), so that a tree keeps what is unfolded over
 * stops. Equal neighbours in a leaf table are one row, and so are neighbours that point to the same table; only entries
 * that are not empty are listed.
 */
import {
  addPages,
  addressOf,
  asPfn,
  asVpn,
  formatPhysical,
  formatVirtual,
  LEAF_SIZE_NAMES,
  PAGE_BYTES,
  physicalOf,
  type Vpn,
} from '../machine/core/addresses';
import { entriesOf, extendPage, formatEntry, pagesPerEntry } from '../machine/paging/format';
import type { EntryNode } from '../machine/paging/inspector';
import type { AddressSpace, AddressSpaces } from '../machine/paging/spaces';
import type { TreeNode } from '../protocol/requests';
import { dataIdOf, entryTarget } from './data/target';
import type { Focus } from './focus';
import { hashedNodes, hashedSpace } from './hashedTree';
import { physicalReference } from './memory';

/** Fewer equal neighbours than this stay rows of their own. */
const SHORTEST_RUN = 3;

/** A table with more entries in use than this is listed in parts of as many: a frame's worth of a flattened one. */
const PART_ENTRIES = 512;

/** What table rows are made of. */
export interface TableTree {
  machine: AddressSpaces;
  focus: Focus;
  /** True where breakpoints can be set: rows then name the data that they show. */
  breakable: boolean;
  /** Present if the tables are a host's: the guest above them, whose walk says what of them is current. */
  guest?: AddressSpaces;
}

interface TableId {
  pid: number;
  table: number;
  level: number;
  base: number;
  /** Entries first … last of the table: a run of equal ones, or a part of a table that is too large for one list. */
  run?: { kind: 'run' | 'part'; first: number; last: number };
}

/** Tables of the space 0, which no process has. */
const HOST_TABLES = 'pt:0:';

/** The tables below a guest. */
const hostOf = (tree: TableTree): TableTree | undefined =>
  tree.machine.below && { ...tree, machine: tree.machine.below, guest: tree.machine };

const idOf = ({ pid, table, level, base, run }: TableId): string =>
  `pt:${pid}:${table}:${level}:${base}${run ? `:${run.kind === 'part' ? 'p' : ''}${run.first}-${run.last}` : ''}`;

function parseId(id: string): TableId | undefined {
  const [, pid, table, level, base, , part, first, last] =
    /^pt:(\d+):(\d+):(\d+):(\d+)(:(p?)(\d+)-(\d+))?$/.exec(id) ?? [];
  if (base === undefined) return undefined;
  const kind = part === 'p' ? 'part' : 'run';
  const run = first === undefined ? undefined : ({ kind, first: Number(first), last: Number(last) } as const);
  return { pid: Number(pid), table: Number(table), level: Number(level), base: Number(base), run };
}

export function tableNodes(tree: TableTree, parent: string | undefined): TreeNode[] {
  const { machine } = tree;
  if (parent === undefined) {
    const host = hostOf(tree);
    const below = host === undefined ? [] : host.machine.spaces.map((space) => spaceNode(host, space));
    return [...machine.spaces.map((space) => spaceNode(tree, space)), ...below];
  }
  const host = parent.startsWith(HOST_TABLES) ? hostOf(tree) : undefined;
  if (host !== undefined) return tableNodes(host, parent);
  if (machine.inspector.tables !== undefined) return hashedNodes(tree, parent);
  const id = parseId(parent);
  if (id === undefined || id.level >= machine.inspector.format.levels.length) return [];
  const onPath = id.pid === machine.space?.id ? pathOf(tree) : new Set<number>();
  const context: RowContext = { ...tree, id, onPath };
  if (id.run?.kind === 'run') return rowsOf(context, range(id.run.first, id.run.last));
  const used = machine.inspector.used(asPfn(id.table), id.level);
  if (id.run) {
    const { first, last } = id.run;
    return grouped(
      context,
      used.filter((index) => index >= first && index <= last),
    );
  }
  const large = entriesOf(machine.inspector.format.levels[id.level]) > 2 * PART_ENTRIES;
  return large && used.length > PART_ENTRIES ? parts(context, used) : grouped(context, used);
}

/** Of a large table that is well filled: a row for each part that holds anything. */
function parts(context: RowContext, used: readonly number[]): TreeNode[] {
  const fill = new Map<number, number>();
  for (const index of used) {
    const first = index - (index % PART_ENTRIES);
    fill.set(first, (fill.get(first) ?? 0) + 1);
  }
  return [...fill].map(([first, count]) => partNode(context, first, count));
}

function partNode(context: RowContext, first: number, count: number): TreeNode {
  const { format } = context.machine.inspector;
  const { name } = format.levels[context.id.level];
  const last = first + PART_ENTRIES - 1;
  const vpn = pageOf(context, first);
  const end = addPages(pageOf(context, last), pagesPerEntry(format.levels[context.id.level]));
  const address = entryAt(context, first).address;
  return {
    id: idOf({ ...context.id, run: { kind: 'part', first, last } }),
    label: `${name}[${first}…${last}]`,
    description: `${addressWord(context, vpn)} .. ${addressWord(context, end)} · ${count}/${PART_ENTRIES}`,
    tooltip: `${count} of these ${PART_ENTRIES} entries are not empty`,
    hasChildren: true,
    icon: 'layers',
    kind: 'run',
    address: addressIn(context, vpn),
    memoryReference: physicalReference(address),
    current: [...context.onPath].some((at) => at >= address && at < address + PART_ENTRIES * format.entryBytes),
  };
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Physical addresses of the entries that a walk of the current page reads. */
function pathOf({ machine, focus, guest }: TableTree): Set<number> {
  if (focus.vpn === undefined) return new Set();
  if (guest !== undefined) {
    const walks = guest.inspector.walk(guest.root, focus.vpn).host ?? [];
    return new Set(walks.flatMap(({ steps }) => steps.map((s) => s.address)));
  }
  return new Set(machine.inspector.walk(machine.root, focus.vpn).steps.map((s) => s.address));
}

function spaceNode(tree: TableTree, space: AddressSpace): TreeNode {
  const { machine, focus } = tree;
  if (machine.inspector.tables !== undefined) return hashedSpace(tree, space);
  const { id, name, root: cr3, note } = space;
  const { table, level } = machine.inspector.rootTable(cr3);
  const root = machine.inspector.format.levels[level];
  const used = machine.inspector.fill(table, level);
  const at = formatPhysical(physicalOf(table));
  const whose = physicalWord(tree);
  return {
    id: idOf({ pid: id, table, level, base: 0 }),
    label: tree.guest === undefined ? name : `${name} (EPT)`,
    description: `${root.name} at ${at} · ${used}/${entriesOf(root)} · ${note}`,
    tooltip:
      tree.guest === undefined
        ? `Address space ${id}, ${name}: root table ${root.name} at ${whose} ${at}`
        : `The host’s tables: from guest-physical to host-physical addresses. Root table ${root.name} at ${whose} ${at}`,
    hasChildren: used > 0,
    icon: tree.guest === undefined ? 'server-process' : 'vm',
    kind: 'process',
    space: id,
    memoryReference: physicalReference(physicalOf(table)),
    current: id === machine.space?.id && focus.vpn !== undefined,
  };
}

// What the numbers of a row are: of a guest's tables guest-physical, of its host's from guest-physical to host-physical.

const addressWord = ({ guest }: TableTree, vpn: Vpn): string =>
  guest === undefined ? formatVirtual(vpn) : `GPA ${formatPhysical(vpn * PAGE_BYTES)}`;
const frameWord = ({ machine, guest }: TableTree): string =>
  guest !== undefined ? 'host frame' : machine.below !== undefined ? 'guest frame' : 'frame';
const physicalWord = ({ machine, guest }: TableTree): string =>
  guest !== undefined ? 'host-physical' : machine.below !== undefined ? 'guest-physical' : 'physical';
/** The virtual address that a row is about, for the walk view. */
const addressIn = ({ guest }: TableTree, vpn: Vpn): string | undefined =>
  guest === undefined ? `0x${addressOf(vpn).toString(16)}` : undefined;

interface RowContext extends TableTree {
  id: TableId;
  onPath: ReadonlySet<number>;
}

const entryAt = ({ machine, id }: RowContext, index: number): EntryNode =>
  machine.inspector.entry(asPfn(id.table), id.level, index);

const rowsOf = (context: RowContext, indices: readonly number[]): TreeNode[] =>
  indices.map((i) => entryNode(context, entryAt(context, i)));

/**
 * Rows of a table: runs of consecutive pages with equal flags are one, and entries one after the other that point to the
 * same table. Entries that are current or changed stand alone.
 */
function grouped(context: RowContext, indices: readonly number[]): TreeNode[] {
  const rows: TreeNode[] = [];
  let run: EntryNode[] = [];
  const flush = (): void => {
    if (run.length >= SHORTEST_RUN) rows.push(run[0].leaf ? runNode(context, run) : sharedNode(context, run));
    else rows.push(...run.map((e) => entryNode(context, e)));
    run = [];
  };
  for (const index of indices) {
    const entry = entryAt(context, index);
    const last = run.at(-1);
    const alone =
      !entry.present || context.onPath.has(entry.address) || context.focus.changedEntries.has(entry.address);
    if (last !== undefined && (alone || !follows(context, last, entry))) flush();
    if (alone) rows.push(entryNode(context, entry));
    else run.push(entry);
  }
  flush();
  return rows;
}

function follows({ machine, id }: RowContext, a: EntryNode, b: EntryNode): boolean {
  if (a.leaf !== b.leaf || a.flags !== b.flags) return false;
  if (!a.leaf) return a.frame === b.frame;
  const step = pagesPerEntry(machine.inspector.format.levels[id.level]);
  return b.index === a.index + 1 && b.frame === a.frame + step && b.pageSize === a.pageSize;
}

/** First page that an entry maps, upper half sign-extended. */
function pageOf({ machine, id }: RowContext, index: number): Vpn {
  const { format } = machine.inspector;
  return extendPage(addPages(asVpn(id.base), index * pagesPerEntry(format.levels[id.level])), format);
}

function entryNode(context: RowContext, entry: EntryNode): TreeNode {
  const { machine, focus, id, onPath } = context;
  const vpn = pageOf(context, entry.index);
  const child = entry.present && !entry.leaf;
  const size = child ? machine.inspector.fill(entry.frame, entry.childLevel) : undefined;
  const fill = size === undefined ? '' : ` · ${size}/${entriesOf(machine.inspector.format.levels[entry.childLevel])}`;
  const target = entry.leaf
    ? `${frameWord(context)} 0x${entry.frame.toString(16)} · ${LEAF_SIZE_NAMES[entry.pageSize]}`
    : entry.meaning;
  const from = addressWord(context, vpn);
  return {
    id: child
      ? idOf({ pid: id.pid, table: entry.frame, level: entry.childLevel, base: vpn })
      : `pte:${id.pid}:${entry.address}`,
    label: `${entry.levelName}[${entry.index}]`,
    description: `${from} → ${target}${fill} · ${entry.flags}`,
    tooltip: `${entry.levelName}[${entry.index}] at ${physicalWord(context)} ${formatPhysical(entry.address)}\n${formatEntry(machine.inspector.format, entry.raw)}  ${entry.flags}\nmaps from ${from}\n${entry.meaning}`,
    hasChildren: child,
    size,
    icon: child ? 'table' : entry.present ? 'file-binary' : 'circle-slash',
    kind: child ? 'table' : 'leaf',
    address: addressIn(context, vpn),
    memoryReference: physicalReference(entry.address),
    dataId: context.breakable ? dataIdOf(entryTarget(entry.address, machine.inspector.format)) : undefined,
    range: context.breakable ? rangeOf(context, vpn, 1) : undefined,
    current: onPath.has(entry.address),
    changed: focus.changedEntries.has(entry.address),
    changedSincePin:
      focus.sincePin?.entry(entry.address) || (child && focus.sincePin?.table(entry.frame, entry.childLevel)),
  };
}

function runNode(context: RowContext, run: readonly EntryNode[]): TreeNode {
  const first = run[0];
  const last = run[run.length - 1];
  const vpn = pageOf(context, first.index);
  const { levels, entryBytes } = context.machine.inspector.format;
  const end = addPages(pageOf(context, last.index), pagesPerEntry(levels[first.level]));
  return {
    id: idOf({ ...context.id, run: { kind: 'run', first: first.index, last: last.index } }),
    label: `${first.levelName}[${first.index}…${last.index}]`,
    description: `${addressWord(context, vpn)} .. ${addressWord(context, end)} → ${frameWord(context)}s 0x${first.frame.toString(16)} .. 0x${last.frame.toString(16)} · ${run.length} × ${LEAF_SIZE_NAMES[first.pageSize]} · ${first.flags}`,
    tooltip: `${run.length} consecutive pages with equal flags`,
    hasChildren: true,
    size: run.length,
    icon: 'layers',
    kind: 'run',
    address: addressIn(context, vpn),
    memoryReference: physicalReference(first.address),
    dataId: context.breakable
      ? dataIdOf({ kind: 'physical', start: first.address, bytes: run.length * entryBytes, entry: false })
      : undefined,
    range: context.breakable ? rangeOf(context, vpn, run.length) : undefined,
    changedSincePin: run.some(({ address }) => context.focus.sincePin?.entry(address)),
  };
}

/** Neighbours that point to one table: it is shown below the first. */
function sharedNode(context: RowContext, run: readonly EntryNode[]): TreeNode {
  const first = run[0];
  const last = run[run.length - 1];
  const node = entryNode(context, first);
  return {
    ...node,
    label: `${first.levelName}[${first.index}…${last.index}]`,
    description: `${run.length} entries, the same table · ${node.description ?? ''}`,
    tooltip: `${run.length} entries that point to the same table\n${node.tooltip ?? ''}`,
  };
}

/** The virtual addresses that some entries of the table map. */
function rangeOf({ machine, id, guest }: RowContext, vpn: Vpn, entries: number): string | undefined {
  // Programs do not use guest-physical addresses.
  if (guest !== undefined) return undefined;
  const pages = entries * pagesPerEntry(machine.inspector.format.levels[id.level]);
  return dataIdOf({ kind: 'virtual', pid: id.pid, start: addressOf(vpn), bytes: BigInt(pages) << 12n });
}
