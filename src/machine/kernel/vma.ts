/**
 * Virtual memory areas of an address space: sorted, disjoint, merged where Linux would merge them (mm/vma.c).
 *
 * An area is an immutable record and a list is never changed in place: every function returns a new list, so that a
 * snapshot of an address space is a reference.
 */
import { asVpn, maxVpn, minVpn, type Vpn } from '../core/addresses';

/** What an area's pages come from. `file` is mapped privately: a write copies the page; `shared` and `dax` are shared. */
export type Backing = 'anon' | 'shared' | 'file' | 'dax';

export interface Vma {
  readonly start: Vpn;
  /** First page behind the area. */
  readonly end: Vpn;
  readonly read: boolean;
  readonly write: boolean;
  readonly exec: boolean;
  readonly backing: Backing;
  /** In the page cache; −1 for anonymous memory. */
  readonly file: number;
  /**
   * Index of the first page: in the file, or for anonymous memory the page number where it was first mapped, as Linux does
   * (`vm_pgoff`): the index of a page stays when its area moves.
   */
  readonly pgoff: number;
  readonly pkey: number;
  /** `madvise` about huge pages. */
  readonly huge: 'default' | 'wanted' | 'unwanted';
  /** Grows down to an access below it. */
  readonly stack: boolean;
}

/** The properties that all areas have, as `mmap` of anonymous memory sets them. */
export const ANONYMOUS = { backing: 'anon', file: -1, pkey: 0, huge: 'default', stack: false } as const;

/** Index of a page of the area (`linear_page_index`). */
export const linearIndex = (vma: Vma, vpn: Vpn): number => vma.pgoff + (vpn - vma.start);

/** Writes to it must not be seen by other processes: they copy the page. */
export const isPrivate = (vma: Vma): boolean => vma.backing === 'anon' || vma.backing === 'file';

export type VmaList = readonly Vma[];

/** Index of the first area that ends above `vpn`: the one that holds it, if any does (Linux's `find_vma`). */
export function firstEndingAbove(list: VmaList, vpn: Vpn): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle].end > vpn) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function findVma(list: VmaList, vpn: Vpn): Vma | undefined {
  const vma = list[firstEndingAbove(list, vpn)];
  return vma !== undefined && vma.start <= vpn ? vma : undefined;
}

export function overlaps(list: VmaList, start: Vpn, end: Vpn): boolean {
  const vma = list[firstEndingAbove(list, start)];
  return vma !== undefined && vma.start < end;
}

/** Alike in all but where they are (`is_mergeable_vma`), and in consecutive places of the same thing. */
const mergeable = (a: Vma, b: Vma): boolean =>
  a.end === b.start &&
  a.read === b.read &&
  a.write === b.write &&
  a.exec === b.exec &&
  a.backing === b.backing &&
  a.file === b.file &&
  a.pgoff + (a.end - a.start) === b.pgoff &&
  a.pkey === b.pkey &&
  a.huge === b.huge &&
  !a.stack &&
  !b.stack;

/** Adds an area that overlaps none; says whether it was merged with a neighbour. */
export function insertVma(list: VmaList, vma: Vma): { list: VmaList; merged: boolean } {
  const at = firstEndingAbove(list, vma.start);
  let first = at;
  let last = at;
  let joined = vma;
  if (at > 0 && mergeable(list[at - 1], vma)) {
    joined = { ...joined, start: list[at - 1].start, pgoff: list[at - 1].pgoff };
    first--;
  }
  if (at < list.length && mergeable(vma, list[at])) {
    joined = { ...joined, end: list[at].end };
    last++;
  }
  return { list: [...list.slice(0, first), joined, ...list.slice(last)], merged: first !== last };
}

/** The parts of start … end − 1 that no area holds, in ascending order. */
export function holes(list: VmaList, start: Vpn, end: Vpn): { start: Vpn; end: Vpn }[] {
  const found: { start: Vpn; end: Vpn }[] = [];
  let at = start;
  for (let i = firstEndingAbove(list, start); at < end; i++) {
    const next = list[i];
    const stop = next === undefined ? end : minVpn(end, next.start);
    if (at < stop) found.push({ start: at, end: stop });
    if (next === undefined || next.start >= end) break;
    at = next.end;
  }
  return found;
}

/** Adds many areas that overlap none and are in ascending order, in one pass over both. */
export function insertAll(list: VmaList, areas: readonly Vma[]): VmaList {
  const joined: Vma[] = [];
  const add = (vma: Vma): void => {
    const last = joined.at(-1);
    if (last !== undefined && mergeable(last, vma)) joined[joined.length - 1] = { ...last, end: vma.end };
    else joined.push(vma);
  };
  let at = 0;
  for (const area of areas) {
    while (at < list.length && list[at].start < area.start) add(list[at++]);
    add(area);
  }
  while (at < list.length) add(list[at++]);
  return joined;
}

/** The pages from … to − 1 of an area, as an area. */
export const part = (vma: Vma, from: Vpn, to: Vpn): Vma => ({
  ...vma,
  start: from,
  end: to,
  pgoff: linearIndex(vma, from),
});

/**
 * Changes the areas of start … end − 1, splitting them at its borders and merging what has become alike. The list, and the
 * changed pieces as they were.
 */
export function changeRange(
  list: VmaList,
  start: Vpn,
  end: Vpn,
  change: Partial<Vma>,
): { list: VmaList; changed: VmaList } {
  const { list: kept, removed } = removeRange(list, start, end);
  let changed: VmaList = kept;
  for (const piece of removed) changed = insertVma(changed, { ...piece, ...change }).list;
  return { list: changed, changed: removed };
}

/** True if areas cover every page of start … end − 1. */
export const covers = (list: VmaList, start: Vpn, end: Vpn): boolean => holes(list, start, end).length === 0;

/** Takes start … end − 1 out, splitting areas at its borders. `removed` are the pieces that went. */
export function removeRange(list: VmaList, start: Vpn, end: Vpn): { list: VmaList; removed: VmaList } {
  const kept: Vma[] = [];
  const removed: Vma[] = [];
  for (const vma of list) {
    const from = maxVpn(vma.start, start);
    const to = minVpn(vma.end, end);
    if (from >= to) {
      kept.push(vma);
      continue;
    }
    if (vma.start < from) kept.push({ ...vma, end: from });
    removed.push(part(vma, from, to));
    if (to < vma.end) kept.push(part(vma, to, vma.end));
  }
  return { list: kept, removed };
}

/** Pages below a stack that nothing may be mapped in (`stack_guard_gap`). */
export const STACK_GUARD_PAGES = 256;

/** First page that an area claims: a stack also its guard gap (`vm_start_gap`). */
export const startWithGap = (vma: Vma): number => (vma.stack ? Math.max(0, vma.start - STACK_GUARD_PAGES) : vma.start);

/** Highest free range of `pages` below `top` (Linux's top-down `vm_unmapped_area`), or `undefined`. */
export function unmappedAreaTopDown(list: VmaList, pages: number, bottom: Vpn, top: Vpn): Vpn | undefined {
  let ceiling: number = top;
  for (let i = list.length - 1; i >= -1; i--) {
    const vma = list[i];
    if (vma !== undefined && startWithGap(vma) >= ceiling) continue;
    const floor = vma === undefined ? bottom : Math.max(vma.end, bottom);
    if (ceiling - floor >= pages) return asVpn(ceiling - pages);
    if (vma === undefined || startWithGap(vma) <= bottom) return undefined;
    ceiling = Math.min(ceiling, startWithGap(vma));
  }
  return undefined;
}

/** `rw-p` as /proc/PID/maps prints it: `s` at the end is a shared mapping. */
export const protectionText = (vma: Pick<Vma, 'read' | 'write' | 'exec' | 'backing'>): string =>
  (vma.read ? 'r' : '-') +
  (vma.write ? 'w' : '-') +
  (vma.exec ? 'x' : '-') +
  (vma.backing === 'shared' || vma.backing === 'dax' ? 's' : 'p');
