/** Which tables a walk may read one after the other: with flattened and normal ones in one tree that is more than one row. */
import { mapsBasePages, type PagingFormat } from '../format';

/** All ways from a root to the entry that maps a page, as levels of the format. */
export function pathsOf({ levels, flatRoot }: PagingFormat): number[][] {
  const paths: number[][] = [];
  const follow = (above: readonly number[], level: number): void => {
    const { next = level + 1, flattened, leafSize } = levels[level];
    const path = [...above, level];
    if (leafSize !== undefined) paths.push(path);
    if (mapsBasePages(levels[level])) return;
    if (flattened !== undefined) follow(path, flattened);
    follow(path, next);
  };
  if (flatRoot !== undefined) follow([], flatRoot);
  follow([], 0);
  return paths;
}

/** By the set of levels that a walk has read, as bits: a path that ends with these. */
export function pathByLevels(paths: readonly (readonly number[])[], levels: number): Int8Array {
  const byLevels = new Int8Array(1 << levels);
  paths.forEach((path, i) => {
    let read = 0;
    for (const level of path.toReversed()) byLevels[(read |= 1 << level)] = i;
  });
  return byLevels;
}
