/** Pictures of what memory says, without a walk that anybody made: of a run between events, and of a snapshot. */
import {
  formatAddress,
  formatPhysical,
  offsetOfAddress,
  PAGES_OF_LEAF,
  physicalOf,
  type Vpn,
  vpnOfAddress,
} from '../machine/core/addresses';
import { entriesOf, indexOf, mainPath, type PagingFormat, walkedPath, walkOrigin } from '../machine/paging/format';
import { pageBelow, type WalkNode } from '../machine/paging/inspector';
import type {
  AccessSummary,
  AddressField,
  TranslationResult,
  WalkAttempt,
  WalkLevel,
  WalkPicture,
} from '../protocol/walk';
import { referencesOf } from '../scenario/run/names/nested';
import type { Subject } from '../scenario/run/subject';
import { entryPicture } from './entryPicture';
import { type HashedWalk, hashedWalk, probeLevel } from './hashedPicture';
import { inspectedGrid } from './nestedPicture';

const hex = (n: number | bigint): string => '0x' + n.toString(16);

/** The picture before anything has happened in it. */
export function emptyPicture(
  subject: Subject,
  address: bigint,
  cursor: WalkPicture['cursor'],
  access: Pick<AccessSummary, 'title' | 'kind' | 'sizeBytes'>,
): WalkPicture {
  const { space, inspector } = subject.machine;
  const process = space?.name ?? '';
  return {
    cursor,
    access: { ...access, address: hex(address), process, cpu: 0, region: regionName(subject, address) },
    scheme: inspector.format.scheme,
    fields: addressFields(inspector.format, address),
    lookups: [],
    walks: [],
  };
}

const regionName = (subject: Subject, address: bigint): string | undefined =>
  /\((.*)\+0x/.exec(subject.describeAddress(address) ?? '')?.[1];

/** A walk that nobody made: read from memory as it is, without side effects. */
export function inspectedPicture(subject: Subject, address: bigint, tick: number): WalkPicture {
  const { machine } = subject;
  const vpn = vpnOfAddress(address);
  const root = machine.root;
  const walk = machine.inspector.walk(root, vpn);
  const { format } = machine.inspector;
  const path = walkedPath(
    format,
    walk.steps.map(({ level }) => level),
  );
  const hashed = hashedProbes(subject, walk, vpn);
  const levels: WalkLevel[] =
    hashed?.levels ??
    path.map((level, n): WalkLevel => {
      const step = walk.steps[n];
      const { name } = format.levels[level];
      const base = { name, slots: entriesOf(format.levels[level]), index: indexOf(vpn, format.levels[level]) };
      if (step === undefined) return { ...base, status: 'notReached' };
      return {
        ...base,
        status: 'read',
        table: step.register === undefined ? formatPhysical(physicalOf(step.table)) : undefined,
        register: step.register,
        entry: entryPicture(machine.inspector, step),
        event: -1,
      };
    });
  const mapped = walk.pfn !== undefined;
  const attempt: WalkAttempt = {
    purpose: 'inspect',
    startedFrom: walkOrigin(format),
    levels,
    probes: hashed?.probes,
    outcome: mapped ? 'mapped' : 'fault',
    references: referencesOf(walk),
    grid: machine.below && inspectedGrid(machine.below, format, path, walk),
    firstEvent: -1,
    lastEvent: -1,
  };
  const found = machine.below === undefined ? walk.pfn : pageBelow(walk)?.pfn;
  if (mapped && found === undefined) attempt.outcome = 'exit';
  const result: TranslationResult | undefined =
    walk.pfn === undefined || found === undefined
      ? undefined
      : {
          physical: formatPhysical(physicalOf(found, offsetOfAddress(address))),
          pageSizeBytes: PAGES_OF_LEAF[walk.pageSize ?? 0] * 4096,
          frame: hex(found),
          guestFrame: machine.below && hex(walk.pfn),
          rights: `${walk.write ? 'RW' : 'R'}${walk.exec ? 'X' : ''} ${walk.user ? 'user' : 'supervisor'}`,
          from: 'tables',
          references: referencesOf(walk),
          cycles: 0,
          event: -1,
        };
  const title = `walk of ${subject.describeAddress(address) ?? formatAddress(address)}`;
  const cursor = { tick, event: -1, events: 0 };
  const picture = emptyPicture(subject, address, cursor, { title, kind: 'read', sizeBytes: 0 });
  return { ...picture, fields: addressFields(format, address, path), walks: [attempt], result };
}

/** Every probe, and where it went. */
function hashedProbes({ machine: { inspector, root } }: Subject, walk: WalkNode, vpn: Vpn): HashedWalk | undefined {
  const hashed = hashedWalk(inspector, root, vpn);
  if (hashed === undefined) return undefined;
  for (const step of walk.steps) {
    if (step.probe === undefined) continue;
    const level = probeLevel(hashed, step, step.probe);
    level.status = 'read';
    level.table = formatPhysical(physicalOf(step.table));
    level.event = -1;
    if (step.probe.matches) level.entry = entryPicture(inspector, step);
  }
  return hashed;
}

/** `path`: levels of the tables that the address indexes, root first. */
export function addressFields(
  format: PagingFormat,
  address: bigint,
  path: readonly number[] = mainPath(format),
): AddressField[] {
  const { levels, addressBits, hashed } = format;
  const part = (name: string, highBit: number, lowBit: number, level?: number): AddressField => {
    const width = highBit - lowBit + 1;
    const value = (address >> BigInt(lowBit)) & ((1n << BigInt(width)) - 1n);
    return { name, highBit, lowBit, value: Number(value), bits: value.toString(2).padStart(width, '0'), level };
  };
  if (hashed !== undefined) {
    const tagLow = 12 + hashed.clusterBits;
    return [
      ...(addressBits < 64 ? [part('sign', 63, addressBits)] : []),
      part('tag', addressBits - 1, tagLow, 0),
      ...(hashed.clusterBits > 0 ? [part('entry', tagLow - 1, 12)] : []),
      part('offset', 11, 0),
    ];
  }
  return [
    ...(addressBits < 64 ? [part('sign', 63, addressBits)] : []),
    ...path.map((level, i) => {
      const { name, shift, bits } = levels[level];
      return part(name, shift + bits - 1, shift, i);
    }),
    part('offset', 11, 0),
  ];
}
