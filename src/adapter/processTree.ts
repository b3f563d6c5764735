/**
 * The rows of *Processes*: each with what it holds, where it is loaded, its tables by level and its areas. Ids name a process
 * (`proc:1`, `proc:1:areas`).
 */
import { addressOf, formatPhysical, formatVirtual, physicalOf } from '../machine/core/addresses';
import { type Process, residentPages } from '../machine/kernel/process';
import type { Vma } from '../machine/kernel/vma';
import { protectionText } from '../machine/kernel/vma';
import { CR4 } from '../machine/mmu/rights';
import type { TreeArguments, TreeNode, TreeResponse } from '../protocol/requests';
import type { Run } from '../scenario/run/run';
import { dataIdOf } from './data/target';
import { physicalReference } from './memory';

/** There may be very many areas: only those that are asked for are made into rows. */
export function areaRows(run: Run, { parent, start = 0, count = Infinity }: TreeArguments): TreeResponse | undefined {
  const pid = Number(/^proc:(\d+):areas$/.exec(parent ?? '')?.[1] ?? NaN);
  const process = run.machine.kernel.processes.find((p) => p.pid === pid);
  if (process === undefined) return undefined;
  const nodes = process.vmas.slice(start, start + count).map((vma) => areaNode(run, process, vma));
  return { nodes, total: process.vmas.length };
}

export function processNodes(run: Run, parent: string | undefined): TreeNode[] {
  const { kernel } = run.machine;
  if (parent === undefined) {
    const rows = kernel.processes.map((process) => processNode(run, process));
    return rows.length > 0 ? rows : [noProcess];
  }
  const [, pid, part] = parent.split(':');
  const process = kernel.processes.find((p) => p.pid === Number(pid));
  if (process === undefined || process.exited) return [];
  if (part === 'tables') return tableRows(run, process);
  return partsOf(run, process);
}

const noProcess: TreeNode = {
  id: 'proc:none',
  label: 'No process yet',
  description: 'a scenario makes one with `process NAME`',
  hasChildren: false,
  icon: 'info',
  kind: 'message',
};

const pagesText = (pages: number): string => `${pages} ${pages === 1 ? 'page' : 'pages'}`;

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${Number.isInteger(bytes) ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

function processNode(run: Run, process: Process): TreeNode {
  const { pid, name, exited } = process;
  const base = { id: `proc:${pid}`, label: name, icon: 'account', kind: 'process' as const };
  if (exited) return { ...base, icon: 'circle-slash', description: `pid ${pid} · has exited`, hasChildren: false };
  const running = process === run.machine.kernel.current;
  const loaded = loadedText(run, process);
  const rss = residentPages(process);
  const facts = [`pid ${pid}`, running ? 'running' : '', `${pagesText(rss)} resident`, loaded].filter(Boolean);
  const root = physicalReference(physicalOf(run.machine.inspector.rootTable(process.tdb.root).table));
  return {
    ...base,
    description: facts.join(' · '),
    tooltip: [
      `${name}, pid ${pid}${running ? ', running' : ''}`,
      `${pagesText(rss)} resident: ${process.rssAnon} anonymous, ${process.rssFile} of files`,
      loaded,
    ]
      .filter(Boolean)
      .join('\n'),
    hasChildren: true,
    space: pid,
    memoryReference: root,
    current: running,
  };
}

/** `CPU 0, PCID 1`: a process may be loaded on several CPUs, under an id of its own on each. */
function loadedText({ machine }: Run, { tdb }: Process): string {
  const cpus = machine.tlb.cpusOf(tdb).map((cpu) => {
    const { pcid, cr4 } = machine.cpus[cpu];
    const own = machine.tlb.loadedOn(cpu) === tdb.id;
    return `CPU ${cpu}${own ? '' : ' (lazily)'}${own && (cr4 & CR4.PCIDE) !== 0 ? `, PCID ${pcid}` : ''}`;
  });
  return cpus.length === 0 ? 'not loaded' : `on ${cpus.join('; ')}`;
}

function partsOf(run: Run, process: Process): TreeNode[] {
  const { machine } = run;
  const { pid, tdb, rssAnon, rssFile, swapEntries, parent, vmas } = process;
  const tables = machine.inspector.tablesByLevel(tdb.root);
  const bytes = tables.reduce((sum, t) => sum + t.bytes, 0);
  const count = tables.reduce((sum, t) => sum + t.count, 0);
  const root = physicalOf(machine.inspector.rootTable(tdb.root).table);
  const row = (name: string, label: string, description: string, extra: Partial<TreeNode> = {}): TreeNode => ({
    ...{ id: `proc:${pid}:${name}`, label, description, hasChildren: false, icon: 'symbol-field', kind: 'field' },
    space: pid,
    ...extra,
  });
  return [
    row('mm', 'address space', `root table at ${formatPhysical(root)}`, { memoryReference: physicalReference(root) }),
    row('rss', 'resident', `${rssAnon} anonymous, ${rssFile} of files`),
    ...(swapEntries > 0 ? [row('swap', 'swapped out', pagesText(swapEntries))] : []),
    ...(parent > 0 ? [row('parent', 'forked by', machine.kernel.process(parent).name)] : []),
    row('tables', 'page tables', `${bytesText(bytes)} in ${count}`, { hasChildren: count > 0, icon: 'layers' }),
    row('areas', 'areas', `${vmas.length}`, { hasChildren: vmas.length > 0, icon: 'list-tree' }),
  ];
}

const tableRows = ({ machine }: Run, { pid, tdb }: Process): TreeNode[] =>
  machine.inspector.tablesByLevel(tdb.root).map(({ name, count, bytes }) => ({
    id: `proc:${pid}:tables:${name}`,
    label: name,
    description: `${count} ${count === 1 ? 'table' : 'tables'}, ${bytesText(bytes)}`,
    hasChildren: false,
    icon: 'table',
    kind: 'field',
  }));

function areaNode(run: Run, process: Process, vma: Vma): TreeNode {
  const { start, end, backing, huge } = vma;
  const known = /\((.*)\+0x0\)/.exec(run.describeAddress(addressOf(start)) ?? '')?.[1];
  const pages = end - start;
  const wishes = huge === 'default' ? '' : ` · huge pages ${huge}`;
  return {
    id: `proc:${process.pid}:area:${start}`,
    label: known ?? (vma.stack ? '[stack]' : formatVirtual(start)),
    description: `${formatVirtual(start)} .. ${formatVirtual(end)} · ${protectionText(vma)} ${backing} · ${bytesText(pages * 4096)}${wishes}`,
    tooltip: `${formatVirtual(start)} .. ${formatVirtual(end)}\n${protectionText(vma)} ${backing}, ${pagesText(pages)}${vma.pkey > 0 ? `, protection key ${vma.pkey}` : ''}`,
    hasChildren: false,
    icon: vma.stack ? 'arrow-down' : 'symbol-array',
    kind: 'area',
    space: process.pid,
    address: `0x${addressOf(start).toString(16)}`,
    range: dataIdOf({ kind: 'virtual', pid: process.pid, start: addressOf(start), bytes: BigInt(pages) << 12n }),
  };
}
