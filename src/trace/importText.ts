/** How far an import is, in words: `123 of 456 MB, 150 MB/s, 26%, 3 s left`. */
import type { LoadProgress } from './load';

const MEGABYTE = 1e6;

/** `seconds` since the import began; what is not known of the whole is left out. */
export function importText({ bytesRead, totalBytes }: LoadProgress, seconds: number): string {
  const rate = bytesRead / Math.max(seconds, 0.001);
  const speed = `${inMegabytes(rate)} MB/s`;
  if (totalBytes === undefined || totalBytes < bytesRead) return `${inMegabytes(bytesRead)} MB, ${speed}`;
  const percent = Math.floor((100 * bytesRead) / totalBytes);
  const left = rate > 0 ? [`${Math.ceil((totalBytes - bytesRead) / rate)} s left`] : [];
  return [`${inMegabytes(bytesRead)} of ${inMegabytes(totalBytes)} MB`, speed, `${percent}%`, ...left].join(', ');
}

const inMegabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0);
