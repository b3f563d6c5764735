/**
 * The data caches in the *TLB & Walk Caches* tree: a cache, its sets (of a large cache by ranges of them), the lines of a set in
 * order of use. Lines that the cursor's access has used are marked; so one sees where a walk found its entries.
 */
import { formatPhysical } from '../machine/core/addresses';
import { LINE_BYTES } from '../machine/core/dataCache';
import { type CacheArray, LineOf } from '../machine/caches/cacheArray';
import type { Machine } from '../machine/machine';
import type { TreeNode } from '../protocol/requests';
import type { Focus } from './focus';
import { physicalReference } from './memory';

/** Sets that are rows side by side; more come in ranges of so many. */
const SETS = 64;

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

interface Filling {
  lines: number;
  tables: number;
  /** A line that the cursor's access has used is among them. */
  current: boolean;
}

function fillingOf(cache: CacheArray, from: number, to: number, { lines: used }: Focus): Filling {
  const filling = { lines: 0, tables: 0, current: false };
  for (let set = from; set < to; set++)
    for (const { line, of } of cache.linesOf(set)) {
      filling.lines++;
      if (of === LineOf.Table) filling.tables++;
      if (used.has(line)) filling.current = true;
    }
  return filling;
}

const fillingText = ({ lines, tables }: Filling): string =>
  `${plural(lines, 'line')}${tables === 0 ? '' : `, ${tables} of page tables`}`;

/** One row for each cache of the running CPU and for the LLC; none where there are no data caches. */
export function dataCacheRows(machine: Machine, focus: Focus): TreeNode[] {
  const { caches, dataCaches } = machine;
  if (caches === null || dataCaches === null) return [];
  const { l1, l2, llc } = caches.options.latency;
  const cycles = [l1, l1, l2, llc];
  const protects = [false, false, caches.protects, caches.protects];
  return dataCaches.all.map((cache, i): TreeNode => {
    const filling = fillingOf(cache, 0, cache.sets, focus);
    const shape = `${cache.sets} sets × ${cache.ways} ways of ${LINE_BYTES} bytes`;
    return {
      id: `data:${cache.name}`,
      label: `${cache.name} cache`,
      description: `${fillingText(filling)} of ${cache.lines} · ${cycles[i]} cycles${protects[i] ? ' · keeps page tables' : ''}`,
      tooltip: `${cache.name} cache: ${shape}, by physical address, least recently used first to go${protects[i] ? '. Many accesses walk at present: lines of data go before lines of page tables' : ''}`,
      hasChildren: filling.lines > 0,
      icon: 'database',
      kind: 'structure',
      current: filling.current,
    };
  });
}

/** Below `data:L2`, `data:L2:sets:64` and `data:L2:set:65`; `undefined` if the row is none of these. */
export function dataCacheNodes(machine: Machine, focus: Focus, parent: string): TreeNode[] | undefined {
  const match = /^data:(\w+)(?::(sets?):(\d+))?$/.exec(parent);
  const cache = machine.dataCaches?.all.find(({ name }) => name === match?.[1]);
  if (match === null || cache === undefined) return undefined;
  const [, , what, number] = match;
  if (what === 'set') return lineNodes(cache, Number(number), focus);
  if (what === 'sets') return setNodes(cache, Number(number), focus);
  return cache.sets <= SETS ? setNodes(cache, 0, focus) : rangeNodes(cache, focus);
}

function rangeNodes(cache: CacheArray, focus: Focus): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let from = 0; from < cache.sets; from += SETS) {
    const to = Math.min(from + SETS, cache.sets);
    nodes.push(...setsNode(cache, from, to, focus, `sets:${from}`, `sets ${from} … ${to - 1}`));
  }
  return nodes;
}

function setNodes(cache: CacheArray, from: number, focus: Focus): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let set = from; set < Math.min(from + SETS, cache.sets); set++)
    nodes.push(...setsNode(cache, set, set + 1, focus, `set:${set}`, `set ${set}`));
  return nodes;
}

/** A row for sets `from` … `to` − 1, if there is anything in them. */
function setsNode(cache: CacheArray, from: number, to: number, focus: Focus, id: string, label: string): TreeNode[] {
  const filling = fillingOf(cache, from, to, focus);
  if (filling.lines === 0) return [];
  return [
    {
      id: `data:${cache.name}:${id}`,
      label,
      description: fillingText(filling),
      hasChildren: true,
      icon: 'symbol-array',
      kind: 'structure',
      current: filling.current,
    },
  ];
}

function lineNodes(cache: CacheArray, set: number, focus: Focus): TreeNode[] {
  if (set >= cache.sets) return [];
  return cache.linesOf(set).map(({ line, of }, rank): TreeNode => {
    const address = line * LINE_BYTES;
    const what = of === LineOf.Table ? 'page table' : 'data';
    return {
      id: `data:${cache.name}:line:${line}`,
      label: formatPhysical(address),
      description: `${what} · ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
      tooltip: `The ${LINE_BYTES} bytes at ${formatPhysical(address)}, last used ${of === LineOf.Table ? 'by the walker' : 'by a program'}`,
      hasChildren: false,
      icon: 'symbol-field',
      kind: 'entry',
      memoryReference: physicalReference(address),
      current: focus.lines.has(line),
    };
  });
}
