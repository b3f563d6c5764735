/** What is in sight as a table: for whoever cannot see the map, and for whoever wants numbers. */
import type { MapArea, MapResponse } from '../../../src/protocol/map';
import { TextButton } from '../../controls/controls';
import { CELLS } from '../model/window';
import { addressText, areaName, countsByCell, pagesText, rightsText, sizesText, sumOf, usesText } from '../model/words';

const MOST_ROWS = 100;

export function MapTable({ map, onGo }: { map: MapResponse; onGo: (first: number, pages: number) => void }) {
  const rows = rowsOf(map);
  return (
    <section aria-label="What is in sight">
      <h2>
        In sight
        <span class="total">
          {rows.length === 0 ? 'nothing' : `${rows.length} ${rows.length === 1 ? 'stretch' : 'stretches'}`}
          {rows.length > MOST_ROWS && `, the first ${MOST_ROWS} of them`}
        </span>
      </h2>
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              {['From', 'Size', 'Area', 'Rights', 'Mapped', 'Use', ''].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map(({ first, pages, area, counts }) => (
              <tr key={first}>
                <td>
                  <code>{addressText(first, map)}</code>
                </td>
                <td>{pagesText(pages)}</td>
                <td>{area ? `${areaName(area, map)}${area.backing === '' ? '' : ` (${area.backing})`}` : '–'}</td>
                <td>
                  <code>{area?.rights ?? rightsText(counts)}</code>
                </td>
                <td>{sizesText(counts)}</td>
                <td>{usesText(counts)}</td>
                <td>
                  <TextButton label={`Zoom to ${addressText(first, map)}`} onPress={() => onGo(first, pages)}>
                    Zoom
                  </TextButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

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
