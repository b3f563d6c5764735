/** One level of TLBs for one kind of access: which structure holds which page size. Structures may be shared by sizes. */
import { PAGE_SIZE_NAMES } from '../core/addresses';
import { AssociativeCache } from './associativeCache';
import { makeReplacer, type ReplacementOptions } from './replacement';

export interface TlbGeometry {
  sizes: readonly ('4K' | '2M' | '1G')[];
  entries: number;
  ways: number;
}

export interface TlbLevel {
  readonly structures: readonly AssociativeCache[];
  /** By page-size code; `null` where the level does not hold the size. */
  readonly bySize: readonly (AssociativeCache | null)[];
  /** The same without nulls: where the level does not hold a size, a structure that stays empty. */
  readonly small: AssociativeCache;
  readonly huge2M: AssociativeCache;
  readonly huge1G: AssociativeCache;
}

export function makeLevel(name: string, geometry: readonly TlbGeometry[], replacement: ReplacementOptions): TlbLevel {
  const structures = geometry.map((g) => {
    const suffix = geometry.length > 1 ? ` ${g.sizes.join('+')}` : '';
    const full = name + suffix;
    return new AssociativeCache(full, g.entries, g.ways, makeReplacer(replacement, full, g.entries, g.ways));
  });
  const holder = (size: string): AssociativeCache | null => {
    const at = geometry.findIndex((g) => (g.sizes as readonly string[]).includes(size));
    return at < 0 ? null : structures[at];
  };
  const bySize = PAGE_SIZE_NAMES.map(holder);
  const [small, huge2M, huge1G] = bySize.map((tlb) => tlb ?? new AssociativeCache(name, 1, 1));
  return { structures, bySize, small, huge2M, huge1G };
}
