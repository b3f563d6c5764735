/**
 * What the Walk view shows where the cursor's tick makes no access: a system call, a `print`, the end of the run.
 *
 * Inside kernel work that is the page that the work is about, walked through the tables as they are at this event: so one
 * sees how `munmap` takes a path apart, and `fork` puts one up. Else it is the last access that was made, as it was then. Before the first
 * access, it is what there is to translate with: the scheme and the root table.
 */
import { addressOf, asVpn, formatPhysical, physicalOf, type Vpn, vpnOfAddress } from '../machine/core/addresses';
import type { EntryWriteEvent, MachineEvent } from '../machine/core/events';
import { Last, type Machine } from '../machine/machine';
import { entriesOf, indexOf, pagesPerEntry } from '../machine/paging/format';
import type { WalkPicture, WalkPlace } from '../protocol/walk';
import type { Run } from '../scenario/run/run';
import type { Timeline } from '../timeline/timeline';
import { inspectedPicture } from './inspectedPicture';
import { walkPicture } from './picture';
import { callName } from './stack';

export interface Aside {
  picture?: WalkPicture;
  place?: WalkPlace;
}

/** `title`: what the cursor's tick does, in the scenario's words. */
export function asideOf(timeline: Timeline, title: string): Aside {
  const { run, events, moment } = timeline;
  if (run.machine.kernel.current === undefined) return { place: placeOf(run, title) };
  const work = workAt(events, moment.event, run.machine);
  if (work !== undefined) {
    const picture = inspectedPicture(run, addressOf(work.vpn), moment.tick);
    return { picture: { ...picture, aside: { kind: 'work', statement: title, doing: work.doing } } };
  }
  return lastAccess(timeline, title);
}

function lastAccess(timeline: Timeline, title: string): Aside {
  const { run, moment } = timeline;
  const found = timeline.lastAccess((events, tick) => walkPicture(run, events, { tick, event: events.length - 1 }));
  if (found === 'none') return { place: placeOf(run, title) };
  const past = found === 'far' ? undefined : found.seen;
  if (found === 'far' || past === undefined) {
    const { last } = run.machine;
    const picture = inspectedPicture(run, addressOf(asVpn(last[Last.Vpn]), last[Last.Offset]), moment.tick);
    return { picture: { ...picture, aside: { kind: 'lastPage', statement: title } } };
  }
  // Everything in it has happened: the cursor is behind its last event.
  const cursor = { ...past.cursor, event: past.cursor.events };
  const ticksAgo = moment.tick - found.tick;
  return { picture: { ...past, cursor, aside: { kind: 'lastAccess', statement: title, ticksAgo } } };
}

function placeOf(run: Run, statement: string): WalkPlace {
  const { machine } = run;
  const { kernel, inspector } = machine;
  const { format } = inspector;
  const place = { statement, scheme: format.scheme };
  if (kernel.current === undefined) return place;
  const { table, level } = inspector.rootTable(machine.root);
  const name = inspector.tables === undefined ? `${format.levels[level].name} table` : 'tables of ways';
  return { ...place, process: kernel.current.name, root: `${name} at ${formatPhysical(physicalOf(table))}` };
}

// ---- kernel work ------------------------------------------------------------------------------------------------------

interface Work {
  vpn: Vpn;
  /** `addr_range_remove [radix]` */
  doing: string;
}

/** The page that the latest event up to the cursor is about which says one. Undefined at the start of the tick. */
function workAt(events: readonly MachineEvent[], at: number, machine: Machine): Work | undefined {
  let written: EntryWriteEvent | undefined;
  for (let i = Math.min(at, events.length - 1); i > 0; i--) {
    const event = events[i];
    if (event.kind === 'entryWrite') written ??= event;
    const work = workOf(event);
    if (work === undefined) continue;
    return written === undefined ? work : { ...work, vpn: pageOfEntry(machine, work.vpn, written) };
  }
  return undefined;
}

function workOf(event: MachineEvent): Work | undefined {
  if (event.kind === 'leave' && event.iterator !== undefined) return { vpn: event.iterator.vpn, doing: event.name };
  if (event.kind !== 'enter' && event.kind !== 'call') return undefined;
  // Addresses are written in groups of four digits; sizes and frames are not.
  const address = /^0x[\da-f]+(_[\da-f]{4})+/.exec(event.arguments)?.[0];
  if (address === undefined) return undefined;
  return { vpn: vpnOfAddress(BigInt(address.replaceAll('_', ''))), doing: callName(event) };
}

/** A call about a range begins at its first page: the entry that it has just written may be of a later one. */
function pageOfEntry({ inspector, root }: Machine, vpn: Vpn, { level, table, index }: EntryWriteEvent): Vpn {
  if (inspector.tables !== undefined) return vpn;
  const step = inspector.walk(root, vpn).steps.find((each) => each.table === table && each.level === level);
  if (step === undefined) return vpn;
  const format = inspector.format.levels[level];
  const later = index - indexOf(vpn, format);
  return later > 0 && index < entriesOf(format) ? asVpn(vpn + later * pagesPerEntry(format)) : vpn;
}
