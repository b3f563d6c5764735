/** One strip a level, below the field that indexes it, with the used slot where it really is in the table. */
import type { WalkLevel, WalkPicture } from '../../../src/protocol/walk';
import type { Attempt } from '../model/attempts';
import { readId, whenOf, type When } from '../model/items';
import type { Column, Columns } from './columns';
import { METRICS } from './metrics';
import { textWidth } from '../../shared/text';

/** From a slot to the address beside it. */
export const SLOT_ADDRESS_PX = 7;

export interface Strip {
  level: WalkLevel;
  /** The item that reading this level is. */
  itemId: string;
  column: Column;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Present if this level was indexed by this walk. */
  slot: { y: number; height: number } | undefined;
  when: When;
  /** Address of the entry, if there is room beside every slot of the walk. */
  entryAddress: string | undefined;
  /** What to say below the name of the table; the first that fits. */
  notes: string[];
}

export function stripsOf(picture: WalkPicture, attempt: Attempt, columns: Columns, top: number): Strip[] {
  const levels = attempt.walk?.levels ?? unwalkedLevels(columns);
  // Probes are side by side below the one field that all of them hash.
  const shared = attempt.walk?.probes ? columns.all.find(({ field }) => field.level !== undefined) : undefined;
  const strips: Strip[] = [];
  levels.forEach((level, i) => {
    const column = shared ? partOf(shared, i, levels.length) : columns.all.find(({ field }) => field.level === i);
    if (!column) return;
    const width = stripWidth(column.width);
    const read = level.status === 'read';
    strips.push({
      level,
      itemId: readId(i),
      column,
      x: column.centre - width / 2,
      y: top,
      width,
      height: METRICS.tableHeightPx,
      slot: read ? slotOf(level, top) : undefined,
      when: read ? whenOf(picture, level.event) : 'past',
      entryAddress: level.register ?? level.entry?.address,
      notes: notesOf(level, i, attempt),
    });
  });
  return strips.every(hasRoomForAddress) ? strips : strips.map((strip) => ({ ...strip, entryAddress: undefined }));
}

function partOf(column: Column, i: number, parts: number): Column {
  const width = column.width / parts;
  const x = column.x + i * width;
  return { ...column, x, width, centre: x + width / 2 };
}

function hasRoomForAddress({ entryAddress, column, width }: Strip): boolean {
  const roomPx = column.width - width - METRICS.lanePx - SLOT_ADDRESS_PX;
  return entryAddress === undefined || textWidth(entryAddress, 'mono', METRICS.smallPx) <= roomPx;
}

/** After a TLB hit no table was looked at: the strips show what the hit saved. */
function unwalkedLevels(columns: Columns): WalkLevel[] {
  return columns.all
    .filter(({ field }) => field.level !== undefined)
    .map(({ field }) => ({
      name: field.name,
      status: 'skipped',
      slots: 2 ** (field.highBit - field.lowBit + 1),
      index: field.value,
    }));
}

function notesOf({ status, table, register, matches }: WalkLevel, number: number, { walk }: Attempt): string[] {
  if (walk?.probes) return [status !== 'read' ? 'pruned' : matches ? 'matches' : 'no match'];
  if (status === 'read') return register === undefined ? [table ?? ''] : [`in ${register}`, register];
  const inLargePage = walk?.levels.slice(0, number).some(({ entry }) => entry?.leaf && entry.present);
  if (status === 'notReached') return inLargePage ? ['part of the offset', 'in offset'] : ['not reached'];
  return walk ? ['known, not read', 'not read'] : ['not needed'];
}

function slotOf({ index, slots }: WalkLevel, top: number): { y: number; height: number } {
  const { tableHeightPx, slotHeightPx } = METRICS;
  const share = slots > 1 ? index / (slots - 1) : 0;
  return { y: top + share * (tableHeightPx - slotHeightPx), height: slotHeightPx };
}

export function stripWidth(columnPx: number): number {
  return Math.min(Math.max(columnPx * 0.6, 40), Math.max(86, columnPx * 0.4));
}
