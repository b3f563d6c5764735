/**
 * The rows of the *Page Tables* and *TLB & Walk Caches* trees, decoded from memory and hardware when asked for.
 *
 * Ids name a place in the machine (`pt:1:0x102:1`, a table of process 1 at level 1), so that a tree keeps what is
 * unfolded over stops. Equal neighbours in a leaf table are one row; only entries that are not empty are listed.
 */
import { residentPages } from '../machine/kernel/process';
import {
  addPages,
  addressOf,
  asPfn,
  asVpn,
  formatPhysical,
  formatVirtual,
  PAGE_SIZE_NAMES,
  PAGES_OF_SIZE,
  physicalOf,
  type Vpn,
  signExtendPage,
} from '../machine/core/addresses';
import type { Process } from '../machine/kernel/process';
import type { Machine } from '../machine/machine';
import { ANY_PCID, type AssociativeCache } from '../machine/mmu/associativeCache';
import { CR4, TlbFlag } from '../machine/mmu/rights';
import { entriesOf, indexOf, pagesPerEntry } from '../machine/paging/format';
import type { EntryNode } from '../machine/paging/inspector';
import type { TreeArguments, TreeNode, TreeResponse } from '../protocol/requests';
import type { Focus } from './focus';

import { dataIdOf, ENTRY_BYTES, entryTarget } from './data/target';
import { physicalReference } from './memory';

const PAGE_OF_ROWS = 200;
/** Fewer equal neighbours than this stay rows of their own. */
const SHORTEST_RUN = 3;

export function treeRows(machine: Machine, focus: Focus, request: TreeArguments): TreeResponse {
  const nodes =
    request.tree === 'pageTables'
      ? tableNodes(machine, focus, request.parent)
      : cacheNodes(machine, focus, request.parent);
  const start = request.start ?? 0;
  return { nodes: nodes.slice(start, start + (request.count ?? PAGE_OF_ROWS)), total: nodes.length };
}

// ---- page tables ----------------------------------------------------------------------------------------------------

interface TableId {
  pid: number;
  table: number;
  level: number;
  base: number;
  /** A run of entries first … last of the table. */
  run?: { first: number; last: number };
}

const idOf = ({ pid, table, level, base, run }: TableId): string =>
  `pt:${pid}:${table}:${level}:${base}${run ? `:${run.first}-${run.last}` : ''}`;

function parseId(id: string): TableId | undefined {
  const [, pid, table, level, base, , first, last] = /^pt:(\d+):(\d+):(\d+):(\d+)(:(\d+)-(\d+))?$/.exec(id) ?? [];
  if (base === undefined) return undefined;
  const run = first === undefined ? undefined : { first: Number(first), last: Number(last) };
  return { pid: Number(pid), table: Number(table), level: Number(level), base: Number(base), run };
}

function tableNodes(machine: Machine, focus: Focus, parent: string | undefined): TreeNode[] {
  if (parent === undefined) return machine.kernel.processes.map((p) => processNode(machine, focus, p));
  const id = parseId(parent);
  if (id === undefined || id.level >= machine.scheme.format.levels.length) return [];
  const process = machine.kernel.processes.find((p) => p.pid === id.pid);
  const onPath = process === machine.kernel.current ? pathOf(machine, focus) : new Set<number>();
  const context: RowContext = { machine, focus, id, onPath };
  if (id.run) return rowsOf(context, range(id.run.first, id.run.last));
  return grouped(context, machine.inspector.used(asPfn(id.table), id.level));
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Physical addresses of the entries that a walk of the current page reads. */
function pathOf(machine: Machine, focus: Focus): Set<number> {
  if (focus.vpn === undefined) return new Set();
  return new Set(machine.inspector.walk(machine.root, focus.vpn).steps.map((s) => s.address));
}

function processNode(machine: Machine, focus: Focus, process: Process): TreeNode {
  const root = machine.scheme.format.levels[0];
  const used = machine.inspector.used(process.tdb.root, 0).length;
  const current = process === machine.kernel.current;
  return {
    id: idOf({ pid: process.pid, table: process.tdb.root, level: 0, base: 0 }),
    label: process.name,
    description: `${root.name} at ${formatPhysical(physicalOf(process.tdb.root))} · ${used}/${entriesOf(root)} · ${residentPages(process)} pages resident`,
    tooltip: `Process ${process.pid}: root table ${root.name} at physical ${formatPhysical(physicalOf(process.tdb.root))}`,
    hasChildren: used > 0,
    icon: 'server-process',
    kind: 'process',
    memoryReference: physicalReference(physicalOf(process.tdb.root)),
    current: current && focus.vpn !== undefined,
  };
}

interface RowContext {
  machine: Machine;
  focus: Focus;
  id: TableId;
  onPath: ReadonlySet<number>;
}

const entryAt = ({ machine, id }: RowContext, index: number): EntryNode =>
  machine.inspector.entry(asPfn(id.table), id.level, index);

const rowsOf = (context: RowContext, indices: readonly number[]): TreeNode[] =>
  indices.map((i) => entryNode(context, entryAt(context, i)));

/** Rows of a table, runs of consecutive pages with equal flags coalesced. Entries that are current or changed stand alone. */
function grouped(context: RowContext, indices: readonly number[]): TreeNode[] {
  const rows: TreeNode[] = [];
  let run: EntryNode[] = [];
  const flush = (): void => {
    if (run.length >= SHORTEST_RUN) rows.push(runNode(context, run));
    else rows.push(...run.map((e) => entryNode(context, e)));
    run = [];
  };
  for (const index of indices) {
    const entry = entryAt(context, index);
    const last = run.at(-1);
    const alone = !entry.leaf || context.onPath.has(entry.address) || context.focus.changedEntries.has(entry.address);
    if (last !== undefined && (alone || !follows(context, last, entry))) flush();
    if (alone) rows.push(entryNode(context, entry));
    else run.push(entry);
  }
  flush();
  return rows;
}

function follows({ machine, id }: RowContext, a: EntryNode, b: EntryNode): boolean {
  const step = pagesPerEntry(machine.scheme.format.levels[id.level]);
  return b.index === a.index + 1 && b.frame === a.frame + step && b.flags === a.flags && b.pageSize === a.pageSize;
}

/** First page that an entry maps, upper half sign-extended. */
function pageOf({ machine, id }: RowContext, index: number): Vpn {
  const format = machine.scheme.format;
  return signExtendPage(addPages(asVpn(id.base), index * pagesPerEntry(format.levels[id.level])), format.addressBits);
}

function entryNode(context: RowContext, entry: EntryNode): TreeNode {
  const { machine, focus, id, onPath } = context;
  const vpn = pageOf(context, entry.index);
  const child = entry.present && !entry.leaf;
  const fill = child
    ? ` · ${machine.inspector.used(entry.frame, entry.level + 1).length}/${entriesOf(machine.scheme.format.levels[entry.level + 1])}`
    : '';
  const target = entry.leaf
    ? `frame 0x${entry.frame.toString(16)} · ${PAGE_SIZE_NAMES[entry.pageSize]}`
    : entry.meaning;
  return {
    id: child
      ? idOf({ pid: id.pid, table: entry.frame, level: entry.level + 1, base: vpn })
      : `pte:${id.pid}:${entry.address}`,
    label: `${entry.levelName}[${entry.index}]`,
    description: `${formatVirtual(vpn)} → ${target}${fill} · ${entry.flags}`,
    tooltip: `${entry.levelName}[${entry.index}] at physical ${formatPhysical(entry.address)}\n0x${entry.raw.toString(16).padStart(16, '0')}  ${entry.flags}\nmaps from ${formatVirtual(vpn)}\n${entry.meaning}`,
    hasChildren: child,
    icon: child ? 'table' : entry.present ? 'file-binary' : 'circle-slash',
    kind: child ? 'table' : 'leaf',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(entry.address),
    dataId: dataIdOf(entryTarget(entry.address)),
    range: rangeOf(context, vpn, 1),
    current: onPath.has(entry.address),
    changed: focus.changedEntries.has(entry.address),
  };
}

function runNode(context: RowContext, run: readonly EntryNode[]): TreeNode {
  const first = run[0];
  const last = run[run.length - 1];
  const vpn = pageOf(context, first.index);
  const end = addPages(pageOf(context, last.index), pagesPerEntry(context.machine.scheme.format.levels[first.level]));
  return {
    id: idOf({ ...context.id, run: { first: first.index, last: last.index } }),
    label: `${first.levelName}[${first.index}…${last.index}]`,
    description: `${formatVirtual(vpn)} .. ${formatVirtual(end)} → frames 0x${first.frame.toString(16)} .. 0x${last.frame.toString(16)} · ${run.length} × ${PAGE_SIZE_NAMES[first.pageSize]} · ${first.flags}`,
    tooltip: `${run.length} consecutive pages with equal flags`,
    hasChildren: true,
    icon: 'layers',
    kind: 'run',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(first.address),
    dataId: dataIdOf({ kind: 'physical', start: first.address, bytes: run.length * ENTRY_BYTES, entry: false }),
    range: rangeOf(context, vpn, run.length),
  };
}

/** The virtual addresses that some entries of the table map. */
function rangeOf({ machine, id }: RowContext, vpn: Vpn, entries: number): string {
  const pages = entries * pagesPerEntry(machine.scheme.format.levels[id.level]);
  return dataIdOf({ kind: 'virtual', pid: id.pid, start: addressOf(vpn), bytes: BigInt(pages) << 12n });
}

// ---- TLBs and walk caches -------------------------------------------------------------------------------------------

const structures = (machine: Machine): AssociativeCache[] => [...machine.mmu.tlbs, ...machine.mmu.walkCaches];

function cacheNodes(machine: Machine, focus: Focus, parent: string | undefined): TreeNode[] {
  if (parent === undefined) return structures(machine).map((s) => structureNode(machine, focus, s));
  const structure = structures(machine).find((s) => `cache:${s.name}` === parent);
  if (structure === undefined) return [];
  const level = machine.mmu.walkCaches.indexOf(structure);
  return validEntries(structure).map(({ index, set, rank }) =>
    level < 0
      ? tlbNode(machine, focus, structure, index, set, rank)
      : walkCacheNode(machine, focus, structure, level, index, rank),
  );
}

function validEntries(structure: AssociativeCache): { index: number; set: number; rank: number }[] {
  const entries: { index: number; set: number; rank: number }[] = [];
  for (let set = 0; set < structure.sets; set++)
    structure.inOrderOfUse(set).forEach((index, rank) => entries.push({ index, set, rank }));
  return entries;
}

function structureNode(machine: Machine, focus: Focus, s: AssociativeCache): TreeNode {
  const valid = s.population;
  const shape = s.sets === 1 ? 'fully associative' : `${s.sets} sets × ${s.ways} ways`;
  const level = machine.mmu.walkCaches.indexOf(s);
  return {
    id: `cache:${s.name}`,
    label: s.name,
    description: `${valid}/${s.entries} · ${shape}`,
    tooltip:
      level < 0
        ? `${s.name}: ${shape}`
        : `${s.name}: remembers the table that a ${machine.scheme.format.levels[level].entryName} points to, so that a walk may skip the levels above`,
    hasChildren: valid > 0,
    icon: level < 0 ? 'zap' : 'debug-step-over',
    kind: 'structure',
    changed: [...focus.changedCaches].some((c) => c.startsWith(s.name + '|')),
  };
}

function flagNames(flags: number): string {
  const key = (flags & TlbFlag.KeyMask) >> TlbFlag.KeyShift;
  const names = [
    flags & TlbFlag.Write ? 'W' : '',
    flags & TlbFlag.User ? 'U' : '',
    flags & TlbFlag.NoExecute ? 'NX' : '',
    flags & TlbFlag.Dirty ? 'D' : '',
    flags & TlbFlag.Global ? 'G' : '',
    key > 0 ? `key ${key}` : '',
  ];
  return names.filter(Boolean).join(' ');
}

/** PCID of an entry, where entries have one: ids and descriptions say it, because several may have the same page. */
function contextOf({ mmu }: Machine, s: AssociativeCache, index: number): { id: string; text: string } {
  const pcid = mmu.pcidOf(s, index);
  if ((mmu.cr4 & CR4.PCIDE) === 0 || pcid === ANY_PCID) return { id: '', text: '' };
  return { id: `:${pcid}`, text: ` · PCID ${pcid}` };
}

function tlbNode(
  machine: Machine,
  focus: Focus,
  s: AssociativeCache,
  index: number,
  set: number,
  rank: number,
): TreeNode {
  const context = contextOf(machine, s, index);
  const size = s.sizeOf(index);
  const vpn = asVpn(s.tagOf(index) * PAGES_OF_SIZE[size]);
  const current =
    !s.isParked(index) && focus.vpn !== undefined && focus.vpn >= vpn && focus.vpn < vpn + PAGES_OF_SIZE[size];
  return {
    id: `entry:${s.name}:${size}:${s.tagOf(index)}${context.id}`,
    label: formatVirtual(vpn),
    description: `→ frame 0x${s.frameOf(index).toString(16)} · ${PAGE_SIZE_NAMES[size]} · ${flagNames(s.flagsOf(index))}${context.text} · set ${set}, ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
    tooltip: `${s.name}, set ${set}: VPN 0x${s.tagOf(index).toString(16)}`,
    hasChildren: false,
    icon: 'symbol-field',
    kind: 'entry',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(s.frameOf(index) * 4096),
    current,
    changed: focus.changedCaches.has(`${s.name}|${vpn}`),
  };
}

function walkCacheNode(
  machine: Machine,
  focus: Focus,
  s: AssociativeCache,
  level: number,
  index: number,
  rank: number,
): TreeNode {
  const format = machine.scheme.format.levels[level];
  const vpn = asVpn(s.tagOf(index) * pagesPerEntry(format));
  const current = focus.vpn !== undefined && Math.floor(focus.vpn / pagesPerEntry(format)) === s.tagOf(index);
  const table = s.frameOf(index) * 4096;
  const context = contextOf(machine, s, index);
  return {
    id: `entry:${s.name}:${s.tagOf(index)}${context.id}`,
    label: `${formatVirtual(vpn)}`,
    description: `${format.name}[${indexOf(vpn, format)}] → ${machine.scheme.format.levels[level + 1].name} table at ${formatPhysical(table)} · ${flagNames(s.flagsOf(index))}${context.text} · ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
    tooltip: `A walk of any address with this prefix starts at the table at ${formatPhysical(table)}`,
    hasChildren: false,
    icon: 'symbol-field',
    kind: 'entry',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(table),
    current,
    changed: focus.changedCaches.has(`${s.name}|${s.tagOf(index)}`),
  };
}
