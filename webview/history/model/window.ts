/**
 * Which rows of a list of any length are in sight. An element cannot be higher than some tens of millions of pixels, so
 * a long list has a lower one inside: there the scroll bar says where one is, and wheel and keys go row by row.
 */
export const ROW_PX = 22;
const HIGHEST_PX = 4_000_000;

/** Height of what is scrolled. */
export const innerHeight = (rows: number): number => Math.min(rows * ROW_PX, HIGHEST_PX);

export const isScaled = (rows: number): boolean => rows * ROW_PX > HIGHEST_PX;

/** The first row in sight, with fractions, for a position of the scroll bar; and the reverse. */
export function topOf(scroll: number, rows: number, viewPx: number): number {
  if (!isScaled(rows)) return scroll / ROW_PX;
  const room = innerHeight(rows) - viewPx;
  return room <= 0 ? 0 : (scroll / room) * lastTop(rows, viewPx);
}
export function scrollOf(top: number, rows: number, viewPx: number): number {
  if (!isScaled(rows)) return top * ROW_PX;
  const last = lastTop(rows, viewPx);
  return last <= 0 ? 0 : (top / last) * (innerHeight(rows) - viewPx);
}

/** The greatest first row: the last one is at the lower edge then. */
export const lastTop = (rows: number, viewPx: number): number => Math.max(0, rows - viewPx / ROW_PX);

export const clampTop = (top: number, rows: number, viewPx: number): number =>
  Math.max(0, Math.min(top, lastTop(rows, viewPx)));

/** The first row in sight so that a row is well in sight: it stays if it is, else the row comes to the middle. */
export function topFor(row: number, top: number, rows: number, viewPx: number): number {
  const shown = viewPx / ROW_PX;
  if (row >= top + 1 && row <= top + shown - 2) return top;
  return clampTop(row - shown / 2 + 0.5, rows, viewPx);
}

/** The first row in sight so that a row is in sight at all, moving as little as may be. */
export function topToReach(row: number, top: number, rows: number, viewPx: number): number {
  const shown = viewPx / ROW_PX;
  if (row < top) return clampTop(row, rows, viewPx);
  if (row + 1 > top + shown) return clampTop(row + 1 - shown, rows, viewPx);
  return top;
}
