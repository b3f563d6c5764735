/** Messages between the extension and the Statistics view. */
import type { StatisticsResponse } from './statistics';
import type { FromAnyView, ToAnyView } from './viewMessages';

export type ToStatisticsView =
  | ToAnyView
  /** What to draw from now on; without plots, those that were sent before stay. */
  | { type: 'statistics'; statistics: StatisticsResponse };

export type FromStatisticsView =
  | FromAnyView
  /** To the start of a tick. */
  | { type: 'seek'; tick: number }
  | { type: 'pin'; pin: 'here' | 'none' };
