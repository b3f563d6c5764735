/** The flame graph as rectangles: widths in proportion to instructions, the whole on top. */
import type { WorkFrame } from '../../../src/protocol/statistics';

export interface Box {
  /** Names from the whole down to this one, the whole left out. */
  path: string[];
  name: string;
  /** Instructions, or what came to them since the pinned moment. */
  value: number;
  depth: number;
  x: number;
  width: number;
  /** Number of its class of work, which colours it. */
  tone: number;
}

export const ROW_PX = 22;
/** Narrower ones cannot be seen or hit: they are in the table. */
const NARROWEST_PX = 1.5;

/** What a frame is worth: all its instructions, or those between the pinned moment and the cursor. */
export const worth = ({ value, then }: WorkFrame): number => Math.abs(value - (then ?? 0));

/** What a frame is worth is the sum of its children's, so that a graph of differences adds up, too. */
function total(frame: WorkFrame): number {
  return frame.children.length === 0 ? worth(frame) : frame.children.reduce((sum, child) => sum + total(child), 0);
}

export function frameAt(root: WorkFrame, path: readonly string[]): WorkFrame | undefined {
  let at: WorkFrame | undefined = root;
  for (const name of path) at = at?.children.find((child) => child.name === name);
  return at;
}

/** The frames on the way to `zoom` take the whole width; below it they share it. */
export function layOutFlame(root: WorkFrame, zoom: readonly string[], width: number): Box[] {
  const boxes: Box[] = [];
  const place = (frame: WorkFrame, path: string[], x: number, wide: number, tone: number): void => {
    if (wide < NARROWEST_PX) return;
    boxes.push({ path, name: frame.name, value: total(frame), depth: path.length, x, width: wide, tone });
    const next = zoom[path.length];
    const onWay = path.every((name, i) => zoom[i] === name);
    let at = x;
    const all = total(frame);
    frame.children.forEach((child, i) => {
      const alone = onWay && next !== undefined;
      if (alone && child.name !== next) return;
      const share = alone ? wide : all === 0 ? 0 : (wide * total(child)) / all;
      place(child, [...path, child.name], at, share, path.length === 0 ? i : tone);
      at += share;
    });
  };
  place(root, [], 0, width, 5);
  return boxes;
}
