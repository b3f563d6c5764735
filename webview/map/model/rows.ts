/** What is in sight as rows of a table. */
import type { MapArea, MapResponse } from '../../../src/protocol/map';
import { CELLS } from './window';
import { countsByCell, sumOf } from './words';

export interface MapRow {
  first: number;
  pages: number;
  area: MapArea | undefined;
  counts: number[];
}

/** Areas in sight, and what is mapped outside of all, in runs of cells. */
export function rowsOf(map: MapResponse): MapRow[] {
  const byCell = countsByCell(map);
  const last = map.first + map.cellPages * CELLS;
  const areas = map.areas.filter(({ first, pages }) => first < last && first + pages > map.first);
  const rows: MapRow[] = areas.map((area) => ({ ...area, area, counts: sumOf(map, area.first, area.pages, byCell) }));
  let run: MapRow | undefined;
  for (const [cell] of byCell) {
    const first = map.first + cell * map.cellPages;
    if (areas.some((a) => a.first < first + map.cellPages && a.first + a.pages > first)) continue;
    if (run && run.first + run.pages === first) run.pages += map.cellPages;
    else rows.push((run = { first, pages: map.cellPages, area: undefined, counts: [] }));
    run.counts = sumOf(map, run.first, run.pages, byCell);
  }
  return rows.sort((a, b) => a.first - b.first);
}
