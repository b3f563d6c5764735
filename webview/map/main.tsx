/** Entry point of the Address-Space Map: what it looks at, and messages in and out. */
import { render } from 'preact';
import type { MapArguments, MapPlaceResponse, MapResponse } from '../../src/protocol/map';
import type { FromMapView, ToMapView } from '../../src/protocol/mapView';
import { registerControls } from '../controls/controls';
import { connectHost } from '../shared/host';
import { listen } from '../shared/receive';
import '../shared/base.css';
import { type Actions, App } from './app';
import { exported } from './exported';
import { HostContext, type KeptState } from './host';
import './map.css';
import { CELLS, fitted, type Grid, gridFor, placesOf, settled, type Stretch, zoomed } from './model/window';

registerControls();
const host = connectHost<FromMapView, KeptState>();
const root = document.getElementById('root');
const kept = host.kept();

/** Until the first answer says how wide addresses are. */
const UNKNOWN_PLACES = 2 ** 36;
const ASK_AFTER_MS = 120;
const MARGIN_PX = 36;
const [LEAST_CELL_PX, MOST_CELL_PX] = [7, 15];

const state = {
  map: kept?.map,
  mode: kept?.mode ?? ('size' as const),
  stretch: kept?.stretch,
  space: undefined as number | undefined,
  /** What is to be shown as soon as a map is there: an address, or what the cursor is about. */
  wanted: undefined as { address: string | undefined } | undefined,
  live: false,
  selected: undefined as number | undefined,
  place: undefined as MapPlaceResponse | undefined,
  question: 0,
};

const places = (): number => (state.map ? placesOf(state.map.addressBits) : UNKNOWN_PLACES);
const gridNow = (): Grid => gridFor(window.innerWidth - MARGIN_PX);
const cellPx = (): number =>
  Math.max(LEAST_CELL_PX, Math.min(MOST_CELL_PX, Math.floor((window.innerWidth - MARGIN_PX) / gridNow().columns)));

function look(stretch: Stretch): void {
  state.stretch = settled(stretch, gridNow(), places());
  state.selected = undefined;
  state.place = undefined;
  const { first, cellPages } = state.stretch;
  const at: MapArguments = { first, cellPages, cells: CELLS };
  if (state.space !== undefined) at.space = state.space;
  host.post({ type: 'look', at });
  keep();
}

const keep = (): void => host.keep({ map: state.map, mode: state.mode, stretch: state.stretch });

const actions: Actions = {
  go: (stretch) => look(stretch),
  goTo: (first, pages) => look(fitted(first, pages, gridNow(), places())),
  zoom: (factor, cell = state.selected ?? CELLS / 2) => {
    if (state.stretch) look(zoomed(state.stretch, factor, cell, gridNow(), places()));
  },
  setMode: (mode) => {
    state.mode = mode;
    keep();
    draw();
  },
  setSpace: (space) => {
    state.space = space;
    if (state.stretch) look(state.stretch);
  },
  select: (cell) => {
    if (cell === state.selected) return;
    state.selected = cell;
    state.place = undefined;
    askLater();
    draw();
  },
  reveal: (cell) => {
    const { map, place, selected } = state;
    if (!map) return;
    const known = place !== undefined && cell === selected ? place.address : undefined;
    if (known === undefined) {
      state.selected = cell;
      ask('reveal');
    } else host.post({ type: 'reveal', space: map.space, address: known });
  },
};

let timer: number | undefined;
/** Questions whose answer is to be revealed, not only shown. */
const revealing = new Set<number>();

function askLater(): void {
  window.clearTimeout(timer);
  if (state.live && state.selected !== undefined) timer = window.setTimeout(() => ask('show'), ASK_AFTER_MS);
}

function ask(what: 'show' | 'reveal'): void {
  const { map, selected } = state;
  if (!map || selected === undefined) return;
  const question = ++state.question;
  if (what === 'reveal') revealing.add(question);
  host.post({
    type: 'ask',
    question,
    space: map.space,
    first: map.first + selected * map.cellPages,
    pages: map.cellPages,
  });
}

/** What a person came for: an address, else the area of the access at the cursor, else the first area. */
function showWanted(map: MapResponse): void {
  const { wanted } = state;
  if (!wanted) return;
  state.wanted = undefined;
  const place = wanted.address === undefined ? map.cursor : placeOf(wanted.address, map);
  const area =
    map.areas.find(({ first, pages }) => place !== undefined && place >= first && place < first + pages) ??
    (place === undefined ? map.areas[0] : undefined);
  if (area) actions.goTo(area.first, area.pages);
  else if (place !== undefined) actions.goTo(place, CELLS / 2);
}

const placeOf = (address: string, { addressBits }: MapResponse): number =>
  Number((BigInt(address) & ((1n << BigInt(addressBits)) - 1n)) >> 12n);

function receive(message: ToMapView): void {
  switch (message.type) {
    case 'map':
      takeMap(message.map);
      // It is on its way to what a person came for: the whole would only flash up.
      if (state.stretch && state.stretch.cellPages !== message.map.cellPages) return;
      break;
    case 'place':
      takePlace(message.question, message.place);
      break;
    case 'show':
      state.live = true;
      if (message.space !== undefined) state.space = message.space;
      // Brought back as it was, unless a person wants to see something.
      if (message.address !== undefined || !state.stretch || !state.map) state.wanted = { address: message.address };
      look(state.stretch ?? { first: 0, cellPages: UNKNOWN_PLACES / CELLS });
      break;
    case 'ended':
      state.live = false;
      break;
    case 'focus':
      document.querySelector<HTMLElement>('canvas')?.focus();
      return;
    case 'busy':
    case 'export':
      return;
  }
  draw();
}

function takeMap(map: MapResponse): void {
  const known = state.map?.addressBits;
  state.map = map;
  state.live = true;
  state.place = undefined;
  // Of another scheme, or asked for before it was known how much there is.
  const settledNow = settled(map, gridNow(), places());
  if (state.wanted) showWanted(map);
  else if (known !== map.addressBits && settledNow.cellPages !== map.cellPages) look(settledNow);
  askLater();
  keep();
}

function takePlace(question: number, place: MapPlaceResponse): void {
  if (revealing.delete(question) && state.map)
    host.post({ type: 'reveal', space: state.map.space, address: place.address });
  if (question === state.question) state.place = place;
}

function draw(): void {
  if (!root) return;
  render(
    <HostContext.Provider value={host}>
      <App
        map={state.map}
        live={state.live}
        mode={state.mode}
        grid={gridNow()}
        cellPx={cellPx()}
        selected={state.selected}
        place={state.place}
        actions={actions}
      />
    </HostContext.Provider>,
    root,
  );
}

window.addEventListener('resize', draw);
draw();
listen<ToMapView>({
  receive,
  exported: (format) => (state.map ? exported(format, state.map, state.mode, gridNow(), cellPx()) : ''),
  post: host.post,
});
