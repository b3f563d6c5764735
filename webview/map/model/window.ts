/**
 * The stretch that the map shows: cells of a power of two of pages, in rows. Zooming keeps what is pointed at where it is
 * as far as rows allow; nothing is shown outside of what the scheme translates.
 */
export interface Stretch {
  first: number;
  cellPages: number;
}

export interface Grid {
  columns: number;
  rows: number;
}

export const CELLS = 2048;

/** As many columns as fit, so that cells can be told apart and the whole stays on the screen. */
export const gridFor = (widthPx: number): Grid =>
  widthPx >= 450 ? { columns: 64, rows: 32 } : { columns: 32, rows: 64 };

/** Pages of all that is translated. */
export const placesOf = (addressBits: number): number => 2 ** (addressBits - 12);

export const wholeOf = (places: number): Stretch => ({ first: 0, cellPages: Math.max(1, places / CELLS) });

const powerUp = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

/** Inside of what is translated, cells of a power of two, rows at multiples of what they hold. */
export function settled({ first, cellPages }: Stretch, { columns }: Grid, places: number): Stretch {
  const size = Math.min(powerUp(cellPages), Math.max(1, places / CELLS));
  const row = size * columns;
  const last = Math.max(0, places - size * CELLS);
  return { first: Math.min(last, Math.max(0, Math.floor(first / row) * row)), cellPages: size };
}

/** Cells `factor` times as large (a power of two); what is in `cell` stays in its row. */
export function zoomed(stretch: Stretch, factor: number, cell: number, grid: Grid, places: number): Stretch {
  const place = stretch.first + cell * stretch.cellPages;
  const { cellPages } = settled({ first: 0, cellPages: stretch.cellPages * factor }, grid, places);
  const row = cellPages * grid.columns;
  const first = Math.floor(place / row) * row - Math.floor(cell / grid.columns) * row;
  return settled({ first, cellPages }, grid, places);
}

/** So that all of `pages` pages are shown, with a little around them. */
export function fitted(first: number, pages: number, grid: Grid, places: number): Stretch {
  const cellPages = powerUp((pages * 1.2) / CELLS);
  const row = cellPages * grid.columns;
  return settled({ first: first - Math.min(row, (cellPages * CELLS - pages) / 2), cellPages }, grid, places);
}

export const cellOf = ({ first, cellPages }: Stretch, place: number): number => Math.floor((place - first) / cellPages);

const STEP = 64;

/** Stretches around this one, the whole first: where one can go back to. */
export function around(stretch: Stretch, grid: Grid, places: number): Stretch[] {
  const middle = stretch.first + (stretch.cellPages * CELLS) / 2;
  const found: Stretch[] = [];
  for (let pages = places; pages > stretch.cellPages * CELLS; pages /= STEP) {
    const cellPages = pages / CELLS;
    if (cellPages < 1) break;
    found.push(settled({ first: middle - pages / 2, cellPages }, grid, places));
  }
  return found;
}
