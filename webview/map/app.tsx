/** The Address-Space Map: everything that is mapped, from the whole address space down to one page. */
import type { MapPlaceResponse, MapResponse } from '../../src/protocol/map';
import { Dropdown, IconButton, TextButton } from '../controls/controls';
import { ExportButton } from '../shared/exportButton';
import { useHost } from './host';
import { modeOf, MODES, type ModeId } from './model/modes';
import { areaName } from './model/words';
import type { Grid, Stretch } from './model/window';
import { Breadcrumb } from './parts/breadcrumb';
import { Legend } from './parts/legend';
import { MapCanvas } from './parts/mapCanvas';
import { MapTable } from './parts/mapTable';

export interface Actions {
  go(stretch: Stretch): void;
  zoom(factor: number, cell?: number): void;
  goTo(first: number, pages: number): void;
  setMode(mode: ModeId): void;
  setSpace(space: number): void;
  select(cell: number | undefined): void;
  reveal(cell: number): void;
}

export interface AppProps {
  map: MapResponse | undefined;
  live: boolean;
  mode: ModeId;
  grid: Grid;
  cellPx: number;
  selected: number | undefined;
  /** What maps the first page of the selected cell, once that is known. */
  place: MapPlaceResponse | undefined;
  actions: Actions;
}

export function App(props: AppProps) {
  const { map, live } = props;
  if (!map)
    return (
      <main class="empty">
        <p>{live ? 'Looking at the address space…' : 'No session.'}</p>
        <p class="hint">
          {live
            ? 'The map appears at the next stop.'
            : 'Start debugging a .ptscen file; the address space of the process that runs appears here.'}
        </p>
      </main>
    );
  return <MapView {...props} map={map} />;
}

function MapView(props: AppProps & { map: MapResponse }) {
  const { map, live, mode, grid, actions, selected, place, cellPx } = props;
  const host = useHost();
  const space = map.spaces.find(({ id }) => id === map.space);
  const facts = [
    space?.name ?? 'no process yet',
    map.scheme,
    `${map.areasInAll} ${map.areasInAll === 1 ? 'area' : 'areas'}`,
    `tick ${map.tick}`,
  ];
  return (
    <main>
      <header class="header">
        <div class="titles">
          <h1>
            <span class="title">Address space</span>
          </h1>
          <ul class="facts">
            {facts.map((fact) => (
              <li key={fact}>{fact}</li>
            ))}
            {!map.complete && <li>still counting…</li>}
            {!live && <li class="ended">session ended</li>}
          </ul>
        </div>
        <ExportButton onPress={() => host.post({ type: 'wantExport' })} />
      </header>
      <div class="tools" role="toolbar" aria-label="Map">
        <Choice title="Colour">
          <Dropdown label="Colour by" options={MODES} chosen={mode} onChange={(id) => actions.setMode(modeOf(id).id)} />
        </Choice>
        {map.spaces.length > 1 && (
          <Choice title="Address space">
            <Dropdown
              label="Address space"
              options={map.spaces.map(({ id, name }) => ({ id: String(id), title: name }))}
              chosen={String(map.space)}
              onChange={(id) => actions.setSpace(Number(id))}
            />
          </Choice>
        )}
        <Choice title="Go to">
          <Dropdown label="Go to an area" options={areaOptions(map)} chosen="" onChange={(id) => goTo(id, props)} />
        </Choice>
        <span class="zoom">
          <IconButton label="Zoom out (−)" onPress={() => actions.zoom(8)}>
            <Icon path="M3 8h10" />
          </IconButton>
          <IconButton label="Zoom in (+)" onPress={() => actions.zoom(1 / 8)}>
            <Icon path="M3 8h10M8 3v10" />
          </IconButton>
          {map.cursor !== undefined && (
            <TextButton label="Current access: go to where it is" onPress={() => goTo('cursor', props)}>
              Current access
            </TextButton>
          )}
        </span>
      </div>
      <Breadcrumb map={map} grid={grid} onGo={actions.go} />
      <MapCanvas
        map={map}
        mode={modeOf(mode)}
        grid={grid}
        cellPx={cellPx}
        selected={selected}
        place={place}
        actions={actions}
        live={live}
      />
      <Legend map={map} mode={modeOf(mode)} />
      <MapTable map={map} onGo={actions.goTo} />
    </main>
  );
}

function Choice({ title, children }: { title: string; children: preact.ComponentChildren }) {
  return (
    <span class="choice">
      <span class="choiceTitle" aria-hidden="true">
        {title}
      </span>
      {children}
    </span>
  );
}

function Icon({ path }: { path: string }) {
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** More than this is no list to choose from; the table below has all. */
const MOST_OPTIONS = 60;

function areaOptions(map: MapResponse): { id: string; title: string }[] {
  const areas = map.areas.slice(0, MOST_OPTIONS).map((area) => ({
    id: String(area.first),
    title: `${areaName(area, map)} ${area.rights}`,
  }));
  return [{ id: '', title: 'an area…' }, { id: 'whole', title: 'the whole address space' }, ...areas];
}

function goTo(id: string, { map, actions }: AppProps): void {
  if (!map || id === '') return;
  if (id === 'whole') return actions.goTo(0, 2 ** (map.addressBits - 12));
  if (id === 'cursor' && map.cursor !== undefined) return actions.goTo(map.cursor, 1);
  const area = map.areas.find(({ first }) => String(first) === id);
  if (area) actions.goTo(area.first, area.pages);
}
