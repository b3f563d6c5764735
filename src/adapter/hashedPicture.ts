/** Hashed tables in a picture of a walk: ways that are probed side by side or pruned, or probes one after the other. */
import type { Pfn } from '../machine/core/addresses';
import { formatVirtual, type Vpn } from '../machine/core/addresses';
import type { ClusterWriteEvent, MachineEvent, ProbeOutcome } from '../machine/core/events';
import { extendPage } from '../machine/paging/format';
import { pageOfTag, readTag } from '../machine/paging/ecpt/layout';
import type { EntryNode, Inspector } from '../machine/paging/inspector';
import type { KickChain, WalkAttempt, WalkLevel } from '../protocol/walk';

/** Probes in turn that are drawn; of a longer search the last one takes the place of those before it. */
const MOST_PROBES = 6;

/** A walk of hashed tables before its first probe. */
export interface HashedWalk {
  probes: NonNullable<WalkAttempt['probes']>;
  /** All ways that translate the address; none of probes in turn, which come as they are made. */
  levels: WalkLevel[];
  /** Of the largest table. */
  slots: number;
}

/** `undefined` if the tables are a tree. */
export function hashedWalk(inspector: Inspector, process: Pfn, vpn: Vpn): HashedWalk | undefined {
  const { hashed } = inspector.format;
  const tables = inspector.tables?.(inspector.rootOf?.(process, vpn) ?? process);
  if (hashed === undefined || tables === undefined) return undefined;
  const slots = Math.max(1, ...tables.map((table) => table.slots));
  if (!hashed.parallel) return { probes: 'inTurn', levels: [], slots };
  return {
    probes: 'together',
    levels: tables.map((table) => ({ name: table.name, status: 'skipped', slots: table.slots, index: 0 })),
    slots,
  };
}

/** Where a probe went: its way, which is added if the address space does not have it any more, or a probe more in turn. */
export function probeLevel(walk: HashedWalk, entry: EntryNode, probe: ProbeOutcome): WalkLevel {
  if (walk.probes === 'inTurn') return nextProbe(walk, entry, probe);
  const name = `${entry.levelName} way ${probe.way}${probe.inTarget ? ' (new)' : ''}`;
  let level = walk.levels.find((l) => l.name === name);
  if (level === undefined) {
    level = { name, status: 'skipped', slots: probe.slot + 1, index: 0 };
    walk.levels.push(level);
  }
  level.index = probe.slot;
  level.matches = probe.matches;
  return level;
}

function nextProbe({ levels, slots }: HashedWalk, { levelName }: EntryNode, probe: ProbeOutcome): WalkLevel {
  const made = Number(/\d+$/.exec(levels.at(-1)?.name ?? '')?.[0] ?? 0);
  if (levels.length === MOST_PROBES) levels.pop();
  const { slot: index, matches } = probe;
  const level: WalkLevel = { name: `${levelName} probe ${made + 1}`, status: 'read', slots, index, matches };
  levels.push(level);
  return level;
}

/**
 * The chains of kicks among some events. Who swaps writes the path from its beginning, who copies first from its end; either way it
 * is told from the newcomer on.
 */
export function kickChains(
  inspector: Inspector,
  events: readonly MachineEvent[],
  first: number,
  last: number,
): KickChain[] {
  const chains: KickChain[] = [];
  let path: { event: ClusterWriteEvent; index: number }[] = [];
  const close = (): void => {
    if (path.length > 1 || path[0]?.event.action === 'kick') chains.push(chainOf(inspector, path));
    path = [];
  };
  for (let index = first; index <= last; index++) {
    const event = events[index];
    if (event.kind !== 'clusterWrite') continue;
    const before = path.at(-1)?.event.action;
    if (event.action === 'kick' || event.action === 'copied') {
      // Another chain begins where the numbers do not go on.
      const goesOn =
        path.length > 0 && event.attempt === path[path.length - 1].event.attempt + (event.action === 'kick' ? 1 : -1);
      if (!goesOn) close();
      path.push({ event, index });
    } else if ((event.action === 'kicked' && before === 'kick') || (event.action === 'insert' && before === 'copied')) {
      path.push({ event, index });
      close();
    } else close();
  }
  close();
  return chains;
}

function chainOf(inspector: Inspector, written: readonly { event: ClusterWriteEvent; index: number }[]): KickChain {
  const copies = written[0].event.action === 'copied';
  const path = copies ? [...written].reverse() : written;
  const { level } = path[0].event;
  const size = inspector.format.levels[level].leafSize ?? 0;
  const ways = [...new Set(path.map(({ event }) => 2 * event.way + (event.inTarget ? 1 : 0)))];
  const most = Math.max(...ways.map((w) => w >> 1));
  // Ways that it passes by are part of the picture; tables that resizes fill only if it goes through them.
  for (let way = 0; way <= most; way++) if (!ways.includes(2 * way)) ways.push(2 * way);
  ways.sort((a, b) => a - b);
  const hex = (n: number): string => `0x${n.toString(16)}`;
  return {
    level: inspector.format.levels[level].name,
    lanes: ways.map((w) => `way ${w >> 1}${w % 2 === 1 ? ' (new)' : ''}`),
    steps: path.map(({ event, index }, i) => {
      const victim = i + 1 < path.length ? path[i + 1].event.tag : readTag(Int32Array.from(event.before), 0);
      const isLast = i + 1 === path.length && event.action !== 'kick';
      return {
        cluster: hex(event.tag),
        address: formatVirtual(extendPage(pageOfTag(event.tag, size), inspector.format)),
        lane: ways.indexOf(2 * event.way + (event.inTarget ? 1 : 0)),
        slot: event.slot,
        victim: isLast ? undefined : hex(victim),
        event: index,
      };
    }),
    ended: path[path.length - 1].event.action !== 'kick',
  };
}
