/** A process and its address space (`mm_struct`), as plain records. */
import type { Vpn } from '../core/addresses';
import type { Tdb } from '../emt/driver';
import type { TlbGather } from '../emt/gather';
import type { VmaList } from './vma';

export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly tdb: Tdb;
  vmas: VmaList;
  /** Resident pages. */
  rss: number;
}

/**
 * A range operation in the middle of its work. Each step is bounded and is a tick of its own, so that however large the
 * range, the run can be paused, recorded and sought into.
 */
export type Operation = UnmapOperation | PopulateOperation;

export interface UnmapOperation {
  kind: 'unmap';
  pid: number;
  /** Pieces of areas that are still to be emptied, first one first. */
  pieces: readonly { start: Vpn; end: Vpn }[];
  /** Whole range, and the nearest mappings around it: what tables may be freed. */
  start: Vpn;
  end: Vpn;
  floor: Vpn;
  ceiling: Vpn;
  phase: 'pages' | 'tables' | 'upperTables';
  /** Next page of the phase. */
  at: Vpn;
  gather: TlbGather;
}

export interface PopulateOperation {
  kind: 'populate';
  pid: number;
  at: Vpn;
  end: Vpn;
}

/** Whose a data frame is: which page of which database. */
export const pageOwner = (tdbId: number, vpn: Vpn): number => ((vpn % 0x4000_0000) ^ (tdbId << 20)) & 0x7fff_ffff;
