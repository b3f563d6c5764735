/** How a walker writes to tables: it sets A or D. */
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';

/** Sets bits of an entry's low word, at a place in the pool. False if they were set: then nothing has been written. */
export function setBits({ pool }: PhysicalMemory, at: number, set: number): boolean {
  const low = pool.words[at];
  if ((low & set) === set) return false;
  pool.touch(Math.floor(at / PAGE_WORDS));
  pool.words[at] = low | set;
  return true;
}
