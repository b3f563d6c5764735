/**
 * What has been taken out of the tables and must not be reused before the TLB has forgotten it (Linux's mmu_gather).
 * Plain data, so that an operation can be saved in the middle. Tables are freed by `tlb_gather_finish`, after the flush; the
 * objects are the kernel's, which knows who else maps their frames.
 */
import type { Pfn, Vpn } from '../core/addresses';

/** What was mapped: frames or a swap slot, and what the hardware had noted of their use. */
export interface GatheredObject {
  vpn: Vpn;
  /** In 4 KiB pages. */
  pages: number;
  pfn: Pfn;
  /** Swap slot, or −1 if frames were mapped. */
  slot: number;
  dirty: boolean;
  accessed: boolean;
  /** SPECIAL: the frames belong to nobody who counts (the zero page, a device). */
  special: boolean;
}

export interface TlbGather {
  /** In order of removal. `tlb_gather_finish` leaves them for the kernel to free. */
  objects: GatheredObject[];
  tables: { pfn: Pfn; owner: number }[];
  /** Range of pages whose translations changed; empty while start ≥ end. */
  start: Vpn;
  end: Vpn;
  /** The driver asks that the batch be ended now, however little is in it. */
  forced?: boolean;
}

/** Owners of blocks, as the allocator keeps them: tables by their level, as negative numbers; all data is 1. */
export const tableOwner = (level: number): number => -1 - level;
export const DATA_OWNER = 1;

export const newGather = (): TlbGather => ({ objects: [], tables: [], start: 0 as Vpn, end: 0 as Vpn });

/** The translations of these pages have changed: they are flushed at the end. */
export function gatherPage(gather: TlbGather, vpn: Vpn, pages: number): void {
  if (gather.start >= gather.end) {
    gather.start = vpn;
    gather.end = (vpn + pages) as Vpn;
    return;
  }
  if (vpn < gather.start) gather.start = vpn;
  if (vpn + pages > gather.end) gather.end = (vpn + pages) as Vpn;
}
