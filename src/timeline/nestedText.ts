/** The second dimension of a walk in a guest, in the words of the listing. */
import { formatPhysical, PAGE_BYTES, PAGE_SIZE_NAMES, type Pfn, physicalOf } from '../machine/core/addresses';
import type {
  EptViolationEvent,
  HardwareWriteEvent,
  HostEntryWriteEvent,
  HostFillEvent,
  HostLookupEvent,
  HostReadEvent,
  HostWalkEndEvent,
  HostWalkStartEvent,
  HostWriteEvent,
  TableReadEvent,
} from '../machine/core/events';
import { entryAddressIn, formatEntry, type PagingFormat } from '../machine/paging/format';
import { QUALIFICATION_BITS } from '../machine/paging/nested/entry';
import { rawOf } from '../machine/paging/x86/entry';
import type { Tables } from './listing';

export type NestedEvent =
  | HostLookupEvent
  | HostFillEvent
  | HostWalkStartEvent
  | HostReadEvent
  | HostWriteEvent
  | HostWalkEndEvent
  | EptViolationEvent
  | HostEntryWriteEvent;

const hex = (n: number | bigint): string => '0x' + n.toString(16);

/** Where an entry lies: in a guest, by its own number and by the host's. */
export function entryPlace(machine: Tables, { table, index, host }: TableReadEvent | HardwareWriteEvent): string {
  const { format } = machine.inspector;
  const own = entryAddressIn(format, table, index);
  if (host === undefined) return formatPhysical(own);
  return `guest-physical ${formatPhysical(own)}, host-physical ${formatPhysical(physicalOf(host, own % PAGE_BYTES))}`;
}

/** What a host walk is for: `the guest's PMD table`, or `the page`. */
export const subjectOf = ({ levels }: PagingFormat, guestLevel: number): string =>
  guestLevel < 0 ? 'the page' : `the guest’s ${levels[guestLevel].name} table`;

export function qualificationText(qualification: number): string {
  const names = QUALIFICATION_BITS.filter((b) => qualification & b.bit).map((b) => b.name);
  return `${hex(qualification)} (${names.join(' ')})`;
}

const gpa = (gfn: Pfn, offset = 0): string => `guest-physical ${formatPhysical(physicalOf(gfn, offset))}`;

export function hostText(event: NestedEvent, machine: Tables): string {
  const { format } = machine.inspector;
  const { host = format } = format;
  const entryText = (level: number, table: Pfn, index: number, low: number, high: number): string => {
    const entry = machine.below?.inspector.decode(rawOf(low, high), table, level, index);
    const flags = entry === undefined || entry.flags === '' ? '' : ` [${entry.flags}]`;
    return `${formatEntry(host, rawOf(low, high))}${flags}${entry === undefined ? '' : `: ${entry.meaning}`}`;
  };
  const place = (e: { level: number; table: Pfn; index: number }): string =>
    `${host.levels[e.level].name}[${e.index}] at host-physical ${formatPhysical(entryAddressIn(host, e.table, e.index))}`;
  switch (event.kind) {
    case 'hostLookup':
      return `${event.structure}: guest frame ${hex(event.gfn)}: ${event.hit ? `hit: ${event.answer}` : 'miss'}`;
    case 'hostFill':
      return `${event.structure}: fill tag ${hex(event.tag)} → ${event.text}`;
    case 'hostWalkStart':
      return `host walk for ${subjectOf(format, event.guestLevel)} at ${gpa(event.gfn)}, from ${event.startedFrom}: ${host.levels[event.startLevel].name} table at ${formatPhysical(physicalOf(event.table))}`;
    case 'hostRead':
      return `read ${place(event)} = ${entryText(event.level, event.table, event.index, event.low, event.high)}${event.from === undefined ? '' : ` (${event.from}, ${event.cycles} cycles)`}`;
    case 'hostWrite':
      return `set ${event.bits} in ${place(event)}`;
    case 'hostWalkEnd': {
      const refs = `${event.references} ${event.references === 1 ? 'reference' : 'references'}`;
      if (event.outcome === 'mapped')
        return `host walk done: host frame ${hex(event.pfn ?? 0)} (${PAGE_SIZE_NAMES[event.pageSize ?? 0]}), ${refs}`;
      return event.outcome === 'abandoned'
        ? `host walk abandoned after ${refs}: a walk cache may be stale`
        : `host walk ends: the host’s tables do not allow it, ${refs}`;
    }
    case 'eptViolation': {
      const what = event.misconfigured ? 'EPT misconfiguration' : 'EPT violation';
      const by = event.software ? 'the guest’s kernel writes' : `on the way to ${subjectOf(format, event.guestLevel)}`;
      const why = event.misconfigured ? '' : `, exit qualification ${qualificationText(event.qualification)}`;
      return `${what} at ${gpa(event.gfn, event.offset)}, ${by}${why}: VM exit`;
    }
    case 'hostEntryWrite':
      return `write ${place(event)}: ${formatEntry(host, rawOf(event.oldLow, event.oldHigh))} → ${entryText(event.level, event.table, event.index, event.newLow, event.newHigh)}`;
  }
}
