/** The extension, as the Compare view sees it. */
import type { CompareResponse } from '../../src/protocol/compare';
import type { FromCompareView } from '../../src/protocol/compareView';
import { hostContext } from '../shared/host';

export interface KeptState {
  comparison: CompareResponse | undefined;
}

export const { HostContext, useHost } = hostContext<FromCompareView, KeptState>();
