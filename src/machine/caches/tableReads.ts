/** What hardware walkers ask when a machine has data caches: how long a read of a table takes. */
import type { Pfn } from '../core/addresses';

export const ANSWERS = ['L1', 'L2', 'LLC', 'DRAM'] as const;
/** Where a line was found. */
export type Answer = (typeof ANSWERS)[number];

export interface TableReads {
  /**
   * The walker reads an entry: `level` in the format table (of a host's tables: behind the guest's levels), the frame that it is in (of tables of several frames, that one), and
   * its byte there. Cycles until it has it. The line moves through the caches.
   */
  read(level: number, frame: Pfn, offset: number): number;
  /** As `read`, where no walk waits for the line. */
  fetch(frame: Pfn, offset: number): void;
  /** The last so many reads were in vain: the walk goes on as if it had not made them. Their lines stay where they are. */
  forget(reads: number): void;
  /** Where the last of them found its line. */
  readonly answer: Answer;
}
