/**
 * Virtual memory areas of an address space: sorted, disjoint, merged where Linux would merge them (mm/vma.c).
 *
 * An area is an immutable record and a list is never changed in place: every function returns a new list, so that a
 * snapshot of an address space is a reference.
 */
import { asVpn, maxVpn, minVpn, type Vpn } from '../core/addresses';

export interface Vma {
  readonly start: Vpn;
  /** First page behind the area. */
  readonly end: Vpn;
  readonly read: boolean;
  readonly write: boolean;
  readonly exec: boolean;
  readonly backing: 'anon';
}

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

const mergeable = (a: Vma, b: Vma): boolean =>
  a.end === b.start && a.read === b.read && a.write === b.write && a.exec === b.exec && a.backing === b.backing;

/** Adds an area that overlaps none; says whether it was merged with a neighbour. */
export function insertVma(list: VmaList, vma: Vma): { list: VmaList; merged: boolean } {
  const at = firstEndingAbove(list, vma.start);
  let first = at;
  let last = at;
  let joined = vma;
  if (at > 0 && mergeable(list[at - 1], vma)) {
    joined = { ...joined, start: list[at - 1].start };
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
    removed.push({ ...vma, start: from, end: to });
    if (to < vma.end) kept.push({ ...vma, start: to });
  }
  return { list: kept, removed };
}

/** Highest free range of `pages` below `top` (Linux's top-down `vm_unmapped_area`), or `undefined`. */
export function unmappedAreaTopDown(list: VmaList, pages: number, bottom: Vpn, top: Vpn): Vpn | undefined {
  let ceiling: number = top;
  for (let i = list.length - 1; i >= -1; i--) {
    const vma = list[i];
    if (vma !== undefined && vma.start >= ceiling) continue;
    const floor = vma === undefined ? bottom : Math.max(vma.end, bottom);
    if (ceiling - floor >= pages) return asVpn(ceiling - pages);
    if (vma === undefined || vma.start <= bottom) return undefined;
    ceiling = Math.min(ceiling, vma.start);
  }
  return undefined;
}

/** `rw-p` as /proc/PID/maps prints it. */
export const protectionText = (vma: Pick<Vma, 'read' | 'write' | 'exec'>): string =>
  (vma.read ? 'r' : '-') + (vma.write ? 'w' : '-') + (vma.exec ? 'x' : '-') + 'p';
