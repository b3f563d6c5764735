/** A walk that nobody made, read from memory and written in the words of the tape. */
import { formatAddress, offsetOfAddress, PAGE_SHIFT, vpnOfAddress } from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { indexOf, type PagingFormat, walkedPath, walkOrigin } from '../machine/paging/format';
import { readsOf, type WalkNode } from '../machine/paging/inspector';
import { highWord, lowWord } from '../machine/paging/x86/entry';
import type { Subject } from '../scenario/run/subject';
import type { WalkCost } from '../scenario/run/walkCost';
import { listingLines } from './listing';
import { twoDimensions } from './nestedWalk';

const RESULTS: Record<WalkNode['outcome'], string> = {
  mapped: '',
  notPresent: 'the entry is not present',
  reserved: 'a reserved bit is set in the entry',
  notCanonical: 'the address is not canonical',
};

/** The address in the fields that the tables of a walk index with, root first. */
export function fieldsOf(
  { machine }: Subject,
  address: bigint,
  { steps }: Pick<WalkNode, 'steps'>,
): [name: string, index: number][] {
  const { format } = machine.inspector;
  if (format.hashed !== undefined) return hashedFields(format, address);
  const read = steps.map(({ level }) => level);
  return walkedPath(format, read)
    .map((level) => format.levels[level])
    .map((level) => [level.name, indexOf(vpnOfAddress(address), level)]);
}

function hashedFields({ addressBits, hashed }: PagingFormat, address: bigint): [name: string, index: number][] {
  const inCluster = 2 ** (hashed?.clusterBits ?? 0);
  const page = vpnOfAddress(address) % 2 ** (addressBits - PAGE_SHIFT);
  return [
    ['tag', Math.floor(page / inCluster)],
    ['entry', page % inCluster],
  ];
}

export interface WalkTextOptions {
  /** Lines about what caches know of the address. */
  known?: readonly string[];
  /** What it would cost; absent where nobody knows. */
  cost?: WalkCost;
}

export function walkText(subject: Subject, address: bigint, walked: WalkNode, options: WalkTextOptions = {}): string {
  const fields = fieldsOf(subject, address, walked).map(([name, index]) => `${name} ${index}`);
  const events = eventsOf(subject, address, walked, options.cost);
  const listing = listingLines(events, subject.machine, (a) => subject.describeAddress(a));
  const name = subject.describeAddress(address) ?? formatAddress(address);
  const head = `${name}: ${fields.join(', ')}, offset 0x${offsetOfAddress(address).toString(16)}`;
  return [head, ...(options.known ?? []), ...listing].join('\n') + '\n';
}

/** The walk in the words of the tape: the events that a walk from the root would report. */
function eventsOf({ machine }: Subject, address: bigint, walked: WalkNode, walkCost?: WalkCost): MachineEvent[] {
  const { steps, outcome, pfn, pageSize = 0 } = walked;
  const vpn = vpnOfAddress(address);
  const offset = offsetOfAddress(address);
  if (outcome === 'notCanonical')
    return [{ kind: 'fault', depth: 0, vector: 'GP', vpn, offset, errorCode: 0, reason: RESULTS.notCanonical }];
  const reads = steps.map(({ level, table, index, raw, probe, register }, i): MachineEvent => {
    const entry = { depth: 1, table, index, low: lowWord(raw), high: highWord(raw) };
    if (register !== undefined) return { kind: 'registerRead', ...entry };
    const { cycles = 0, from } = walkCost?.reads[i] ?? {};
    return { kind: 'tableRead', ...entry, level, cycles, from, probe };
  });
  const both = twoDimensions(machine, walked, reads, walkCost?.hostRead ?? (() => ({ cycles: 0 })));
  const mapped = outcome === 'mapped';
  const isRound = machine.inspector.format.hashed !== undefined;
  const cycles = walkCost?.cycles ?? 0;
  const cost = { references: both.references ?? readsOf(walked), cycles };
  const ends = mapped ? (both.exits ? 'exit' : 'mapped') : 'fault';
  const found = both.pfn === undefined ? { pfn, pageSize } : { pfn: both.pfn, pageSize: both.pageSize, guest: pfn };
  const end: MachineEvent = { kind: 'walkEnd', depth: 0, outcome: ends, ...cost, ...found };
  const last: MachineEvent =
    pfn === undefined
      ? { kind: 'note', depth: 0, text: `nothing is mapped: ${RESULTS[outcome]}` }
      : both.exits
        ? { kind: 'note', depth: 0, text: 'the host’s tables do not have it: the guest would be left for its host' }
        : { kind: 'translated', depth: 0, vpn, offset, pfn: both.pfn ?? pfn, pageSize, from: 'walk' };
  const { table, level: startLevel } = machine.inspector.rootTable(machine.root);
  const start = {
    vpn,
    startLevel,
    table,
    startedFrom: isRound ? 'the descriptor: all ways' : walkOrigin(machine.inspector.format),
  };
  return [{ kind: 'walkStart', depth: 0, purpose: 'translate', ...start }, ...both.reads, end, last];
}
