/** What is in sight as a table: for whoever cannot see the map, and for whoever wants numbers. */
import type { MapResponse } from '../../../src/protocol/map';
import { TextButton } from '../../controls/controls';
import { rowsOf } from '../model/rows';
import { addressText, areaName, pagesText, rightsText, sizesText, usesText } from '../model/words';

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
