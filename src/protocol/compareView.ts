/** Messages between the extension and the Compare view. */
import type { CompareProgress, CompareResponse } from './compare';
import type { FromAnyView, ToAnyView } from './viewMessages';

export type ToCompareView =
  | ToAnyView
  /** The comparison is worked out; `question` counts these. */
  | { type: 'working' }
  | { type: 'progress'; progress: CompareProgress }
  | { type: 'comparison'; comparison: CompareResponse }
  /** Why there is none. */
  | { type: 'refused'; reason: string };

export type FromCompareView =
  | FromAnyView
  | { type: 'cancel' }
  | { type: 'again' }
  /** A person wants to choose schemes. */
  | { type: 'choose' };
