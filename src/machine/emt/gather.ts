/**
 * What an unmap has taken out of the tables and must not be reused before the TLB has forgotten it (Linux's mmu_gather).
 * Frames are freed by `tlb_gather_finish`, after the flush.
 */
import type { Pfn, Vpn } from '../core/addresses';

export interface TlbGather {
  /** Data frames, in order of removal. */
  pages: Pfn[];
  /** Table frames and their level. */
  tables: { pfn: Pfn; level: number }[];
  /** Range of pages whose translations were removed; empty while start ≥ end. */
  start: Vpn;
  end: Vpn;
}

export function gatherPage(gather: TlbGather, vpn: Vpn, pages: number): void {
  if (gather.start >= gather.end) {
    gather.start = vpn;
    gather.end = (vpn + pages) as Vpn;
    return;
  }
  if (vpn < gather.start) gather.start = vpn;
  if (vpn + pages > gather.end) gather.end = (vpn + pages) as Vpn;
}
