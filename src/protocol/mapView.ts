/** Messages between the extension and the Address-Space Map. The view says what it looks at; the extension asks for that. */
import type { MapArguments, MapPlaceResponse, MapResponse } from './map';
import type { FromAnyView, ToAnyView } from './viewMessages';

export type ToMapView =
  | ToAnyView
  /** What to draw; answers the last `look`. */
  | { type: 'map'; map: MapResponse }
  /** Answers `ask` of that number. */
  | { type: 'place'; question: number; place: MapPlaceResponse }
  /** Look at this address, in this address space: from a tree, or for the first time. */
  | { type: 'show'; space: number | undefined; address: string | undefined }
  /** There is a session, but nothing can be asked of it while it runs. */
  | { type: 'busy' };

export type FromMapView =
  | FromAnyView
  /** From now on the view looks at this: it is asked for again after every stop. */
  | { type: 'look'; at: MapArguments }
  /** What is the first page of a cell that something maps? */
  | { type: 'ask'; question: number; space: number | undefined; first: number; pages: number }
  /** Shows what maps an address, in Page Tables and in the Walk view. */
  | { type: 'reveal'; space: number | undefined; address: string };
