/** The map in words: for the line below it, for a screen reader, and for the table. */
import { addressOfPlace, type MapArea, MapField, type MapResponse } from '../../../src/protocol/map';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytesText(bytes: number): string {
  let unit = 0;
  for (; bytes >= 1024 && unit < UNITS.length - 1; unit++) bytes /= 1024;
  return `${Number.isInteger(bytes) ? bytes : bytes.toFixed(1)} ${UNITS[unit]}`;
}

export const pagesText = (pages: number): string => bytesText(pages * 4096);

/** `0x5555_5540_0000` */
export function addressText(place: number, map: MapResponse): string {
  const digits = addressOfPlace(place, map).slice(2);
  return `0x${digits.replace(/\B(?=(.{4})+$)/g, '_')}`;
}

/** Counts of each cell that holds anything, by its number. */
export const countsByCell = ({ filled }: MapResponse): Map<number, readonly number[]> =>
  new Map(filled.map(([cell = 0, ...counts]) => [cell, counts]));

const at = (counts: readonly number[], field: MapField): number => counts[field] ?? 0;

const PARTS: readonly (readonly [MapField, string])[] = [
  [MapField.Size4K, 'in 4 KiB pages'],
  [MapField.Size2M, 'in 2 MiB pages'],
  [MapField.Size4M, 'in 4 MiB pages'],
  [MapField.Size1G, 'in 1 GiB pages'],
  [MapField.Absent, 'not present'],
  [MapField.Unknown, 'not counted yet'],
];
const RIGHTS: readonly (readonly [MapField, string])[] = [
  [MapField.Read, 'r--'],
  [MapField.ReadWrite, 'rw-'],
  [MapField.ReadExec, 'r-x'],
  [MapField.ReadWriteExec, 'rwx'],
  [MapField.Supervisor, 'supervisor'],
];
const USES: readonly (readonly [MapField, string])[] = [
  [MapField.Dirty, 'written'],
  [MapField.Accessed, 'used'],
  [MapField.Unused, 'not used'],
];

const told = (counts: readonly number[], list: typeof PARTS): string[] =>
  list.filter(([field]) => at(counts, field) > 0).map(([field, words]) => `${pagesText(at(counts, field))} ${words}`);

export const sizesText = (counts: readonly number[]): string => told(counts, PARTS).join(', ') || 'nothing';
export const usesText = (counts: readonly number[]): string => told(counts, USES).join(', ');
export const rightsText = (counts: readonly number[]): string =>
  RIGHTS.filter(([field]) => at(counts, field) > 0)
    .map(([, words]) => words)
    .join(' ');

/** The area that begins last before a place and holds it, or the first that a stretch touches. */
export const areaIn = ({ areas }: MapResponse, first: number, pages: number): MapArea | undefined =>
  areas.find((area) => area.first < first + pages && area.first + area.pages > first);

export const areaName = ({ name, first }: MapArea, map: MapResponse): string =>
  name === '' ? addressText(first, map) : name;

/** `0x5555_5540_0000, 64 KiB: heap (rw-p anon), 12 KiB in 4 KiB pages, rw-, 8 KiB written` */
export function cellSentence(map: MapResponse, cell: number, counts: readonly number[] | undefined): string {
  const first = map.first + cell * map.cellPages;
  const area = areaIn(map, first, map.cellPages);
  const words = [
    area && `${areaName(area, map)} (${area.rights}${area.backing === '' ? '' : ` ${area.backing}`})`,
    ...(counts === undefined ? ['nothing is mapped'] : [sizesText(counts), rightsText(counts), usesText(counts)]),
    counts !== undefined && at(counts, MapField.Tables) > 0 && `${at(counts, MapField.Tables)} tables begin here`,
  ];
  return `${addressText(first, map)}, ${pagesText(map.cellPages)}: ${words.filter(Boolean).join(', ')}`;
}

/** What a stretch of cells holds together. */
export function sumOf(
  map: MapResponse,
  first: number,
  pages: number,
  byCell: ReturnType<typeof countsByCell>,
): number[] {
  const sum = new Array<number>(MapField.Count).fill(0);
  for (const [cell, counts] of byCell) {
    const start = map.first + cell * map.cellPages;
    if (start + map.cellPages <= first || start >= first + pages) continue;
    counts.forEach((n, i) => (sum[i] = (sum[i] ?? 0) + n));
  }
  return sum;
}
