/** The map as rectangles and lines: the canvas draws them, and an exported picture holds the same. */
import type { MapResponse } from '../../../src/protocol/map';
import type { Mode } from '../model/modes';
import { cellOf, type Grid } from '../model/window';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  tone: number;
  texture: number;
}

export interface Label {
  x: number;
  y: number;
  width: number;
  text: string;
}

export interface Shapes {
  width: number;
  height: number;
  cell: number;
  /** Cells of areas, behind what is mapped. */
  areas: { x: number; y: number; width: number }[];
  boxes: Box[];
  /** Borders of areas: lines from x1, y1 to x2, y2. */
  outlines: [x1: number, y1: number, x2: number, y2: number][];
  labels: Label[];
  /** Cell of the access at the cursor. */
  cursor: { x: number; y: number } | undefined;
}

/** What is there must be seen, however little. */
const LEAST_PX = 2;
const CHARACTER_PX = 6.4;

export function shapesOf(map: MapResponse, mode: Mode, { columns, rows }: Grid, cellPx: number): Shapes {
  const place = (cell: number): { x: number; y: number } => ({
    x: (cell % columns) * cellPx,
    y: Math.floor(cell / columns) * cellPx,
  });
  const boxes = map.filled.flatMap(([cell = 0, ...counts]) => {
    const { x, y } = place(cell);
    return stack(counts, map.cellPages, mode, cellPx).map((part) => ({
      x: x + 1,
      y: y + part.from,
      width: cellPx - 1,
      height: part.height,
      tone: part.tone,
      texture: part.texture,
    }));
  });
  const owners = ownersOf(map);
  const cursor = map.cursor === undefined ? -1 : cellOf(map, map.cursor);
  return {
    width: columns * cellPx + 1,
    height: rows * cellPx + 1,
    cell: cellPx,
    areas: [...owners.keys()].map((cell) => ({ ...place(cell), width: cellPx })),
    boxes,
    outlines: outlinesOf(owners, columns, cellPx),
    labels: labelsOf(map, { columns, rows }, cellPx, cursor),
    cursor: cursor >= 0 && cursor < map.cells ? place(cursor) : undefined,
  };
}

/** Kinds from the bottom up, each as high as its share of the cell. */
function stack(
  counts: readonly number[],
  cellPages: number,
  { kinds }: Mode,
  cellPx: number,
): { from: number; height: number; tone: number; texture: number }[] {
  const room = cellPx - 1;
  const wanted = kinds.map(({ fields }) => {
    const pages = fields.reduce((sum, field) => sum + (counts[field] ?? 0), 0);
    return pages === 0 ? 0 : Math.max(LEAST_PX, room * Math.min(1, pages / cellPages));
  });
  const total = wanted.reduce((a, b) => a + b, 0);
  const scale = total > room ? room / total : 1;
  let top = cellPx;
  return kinds.flatMap(({ tone, texture }, i) => {
    const height = (wanted[i] ?? 0) * scale;
    if (height === 0) return [];
    top -= height;
    return [{ from: top, height, tone, texture }];
  });
}

/** Number of the area that each cell belongs to: where there are several in one, that of the first. */
function ownersOf(map: MapResponse): Map<number, number> {
  const owners = new Map<number, number>();
  map.areas.forEach(({ first, pages }, number) => {
    const from = Math.max(0, cellOf(map, first));
    const to = Math.min(map.cells - 1, cellOf(map, first + pages - 1));
    for (let cell = from; cell <= to; cell++) if (!owners.has(cell)) owners.set(cell, number);
  });
  return owners;
}

function outlinesOf(owners: Map<number, number>, columns: number, px: number): Shapes['outlines'] {
  const lines: Shapes['outlines'] = [];
  for (const [cell, owner] of owners) {
    const [x, y] = [(cell % columns) * px + 0.5, Math.floor(cell / columns) * px + 0.5];
    const differs = (other: number, inRow: boolean): boolean => !inRow || owners.get(other) !== owner;
    if (differs(cell - 1, cell % columns > 0)) lines.push([x, y, x, y + px]);
    if (differs(cell + 1, cell % columns < columns - 1)) lines.push([x + px, y, x + px, y + px]);
    if (differs(cell - columns, true)) lines.push([x, y, x + px, y]);
    if (differs(cell + columns, true)) lines.push([x, y + px, x + px, y + px]);
  }
  return lines;
}

/** A name stands in the first row of its area that has room for it, and not below the mark of the current access. */
function labelsOf(map: MapResponse, { columns, rows }: Grid, px: number, cursor: number): Label[] {
  const taken = new Set<number>();
  return map.areas.flatMap(({ name, first, pages }) => {
    if (name === '') return [];
    const from = Math.max(0, cellOf(map, first));
    const to = Math.min(columns * rows - 1, cellOf(map, first + pages - 1));
    const needed = Math.ceil((name.length * CHARACTER_PX + 8) / px);
    for (let start = from; start <= to; start = (Math.floor(start / columns) + 1) * columns) {
      const cell = cursor >= start && cursor < start + needed ? cursor + 1 : start;
      if (Math.floor(cell / columns) > Math.floor(start / columns)) continue;
      const room = Math.min(to, (Math.floor(cell / columns) + 1) * columns - 1) - cell + 1;
      if (room < needed || taken.has(cell)) continue;
      for (let i = 0; i < needed; i++) taken.add(cell + i);
      const [x, y] = [(cell % columns) * px + 4, Math.floor(cell / columns) * px + px - 3];
      return [{ x, y, width: name.length * CHARACTER_PX, text: name }];
    }
    return [];
  });
}
