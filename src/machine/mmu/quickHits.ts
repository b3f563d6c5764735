/**
 * Accesses that change nothing in the translation hardware: who makes accesses one by one need not send them through it.
 *
 * Such an access hits the entry that its first-level TLB finds first; the entry is the most recently used of its set and
 * grants the access without setting anything. It is a hit of the first level, and counters are all that remembers it.
 */
import { asPfn, PAGES_OF_SIZE, type Pfn, type Vpn } from '../core/addresses';
import { Access, type RightsTable } from './rights';
import type { TlbLevel } from './tlbLevel';

export class QuickHits {
  constructor(
    private readonly l1d: TlbLevel,
    private readonly l1i: TlbLevel,
    private readonly rights: RightsTable,
  ) {}

  /** Frame of the 4 KiB page if the access is such a hit, else −1. Caches must follow CR3's PCID. */
  frameOf(kind: Access, vpn: Vpn, user: number): Pfn {
    const level = kind === Access.Exec ? this.l1i : this.l1d;
    for (let size = 0; size < 3; size++) {
      const tlb = level.bySize[size];
      if (tlb === null || (size > 0 && tlb.huge[size] === 0)) continue;
      const key = size === 0 ? vpn : Math.floor(vpn / PAGES_OF_SIZE[size]);
      const at = tlb.peek(key, size);
      if (at < 0) continue;
      const right = 2 * kind + user;
      if ((tlb.flagsOf(at) & this.rights.quickMask[right]) !== this.rights.quickWant[right]) return NONE;
      if (tlb.heads[tlb.setOf(key)] !== at) return NONE;
      return asPfn(tlb.frameOf(at) + (size === 0 ? 0 : vpn % PAGES_OF_SIZE[size]));
    }
    return NONE;
  }
}

const NONE = asPfn(-1);
