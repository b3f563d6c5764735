/**
 * What an unmap has taken out of the tables and must not be reused before the TLB has forgotten it (Linux's mmu_gather).
 * Frames are freed by `tlb_gather_finish`, after the flush.
 */
import type { Pfn, Vpn } from '../core/addresses';

export interface TlbGather {
  /** Data frames in order of removal, and whose they must be to be freed. */
  pages: { pfn: Pfn; owner: number }[];
  tables: { pfn: Pfn; owner: number }[];
  /** Range of pages whose translations were removed; empty while start ≥ end. */
  start: Vpn;
  end: Vpn;
}

/**
 * Owners of frames, as the allocator keeps them (the reverse map of anonymous memory): an entry that somebody edited may
 * name a frame that is not its own, and that frame must not be freed with it. Pages: which page of which database;
 * tables: their level, as negative numbers.
 */
export const pageOwner = (tdbId: number, vpn: Vpn): number => ((vpn % 0x4000_0000) ^ (tdbId << 20)) & 0x7fff_ffff;
export const tableOwner = (level: number): number => -1 - level;

export function gatherPage(gather: TlbGather, vpn: Vpn, pages: number): void {
  if (gather.start >= gather.end) {
    gather.start = vpn;
    gather.end = (vpn + pages) as Vpn;
    return;
  }
  if (vpn < gather.start) gather.start = vpn;
  if (vpn + pages > gather.end) gather.end = (vpn + pages) as Vpn;
}
