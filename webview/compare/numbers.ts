/** Numbers of a comparison as they are shown and exported. */
import type { CompareResponse, ComparedRow } from '../../src/protocol/compare';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const grouped = (n: number): string =>
  Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

function bytes(n: number): string {
  let unit = 0;
  for (; n >= 1024 && unit < UNITS.length - 1; unit++) n /= 1024;
  return `${Number.isInteger(n) ? n : n.toFixed(1)} ${UNITS[unit]}`;
}

export function valueText(value: number | null, { unit }: ComparedRow): string {
  if (value === null) return '–';
  return unit === 'bytes' ? bytes(value) : unit === 'ratio' ? value.toFixed(2) : grouped(value);
}

/** `×0.78` of the first scheme's number; empty where they are equal, or there is nothing to compare with. */
export function ratioText(value: number | null, first: number | null | undefined): string {
  if (value === null || first === null || first === undefined || first === 0 || value === first) return '';
  const ratio = value / first;
  return `×${ratio.toFixed(ratio < 10 ? 2 : 0)}`;
}

/** Rows with a heading before each group. */
export function groupsOf({ rows }: CompareResponse): { group: string; rows: ComparedRow[] }[] {
  const groups: { group: string; rows: ComparedRow[] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.group === row.group) last.rows.push(row);
    else groups.push({ group: row.group, rows: [row] });
  }
  return groups;
}

export function csvOf({ columns, rows }: CompareResponse): string {
  const head = ['measure', 'group', 'title', ...columns.map(({ scheme }) => scheme)].join(',');
  const lines = rows.map(({ id, group, title, values }) => [id, group, title, ...values.map((v) => v ?? '')].join(','));
  return `${head}\n${lines.join('\n')}\n`;
}
