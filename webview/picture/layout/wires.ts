/** Which wires the figure has, and where they run. */
import type { WalkPicture } from '../../../src/protocol/walk';
import type { Attempt } from '../model/attempts';
import { whenOf, type When } from '../model/items';
import type { Bar } from './bars';
import type { Columns } from './columns';
import type { Root } from './figure';
import { METRICS } from './metrics';
import type { Page } from './page';
import { wirePath, type Point } from './path';
import type { Strip } from './tables';

export interface Wire {
  kind: 'index' | 'pointer';
  path: string;
  tone: number;
  when: When;
  /** A wire into a key ends in a dot, into a table in an arrow head, into nothing in neither. */
  end: 'arrow' | 'dot' | 'none';
}

export interface WireInputs {
  picture: WalkPicture;
  attempt: Attempt;
  columns: Columns;
  addressBottom: number;
  bars: Bar[];
  strips: Strip[];
  page: Page | undefined;
  root: Root | undefined;
}

export interface Wiring {
  wires: Wire[];
  faultMark: { x: number; y: number; when: When } | undefined;
}

export function wiresOf(inputs: WireInputs): Wiring {
  const wires = [...indexWires(inputs), ...startWire(inputs)];
  const { picture, strips, page, attempt } = inputs;
  const read = strips.filter(({ slot }) => slot);
  const probes = attempt.walk?.probes;
  read.forEach((strip, i) => {
    const next = read[i + 1];
    // A probe that does not match leads to the next slot, which is in the same table.
    if (next && probes === 'inTurn') wires.push(pointer(slotEnd(strip), slotStart(next), next.when));
    else if (next && !probes) wires.push(pointer(slotEnd(strip), tableStart(next), strip.when));
  });
  const last = (probes ? read.find(({ level }) => level.matches) : undefined) ?? read[read.length - 1];
  const faulted = attempt.walk?.outcome === 'fault' && last !== undefined;
  if (last && page?.byte && !faulted) wires.push(pointer(slotEnd(last), tableStart(page), page.when));
  if (!faulted) return { wires, faultMark: undefined };
  const from = slotEnd(last);
  const mark = { x: from.x + 10 + METRICS.faultRadiusPx, y: from.y, when: whenOf(picture, attempt.fault?.event) };
  const stub = [from, { x: mark.x - METRICS.faultRadiusPx, y: from.y }];
  wires.push({ kind: 'pointer', path: wirePath(stub, 0), tone: -1, when: mark.when, end: 'none' });
  return { wires, faultMark: mark };
}

/** From each field down: into the slot that it selects, or into the cache that made the table unnecessary. */
function indexWires({ picture, attempt, columns, addressBottom, bars, strips, page }: WireInputs): Wire[] {
  const wires: Wire[] = [];
  const hit = servingBar(bars, attempt);
  const down = (x: number, toY: number) =>
    wirePath(
      [
        { x, y: addressBottom },
        { x, y: toY },
      ],
      0,
    );
  for (const { centre, tone, field } of columns.all) {
    if (tone < 0) continue;
    const { probes } = attempt.walk ?? {};
    if (probes) {
      for (const { slot, column, when } of probes === 'inTurn' ? strips.slice(0, 1) : strips)
        if (slot) wires.push({ kind: 'index', path: down(column.centre, slot.y - 1), tone, when, end: 'arrow' });
      continue;
    }
    const strip = strips.find(({ column }) => column.field === field);
    if (strip?.slot) {
      wires.push({ kind: 'index', path: down(centre, strip.slot.y - 1), tone, when: strip.when, end: 'arrow' });
    } else {
      const lastTap = (hit ?? bars[0])?.taps.some(({ x }) => x === centre) ? (hit ?? bars[0]) : undefined;
      const when = whenOf(picture, lastTap?.lookup.event);
      if (lastTap) wires.push({ kind: 'index', path: down(centre, lastTap.y), tone, when, end: 'none' });
    }
  }
  if (page?.byte) {
    wires.push({ kind: 'index', path: down(page.centre, page.byte.y - 1), tone: -1, when: page.when, end: 'arrow' });
  }
  return wires;
}

/** CR3 → first table; or the cache that hit → the table or page that it knew. */
function startWire({ picture, attempt, bars, strips, page, root }: WireInputs): Wire[] {
  if (attempt.walk?.probes) return [];
  const first = strips.find(({ slot }) => slot);
  // What is in a register nothing leads to.
  if (first?.level.register !== undefined) return [];
  if (root && first) {
    const from = { x: root.x + root.width, y: tableStart(first).y };
    return [pointer(from, tableStart(first), first.when)];
  }
  const hit = servingBar(bars, attempt);
  const to = first ?? (page?.byte ? page : undefined);
  if (!hit || !to) return [];
  const from = { x: hit.x + hit.width, y: hit.y + hit.height / 2 };
  return [pointer(from, tableStart(to), first ? first.when : whenOf(picture, hit.lookup.event))];
}

/** The look-up whose answer was used: the last hit in a walk cache, or without a walk the last hit in a TLB. */
export function servingBar(bars: Bar[], { walk }: Attempt): Bar | undefined {
  const kind = walk ? 'walkCache' : 'tlb';
  return bars.filter(({ lookup }) => lookup.hit && lookup.kind === kind).pop();
}

function slotEnd({ x, width, slot, y }: Strip): Point {
  return { x: x + width, y: slot ? slot.y + slot.height / 2 : y };
}

function slotStart({ x, slot, y }: Strip): Point {
  return { x, y: slot ? slot.y + slot.height / 2 : y };
}

function tableStart({ x, y }: { x: number; y: number }): Point {
  return { x, y: y + METRICS.baseOffsetPx };
}

/** A jog smaller than this would look like a mistake. */
const STRAIGHT_PX = 2 * METRICS.cornerPx;

/** Right, along a lane just before the target, and into its upper left corner, where its lowest address is. */
function pointer(from: Point, corner: Point, when: When): Wire {
  const to = Math.abs(from.y - corner.y) < STRAIGHT_PX ? { x: corner.x, y: from.y } : corner;
  const lane = Math.max(from.x + 8, to.x - METRICS.lanePx);
  const points = from.y === to.y ? [from, to] : [from, { x: lane, y: from.y }, { x: lane, y: to.y }, to];
  return { kind: 'pointer', path: wirePath(points, METRICS.cornerPx), tone: -1, when, end: 'arrow' };
}
