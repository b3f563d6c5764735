/**
 * The path of a chain of kicks: one lane a way, one column a step, left to right in the order of the path. A chain that is longer
 * than the view is wide goes on in further rows.
 */
import type { KickChain, KickStep } from '../../../src/protocol/walk';

export const KICKS = {
  /** Where the lanes' names stand, and room at the right end. */
  leftPx: 78,
  rightPx: 14,
  topPx: 12,
  lanePx: 40,
  rowGapPx: 22,
  stepPx: 104,
  boxWidthPx: 62,
  boxHeightPx: 24,
} as const;

export interface KickBox {
  step: KickStep;
  number: number;
  row: number;
  x: number;
  y: number;
}

export interface KickArrow {
  path: string;
  label: string;
  x: number;
  y: number;
  /** The step that it leads to. */
  to: number;
}

export interface KickLayout {
  width: number;
  height: number;
  lanes: { name: string; x: number; y: number; width: number }[];
  boxes: KickBox[];
  arrows: KickArrow[];
}

export function layOutKicks({ lanes, steps }: KickChain, widthPx: number): KickLayout {
  const { leftPx, rightPx, topPx, lanePx, rowGapPx, stepPx, boxWidthPx } = KICKS;
  const labels = shortTags(steps.map(({ cluster }) => cluster));
  const perRow = Math.max(2, Math.floor((widthPx - leftPx - rightPx) / stepPx));
  const rows = Math.max(1, Math.ceil(steps.length / perRow));
  const rowPx = lanes.length * lanePx + rowGapPx;
  const used = Math.min(perRow, Math.max(steps.length, 1));
  const width = Math.max(leftPx + used * stepPx + rightPx, Math.min(widthPx, 320));
  const laneY = (row: number, lane: number): number => topPx + row * rowPx + lane * lanePx + lanePx / 2;
  const boxes = steps.map((step, number): KickBox => {
    const row = Math.floor(number / perRow);
    return {
      step,
      number,
      row,
      x: leftPx + (number % perRow) * stepPx + (stepPx - boxWidthPx),
      y: laneY(row, step.lane),
    };
  });
  return {
    width,
    height: topPx + rows * rowPx - rowGapPx + 8,
    lanes: Array.from({ length: rows }, (_none, row) =>
      lanes.map((name, lane) => ({ name, x: leftPx, y: laneY(row, lane), width: width - leftPx - rightPx })),
    ).flat(),
    boxes,
    arrows: boxes.map((box, i) => ({ ...arrowTo(box, boxes[i - 1]), label: labels[i] ?? '' })),
  };
}

/** Least digits at the end of a tag that stay. */
const KEPT_DIGITS = 3;

/** Tags of clusters in few pixels: those of one chain mostly begin alike. */
export function shortTags(tags: readonly string[]): string[] {
  const [first = ''] = tags;
  let same = 0;
  while (same < first.length && tags.every((tag) => tag[same] === first[same])) same++;
  const cut = Math.min(same, ...tags.map((tag) => tag.length - KEPT_DIGITS));
  return cut <= '0x'.length + 1 ? [...tags] : tags.map((tag) => `…${tag.slice(cut)}`);
}

/** From the slot that its cluster had to leave; the newcomer comes from the left, and so does what goes on in another row. */
function arrowTo({ number, row, x, y }: KickBox, from: KickBox | undefined): Omit<KickArrow, 'label'> {
  const { boxWidthPx, leftPx, stepPx } = KICKS;
  const sameRow = from !== undefined && from.row === row;
  const start = sameRow ? { x: from.x + boxWidthPx, y: from.y } : { x: Math.max(leftPx, x - (stepPx - boxWidthPx)), y };
  const middle = (start.x + x) / 2;
  const path =
    start.y === y
      ? `M${start.x},${y}L${x - 1},${y}`
      : `M${start.x},${start.y}C${middle},${start.y} ${middle},${y} ${x - 1},${y}`;
  return { path, x: middle, y: (start.y + y) / 2, to: number };
}
