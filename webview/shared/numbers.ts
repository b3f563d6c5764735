/** Numbers as people read them. Counts are decimal, in groups of three digits. */

/** `12,345,678`, `0.125`. */
export function countText(n: number): string {
  return Number.isInteger(n) ? n.toLocaleString('en') : n.toLocaleString('en', { maximumFractionDigits: 3 });
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 MiB`. */
export function bytesText(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (Math.abs(size) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size.toLocaleString('en', { maximumFractionDigits: size < 10 ? 2 : 1 })} ${BYTE_UNITS[unit]}`;
}

/** `12.5 %`. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent.toLocaleString('en', { maximumFractionDigits: percent < 1 ? 2 : 1 })} %`;
}

/** `+12`, `−3`, `±0`: what came to a counter. */
export function changeText(change: number): string {
  if (change === 0) return '±0';
  return change > 0 ? `+${countText(change)}` : `−${countText(-change)}`;
}

const SHORT = ['', 'K', 'M', 'G', 'T'];

/** For axes: `1.5M`. */
export function shortText(n: number): string {
  let [size, unit] = [n, 0];
  while (Math.abs(size) >= 1000 && unit < SHORT.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size.toLocaleString('en', { maximumFractionDigits: 2 })}${SHORT[unit]}`;
}
