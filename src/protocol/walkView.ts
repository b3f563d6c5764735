/** Messages between the extension and the Walk view. The view draws what it is sent and decides nothing. */
import type { WalkPicture } from './walk';

export type ToWalkView =
  /** What to draw from now on; no picture where the cursor is not at an access. */
  | { type: 'picture'; picture: WalkPicture | undefined }
  /** The session is over: what is drawn stays, as a picture of the past. */
  | { type: 'ended' }
  /** A line of the listing is under the person's cursor: light the item of that event, or none. */
  | { type: 'light'; event: number | undefined }
  /** The view has the keyboard again, after a seek that it asked for. */
  | { type: 'focus' };

export type FromWalkView =
  | { type: 'ready' }
  /** The pointer or the keyboard focus is on the item of that event, or on none. */
  | { type: 'hover'; event: number | undefined }
  | { type: 'seek'; event: number }
  | { type: 'export'; svg: string }
  /** Something went wrong in the view that a person should know about. */
  | { type: 'problem'; message: string };
