/** Architecture-neutral flushing: everything that was gathered at once, then its tables are free. */
import type { Pfn, Vpn } from '../../core/addresses';
import type { Probe } from '../../core/probe';
import type { BuddyAllocator } from '../../memory/buddy';
import type { CustomizableFunctions, EmtFunctions, Tdb } from '../driver';
import { newGather, type TlbGather } from '../gather';

type Group = 'tlbGatherStart' | 'tlbGatherTable' | 'tlbGatherFinish' | 'walkCacheFlush';

export function cacheDefaults(
  emt: EmtFunctions,
  buddy: BuddyAllocator,
  probe: Probe,
): Pick<CustomizableFunctions, Group> {
  return {
    tlbGatherStart: () => newGather(),

    tlbGatherTable(gather: TlbGather, pfn: Pfn, owner: number): void {
      gather.tables.push({ pfn, owner });
    },

    tlbGatherFinish(tdb: Tdb, gather: TlbGather): void {
      if (gather.start < gather.end) emt.tsvcFlushTlb(tdb, gather.start, gather.end);
      for (const { pfn, owner } of gather.tables)
        if (!buddy.free(pfn, 'table', owner)) probe.note(`BUG: frame 0x${pfn.toString(16)} is not this table's`);
      gather.tables = [];
      gather.start = gather.end = 0 as Vpn;
      gather.forced = undefined;
    },

    /** An MMU that keeps no walk caches apart from its TLB drops them with it. */
    walkCacheFlush: (tdb, start, end) => emt.tsvcFlushTlb(tdb, start, end),
  };
}
