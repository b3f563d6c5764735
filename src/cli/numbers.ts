/** Numbers as people read them. Independent of the locale, so that output can be compared. */

/** `1,234,567` */
export const grouped = (n: number): string =>
  Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** `83.3%`, or `–` of nothing. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}%`;

/** `1.56`, or `–` of nothing. */
export const ratio = (part: number, whole: number): string => (whole === 0 ? '–' : (part / whole).toFixed(2));

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `24 KiB`: whole units as far as they go, else one decimal. */
export function byteSize(bytes: number): string {
  let unit = 0;
  let n = bytes;
  while (n >= 1024 && unit < UNITS.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${Number.isInteger(n) ? n : n.toFixed(1)} ${UNITS[unit]}`;
}

/** `8.1 M`: a rate with its magnitude. */
export function magnitude(n: number): string {
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} M`;
  return n >= 1e3 ? `${(n / 1e3).toFixed(1)} k` : n.toFixed(0);
}
