/** Writes of whole clusters of hashed tables, entry by entry. */
import type { ClusterWriteEvent } from '../../machine/core/events';

const ENTRIES = 8;

/** Indices in the way's table of the entries that a write changed. */
export function changedWords({ slot, before, after }: ClusterWriteEvent): number[] {
  const changed = (i: number): boolean => before[2 * i] !== after[2 * i] || before[2 * i + 1] !== after[2 * i + 1];
  return Array.from({ length: ENTRIES }, (_, i) => i)
    .filter(changed)
    .map((i) => slot * ENTRIES + i);
}
