/** The state of several caches as one list of arrays, for walkers: each cache saves as many. */
import type { TypedArray } from '../core/state';
import type { AssociativeCache } from './associativeCache';

export const saveCaches = (caches: readonly AssociativeCache[]): readonly TypedArray[] =>
  caches.flatMap((cache) => cache.save());

export function loadCaches(caches: readonly AssociativeCache[], saved: readonly TypedArray[]): void {
  const each = caches.length === 0 ? 0 : saved.length / caches.length;
  caches.forEach((cache, i) => cache.load(saved.slice(i * each, (i + 1) * each)));
}
