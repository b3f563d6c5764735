/** What the translation caches know of an address: `tlb(A)` and `pwc(A)`. Asking changes no order of use. */
import { formatPhysical, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import { walkCacheLevels } from '../../../machine/paging/format';
import { NONE, type ObjectValue } from '../values';
import { hex, member } from './member';

export function tlbObject(machine: Machine, vpn: Vpn): ObjectValue {
  const { mmu } = machine;
  const levels: [string, typeof mmu.l1d][] = [
    ['L1D', mmu.l1d],
    ['L1I', mmu.l1i],
    ['STLB', mmu.stlb],
  ];
  for (const [name, level] of levels)
    for (const [size, tlb] of level.bySize.entries()) {
      const pages = [1, 512, 262144][size];
      const at = tlb === null ? -1 : tlb.peek(Math.floor(vpn / pages), size);
      if (tlb === null || at < 0) continue;
      const bytes = BigInt(pages * 4096);
      return {
        type: 'object',
        text: `hit in ${name}: frame ${hex(tlb.frameOf(at))}`,
        number: 1n,
        members: [
          member('hit', () => true),
          member('level', () => name),
          member('size', () => bytes),
          member('pfn', () => BigInt(tlb.frameOf(at)), 'hex'),
          member('dirty', () => (tlb.flagsOf(at) & 8) !== 0),
        ],
      };
    }
  const members = [
    member('hit', () => false),
    ...['level', 'size', 'pfn'].map((name) => member(name, () => NONE)),
    member('dirty', () => false),
  ];
  return { type: 'object', text: 'not in any TLB', number: 0n, members };
}

/** `cwc(A)`: what the lines that are cached say of an address, in the order in which a walk asks them. */
function hintObject({ mmu }: Machine, vpn: Vpn): ObjectValue | undefined {
  const { walker, walkCaches } = mmu;
  const hits: { name: string; text: string; table: bigint }[] = [];
  walkCaches.forEach((cache, i) => {
    for (let entry = 0; entry < cache.entries; entry++) {
      const range = cache.isValid(entry) ? walker.cached?.(i, entry) : undefined;
      if (range === undefined || vpn < range.vpn || vpn >= range.vpn + range.pages) continue;
      const name = cache.name.slice(cache.name.lastIndexOf(' ') + 1);
      hits.push({ name, text: `${name} says ${range.about(vpn)}`, table: BigInt(cache.frameOf(entry) * 4096) });
    }
  });
  if (hits.length === 0) return undefined;
  const [{ name, table }] = hits;
  return {
    type: 'object',
    text: `hit: ${hits.map((h) => h.text).join(', ')}`,
    number: 1n,
    members: [member('hit', () => true), member('level', () => name), member('table', () => table, 'address')],
  };
}

export function walkCacheObject(machine: Machine, vpn: Vpn): ObjectValue {
  const { mmu, scheme } = machine;
  if (mmu.walker.cached !== undefined) return hintObject(machine, vpn) ?? UNKNOWN;
  const levels = walkCacheLevels(scheme.format);
  for (let i = mmu.walkCaches.length - 1; i >= 0; i--) {
    const cache = mmu.walkCaches[i];
    const format = scheme.format.levels[levels[i]];
    const at = cache.peek(Math.floor(vpn / 2 ** (format.shift - 12)), 0);
    if (at < 0) continue;
    const members = [
      member('hit', () => true),
      member('level', () => format.name),
      member('table', () => BigInt(cache.frameOf(at) * 4096), 'address'),
    ];
    return {
      type: 'object',
      text: `hit at ${format.name}: table at ${formatPhysical(cache.frameOf(at) * 4096)}`,
      number: 1n,
      members,
    };
  }
  return UNKNOWN;
}

const UNKNOWN: ObjectValue = {
  type: 'object',
  text: 'no walk cache knows it',
  number: 0n,
  members: [member('hit', () => false), member('level', () => NONE), member('table', () => NONE)],
};
