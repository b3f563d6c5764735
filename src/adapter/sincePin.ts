/** What has changed in page tables since the pinned moment. */
import { asPfn, type Pfn } from '../machine/core/addresses';
import type { FrozenMemory } from '../machine/memory/frozenMemory';
import type { Machine } from '../machine/machine';
import { tableFrames } from '../machine/paging/format';
import type { Pin } from './pin';

/** Tables that are looked into for one row, at most: of a larger tree only what is above is said. */
const MOST_TABLES = 1024;

export interface SincePin {
  /** True if the entry at a physical address differs. */
  entry(address: number): boolean;
  /** True if anything in the table differs, or in one below it. */
  table(frame: Pfn, level: number): boolean;
}

export function sincePin({ memory: then }: Pin, { memory, inspector }: Machine): SincePin {
  const { format } = inspector;
  const differs = (frame: Pfn, level: number, budget: { tables: number }): boolean => {
    if (budget.tables-- <= 0) return false;
    if (anyFrame(then, frame, tableFrames(format, level))) return true;
    return inspector.used(frame, level).some((index) => {
      const { present, leaf, frame: below, childLevel } = inspector.entry(frame, level, index);
      return present && !leaf && differs(below, childLevel, budget);
    });
  };
  const anyFrame = (frozen: FrozenMemory, first: Pfn, count: number): boolean => {
    for (let i = 0; i < count; i++) if (frozen.frameDiffers(memory, asPfn(first + i))) return true;
    return false;
  };
  return {
    entry: (address) => then.differs(memory, address, format.entryBytes),
    table: (frame, level) => differs(frame, level, { tables: MOST_TABLES }),
  };
}
