/** What happens in hashed tables, in words. */
import { formatPhysical, physicalOf } from '../machine/core/addresses';
import type { ClusterWriteEvent, ProbeOutcome } from '../machine/core/events';
import { readCount, readTag } from '../machine/paging/ecpt/layout';
import type { EntryNode } from '../machine/paging/inspector';

const hex = (n: number): string => '0x' + n.toString(16);

/** One probe of a round. */
export function probeText(probe: ProbeOutcome, entry: EntryNode, value: string): string {
  const place = `${entry.levelName} way ${probe.way}${probe.inTarget ? ' (new)' : ''}, slot ${probe.slot}`;
  return probe.matches
    ? `probe ${place} at ${formatPhysical(entry.address)} = ${value}: it matches: ${entry.meaning}`
    : `probe ${place} at ${formatPhysical(entry.address)}: no match`;
}

export function clusterText(event: ClusterWriteEvent, level: string): string {
  const { action, attempt, slot, tag, before, after } = event;
  const address = formatPhysical(physicalOf(event.table) + slot * 64);
  const place = `${level} way ${event.way}${event.inTarget ? ' (new)' : ''}, slot ${slot} at ${address}`;
  const count = readCount(Int32Array.from(after), 0);
  const victim = hex(readTag(Int32Array.from(before), 0));
  switch (action) {
    case 'set':
      return `write cluster ${hex(tag)} in ${place}: ${count} of 8 entries`;
    case 'wipe':
      return `the last entry of cluster ${hex(tag)} is gone: ${place} is empty`;
    case 'insert':
      return `cluster ${hex(tag)} goes to ${place}`;
    case 'kick':
      return `kick ${attempt}: cluster ${hex(tag)} takes ${place}, where ${victim} was`;
    case 'kicked':
      return `after ${attempt - 1} kicks cluster ${hex(tag)} finds ${place} empty`;
    case 'copied':
      return `cluster ${hex(tag)} is copied to ${place}, step ${attempt} of its path`;
    case 'migrate':
      return `cluster ${hex(tag)} moves to ${place}`;
  }
}
