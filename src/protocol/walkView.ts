/** Messages between the extension and the Walk view. The view draws what it is sent and decides nothing. */
import type { TravelArguments } from './requests';
import type { FromAnyView, ToAnyView } from './viewMessages';
import type { WalkPicture, WalkPlace } from './walk';

export type ToWalkView =
  | ToAnyView
  /** What to draw from now on; where nothing has been accessed yet, a place instead of a picture. `travels`: there are other moments to go to. */
  | { type: 'picture'; picture: WalkPicture | undefined; place?: WalkPlace; travels: boolean }
  /** A line of the listing is under the person's cursor: light the item of that event, or none. */
  | { type: 'light'; event: number | undefined };

export type FromWalkView =
  | FromAnyView
  /** The pointer or the keyboard focus is on the item of that event, or on none. */
  | { type: 'hover'; event: number | undefined }
  /** Go to another change of the entry at a physical address, or to another fault at a virtual one. */
  | { type: 'travel'; what: TravelArguments['what']; direction: TravelArguments['direction']; address: string }
  | { type: 'seek'; tick: number; event: number };
