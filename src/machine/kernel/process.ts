/** A process and its address space (`task_struct` and `mm_struct`), as plain records. */
import type { Vpn } from '../core/addresses';
import type { Tdb } from '../emt/driver';
import type { VmaList } from './vma';

export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly tdb: Tdb;
  /** Of the process that forked it; 0 if the scenario made it. */
  readonly parent: number;
  /** Processes that have forked one another are a family: their anonymous pages have places in common. */
  readonly family: number;
  vmas: VmaList;
  /** Resident pages: anonymous ones, and those of files. The zero page and devices do not count. */
  rssAnon: number;
  rssFile: number;
  /** Entries that name a swap slot. */
  swapEntries: number;
  /** End of the heap segment. */
  brk: Vpn;
  exited: boolean;
}

export const residentPages = (process: Process): number => process.rssAnon + process.rssFile;
