/**
 * The map itself. One cell has the keyboard: the arrow keys move it, + and − zoom around it, Enter shows what maps it. The
 * pointer does the same with a click, a double click and the wheel; the editor's own context menu belongs to the cell.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { addressOfPlace, type MapPlaceResponse, type MapResponse } from '../../../src/protocol/map';
import type { Actions } from '../app';
import { paint, paletteOf } from '../draw/paint';
import { shapesOf } from '../draw/shapes';
import type { Mode } from '../model/modes';
import type { Grid } from '../model/window';
import { cellSentence, countsByCell } from '../model/words';

export interface MapCanvasProps {
  map: MapResponse;
  mode: Mode;
  grid: Grid;
  cellPx: number;
  selected: number | undefined;
  place: MapPlaceResponse | undefined;
  actions: Actions;
  live: boolean;
}

/** A click that a second one follows zooms instead. */
const DOUBLE_CLICK_MS = 240;
const WHEEL_PX = 40;

export function MapCanvas({ map, mode, grid, cellPx, selected, place, actions, live }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const shapes = useMemo(() => shapesOf(map, mode, grid, cellPx), [map, mode, grid, cellPx]);
  const counts = useMemo(() => countsByCell(map), [map]);
  const at =
    selected === undefined
      ? undefined
      : { x: (selected % grid.columns) * cellPx, y: Math.floor(selected / grid.columns) * cellPx };
  useEffect(() => {
    if (canvas.current) paint(canvas.current, shapes, paletteOf(canvas.current.parentElement ?? document.body), at);
  }, [shapes, theme, at?.x, at?.y]);
  const pointer = usePointer(grid, cellPx, actions, live);
  const sentence = selected === undefined ? '' : cellSentence(map, selected, counts.get(selected));
  const detail =
    place && selected !== undefined && place.text !== 'nothing is mapped here' ? `${place.address}: ${place.text}` : '';
  return (
    <div class="mapFrame">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Map of the address space, ${mode.title}. Arrow keys choose a cell, plus and minus zoom, Enter shows what maps it.`}
        aria-describedby="cell"
        data-vscode-context={contextOf(map, selected, place)}
        onKeyDown={(event) => onKey(event, selected, map, grid, actions, live)}
        {...pointer}
      />
      <p class="cellText" id="cell" role="status" aria-live="polite">
        {sentence || 'Point at a cell, or go to it with the arrow keys.'}
        {detail && <span class="detail">{detail}</span>}
      </p>
    </div>
  );
}

/** What the editor's context menu is about. */
function contextOf(map: MapResponse, selected: number | undefined, place: MapPlaceResponse | undefined): string {
  const about =
    selected === undefined
      ? {}
      : {
          webviewSection: 'cell',
          address: place?.address ?? addressOfPlace(map.first + selected * map.cellPages, map),
          space: map.space,
          ...(place?.entry ?? {}),
          isEntry: place?.entry !== undefined,
        };
  return JSON.stringify({ ...about, preventDefaultContextMenuItems: true });
}

/** Changes whenever the editor's colours do. */
function useTheme(): string {
  const [theme, setTheme] = useState('');
  useEffect(() => {
    const observer = new MutationObserver(() =>
      setTheme(`${document.body.className}${document.documentElement.getAttribute('style') ?? ''}`),
    );
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}

function usePointer(grid: Grid, cellPx: number, actions: Actions, live: boolean) {
  const wheel = useRef(0);
  const click = useRef<number | undefined>(undefined);
  const cellAt = ({ offsetX, offsetY }: MouseEvent): number => {
    const column = Math.min(grid.columns - 1, Math.max(0, Math.floor(offsetX / cellPx)));
    const row = Math.min(grid.rows - 1, Math.max(0, Math.floor(offsetY / cellPx)));
    return row * grid.columns + column;
  };
  return {
    onPointerMove: (event: PointerEvent) => actions.select(cellAt(event)),
    onPointerDown: (event: PointerEvent) => actions.select(cellAt(event)),
    onClick: (event: MouseEvent) => {
      const cell = cellAt(event);
      window.clearTimeout(click.current);
      if (event.detail === 1 && live) click.current = window.setTimeout(() => actions.reveal(cell), DOUBLE_CLICK_MS);
    },
    onDblClick: (event: MouseEvent) => {
      window.clearTimeout(click.current);
      actions.zoom(1 / 16, cellAt(event));
    },
    onWheel: (event: WheelEvent) => {
      // With a modifier it zooms, without one the page scrolls: else nobody could get past the map.
      if (!event.ctrlKey && !event.metaKey && !event.altKey) return;
      event.preventDefault();
      wheel.current += event.deltaY;
      if (Math.abs(wheel.current) < WHEEL_PX) return;
      actions.zoom(wheel.current > 0 ? 2 : 1 / 2, cellAt(event));
      wheel.current = 0;
    },
  };
}

function onKey(
  event: KeyboardEvent,
  selected: number | undefined,
  map: MapResponse,
  { columns }: Grid,
  actions: Actions,
  live: boolean,
): void {
  const cell = selected ?? 0;
  const moves: Record<string, number> = {
    ArrowRight: cell + 1,
    ArrowLeft: cell - 1,
    ArrowDown: cell + columns,
    ArrowUp: cell - columns,
    Home: cell - (cell % columns),
    End: cell - (cell % columns) + columns - 1,
    PageDown: nextFilled(map, cell),
    PageUp: previousFilled(map, cell),
  };
  const next = moves[event.key];
  if (next !== undefined && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    actions.select(Math.min(map.cells - 1, Math.max(0, next)));
  } else if (event.key === '+' || event.key === '=') actions.zoom(1 / 8, cell);
  else if (event.key === '-') actions.zoom(8, cell);
  else if (event.key === 'Enter' && live) actions.reveal(cell);
  else return;
  event.preventDefault();
}

/** Page Down and Page Up go from one cell that holds something to the next. */
const nextFilled = ({ filled }: MapResponse, cell: number): number =>
  filled.find(([other = 0]) => other > cell)?.[0] ?? cell;
const previousFilled = ({ filled }: MapResponse, cell: number): number =>
  filled.findLast(([other = 0]) => other < cell)?.[0] ?? cell;
