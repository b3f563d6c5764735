/** Wires: right-angled lines with rounded corners. */

export interface Point {
  x: number;
  y: number;
}

/** An SVG path through the points; a corner is never rounder than half of its shorter side. */
export function wirePath(points: Point[], cornerPx: number): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${at(first)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    const previous = rest[i - 1] ?? first;
    if (!next) {
      path += `L${at(point)}`;
      return;
    }
    const radius = Math.min(cornerPx, distance(previous, point) / 2, distance(point, next) / 2);
    path += `L${at(towards(point, previous, radius))}Q${at(point)} ${at(towards(point, next, radius))}`;
  });
  return path;
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, px: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * px, y: from.y + Math.sign(to.y - from.y) * px };
}

function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
