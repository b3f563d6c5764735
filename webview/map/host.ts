/** The extension, as the map sees it. */
import type { MapResponse } from '../../src/protocol/map';
import type { FromMapView } from '../../src/protocol/mapView';
import { hostContext } from '../shared/host';
import type { ModeId } from './model/modes';
import type { Stretch } from './model/window';

export interface KeptState {
  map: MapResponse | undefined;
  mode: ModeId;
  stretch: Stretch | undefined;
}

export const { HostContext, useHost } = hostContext<FromMapView, KeptState>();
