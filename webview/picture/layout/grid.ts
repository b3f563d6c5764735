/**
 * The second dimension of a guest's walk as numbers: the guest's levels downwards, the host's across, and at the end of each
 * row the guest's own entry, from which the next row begins. A pure function of the walk and of where there is room.
 */
import type { NestedCell, NestedRow, WalkAttempt, WalkLevel } from '../../../src/protocol/walk';
import { answerId, hostId, readId } from '../model/items';
import { METRICS } from './metrics';

const LABEL_PX = 104;
const GAP_PX = 10;
const CELL_PX = 36;
const ROW_GAP_PX = 18;
const HEAD_PX = 46;
const MOST_CELL_PX = 144;

export interface GridBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GridCell extends GridBox {
  itemId: string;
  cell: NestedCell;
}

export interface GridRow {
  row: NestedRow;
  label: GridBox;
  cells: GridCell[];
  /** In place of the cells: what answered, or why there is nothing. */
  bar?: GridBox & { itemId: string | undefined; text: string; hit: boolean };
  /** The guest's entry; of the last row, the page. */
  guest: GridBox & { itemId: string | undefined; level: WalkLevel | undefined };
  /** From the guest's entry to the next row. */
  turn?: string;
}

export interface GridLayout {
  top: number;
  height: number;
  /** Heads of the columns, with their centres. */
  heads: { text: string; x: number }[];
  rows: GridRow[];
}

export function gridOf(walk: WalkAttempt | undefined, top: number, availablePx: number): GridLayout | undefined {
  const grid = walk?.grid;
  if (walk === undefined || grid === undefined) return undefined;
  const columns = grid.hostLevels.length;
  const left = METRICS.marginPx + LABEL_PX + GAP_PX;
  const room = (availablePx - left - METRICS.marginPx - columns * GAP_PX) / (columns + 1);
  const width = Math.min(MOST_CELL_PX, Math.floor(room));
  const xOf = (column: number): number => left + column * (width + GAP_PX);
  const rows = grid.rows.map((row, y): GridRow => {
    const at = top + HEAD_PX + y * (CELL_PX + ROW_GAP_PX);
    const box = { y: at, height: CELL_PX };
    const isPage = y === grid.rows.length - 1;
    const bar = barText(row);
    const span = { ...box, x: left, width: xOf(columns) - GAP_PX - left };
    const itemId = row.answer?.event === undefined ? undefined : answerId(y);
    return {
      row,
      label: { ...box, x: METRICS.marginPx, width: LABEL_PX },
      cells:
        bar === undefined ? row.cells.map((cell, x) => ({ ...box, x: xOf(x), width, cell, itemId: hostId(y, x) })) : [],
      bar: bar === undefined ? undefined : { ...span, itemId, text: bar, hit: row.answer !== undefined },
      guest: { ...box, x: xOf(columns), width, itemId: isPage ? 'result' : readId(y), level: walk.levels[y] },
      turn: isPage ? undefined : turn(xOf(columns) + width / 2, at + CELL_PX, METRICS.marginPx + 14),
    };
  });
  const heads = [
    { text: 'guest-physical', x: METRICS.marginPx + LABEL_PX / 2 },
    ...grid.hostLevels.map((text, i) => ({ text, x: xOf(i) + width / 2 })),
    { text: 'guest entry', x: xOf(columns) + width / 2 },
  ];
  return { top, height: HEAD_PX + grid.rows.length * (CELL_PX + ROW_GAP_PX), heads, rows };
}

function barText({ status, answer }: NestedRow): string | undefined {
  if (answer !== undefined) return `${answer.structure}: ${answer.text}`;
  return status === 'skipped' ? 'skipped: a walk cache starts below' : undefined;
}

/** Down out of an entry, back to the left, and into the next row. */
const turn = (x: number, y: number, to: number): string => `M${x},${y}v${ROW_GAP_PX / 2}H${to}v${ROW_GAP_PX / 2 - 5}`;
