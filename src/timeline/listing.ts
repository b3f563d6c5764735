/**
 * A tick as text: one event a line, in order of execution, indented by call depth. Line e + 1 is event e, always, so
 * that a line number is a place on the tape. It is written to be read: what was looked up where, which index it made,
 * what was read and what that means, which function decided what.
 */
import {
  addressOf,
  formatPhysical,
  formatVirtual,
  PAGE_SIZE_NAMES,
  type Pfn,
  physicalOf,
  type Vpn,
} from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { ERROR_BITS } from '../machine/mmu/rights';
import { formatEntry, levelsInRegisters, rootRegister } from '../machine/paging/format';
import type { Inspector } from '../machine/paging/inspector';
import { rawOf } from '../machine/paging/x86/entry';
import { clusterText, probeText } from './hashedText';
import { entryPlace, hostText } from './nestedText';

const hex = (n: number | bigint): string => '0x' + n.toString(16);

/** Adds names of regions to addresses: `0x5555_5540_0000 (heap+0x0)`. */
export type Describe = (address: bigint) => string | undefined;

/** What a listing needs of whatever has tables. */
export interface Tables {
  readonly inspector: Inspector;
  /** Of a guest. */
  readonly below?: { readonly inspector: Inspector };
}

export function listingLines(events: readonly MachineEvent[], machine: Tables, describe: Describe): string[] {
  return events.map((event) => '  '.repeat(event.depth) + eventText(event, machine, describe));
}

export function eventText(event: MachineEvent, machine: Tables, describe: Describe): string {
  const { format } = machine.inspector;
  const { levels } = format;
  // What a guest's hardware finds are the host's frames; what its tables and its kernel say are the guest's.
  const host = format.host === undefined ? '' : 'host ';
  const at = (vpn: Vpn, offset: number): string => describe(addressOf(vpn, offset)) ?? formatVirtual(vpn, offset);
  const tableAt = (pfn: Pfn | undefined): string =>
    `table at ${pfn === undefined ? '?' : formatPhysical(physicalOf(pfn))}`;
  switch (event.kind) {
    case 'statement':
      return event.text;
    case 'translate': {
      const again = event.retry ? 'again: ' : '';
      return `${again}translate ${at(event.vpn, event.offset)} for a ${event.user ? 'user' : 'supervisor'} ${event.access}`;
    }
    case 'tlbLookup': {
      const answer = event.hit ? `hit: ${host}frame ${hex(event.pfn ?? 0)}` : 'miss';
      return `${event.structure}: VPN ${hex(event.vpn)}, set ${event.set}: ${answer}`;
    }
    case 'tlbFill': {
      const evicted = event.evicted === undefined ? '' : `, evicts VPN ${hex(event.evicted)}`;
      return `${event.structure}: fill VPN ${hex(event.vpn)} → ${host}frame ${hex(event.pfn)} (${PAGE_SIZE_NAMES[event.pageSize]}), set ${event.set}${evicted}`;
    }
    case 'tlbUpdate':
      return `${event.structure}: VPN ${hex(event.vpn)} is now ${event.text}`;
    case 'walkCacheLookup': {
      const answer = event.hit ? `hit: ${event.answer ?? tableAt(event.table)}` : 'miss';
      return `${event.structure}: tag ${hex(event.tag)}: ${answer}`;
    }
    case 'walkCacheFill':
      return `${event.structure}: fill tag ${hex(event.tag)} → ${tableAt(event.table)}`;
    case 'walkStart':
      if (format.hashed !== undefined) return `${WALKS[event.purpose]} from ${event.startedFrom}`;
      if (event.startLevel < levelsInRegisters(format)) return `${WALKS[event.purpose]} from ${event.startedFrom}`;
      return `${WALKS[event.purpose]} from ${event.startedFrom}: ${levels[event.startLevel].name} ${tableAt(event.table)}`;
    case 'tableRead': {
      const raw = rawOf(event.low, event.high);
      const entry = machine.inspector.decode(raw, event.table, event.level, event.index);
      const flags = entry.flags === '' ? '' : ` [${entry.flags}]`;
      const found = event.from === undefined ? '' : ` (${event.from}, ${event.cycles} cycles)`;
      if (event.probe !== undefined) return probeText(event.probe, entry, formatEntry(format, raw) + flags) + found;
      return `read ${entry.levelName}[${event.index}] at ${entryPlace(machine, event)} = ${formatEntry(format, raw)}${flags}: ${entry.meaning}${found}`;
    }
    case 'registerRead': {
      const entry = machine.inspector.decode(rawOf(event.low, event.high), event.table, 0, event.index);
      const flags = entry.flags === '' ? '' : ` [${entry.flags}]`;
      return `${rootRegister(format, event.index)} register = ${formatEntry(format, entry.raw)}${flags}: ${entry.meaning}`;
    }
    case 'hardwareWrite':
      return `set ${event.bits} in ${levels[event.level].name}[${event.index}] at ${entryPlace(machine, event)}`;
    case 'walkEnd': {
      // Of a snapshot nobody knows what a reference costs.
      const cost = event.cycles === 0 ? '' : `, ${event.cycles} cycles`;
      const refs = `${event.references} ${event.references === 1 ? 'reference' : 'references'}${cost}`;
      const guest = event.guest === undefined ? '' : ` (guest frame ${hex(event.guest)})`;
      if (event.outcome === 'mapped') return `walk done: ${host}frame ${hex(event.pfn ?? 0)}${guest}, ${refs}`;
      if (event.outcome === 'exit') return `walk cut short by the VM exit: ${refs}`;
      return event.outcome === 'fault'
        ? `walk ends in a fault: ${refs}`
        : `walk abandoned after ${refs}: a walk cache may be stale`;
    }
    case 'hostLookup':
    case 'hostFill':
    case 'hostWalkStart':
    case 'hostRead':
    case 'hostWrite':
    case 'hostWalkEnd':
    case 'eptViolation':
    case 'hostEntryWrite':
      return hostText(event, machine);
    case 'fault': {
      const bits = ERROR_BITS.filter((b) => event.errorCode & b.bit)
        .map((b) => b.name)
        .join(' ');
      const code =
        event.vector === 'PF'
          ? ` error code ${hex(event.errorCode)}${bits ? ` (${bits})` : ''}, CR2 = ${at(event.vpn, event.offset)}`
          : '';
      return `#${event.vector}${code}: ${event.reason}`;
    }
    case 'faultResolved':
      return `fault is ${event.signal ?? event.fault}: ${event.text}`;
    case 'enter':
      return `${event.name}(${event.arguments})${implementation(event)} {`;
    case 'call':
      return `${event.name}(${event.arguments})${implementation(event)}${event.result === '' ? '' : ` → ${event.result}`}`;
    case 'leave':
      return `} ${event.name}${event.result === '' ? '' : ` → ${event.result}`}`;
    case 'entryWrite': {
      const before = rawOf(event.oldLow, event.oldHigh);
      const entry = machine.inspector.decode(rawOf(event.newLow, event.newHigh), event.table, event.level, event.index);
      const flags = entry.flags === '' ? '' : ` [${entry.flags}]`;
      return `write ${entry.levelName}[${event.index}] at ${formatPhysical(entry.address)}: ${formatEntry(format, before)} → ${formatEntry(format, entry.raw)}${flags}: ${entry.meaning}`;
    }
    case 'clusterWrite':
      return clusterText(event, levels[event.level].name);
    case 'cwtWrite':
      return `write header ${event.header} of ${event.table}-CWT line ${hex(event.tag)} at ${formatPhysical(event.address)}: ${hex(event.before)} → ${hex(event.after)}`;
    case 'memoryWrite':
      return `write ${formatPhysical(event.address)} by hand: ${oldAndNew(event)}`;
    case 'registerLoad':
      return `load ${event.register.toUpperCase()} by hand: ${oldAndNew(event)}`;
    case 'frame': {
      const size = event.order === 0 ? '' : ` (order ${event.order})`;
      if (event.action === 'fail') return `no free block of order ${event.order} for ${event.purpose}`;
      return `${event.action} frame ${hex(event.pfn)}${size} for ${event.purpose}`;
    }
    case 'flush':
      return `${event.cpu === undefined ? '' : `CPU ${event.cpu}: `}${event.instruction}: drops ${event.text}`;
    case 'note':
      return event.text;
    case 'translated':
      return `${at(event.vpn, event.offset)} is at ${host === '' ? '' : 'host-physical '}${formatPhysical(physicalOf(event.pfn, event.offset))} (from ${event.from})`;
    case 'output':
      return `${OUTPUTS[event.category]}${event.text}`;
  }
}

const WALKS = {
  translate: 'walk',
  retry: 'walk again',
  confirm: 'walk again, to make sure,',
  dirty: 'walk to set the dirty bit',
  resume: 'walk again, after the VM exit,',
} as const;

const OUTPUTS = { print: 'prints: ', failed: '✗ ', expect: '✓ ', break: 'break: ' } as const;

const oldAndNew = (e: { oldLow: number; oldHigh: number; newLow: number; newHigh: number }): string =>
  `${hex(rawOf(e.oldLow, e.oldHigh))} → ${hex(rawOf(e.newLow, e.newHigh))}`;

function implementation(event: { implementation: string; driver?: string }): string {
  if (event.implementation === 'kernel') return '';
  if (event.implementation === 'host') return ' [host]';
  return event.implementation === 'driver' ? ` [${event.driver ?? 'driver'}]` : ' [default]';
}
