/** Tables so small that clusters kick each other out and ways are resized all the time. */
import { type EcptOptions, PUBLISHED, RELEASED } from '../../../../src/machine/paging/ecpt/format';

export const SMALL_RELEASED: EcptOptions = {
  ...RELEASED,
  entries: [64, 64, 64],
  cwtEntries: [64, 64],
  // The release loses what finds no place: with tables of 64 slots that would happen all the time.
  failure: 'resize',
};

export const SMALL_PUBLISHED: EcptOptions = { ...PUBLISHED, entries: [64, 64, 64], cwtEntries: [64, 64] };
