/** What can be looked at: address spaces, the names that are known there, and words for its addresses. A run is one. */
import type { AddressSpaces } from '../../machine/paging/spaces';
import type { Environment } from './evaluate';

export interface Subject {
  readonly machine: AddressSpaces;
  readonly environment: Environment;
  /** `0x5555_5540_0010 (heap+0x10)`; undefined where nothing is known about the address. */
  describeAddress(address: bigint): string | undefined;
}
