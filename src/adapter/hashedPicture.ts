/** The ways of hashed tables in a picture of a walk: probed side by side, or pruned. */
import type { Pfn } from '../machine/core/addresses';
import type { ProbeOutcome } from '../machine/core/events';
import type { EntryNode, Inspector } from '../machine/paging/inspector';
import type { WalkAttempt, WalkLevel } from '../protocol/walk';

/** All ways of an address space, not probed yet; `undefined` if its tables are a tree. */
export function waysOf(inspector: Inspector, root: Pfn): WalkLevel[] | undefined {
  return inspector.tables?.(root).map(({ name, slots }) => ({ name, status: 'skipped', slots, index: 0 }));
}

/** The way that a probe went to; one that the address space does not have any more is added. */
export function probeLevel(walk: WalkAttempt, entry: EntryNode, probe: ProbeOutcome): WalkLevel {
  const name = `${entry.levelName} way ${probe.way}${probe.inTarget ? ' (new)' : ''}`;
  let level = walk.levels.find((l) => l.name === name);
  if (level === undefined) {
    level = { name, status: 'skipped', slots: probe.slot + 1, index: 0 };
    walk.levels.push(level);
  }
  level.index = probe.slot;
  level.matches = probe.matches;
  return level;
}
