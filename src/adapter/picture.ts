/** The Walk view's data: a tick's events about one page access, as plain data. */
import {
  addressOf,
  asVpn,
  formatAddress,
  formatPhysical,
  offsetOfAddress,
  PAGES_OF_SIZE,
  type Pfn,
  physicalOf,
  type Vpn,
  vpnOfAddress,
} from '../machine/core/addresses';
import type { FaultEvent, MachineEvent, TableReadEvent, TranslateEvent, WalkStartEvent } from '../machine/core/events';
import { ERROR_BITS } from '../machine/mmu/rights';
import { entriesOf, indexOf } from '../machine/paging/format';
import type { EntryNode } from '../machine/paging/inspector';
import { rawOf } from '../machine/paging/x86/entry';
import type {
  AccessSummary,
  AddressField,
  CacheLookup,
  EntryPicture,
  FaultSummary,
  TranslationResult,
  WalkAttempt,
  WalkLevel,
  WalkPicture,
} from '../protocol/walk';
import type { Run } from '../scenario/run/run';
import type { Moment } from '../timeline/timeline';

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
  const builder = new PictureBuilder(run, picture);
  for (let i = first; i <= last; i++) builder.add(events[i], i);
  return picture;
}

/** The picture before anything has happened in it. */
function emptyPicture(
  run: Run,
  address: bigint,
  cursor: WalkPicture['cursor'],
  access: Pick<AccessSummary, 'title' | 'kind' | 'sizeBytes'>,
): WalkPicture {
  const { kernel, scheme } = run.machine;
  const process = kernel.current?.name ?? '';
  return {
    cursor,
    access: { ...access, address: hex(address), process, cpu: 0, region: regionName(run, address) },
    scheme: scheme.format.scheme,
    fields: addressFields(run, address),
    lookups: [],
    walks: [],
  };
}

const regionName = (run: Run, address: bigint): string | undefined =>
  /\((.*)\+0x/.exec(run.describeAddress(address) ?? '')?.[1];

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

/** A walk that nobody made: read from memory as it is, without side effects. */
export function inspectedPicture(run: Run, address: bigint): WalkPicture {
  const { machine } = run;
  const vpn = vpnOfAddress(address);
  const root = machine.root;
  const walk = machine.inspector.walk(root, vpn);
  const levels: WalkLevel[] = machine.scheme.format.levels.map((format, level): WalkLevel => {
    const step = walk.steps[level];
    const base = { name: format.name, slots: entriesOf(format), index: indexOf(vpn, format) };
    if (step === undefined) return { ...base, status: 'notReached' };
    return {
      ...base,
      status: 'read',
      table: formatPhysical(physicalOf(step.table)),
      entry: entryPicture(run, step),
      event: -1,
    };
  });
  const mapped = walk.pfn !== undefined;
  const attempt: WalkAttempt = {
    purpose: 'inspect',
    startedFrom: 'CR3',
    levels,
    outcome: mapped ? 'mapped' : 'fault',
    references: walk.steps.length,
    firstEvent: -1,
    lastEvent: -1,
  };
  const result: TranslationResult | undefined =
    walk.pfn === undefined
      ? undefined
      : {
          physical: formatPhysical(physicalOf(walk.pfn, offsetOfAddress(address))),
          pageSizeBytes: PAGES_OF_SIZE[walk.pageSize ?? 0] * 4096,
          frame: hex(walk.pfn),
          rights: `${walk.write ? 'RW' : 'R'}${walk.exec ? 'X' : ''} ${walk.user ? 'user' : 'supervisor'}`,
          from: 'tables',
          references: walk.steps.length,
          cycles: 0,
          event: -1,
        };
  const title = `walk of ${run.describeAddress(address) ?? formatAddress(address)}`;
  const cursor = { tick: run.tick, event: -1, events: 0 };
  const picture = emptyPicture(run, address, cursor, { title, kind: 'read', sizeBytes: 0 });
  return { ...picture, walks: [attempt], result };
}

export function addressFields(run: Run, address: bigint): AddressField[] {
  const { levels, addressBits } = run.machine.scheme.format;
  const part = (name: string, highBit: number, lowBit: number, level?: number): AddressField => {
    const width = highBit - lowBit + 1;
    const value = (address >> BigInt(lowBit)) & ((1n << BigInt(width)) - 1n);
    return { name, highBit, lowBit, value: Number(value), bits: value.toString(2).padStart(width, '0'), level };
  };
  return [
    part('sign', 63, addressBits),
    ...levels.map((l, i) => part(l.name, l.shift + l.bits - 1, l.shift, i)),
    part('offset', 11, 0),
  ];
}

function entryPicture(run: Run, entry: EntryNode): EntryPicture {
  return {
    address: formatPhysical(entry.address),
    raw: '0x' + entry.raw.toString(16).padStart(16, '0'),
    present: entry.present,
    flags: entry.flags,
    fields: run.machine.inspector
      .fields(entry)
      .map((f) => ({ ...f, value: f.value.toString(f.highBit === f.lowBit ? 2 : 16) })),
    meaning: entry.meaning,
    target: entry.present ? formatPhysical(physicalOf(entry.frame)) : undefined,
    leaf: entry.leaf,
  };
}

class PictureBuilder {
  #walk: WalkAttempt | undefined;
  #walkStart: WalkStartEvent | undefined;
  #vpn: Vpn = asVpn(0);

  constructor(
    private readonly run: Run,
    private readonly picture: WalkPicture,
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
          walkCacheLookup(event, this.run.machine.scheme.format.levels[event.level].shift, index),
        );
        break;
      case 'walkStart':
        this.#start(event, index);
        break;
      case 'tableRead':
        this.#read(event, index);
        break;
      case 'walkEnd':
        if (this.#walk === undefined) break;
        this.#walk.outcome = event.outcome;
        this.#walk.references = event.references;
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
    const levels = this.run.machine.scheme.format.levels.map((format, level): WalkLevel => ({
      name: format.name,
      status: level < event.startLevel ? 'skipped' : 'notReached',
      slots: entriesOf(format),
      index: indexOf(this.#vpn, format),
    }));
    this.#walk = {
      purpose: event.purpose,
      startedFrom: event.startedFrom,
      levels,
      outcome: 'running',
      references: 0,
      firstEvent: index,
      lastEvent: index,
    };
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
    const level = this.#walk.levels[event.level];
    level.status = 'read';
    level.table = formatPhysical(physicalOf(event.table));
    level.entry = entryPicture(this.run, entry);
    level.cycles = event.cycles;
    level.event = index;
    this.#walk.lastEvent = index;
  }

  #result(pfn: Pfn, offset: number, pageSize: number, from: string, index: number): TranslationResult {
    const leaf = this.#walk?.levels.findLast((l) => l.entry?.leaf)?.entry;
    return {
      physical: formatPhysical(physicalOf(pfn, offset)),
      pageSizeBytes: PAGES_OF_SIZE[pageSize] * 4096,
      frame: hex(pfn),
      rights: leaf?.flags ?? '',
      from,
      references: this.picture.walks.reduce((n, w) => n + w.references, 0),
      cycles: this.picture.walks.reduce((n, w) => n + w.levels.reduce((m, l) => m + (l.cycles ?? 0), 0), 0),
      event: index,
    };
  }
}

type WalkCacheLookupEvent = Extract<MachineEvent, { kind: 'walkCacheLookup' }>;

function walkCacheLookup(event: WalkCacheLookupEvent, keyLowBit: number, index: number): CacheLookup {
  return {
    structure: event.structure,
    kind: 'walkCache',
    key: `tag ${hex(event.tag)}`,
    keyLowBit,
    hit: event.hit,
    answer: event.table === undefined ? undefined : `table at ${formatPhysical(physicalOf(event.table))}`,
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
