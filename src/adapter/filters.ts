/** The exception filters: what each stops on, in events. One table: the client's list, the matching and the words. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type {
  EptViolationEvent,
  FaultKind,
  FaultResolvedEvent,
  MachineEvent,
  NoteTopic,
  PageSource,
  Runner,
  WalkEndEvent,
} from '../machine/core/events';
import { formatPhysical, physicalOf } from '../machine/core/addresses';
import { functionIndex } from '../machine/core/functions';
import { Signal } from '../machine/core/probe';
import { qualificationText } from '../timeline/nestedText';
import { FAULT_KINDS } from '../machine/kernel/faults/verdict';

export interface FilterRow {
  id: string;
  label: string;
  description: string;
  default: boolean;
  /** True if a fault that an `expect fails` waits for is no reason to stop. */
  unexpectedOnly?: boolean;
  /** What must be seen in a fast run. */
  signal: number;
  /** Functions that count for `Signal.Function`. */
  functions?: readonly number[];
  /** Index of the event to stop at if `events[index]` is what the filter is about, else −1. */
  match(events: readonly MachineEvent[], index: number): number;
  /** What stopped, in words; the address is appended. */
  text(events: readonly MachineEvent[], index: number): string;
}

const bit = (kind: FaultKind): number => 1 << FAULT_KINDS.indexOf(kind);

const isResolved = (event: MachineEvent, kind: FaultKind): event is FaultResolvedEvent =>
  event.kind === 'faultResolved' && event.fault === kind;

/**
 * Where a person lands in a fault: inside the handler, at the first question that it asks about translations, before it
 * has changed anything; where it asks none, at its verdict.
 */
export function insideHandler(events: readonly MachineEvent[], resolved: number): number {
  let entry = resolved;
  while (entry > 0 && events[entry].kind !== 'fault') entry--;
  // What populate does ahead of time is no page fault.
  if (events[entry].kind !== 'fault') return -1;
  for (let i = entry; i < resolved; i++) {
    const event = events[i];
    if ((event.kind === 'enter' || event.kind === 'call') && isOfEmt(event.implementation)) return i;
  }
  return resolved;
}

/** Neither of the kernel nor of a host below it. */
const isOfEmt = (implementation: Runner): boolean => implementation === 'default' || implementation === 'driver';

function faultFilter(kind: FaultKind, id: string, label: string, description: string, on: boolean): FilterRow {
  return {
    id,
    label,
    description,
    default: on,
    signal: bit(kind),
    unexpectedOnly: kind === 'fatal',
    match: (events, i) => (isResolved(events[i], kind) ? insideHandler(events, i) : -1),
    text: (events, i) => {
      const event = events[i] as FaultResolvedEvent;
      return `page fault: ${event.signal ?? event.fault}, ${event.text}`;
    },
  };
}

interface NoteFilter {
  signal: number;
  topic: NoteTopic;
  title: string;
}

/** Stops at a note about something, and says it. */
function noteFilter(id: string, label: string, description: string, { signal, topic, title }: NoteFilter): FilterRow {
  return {
    ...{ id, label, description, default: false, signal },
    match: (events, i) => {
      const event = events[i];
      return event.kind === 'note' && event.topic === topic ? i : -1;
    },
    text: (events, i) => {
      const event = events[i];
      return event.kind === 'note' ? `${title}: ${event.text}` : title;
    },
  };
}

/** Minor faults by where the page comes from: parts of the filter for all of them. */
function sourceFilter(sources: readonly PageSource[], id: string, label: string, description: string): FilterRow {
  const all = faultFilter('minor', `fault.minor.${id}`, `Page Fault: Minor, ${label}`, description, false);
  const isOne = (event: MachineEvent): boolean =>
    event.kind === 'faultResolved' && event.source !== undefined && sources.includes(event.source);
  return { ...all, match: (events, i) => (isOne(events[i]) ? all.match(events, i) : -1) };
}

const EXPAND_STACK = functionIndex('expand_stack');

/** The end of a walk that a TLB miss began: walks that only confirm a fault or set a dirty bit are no news. */
function endedWalk(events: readonly MachineEvent[], index: number): WalkEndEvent | undefined {
  const event = events[index];
  if (event.kind !== 'walkEnd' || event.outcome === 'abandoned') return undefined;
  for (let i = index; i >= 0; i--) {
    const start = events[i];
    if (start.kind === 'walkStart') return start.purpose === 'confirm' || start.purpose === 'dirty' ? undefined : event;
  }
  return undefined;
}

/** Walks that read at least this many entries count as long: all four levels of a full walk. */
const LONG_WALK = 4;

function walkText(events: readonly MachineEvent[], index: number): string {
  const event = events[index];
  if (event.kind !== 'walkEnd') return 'walk';
  return `walk of ${event.references} ${event.references === 1 ? 'reference' : 'references'}`;
}

export const FILTERS: readonly FilterRow[] = [
  faultFilter('minor', 'fault.minor', 'Page Fault: Minor', 'First touch of memory that needs no device.', true),
  sourceFilter(['anonymous'], 'anonymous', 'Anonymous', 'First write to memory of no file: a new page of zeroes.'),
  sourceFilter(['zero'], 'zero', 'Zero Page', 'First read of memory of no file: the page of zeroes that all share.'),
  sourceFilter(
    ['file', 'device', 'swap'],
    'file',
    'File',
    'The page cache has the page, or a device or the swap cache.',
  ),
  faultFilter('major', 'fault.major', 'Page Fault: Major', 'Read from a file, or from the swap device.', false),
  faultFilter('cow', 'fault.cow', 'Page Fault: Copy on Write', 'A write to a page that others share.', false),
  faultFilter('thp', 'fault.thp', 'Page Fault: Huge Page', 'First touch that is served with a huge page.', false),
  faultFilter(
    'protection',
    'fault.protection',
    'Page Fault: Protection',
    'A right was missing that the area grants.',
    false,
  ),
  faultFilter(
    'spurious',
    'fault.spurious',
    'Page Fault: Spurious',
    'The entry allows the access already: a stale TLB entry.',
    false,
  ),
  faultFilter('fatal', 'fault.fatal', 'Page Fault: Fatal', 'SIGSEGV, SIGBUS, general protection, reserved bits.', true),
  {
    id: 'fault.oom',
    label: 'Out of Memory',
    description: 'No frame is free for a page or a table.',
    default: true,
    signal: bit('fatal'),
    match: (events, i) => {
      const event = events[i];
      return event.kind === 'faultResolved' && event.signal === 'OOM' ? i : -1;
    },
    text: (events, i) => `out of memory: ${(events[i] as FaultResolvedEvent).text}`,
  },
  {
    id: 'fault.stack',
    label: 'Stack Growth',
    description: 'A touch below a stack, which grows down to it.',
    default: false,
    signal: Signal.Function,
    functions: [EXPAND_STACK],
    match: (events, i) => {
      const event = events[i];
      return event.kind === 'call' && event.name === 'expand_stack' ? i : -1;
    },
    text: () => 'the stack grows',
  },
  {
    id: 'tlb.miss',
    label: 'TLB Miss',
    description: 'No TLB knows the page: the walker starts.',
    default: false,
    signal: Signal.TlbMiss,
    match: (events, i) => {
      const event = events[i];
      return event.kind === 'tlbLookup' && event.level === 2 && !event.hit && lastOfLookup(events, i) ? i : -1;
    },
    text: () => 'TLB miss',
  },
  {
    id: 'walk.any',
    label: 'Page Walk',
    description: 'Each walk at its end. A condition says how long it has to be: access.walk.refs > 2.',
    default: false,
    signal: Signal.TlbMiss,
    match: (events, i) => (endedWalk(events, i) === undefined ? -1 : i),
    text: walkText,
  },
  {
    id: 'walk.long',
    label: 'Full Page Walk',
    description: `A walk that reads ${LONG_WALK} or more entries.`,
    default: false,
    signal: Signal.TlbMiss,
    match: (events, i) => ((endedWalk(events, i)?.references ?? 0) >= LONG_WALK ? i : -1),
    text: walkText,
  },
  {
    id: 'ept.violation',
    label: 'EPT Violation',
    description: 'A walk in a guest, or its kernel, needs what the host’s tables do not allow: a VM exit.',
    default: false,
    signal: Signal.VmExit,
    match: (events, i) => (events[i].kind === 'eptViolation' ? i : -1),
    text: (events, i) => exitWords(events[i] as EptViolationEvent),
  },
  {
    id: 'ecpt.kick',
    label: 'Cuckoo Kick',
    description: 'A cluster of cuckoo tables takes the slot of another, which has to find one.',
    default: false,
    signal: Signal.Kick,
    match: (events, i) => {
      const event = events[i];
      // Who copies first writes the end of the path first: its last step is the newcomer's.
      return event.kind === 'clusterWrite' && (event.action === 'kick' || event.action === 'copied') ? i : -1;
    },
    text: (events, i) => {
      const event = events[i];
      if (event.kind !== 'clusterWrite') return 'cuckoo kick';
      const where = `way ${event.way}${event.inTarget ? ' (new)' : ''}, slot ${event.slot}`;
      return event.action === 'kick'
        ? `cuckoo kick ${event.attempt}: cluster 0x${event.tag.toString(16)} takes ${where}`
        : `cuckoo kick: cluster 0x${event.tag.toString(16)} is copied to ${where}`;
    },
  },
  noteFilter('ecpt.resizeStart', 'Resize Start', 'A way of cuckoo tables begins to move to a table of another size.', {
    signal: Signal.Resize,
    topic: 'resizeStart',
    title: 'resize starts',
  }),
  noteFilter('ecpt.resizeEnd', 'Resize End', 'All of a way of cuckoo tables has moved.', {
    signal: Signal.Resize,
    topic: 'resizeEnd',
    title: 'resize ends',
  }),
  noteFilter('ecpt.duplicate', 'Duplicate Entry', 'A walk of cuckoo tables finds the page in more than one way.', {
    signal: Signal.Duplicate,
    topic: 'duplicate',
    title: 'duplicate entry',
  }),
  noteFilter('fpt.fallback', 'Order-9 Fallback', 'No block of 2 MiB is free: a flattened table becomes a normal one.', {
    signal: Signal.Fallback,
    topic: 'fallback',
    title: 'order-9 fallback',
  }),
  {
    id: 'expect.failed',
    label: 'Failed Expect',
    description: 'An expect of the scenario does not hold.',
    default: true,
    signal: Signal.FailedExpect,
    match: (events, i) => {
      const event = events[i];
      return event.kind === 'output' && event.category === 'failed' ? i : -1;
    },
    text: (events, i) => {
      const event = events[i];
      return event.kind === 'output' ? `expect failed: ${event.text}` : 'expect failed';
    },
  },
];

/** As in a stop's reason: what the guest was left for. */
function exitWords({ misconfigured, gfn, offset, guestLevel, qualification, software }: EptViolationEvent): string {
  const at = `guest-physical ${formatPhysical(physicalOf(gfn, offset))}`;
  const what = misconfigured ? 'EPT misconfiguration' : 'EPT violation';
  const cause = software
    ? 'the guest’s kernel writes a frame that the host has not given it'
    : guestLevel < 0
      ? 'on the way to the page'
      : 'on the way to a table of the guest';
  return `${what} at ${at}: ${cause}, exit qualification ${qualificationText(qualification)}`;
}

/** The second level may be asked once per page size; the miss is known after the last. Retries are no new misses. */
function lastOfLookup(events: readonly MachineEvent[], index: number): boolean {
  const next = events[index + 1];
  if (next?.kind === 'tlbLookup' && next.level === 2) return false;
  for (let i = index; i >= 0; i--) {
    const event = events[i];
    if (event.kind === 'translate') return !event.retry;
  }
  return true;
}

export const filterDescriptors = (): DebugProtocol.ExceptionBreakpointsFilter[] =>
  FILTERS.map(({ id, label, description, default: on }) => ({
    filter: id,
    label,
    description,
    default: on,
    supportsCondition: true,
    conditionDescription:
      'An expression (access.va in heap, fault.address < heap.end), or a hit count (10000, >= 10000, % 100)',
  }));
