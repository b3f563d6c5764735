/** Rows that the extension has sent, and which of those in sight are still to be asked for. */
import type { HistoryRow, HistoryRowsArguments, HistoryRowsResponse } from '../../../src/protocol/history';

type List = HistoryRowsArguments['list'];

const KEPT = 4000;
/** Rows that are asked for beyond those in sight. */
const AHEAD = 20;

export class RowStore {
  private readonly rows: Record<List, Map<number, HistoryRow>> = { ticks: new Map(), faults: new Map() };
  private of = '';

  /** Rows of another session, or from before an edit, are no longer true. */
  use(session: string, generation: number): void {
    const of = `${session} ${generation}`;
    if (of === this.of) return;
    this.of = of;
    for (const rows of Object.values(this.rows)) rows.clear();
  }

  row(list: List, index: number): HistoryRow | undefined {
    return this.rows[list].get(index);
  }

  take(list: List, { start, rows }: HistoryRowsResponse): void {
    const store = this.rows[list];
    rows.forEach((row, i) => {
      if (row) store.set(start + i, row);
    });
    for (const oldest of store.keys()) {
      if (store.size <= KEPT) break;
      store.delete(oldest);
    }
  }

  /** What to ask for so that rows first … end − 1 of a list of `total` are known; nothing if they are. */
  wanted(list: List, first: number, end: number, total: number): HistoryRowsArguments | undefined {
    const missing = (index: number): boolean => !this.rows[list].has(index);
    const inSight = range(Math.max(0, first), Math.min(total, end)).filter(missing);
    if (inSight.length === 0) return undefined;
    const wide = range(Math.max(0, first - AHEAD), Math.min(total, end + AHEAD)).filter(missing);
    const start = wide[0] ?? 0;
    return { list, start, count: (wide[wide.length - 1] ?? start) - start + 1 };
  }

  all(list: List): [number, HistoryRow][] {
    return [...this.rows[list]].sort(([a], [b]) => a - b);
  }
}

const range = (first: number, end: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil(end) - Math.floor(first)) }, (_, i) => Math.floor(first) + i);
