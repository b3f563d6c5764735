/** The Walk view's data: a tick's events about one page access, as plain data. */
import {
  addressOf,
  asVpn,
  formatPhysical,
  PAGES_OF_SIZE,
  type Pfn,
  physicalOf,
  type Vpn,
} from '../machine/core/addresses';
import type {
  FaultEvent,
  MachineEvent,
  RegisterReadEvent,
  TableReadEvent,
  TranslateEvent,
  WalkStartEvent,
} from '../machine/core/events';
import { ERROR_BITS } from '../machine/mmu/rights';
import { entriesOf, indexOf, rootRegister, walkedPath } from '../machine/paging/format';
import { rawOf } from '../machine/paging/x86/entry';
import type {
  CacheLookup,
  FaultSummary,
  TranslationResult,
  WalkAttempt,
  WalkLevel,
  WalkPicture,
} from '../protocol/walk';
import type { Run } from '../scenario/run/run';
import type { Moment } from '../timeline/timeline';
import { type HashedWalk, hashedWalk, kickChains, probeLevel } from './hashedPicture';
import { exitSummary, GridBuilder } from './nestedPicture';
import { entryPicture } from './entryPicture';
import { addressFields, emptyPicture } from './inspectedPicture';

/** Lowest bit of a page number, by page-size code. */
const PAGE_SHIFTS = [12, 21, 30] as const;

const hex = (n: number | bigint): string => '0x' + n.toString(16);

export function walkPicture(run: Run, events: readonly MachineEvent[], moment: Moment): WalkPicture | undefined {
  const span = pageSpan(events, moment.event);
  if (span === undefined) return undefined;
  const { first, last } = span;
  const translate = events[first] as TranslateEvent;
  const address = addressOf(translate.vpn, translate.offset);
  const title = events[0].kind === 'statement' ? events[0].text : translate.access;
  const cursor = { ...moment, events: events.length };
  const picture = emptyPicture(run, address, cursor, { title, kind: translate.access, sizeBytes: translate.sizeBytes });
  const { format } = run.machine.inspector;
  const path = walkedPath(format, levelsRead(events, first, last));
  picture.fields = addressFields(format, address, path);
  const builder = new PictureBuilder(run, picture, path);
  for (let i = first; i <= last; i++) builder.add(events[i], i);
  const kicks = kickChains(run.machine.inspector, events, first, last);
  if (kicks.length > 0) picture.kicks = kicks;
  return picture;
}

/** Levels that the last walk has read: the fault before it may have made tables, and said of which kind they are. */
function levelsRead(events: readonly MachineEvent[], first: number, last: number): number[] {
  let read: number[] = [];
  for (let i = first; i <= last; i++) {
    const event = events[i];
    if (event.kind === 'walkStart') read = [];
    if (event.kind === 'tableRead') read.push(event.level);
    if (event.kind === 'registerRead') read.push(0);
  }
  return read;
}

/** The events about one page: from its translation to the next page's, retry included. The cursor's, or the first. */
function pageSpan(events: readonly MachineEvent[], at: number): { first: number; last: number } | undefined {
  let first = -1;
  let last = events.length - 1;
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    if (event.kind !== 'translate' || event.retry) continue;
    if (first < 0 || i <= at) first = i;
    else {
      last = i - 1;
      break;
    }
  }
  return first < 0 ? undefined : { first, last };
}

class PictureBuilder {
  #walk: WalkAttempt | undefined;
  #walkStart: WalkStartEvent | undefined;
  /** Present where the tables are hashed. */
  #hashed: HashedWalk | undefined;
  #vpn: Vpn = asVpn(0);
  #grid: GridBuilder | undefined;
  #guestFrame: string | undefined;

  constructor(
    private readonly run: Run,
    private readonly picture: WalkPicture,
    /** Levels of the tables that the address indexes. */
    private readonly path: readonly number[],
  ) {}

  add(event: MachineEvent, index: number): void {
    switch (event.kind) {
      case 'translate':
        this.#vpn = event.vpn;
        break;
      case 'tlbLookup':
        this.picture.lookups.push({
          structure: event.structure,
          kind: 'tlb',
          key: `VPN ${hex(event.vpn)}`,
          keyLowBit: PAGE_SHIFTS[event.pageSize ?? 0],
          set: event.set,
          hit: event.hit,
          answer: event.pfn === undefined ? undefined : `frame ${hex(event.pfn)}`,
          event: index,
        });
        break;
      case 'walkCacheLookup':
        this.picture.lookups.push(
          walkCacheLookup(event, this.run.machine.scheme.format.levels[event.level]?.shift ?? 0, index),
        );
        break;
      case 'walkStart':
        this.#start(event, index);
        break;
      case 'tableRead':
        this.#read(event, index);
        break;
      case 'registerRead':
        this.#readRegister(event, index);
        break;
      case 'hostLookup':
      case 'hostWalkStart':
      case 'hostRead':
      case 'hostWalkEnd':
        this.#grid?.add(event, index);
        if (this.#walk !== undefined) this.#walk.lastEvent = index;
        break;
      case 'eptViolation':
        if (this.#walk === undefined || event.software) break;
        this.#walk.exit = exitSummary(event, this.run.machine.inspector.format, index);
        this.#grid?.refused();
        break;
      case 'walkEnd':
        if (event.guest !== undefined) this.#guestFrame = hex(event.guest);
        if (this.#walk === undefined) break;
        this.#walk.outcome = event.outcome;
        this.#walk.references = event.references;
        this.#walk.cycles = event.cycles;
        this.#walk.lastEvent = index;
        break;
      case 'fault':
        this.picture.fault = faultSummary(event, index);
        break;
      case 'faultResolved':
        if (this.picture.fault !== undefined) this.picture.fault.kind = `${event.signal ?? event.fault}: ${event.text}`;
        break;
      case 'translated':
        this.picture.result = this.#result(event.pfn, event.offset, event.pageSize, event.from, index);
        break;
      default:
        break;
    }
  }

  #start(event: WalkStartEvent, index: number): void {
    this.#walkStart = event;
    const { inspector, scheme, kernel } = this.run.machine;
    const formats = scheme.format.levels;
    const { shift } = formats[event.startLevel];
    this.#hashed = hashedWalk(inspector, kernel.current?.tdb.root ?? event.table, this.#vpn);
    const levels =
      this.#hashed?.levels ??
      this.path.map((level): WalkLevel => ({
        name: formats[level].name,
        status: formats[level].shift > shift ? 'skipped' : 'notReached',
        slots: entriesOf(formats[level]),
        index: indexOf(this.#vpn, formats[level]),
      }));
    this.#walk = {
      purpose: event.purpose,
      startedFrom: event.startedFrom,
      levels,
      probes: this.#hashed?.probes,
      outcome: 'running',
      references: 0,
      firstEvent: index,
      lastEvent: index,
    };
    this.#grid = undefined;
    const { below } = this.run.machine;
    if (below !== undefined) {
      this.#grid = new GridBuilder(below, formats, this.path, event);
      this.#walk.grid = this.#grid.grid;
    }
    this.picture.walks.push(this.#walk);
  }

  #read(event: TableReadEvent, index: number): void {
    if (this.#walk === undefined || this.#walkStart === undefined) return;
    const entry = this.run.machine.inspector.decode(
      rawOf(event.low, event.high),
      event.table,
      event.level,
      event.index,
    );
    this.#walk.lastEvent = index;
    // A table that an edit has replaced since is not on the way of the last walk.
    const at = this.path.indexOf(event.level);
    const level =
      event.probe !== undefined && this.#hashed !== undefined
        ? probeLevel(this.#hashed, entry, event.probe)
        : at < 0
          ? undefined
          : this.#walk.levels.at(at);
    if (level === undefined) return;
    level.status = 'read';
    level.table = formatPhysical(physicalOf(event.table));
    if (event.probe?.matches !== false) level.entry = entryPicture(this.run.machine.inspector, entry);
    level.cycles = event.cycles;
    level.foundIn = event.from;
    level.event = index;
    this.#grid?.guestRead(at, event);
  }

  #readRegister(event: RegisterReadEvent, index: number): void {
    const level = this.#walk?.levels.at(this.path.indexOf(0));
    if (this.#walk === undefined || level === undefined) return;
    const { inspector } = this.run.machine;
    this.#walk.lastEvent = index;
    level.status = 'read';
    level.register = rootRegister(inspector.format, event.index);
    level.entry = entryPicture(inspector, inspector.decode(rawOf(event.low, event.high), event.table, 0, event.index));
    level.event = index;
  }

  #result(pfn: Pfn, offset: number, pageSize: number, from: string, index: number): TranslationResult {
    const leaf = this.#walk?.levels.findLast((l) => l.entry?.leaf)?.entry;
    return {
      physical: formatPhysical(physicalOf(pfn, offset)),
      pageSizeBytes: PAGES_OF_SIZE[pageSize] * 4096,
      frame: hex(pfn),
      guestFrame: this.#guestFrame,
      rights: leaf?.flags ?? '',
      from,
      references: this.picture.walks.reduce((n, w) => n + w.references, 0),
      cycles: this.picture.walks.reduce((n, w) => n + cyclesOf(w), 0),
      event: index,
    };
  }
}

/** Of a round of probes that goes on, that of the slowest so far. */
const cyclesOf = ({ cycles: whole, levels, probes, grid }: WalkAttempt): number =>
  whole ??
  [...levels, ...(grid?.rows.flatMap(({ cells }) => cells) ?? [])].reduce(
    (n, { cycles = 0 }) => (probes === 'together' ? Math.max(n, cycles) : n + cycles),
    0,
  );

type WalkCacheLookupEvent = Extract<MachineEvent, { kind: 'walkCacheLookup' }>;

function walkCacheLookup(event: WalkCacheLookupEvent, keyLowBit: number, index: number): CacheLookup {
  return {
    structure: event.structure,
    kind: 'walkCache',
    key: `tag ${hex(event.tag)}`,
    keyLowBit,
    hit: event.hit,
    answer:
      event.answer ?? (event.table === undefined ? undefined : `table at ${formatPhysical(physicalOf(event.table))}`),
    event: index,
  };
}

function faultSummary(event: FaultEvent, index: number): FaultSummary {
  return {
    vector: `#${event.vector}`,
    errorCode: hex(event.errorCode),
    errorBits: ERROR_BITS.filter((b) => event.errorCode & b.bit).map((b) => b.name),
    cr2: event.vector === 'PF' ? hex(addressOf(event.vpn, event.offset)) : '',
    explanation: event.reason,
    event: index,
  };
}
