/** The one line on a terminal that says how far a long piece of work is. It appears after a second, and leaves no trace. */
import { importText } from '../trace/importText';
import type { CliHost } from './host';
import { grouped, magnitude } from './numbers';

const PATIENCE_MS = 1000;
const INTERVAL_MS = 100;
const CLEAR = '\r\x1b[K';

/** How far something is; `total` if it is known. */
export interface Amount {
  what: string;
  unit: string;
  done: number;
  total?: number;
}

export class Progress {
  readonly #began: number;
  #last = -Infinity;
  #shown = false;

  constructor(
    private readonly host: CliHost,
    private readonly enabled: boolean,
  ) {
    this.#began = host.now();
  }

  report(amount: Amount): void {
    if (!this.enabled) return;
    const now = this.host.now();
    if (now - this.#began < PATIENCE_MS || now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    this.#shown = true;
    this.host.error(CLEAR + progressText(amount, (now - this.#began) / 1000));
  }

  /** Must be called before anything else is written to the terminal, and at the end. */
  clear(): void {
    if (this.#shown) this.host.error(CLEAR);
    this.#shown = false;
  }
}

export function progressText({ what, unit, done, total }: Amount, seconds: number): string {
  if (unit === 'bytes') return `${what}: ${importText({ bytesRead: done, totalBytes: total }, seconds)}`;
  const rate = done / Math.max(seconds, 0.001);
  const parts = [`${what}: ${grouped(done)} ${unit}`, `${magnitude(rate)}/s`];
  if (total !== undefined && total > 0) {
    parts.push(`${Math.min(100, Math.floor((100 * done) / total))}%`);
    if (rate > 0) parts.push(`${Math.max(0, Math.ceil((total - done) / rate))} s left`);
  }
  return parts.join(', ');
}
