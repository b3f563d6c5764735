/** Cache geometries as a machine block writes them: `64x4`, `8xfull`, `4K+2M`. */
import type { Word } from './ast';
import { PAGE_SIZES, type CacheGeometry, type PageSize, type TlbArray } from './machineConfig';
import type { SettingProblem } from './settingProblem';

const MAX_ENTRIES = 1 << 20;
const SIZE_NAMES: ReadonlyMap<string, PageSize> = new Map(
  PAGE_SIZES.flatMap((size) => [
    [size, size],
    [`${size}iB`, size],
  ]),
);

/** `4K+2M`, or undefined if the word is no list of page sizes. */
export function parseSizes(text: string): PageSize[] | undefined {
  const sizes: PageSize[] = [];
  for (const part of text.split('+')) {
    const size = SIZE_NAMES.get(part);
    if (size === undefined || sizes.includes(size)) return undefined;
    sizes.push(size);
  }
  return sizes;
}

export function parseGeometry(word: Word): CacheGeometry | SettingProblem {
  const match = /^([0-9][0-9_]{0,11})[x×](full|[0-9][0-9_]{0,11})$/.exec(word.text);
  if (!match) return { problem: 'badSetting', message: `\`${word.text}\` is not a geometry.`, word };
  const entries = Number(match[1].replace(/_/g, ''));
  const ways = match[2] === 'full' ? entries : Number(match[2].replace(/_/g, ''));
  const problem = impossible(entries, ways);
  return problem === undefined ? { entries, ways } : { problem: 'badGeometry', message: problem, word };
}

function impossible(entries: number, ways: number): string | undefined {
  if (entries === 0 || ways === 0) return 'A cache has at least one entry and one way.';
  if (entries > MAX_ENTRIES) return `A cache has at most ${MAX_ENTRIES} entries.`;
  return entries % ways === 0 ? undefined : `${entries} entries do not divide into sets of ${ways} ways.`;
}

/** `arrays` with `sizes` in an array of their own; other sizes keep what they had. Smallest page size first. */
export function mergeGeometry(
  arrays: readonly TlbArray[],
  sizes: readonly PageSize[],
  geometry: CacheGeometry,
): TlbArray[] {
  const kept = arrays
    .map((array) => ({ ...array, sizes: array.sizes.filter((size) => !sizes.includes(size)) }))
    .filter((array) => array.sizes.length > 0);
  const rank = (array: TlbArray): number => PAGE_SIZES.indexOf(array.sizes[0]);
  return [...kept, { sizes: [...sizes], ...geometry }].sort((a, b) => rank(a) - rank(b));
}
