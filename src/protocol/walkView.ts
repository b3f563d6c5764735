/** Messages between the extension and the Walk view. The view draws what it is sent and decides nothing. */
import type { FromAnyView, ToAnyView } from './viewMessages';
import type { WalkPicture, WalkPlace } from './walk';

export type ToWalkView =
  | ToAnyView
  /** What to draw from now on; where nothing has been accessed yet, a place instead of a picture. */
  | { type: 'picture'; picture: WalkPicture | undefined; place?: WalkPlace }
  /** A line of the listing is under the person's cursor: light the item of that event, or none. */
  | { type: 'light'; event: number | undefined };

export type FromWalkView =
  | FromAnyView
  /** The pointer or the keyboard focus is on the item of that event, or on none. */
  | { type: 'hover'; event: number | undefined }
  | { type: 'seek'; tick: number; event: number };
