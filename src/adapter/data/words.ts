/** Watched data in words: what a breakpoint is called, and what happened to it. */
import { addressOf, formatAddress, formatPhysical, physicalOf, type Vpn } from '../../machine/core/addresses';
import type { MachineEvent } from '../../machine/core/events';
import { rawOf } from '../../machine/paging/x86/entry';
import type { Run } from '../../scenario/run/run';
import { placeOfEntry } from './entryPlace';
import type { DataTarget, PhysicalTarget, VirtualTarget } from './target';

const PAGE = 4096n;
const hex = (n: number | bigint): string => '0x' + n.toString(16);

/** `heap+0x1000`; the address itself where no region holds it. */
export function shortAddress(run: Run, address: bigint): string {
  return /\((.+)\)$/.exec(run.describeAddress(address) ?? '')?.[1] ?? formatAddress(address);
}

/** `PTE of heap+0x1000`, or where the entry lies if no process uses its table now. */
export function entryTitle(run: Run, address: number): string {
  const place = placeOfEntry(run.machine, address);
  return place === undefined
    ? `the entry at ${formatPhysical(address)}`
    : `${place.levelName} of ${shortAddress(run, addressOf(place.vpn))}`;
}

/** What a breakpoint on the data is called, e.g. in the list of breakpoints. */
export function targetTitle(run: Run, target: DataTarget): string {
  switch (target.kind) {
    case 'physical':
      return target.entry ? entryTitle(run, target.start) : physicalTitle(target);
    case 'virtual':
      return virtualTitle(run, target);
    case 'register':
      return target.name.toUpperCase();
  }
}

const physicalTitle = ({ start, bytes }: PhysicalTarget): string => `${bytes} bytes at physical ${hex(start)}`;

function virtualTitle(run: Run, { start, bytes }: VirtualTarget): string {
  const name = shortAddress(run, start);
  if (start % PAGE !== 0n || bytes % PAGE !== 0n) return `${bytes} bytes at ${name}`;
  return bytes === PAGE ? `the page ${name}` : `${bytes / PAGE} pages from ${name}`;
}

interface Change {
  oldLow: number;
  oldHigh: number;
  newLow: number;
  newHigh: number;
}

const change = ({ oldLow, oldHigh, newLow, newHigh }: Change): string =>
  `${hex(rawOf(oldLow, oldHigh))} → ${hex(rawOf(newLow, newHigh))}`;

/** What an event did to the data, e.g. `PTE of heap+0x1000 written by tdb_update_tobj: 0x0 → 0x8000000000403067`. */
export function useText(title: string, events: readonly MachineEvent[], index: number, run: Run): string {
  const event = events[index];
  const address = (vpn: Vpn, offset: number): string => {
    const at = addressOf(vpn, offset);
    return run.describeAddress(at) ?? formatAddress(at);
  };
  switch (event.kind) {
    case 'tableRead':
      return `${title} read by the hardware walk: ${hex(rawOf(event.low, event.high))}`;
    case 'hardwareWrite':
      return `${title}: ${event.bits} set by the hardware: now ${hex(rawOf(event.low, event.high))}`;
    case 'hostRead':
      return `${title} read by the hardware’s host walk: ${hex(rawOf(event.low, event.high))}`;
    case 'hostWrite':
      return `${title}: ${event.bits} set by the hardware’s host walk: now ${hex(rawOf(event.low, event.high))}`;
    case 'hostEntryWrite':
      return `${title} written by the host’s ${functionAt(events, index)}: ${change(event)}`;
    case 'entryWrite':
      return `${title} written by ${functionAt(events, index)}: ${change(event)}`;
    case 'clusterWrite':
    case 'cwtWrite':
      return `${title} written by ${functionAt(events, index)}`;
    case 'memoryWrite':
    case 'registerLoad':
      return `${title} written by a set statement: ${change(event)}`;
    case 'frame': {
      const what = event.action === 'free' ? 'freed' : 'allocated';
      return `${title}: its frame ${hex(event.pfn)} is ${what} (${event.purpose}), its bytes are gone`;
    }
    case 'translate': {
      const by = event.user ? 'the program' : 'the kernel';
      return `${title}: ${event.access} of ${event.sizeBytes} bytes at ${address(event.vpn, event.offset)} by ${by}`;
    }
    case 'fault':
      return `${title} loaded by the hardware: ${address(event.vpn, event.offset)}`;
    case 'flush':
      return `${title} loaded by ${functionAt(events, index)}: ${formatPhysical(physicalOf(run.machine.root))}`;
    default:
      return title;
  }
}

/** The innermost function that is open at an event. */
function functionAt(events: readonly MachineEvent[], index: number): string {
  let closed = 0;
  for (let i = index; i >= 0; i--) {
    const event = events[i];
    if (event.kind === 'leave') closed++;
    else if (event.kind === 'enter' && closed-- === 0) return event.name;
  }
  return 'a set statement';
}
