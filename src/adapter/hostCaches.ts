/** What a guest's CPU knows of the host's tables, as rows of the *TLB & Walk Caches* tree. */
import { formatPhysical, PAGE_BYTES, PAGE_SIZE_NAMES, PAGES_OF_SIZE } from '../machine/core/addresses';
import type { Machine } from '../machine/machine';
import type { AssociativeCache } from '../machine/mmu/associativeCache';
import { TlbFlag } from '../machine/mmu/rights';
import { pagesPerEntry } from '../machine/paging/format';
import { rwxOf } from '../machine/paging/nested/entry';
import type { TreeNode } from '../protocol/requests';
import type { Focus } from './focus';
import { physicalReference } from './memory';

const PREFIX = 'PWC ';

export const hostTooltip = ({ name }: AssociativeCache): string =>
  name.startsWith(PREFIX)
    ? `${name}: remembers the host’s table that an entry points to, so that a host walk may skip the levels above. Flushes of the guest leave it alone`
    : `${name}: where the host has guest-physical pages, in the host’s page sizes. Flushes of the guest leave it alone`;

/** R, W and X of cached rights, and D. */
function rights(flags: number): string {
  const rwx = rwxOf(flags);
  return ['R', 'W', 'X'].filter((_, bit) => (rwx >> bit) & 1).join(' ');
}

export function hostCacheNode(
  machine: Machine,
  focus: Focus,
  s: AssociativeCache,
  { index, set, rank }: { index: number; set: number; rank: number },
): TreeNode {
  const host = machine.scheme.format.host;
  const level = host?.levels.find(({ name }) => `${PREFIX}${name}` === s.name);
  const size = s.sizeOf(index);
  const pages = level === undefined ? PAGES_OF_SIZE[size] : pagesPerEntry(level);
  const first = s.tagOf(index) * pages;
  const frame = s.frameOf(index);
  const flags = s.flagsOf(index);
  const dirty = level === undefined && (flags & TlbFlag.Dirty) !== 0 ? ' D' : '';
  const target =
    level === undefined
      ? `host frame 0x${frame.toString(16)} · ${PAGE_SIZE_NAMES[size]}`
      : `table at ${formatPhysical(frame * PAGE_BYTES)}`;
  const order = rank === 0 ? 'most recent' : `use ${rank + 1}`;
  return {
    id: `entry:${s.name}:${size}:${s.tagOf(index)}`,
    label: `GPA ${formatPhysical(first * PAGE_BYTES)}`,
    description: `→ ${target} · ${rights(flags)}${dirty} · ${s.sets === 1 ? '' : `set ${set}, `}${order}`,
    tooltip: `${s.name}: guest-physical ${formatPhysical(first * PAGE_BYTES)} .. ${formatPhysical((first + pages) * PAGE_BYTES)}`,
    hasChildren: false,
    icon: 'symbol-field',
    kind: 'entry',
    memoryReference: physicalReference(frame * PAGE_BYTES),
    changed: focus.changedCaches.has(`${s.name}|${s.tagOf(index)}`),
  };
}
