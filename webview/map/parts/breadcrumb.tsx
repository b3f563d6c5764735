/** What is shown, and the larger stretches around it that one can go back to. */
import type { MapResponse } from '../../../src/protocol/map';
import { around, CELLS, type Grid, placesOf, type Stretch } from '../model/window';
import { addressText, pagesText } from '../model/words';

export function Breadcrumb({ map, grid, onGo }: { map: MapResponse; grid: Grid; onGo: (stretch: Stretch) => void }) {
  const places = placesOf(map.addressBits);
  const shown = Math.min(map.cellPages * CELLS, places);
  return (
    <nav class="breadcrumb" aria-label="Stretches around this one">
      {around(map, grid, places).map((stretch) => {
        const size = pagesText(Math.min(stretch.cellPages * CELLS, places));
        return (
          <span key={stretch.cellPages}>
            <button type="button" class="crumb" onClick={() => onGo(stretch)} title={`Show ${size} around this`}>
              {size}
            </button>
            <span aria-hidden="true"> › </span>
          </span>
        );
      })}
      <span aria-current="location">
        <strong>{pagesText(shown)}</strong> from <code>{addressText(map.first, map)}</code>, a cell is{' '}
        {pagesText(map.cellPages)}
      </span>
    </nav>
  );
}
