/** What the Walk view says, and what it keeps while it is hidden. */
import type { WalkPicture, WalkPlace } from '../../src/protocol/walk';
import type { FromWalkView } from '../../src/protocol/walkView';
import { hostContext } from '../shared/host';

export interface KeptState {
  picture: WalkPicture | undefined;
  place?: WalkPlace;
}

export const { HostContext, useHost } = hostContext<FromWalkView, KeptState>();
