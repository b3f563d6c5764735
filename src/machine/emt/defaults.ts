/**
 * Architecture-neutral defaults of the customizable functions, built on the basic ones alone (EMT, OSDI '25 fig. 8a).
 * They are right for every MMU and good for none: a driver overrides what its tables let it do better. They call each other
 * and the basic functions through the API, so that a driver that makes one thing better makes all better that need it.
 */
import type { Probe } from '../core/probe';
import type { BuddyAllocator } from '../memory/buddy';
import { attributeDefaults } from './defaults/attributes';
import { cacheDefaults } from './defaults/cache';
import { hugePageDefaults } from './defaults/hugePage';
import { iteratorDefaults } from './defaults/iterator';
import { rangeDefaults } from './defaults/ranges';
import type { CustomizableFunctions, EmtFunctions } from './driver';

/** `buddy`: where tables go that a driver has given up. Nothing else of the memory is any default's business. */
export const makeDefaults = (emt: EmtFunctions, buddy: BuddyAllocator, probe: Probe): CustomizableFunctions => ({
  ...iteratorDefaults(emt),
  ...hugePageDefaults(emt, buddy),
  ...rangeDefaults(emt),
  ...cacheDefaults(emt, buddy, probe),
  ...attributeDefaults(emt),

  /** One lock for the whole database. One CPU runs at a time: a lock is always free. */
  addrRangeGetLock: (tdb) => tdb.root,
  addrRangeTryLock: () => true,
  addrRangeWriteLock: () => undefined,
  addrRangeWriteUnlock: () => undefined,
  addrRangePutLock: () => undefined,
});
