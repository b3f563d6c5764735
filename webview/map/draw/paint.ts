/** Shapes on a canvas, in the colours of the editor's theme. */
import type { Box, Shapes } from './shapes';

export interface Palette {
  tones: string[];
  /** Of what has no tone. */
  quiet: string;
  paper: string;
  strong: string;
  hair: string;
  line: string;
  area: string;
  cursor: string;
  focus: string;
  font: string;
}

const TONES = 6;

/** Colours are read off elements: a canvas knows no style sheet. */
export function paletteOf(element: HTMLElement): Palette {
  const probe = document.createElement('span');
  element.append(probe);
  const read = (value: string, className = ''): string => {
    probe.className = className;
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const palette = {
    tones: Array.from({ length: TONES }, (_, i) => read('var(--tone)', `tone${i}`)),
    quiet: read('var(--quiet)'),
    paper: read('var(--paper)'),
    strong: read('var(--strong)'),
    hair: read('var(--hair)'),
    line: read('var(--line)'),
    area: read('var(--area)'),
    cursor: read('var(--cursor)'),
    focus: read('var(--vscode-focusBorder)'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
  };
  probe.remove();
  return palette;
}

export const toneOf = ({ tones, quiet }: Palette, tone: number): string => tones[tone] ?? quiet;

/** `selected`: place of the cell that has the keyboard or the pointer. */
export function paint(
  canvas: HTMLCanvasElement,
  shapes: Shapes,
  palette: Palette,
  selected: { x: number; y: number } | undefined,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(shapes.width * ratio);
  canvas.height = Math.round(shapes.height * ratio);
  canvas.style.width = `${shapes.width}px`;
  canvas.style.height = `${shapes.height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, shapes.width, shapes.height);
  context.fillStyle = palette.area;
  for (const { x, y, width } of shapes.areas) context.fillRect(x, y, width, width);
  rules(context, shapes, palette);
  boxes(context, shapes.boxes, palette);
  context.strokeStyle = palette.strong;
  context.lineWidth = 1;
  context.beginPath();
  for (const [x1, y1, x2, y2] of shapes.outlines) {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  }
  context.stroke();
  labels(context, shapes, palette);
  if (shapes.cursor) cursorMark(context, shapes.cursor, shapes.cell, palette);
  if (!selected) return;
  context.strokeStyle = palette.focus;
  context.lineWidth = 2;
  context.strokeRect(selected.x, selected.y, shapes.cell + 1, shapes.cell + 1);
}

function rules(context: CanvasRenderingContext2D, { width, height, cell }: Shapes, { hair }: Palette): void {
  context.strokeStyle = hair;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = 0.5; x <= width; x += cell) {
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let y = 0.5; y <= height; y += cell) {
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
}

/** One path a kind: thousands of boxes are a few strokes. */
function boxes(context: CanvasRenderingContext2D, list: readonly Box[], palette: Palette): void {
  const kinds = new Map<string, Box[]>();
  for (const box of list) {
    const key = `${box.tone}:${box.texture}`;
    const same = kinds.get(key);
    if (same) same.push(box);
    else kinds.set(key, [box]);
  }
  for (const same of kinds.values()) {
    const [{ tone, texture }] = same as [Box];
    context.beginPath();
    for (const { x, y, width, height } of same) context.rect(x, y, width, height);
    context.fillStyle = toneOf(palette, tone);
    context.fill();
    const pattern = texture === 0 ? null : context.createPattern(tile(texture, palette), 'repeat');
    if (!pattern) continue;
    context.fillStyle = pattern;
    context.fill();
  }
}

const TILE_PX = 5;
const tiles = new Map<string, HTMLCanvasElement>();

/** Marks in the colour of the paper, over the colour of the kind. */
function tile(texture: number, { paper }: Palette): HTMLCanvasElement {
  const key = `${texture}${paper}`;
  const known = tiles.get(key);
  if (known) return known;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = TILE_PX;
  const context = canvas.getContext('2d');
  if (context) {
    context.strokeStyle = context.fillStyle = paper;
    context.lineWidth = 1.2;
    context.beginPath();
    for (const [x1, y1, x2, y2] of STROKES[texture] ?? []) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
    if (texture === 3) context.fillRect(1, 1, 2, 2);
  }
  tiles.set(key, canvas);
  return canvas;
}

type Stroke = readonly [x1: number, y1: number, x2: number, y2: number];

/** Of a tile of 5 by 5 pixels, by texture. */
export const STROKES: Readonly<Record<number, readonly Stroke[]>> = {
  1: [[0, 2.5, 5, 2.5]],
  2: [
    [0, 5, 5, 0],
    [-1, 1, 1, -1],
    [4, 6, 6, 4],
  ],
  3: [],
  4: [
    [0, 2.5, 5, 2.5],
    [2.5, 0, 2.5, 5],
  ],
  5: [
    [0, 0, 5, 5],
    [4, -1, 6, 1],
    [-1, 4, 1, 6],
  ],
  6: [
    [0, 0, 5, 5],
    [0, 5, 5, 0],
  ],
};

function labels(context: CanvasRenderingContext2D, { labels: list }: Shapes, { font, strong, paper }: Palette): void {
  context.font = font;
  context.lineJoin = 'round';
  for (const { x, y, text } of list) {
    context.lineWidth = 4;
    context.strokeStyle = paper;
    context.strokeText(text, x, y);
    context.fillStyle = strong;
    context.fillText(text, x, y);
  }
}

/** The mark that the Walk view has for what happens now. */
function cursorMark(
  context: CanvasRenderingContext2D,
  { x, y }: { x: number; y: number },
  cell: number,
  { cursor, strong }: Palette,
): void {
  context.beginPath();
  context.moveTo(x - 1, y - 1);
  context.lineTo(x + cell * 0.8, y + cell / 2);
  context.lineTo(x - 1, y + cell + 1);
  context.closePath();
  context.fillStyle = cursor;
  context.strokeStyle = strong;
  context.lineWidth = 1;
  context.fill();
  context.stroke();
}
