/**
 * What the machine reports while it runs one tick with a recorder attached.
 *
 * Events are plain data in order of execution; `depth` is the nesting of calls. They are the only source of the listing,
 * of the call stack inside a tick and of the walk picture. They are built in recorded mode alone: the fast path never
 * makes one.
 */
import type { Pfn, Vpn } from './addresses';
import type { WatchedRegister } from './watch';

export type AccessKind = 'read' | 'write' | 'exec';
/** Which implementation of a function ran. */
export type Implementation = 'kernel' | 'default' | 'driver';
/** Whose function runs: of the kernel (of a guest, if it is one), or of the host below it. */
export type Runner = Implementation | 'host';
export type WalkPurpose = 'translate' | 'retry' | 'confirm' | 'dirty' | 'resume';

/** Kinds that faults are counted by; they are disjoint. `fatal` ones carry the signal in `signal`. */
export type FaultKind = 'minor' | 'major' | 'cow' | 'thp' | 'protection' | 'spurious' | 'fatal';
/** What a process gets; `RESET`: the machine itself dies, see death.ts. */
export type FatalSignal = 'SIGSEGV' | 'SIGBUS' | 'GP' | 'OOM' | 'RESET';

interface Base {
  depth: number;
}

/** A tick begins: the access or operation, in the scenario's words. Always event 0. */
export interface StatementEvent extends Base {
  kind: 'statement';
  text: string;
}
/** One page of an access is about to be translated. */
export interface TranslateEvent extends Base {
  kind: 'translate';
  access: AccessKind;
  vpn: Vpn;
  offset: number;
  /** Of the whole access, which may go on in the next page. */
  sizeBytes: number;
  user: boolean;
  retry: boolean;
}
export interface TlbLookupEvent extends Base {
  kind: 'tlbLookup';
  structure: string;
  level: 1 | 2;
  vpn: Vpn;
  set: number;
  hit: boolean;
  pfn?: Pfn;
  pageSize?: number;
}
export interface TlbFillEvent extends Base {
  kind: 'tlbFill';
  structure: string;
  vpn: Vpn;
  pfn: Pfn;
  pageSize: number;
  set: number;
  evicted?: Vpn;
}
export interface TlbUpdateEvent extends Base {
  kind: 'tlbUpdate';
  structure: string;
  vpn: Vpn;
  text: string;
}
export interface WalkCacheLookupEvent extends Base {
  kind: 'walkCacheLookup';
  structure: string;
  level: number;
  tag: number;
  hit: boolean;
  table?: Pfn;
  /** What a hit says, where that is more than a table. */
  answer?: string;
}
export interface WalkCacheFillEvent extends Base {
  kind: 'walkCacheFill';
  structure: string;
  level: number;
  tag: number;
  table: Pfn;
  evicted?: number;
}
export interface WalkStartEvent extends Base {
  kind: 'walkStart';
  purpose: WalkPurpose;
  vpn: Vpn;
  /** Level that is read first (0 = root), and the table it is in. */
  startLevel: number;
  table: Pfn;
  startedFrom: string;
}
export interface TableReadEvent extends Base {
  kind: 'tableRead';
  level: number;
  table: Pfn;
  index: number;
  low: number;
  high: number;
  cycles: number;
  /** Where its line was found (`L2`), where there are data caches. */
  from?: string;
  /** Of hashed tables: which way was probed, in which slot, and whether it has the page. */
  probe?: ProbeOutcome;
  /** Of a guest's tables: the host's frame in which the entry lies. `table` is then the guest's number. */
  host?: Pfn;
}
/** A walk takes the root's entry from the register that it was loaded into with CR3, and reads no memory for it (PAE). */
export interface RegisterReadEvent extends Base {
  kind: 'registerRead';
  /** That CR3 names. */
  table: Pfn;
  index: number;
  low: number;
  high: number;
}
export interface ProbeOutcome {
  /** Number inside the page size. */
  way: number;
  slot: number;
  matches: boolean;
  /** In the table that the way is being resized to. */
  inTarget: boolean;
}
/** The hardware set A or D bits in an entry. */
export interface HardwareWriteEvent extends Base {
  kind: 'hardwareWrite';
  level: number;
  table: Pfn;
  index: number;
  bits: string;
  low: number;
  high: number;
  /** As of a read. */
  host?: Pfn;
}
export interface WalkEndEvent extends Base {
  kind: 'walkEnd';
  /** `exit`: the guest has left for its host. */
  outcome: 'mapped' | 'fault' | 'abandoned' | 'exit';
  references: number;
  cycles: number;
  pfn?: Pfn;
  pageSize?: number;
  /** In a guest: the frame as the guest numbers it. */
  guest?: Pfn;
}

// ---- nested paging ----------------------------------------------------------------------------------------------------

/**
 * The second dimension of a walk in a guest: from a guest-physical frame (`gfn`) to the host's. `guestLevel` says what for: the
 * guest table of that level, or −1 for the page itself.
 */
export interface HostLookupEvent extends Base {
  kind: 'hostLookup';
  structure: string;
  guestLevel: number;
  gfn: Pfn;
  hit: boolean;
  /** What a hit says. */
  answer?: string;
}
export interface HostFillEvent extends Base {
  kind: 'hostFill';
  structure: string;
  gfn: Pfn;
  tag: number;
  /** What is entered. */
  text: string;
}
export interface HostWalkStartEvent extends Base {
  kind: 'hostWalkStart';
  guestLevel: number;
  gfn: Pfn;
  startLevel: number;
  table: Pfn;
  startedFrom: string;
}
export interface HostReadEvent extends Base {
  kind: 'hostRead';
  guestLevel: number;
  gfn: Pfn;
  /** Of the host's tables; so are table, index and value. */
  level: number;
  table: Pfn;
  index: number;
  low: number;
  high: number;
  cycles: number;
  /** Where its line was found, where there are data caches. */
  from?: string;
}
/** The hardware set A or D in an entry of the host's tables. */
export interface HostWriteEvent extends Base {
  kind: 'hostWrite';
  level: number;
  table: Pfn;
  index: number;
  bits: string;
  low: number;
  high: number;
}
export interface HostWalkEndEvent extends Base {
  kind: 'hostWalkEnd';
  guestLevel: number;
  gfn: Pfn;
  outcome: 'mapped' | 'violation' | 'abandoned';
  references: number;
  pfn?: Pfn;
  pageSize?: number;
}
/** A VM exit: the host's tables do not let the access through. */
export interface EptViolationEvent extends Base {
  kind: 'eptViolation';
  /** The entry is one that nobody may have: an EPT misconfiguration. */
  misconfigured: boolean;
  gfn: Pfn;
  offset: number;
  guestLevel: number;
  qualification: number;
  /** The guest's kernel wrote a table: no program's access was walked. */
  software: boolean;
}
/** The host's software wrote an entry of its tables. */
export interface HostEntryWriteEvent extends Base {
  kind: 'hostEntryWrite';
  level: number;
  table: Pfn;
  index: number;
  oldLow: number;
  oldHigh: number;
  newLow: number;
  newHigh: number;
}
export interface FaultEvent extends Base {
  kind: 'fault';
  vector: 'PF' | 'GP';
  vpn: Vpn;
  offset: number;
  errorCode: number;
  /** One sentence: which check rejected the access, and where. */
  reason: string;
}
/** A new page, the zero page, the page cache, the memory of a device, the swap cache. */
export type PageSource = 'anonymous' | 'zero' | 'file' | 'device' | 'swap';
/** The kernel has decided what a fault was. */
export interface FaultResolvedEvent extends Base {
  kind: 'faultResolved';
  fault: FaultKind;
  signal?: FatalSignal;
  /** Of a minor fault: where the page came from. */
  source?: PageSource;
  text: string;
}
export interface EnterEvent extends Base {
  kind: 'enter';
  name: string;
  implementation: Runner;
  /** Which driver, if a driver's implementation ran. */
  driver?: string;
  arguments: string;
  /** It was entered in an earlier tick, and goes on in this one. */
  continued?: true;
}
/** A call in which nothing else is reported: entry and result in one line. */
export interface CallEvent extends Base {
  kind: 'call';
  name: string;
  implementation: Runner;
  driver?: string;
  arguments: string;
  result: string;
}
export interface LeaveEvent extends Base {
  kind: 'leave';
  name: string;
  result: string;
  /** Of this call, without those of the functions that it called. */
  instructions: number;
  /** Of an iterator's step: where the scan stands behind it. */
  iterator?: IteratorPlace;
}
/** Where a scan stands (emt/iterator.ts says what each number is). */
export interface IteratorPlace {
  readonly start: Vpn;
  readonly end: Vpn;
  readonly vpn: Vpn;
  readonly objects: number;
  readonly lookups: number;
  readonly steps: number;
  readonly table: number;
  readonly level: number;
  readonly base: number;
}
/** Software wrote a table entry. */
export interface EntryWriteEvent extends Base {
  kind: 'entryWrite';
  level: number;
  table: Pfn;
  index: number;
  oldLow: number;
  oldHigh: number;
  newLow: number;
  newHigh: number;
}
/**
 * What happened to a cluster of a hashed table: an entry of it was set, its last one was removed, it was entered, entered in the
 * place of another that then needs a new one (`kick`), put where it came to rest after being kicked (`kicked`), copied out
 * of the way of another (`copied`), or moved by a resize.
 */
export type ClusterAction = 'set' | 'wipe' | 'insert' | 'kick' | 'kicked' | 'copied' | 'migrate';
/** Software wrote to a cluster of a hashed table. */
export interface ClusterWriteEvent extends Base {
  kind: 'clusterWrite';
  action: ClusterAction;
  level: number;
  /** Number inside the page size. */
  way: number;
  inTarget: boolean;
  /** First frame of the way's table. */
  table: Pfn;
  slot: number;
  tag: number;
  /** Of a kick chain: which step, from 1. */
  attempt: number;
  /** Its words, before and after. */
  before: readonly number[];
  after: readonly number[];
}
/** Software changed a header of a cuckoo walk table. */
export interface CwtWriteEvent extends Base {
  kind: 'cwtWrite';
  /** Of the header's byte. */
  address: number;
  table: 'PMD' | 'PUD';
  tag: number;
  header: number;
  before: number;
  after: number;
}
/** A `set` statement changed a word of physical memory: no code of the machine's did. */
export interface MemoryWriteEvent extends Base {
  kind: 'memoryWrite';
  /** Physical, a multiple of the size. */
  address: number;
  /** A word of 4 bytes is the low one. */
  sizeBytes: 4 | 8;
  oldLow: number;
  oldHigh: number;
  newLow: number;
  newHigh: number;
}
/** A `set` statement loaded a register. What the machine loads itself other events say: `fault` CR2, `flush` CR3. */
export interface RegisterLoadEvent extends Base {
  kind: 'registerLoad';
  register: WatchedRegister;
  oldLow: number;
  oldHigh: number;
  newLow: number;
  newHigh: number;
}
export interface FrameEvent extends Base {
  kind: 'frame';
  action: 'allocate' | 'free' | 'fail';
  pfn: Pfn;
  order: number;
  purpose: string;
}
export interface FlushEvent extends Base {
  kind: 'flush';
  instruction: string;
  text: string;
  /** The CPU that executes it, where there are several. */
  cpu?: number;
}
/** What a note is about that a person may want to stop at. */
export type NoteTopic = 'resizeStart' | 'resizeEnd' | 'duplicate' | 'fallback';
export interface NoteEvent extends Base {
  kind: 'note';
  text: string;
  topic?: NoteTopic;
}
/** An access to one page has its translation. */
export interface TranslatedEvent extends Base {
  kind: 'translated';
  vpn: Vpn;
  offset: number;
  pfn: Pfn;
  pageSize: number;
  from: string;
  /** In a guest: the frame as the guest numbers it, where that is known. */
  guest?: Pfn;
}
/** Output of `print`, or the verdict of an `expect`. */
export interface OutputEvent extends Base {
  kind: 'output';
  category: 'print' | 'expect' | 'break' | 'failed';
  text: string;
}

export type MachineEvent =
  | StatementEvent
  | TranslateEvent
  | TlbLookupEvent
  | TlbFillEvent
  | TlbUpdateEvent
  | WalkCacheLookupEvent
  | WalkCacheFillEvent
  | WalkStartEvent
  | TableReadEvent
  | RegisterReadEvent
  | HardwareWriteEvent
  | WalkEndEvent
  | HostLookupEvent
  | HostFillEvent
  | HostWalkStartEvent
  | HostReadEvent
  | HostWriteEvent
  | HostWalkEndEvent
  | EptViolationEvent
  | HostEntryWriteEvent
  | FaultEvent
  | FaultResolvedEvent
  | EnterEvent
  | CallEvent
  | LeaveEvent
  | EntryWriteEvent
  | ClusterWriteEvent
  | CwtWriteEvent
  | MemoryWriteEvent
  | RegisterLoadEvent
  | FrameEvent
  | FlushEvent
  | NoteEvent
  | TranslatedEvent
  | OutputEvent;

/** An event as the machine hands it over; the recorder adds the depth. */
export type EventBody = MachineEvent extends infer E ? (E extends Base ? Omit<E, 'depth'> : never) : never;
