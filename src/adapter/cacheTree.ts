/** The rows of the *TLB & Walk Caches* tree, read from the hardware when asked for. */
import {
  addressOf,
  asVpn,
  formatPhysical,
  formatVirtual,
  PAGE_SIZE_NAMES,
  PAGES_OF_SIZE,
} from '../machine/core/addresses';
import type { Machine } from '../machine/machine';
import { ANY_PCID, type AssociativeCache } from '../machine/mmu/associativeCache';
import type { CachedRange } from '../machine/mmu/walker';
import { CR4, TlbFlag } from '../machine/mmu/rights';
import { indexOf, pagesPerEntry, walkCacheLevels } from '../machine/paging/format';
import { WalkMark } from '../machine/paging/nested/entry';
import type { TreeNode } from '../protocol/requests';
import { dataCacheNodes, dataCacheRows } from './dataCacheTree';
import type { Focus } from './focus';
import { hostCacheNode, hostTooltip } from './hostCaches';
import { physicalReference } from './memory';

/** Of an entry of a guest's walk caches: see paging/nested/entry.ts. */
const COMBINED: number = WalkMark.Combined;

const structures = (machine: Machine): AssociativeCache[] => [
  ...machine.mmu.tlbs,
  ...machine.mmu.walkCaches,
  ...machine.mmu.hostCaches,
];

export function cacheNodes(machine: Machine, focus: Focus, parent: string | undefined): TreeNode[] {
  if (parent === undefined)
    return [...structures(machine).map((s) => structureNode(machine, focus, s)), ...dataCacheRows(machine, focus)];
  const below = dataCacheNodes(machine, focus, parent);
  if (below !== undefined) return below;
  const structure = structures(machine).find((s) => `cache:${s.name}` === parent);
  if (structure === undefined) return [];
  if (machine.mmu.hostCaches.includes(structure))
    return validEntries(structure).map((entry) => hostCacheNode(machine, focus, structure, entry));
  const level = cachedLevel(machine, structure);
  return validEntries(structure).map(({ index, set, rank }) =>
    level < 0
      ? tlbNode(machine, focus, structure, index, set, rank)
      : walkCacheNode(machine, focus, structure, level, index, rank),
  );
}

/** Level whose entries a walk cache holds; −1 if it is none. */
function cachedLevel({ mmu, scheme }: Machine, s: AssociativeCache): number {
  const nth = mmu.walkCaches.indexOf(s);
  return nth < 0 ? -1 : walkCacheLevels(scheme.format)[nth];
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
  const level = cachedLevel(machine, s);
  return {
    id: `cache:${s.name}`,
    label: s.name,
    description: `${valid}/${s.entries} · ${shape}`,
    tooltip: machine.mmu.hostCaches.includes(s)
      ? hostTooltip(s)
      : level < 0
        ? `${s.name}: ${shape}`
        : machine.mmu.walker.cached !== undefined
          ? `${s.name}: lines of the cuckoo walk tables, which say what ways to probe. Nothing flushes them: a stale one costs a second round`
          : `${s.name}: remembers the table that a ${machine.scheme.format.levels[level].entryName} points to, so that a walk may skip the levels above`,
    hasChildren: valid > 0,
    size: valid,
    icon: level < 0 && !s.name.startsWith('PWC') ? 'zap' : 'debug-step-over',
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
    description: `→ ${machine.below === undefined ? 'frame' : 'host frame'} 0x${s.frameOf(index).toString(16)} · ${PAGE_SIZE_NAMES[size]} · ${flagNames(s.flagsOf(index))}${context.text} · set ${set}, ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
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
  // Schemes whose walk caches hold more than tables have caches of hints, which need not be one a level.
  const range = machine.mmu.walker.cached?.(machine.mmu.walkCaches.indexOf(s), index);
  if (range !== undefined) return rangeNode(focus, s, range, index, rank);
  const format = machine.scheme.format.levels[level];
  const vpn = asVpn(s.tagOf(index) * pagesPerEntry(format));
  const current = focus.vpn !== undefined && Math.floor(focus.vpn / pagesPerEntry(format)) === s.tagOf(index);
  const table = s.frameOf(index) * 4096;
  // In a walk cache these flags say of what kind the table is; in a guest's, whether the address is the host's.
  const raw = s.flagsOf(index);
  const known = machine.below === undefined ? '' : (raw & COMBINED) !== 0 ? 'host-physical ' : 'guest-physical ';
  const flags = raw & ~(machine.below === undefined ? 0 : COMBINED);
  const { next = level + 1, flattened } = format;
  const child = flattened !== undefined && (flags & TlbFlag.Dirty) !== 0 ? flattened : next;
  const context = contextOf(machine, s, index);
  return {
    id: `entry:${s.name}:${s.tagOf(index)}${context.id}`,
    label: `${formatVirtual(vpn)}`,
    description: `${format.name}[${indexOf(vpn, format)}] → ${machine.scheme.format.levels[child].name} table at ${known}${formatPhysical(table)} · ${flagNames(flags & ~TlbFlag.Dirty)}${context.text} · ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
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

/** A line of hints for a range of addresses. */
function rangeNode(
  focus: Focus,
  s: AssociativeCache,
  { vpn, pages, text, about }: CachedRange,
  index: number,
  rank: number,
): TreeNode {
  const current = focus.vpn !== undefined && focus.vpn >= vpn && focus.vpn < vpn + pages;
  const here = current && focus.vpn !== undefined ? ` · here: ${about(focus.vpn)}` : '';
  const line = s.frameOf(index) * 4096;
  return {
    id: `entry:${s.name}:${s.tagOf(index)}`,
    label: formatVirtual(vpn),
    description: `${text}${here} · ${rank === 0 ? 'most recent' : `use ${rank + 1}`}`,
    tooltip: `${s.name}: a line for ${pages / 2 ** 18} GiB from ${formatVirtual(vpn)}`,
    hasChildren: false,
    icon: 'symbol-field',
    kind: 'entry',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(line),
    current,
    changed: focus.changedCaches.has(`${s.name}|${s.tagOf(index)}`),
  };
}
