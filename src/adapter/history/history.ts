/**
 * The rows of the History view. They are made when somebody looks: an excursion goes over the ticks that are wanted and
 * reads their events, in slices beside all other requests. What was looked at lately is kept, so that a step costs one row.
 *
 * An answer comes at once with what is known; the rest is there a moment later, for whoever asks again.
 */
import type { HistoryRow, HistoryRowsArguments, HistoryRowsResponse } from '../../protocol/history';
import type { Timeline, Visitor } from '../../timeline/timeline';
import { faultsIn, listFaults, seekFault, tickBefore } from './faultSearch';
import { rowOf } from './row';

type List = HistoryRowsArguments['list'];

/** Rows of a list that are kept: the latest ones that were looked at. */
const KEPT = 4000;
const MOST_ROWS = 500;

export class History {
  readonly #kept: Readonly<Record<List, Map<number, HistoryRow>>> = { ticks: new Map(), faults: new Map() };
  /** What is being looked for. A new search ends the one before. */
  #search: { of: string; done: Promise<void> } | undefined;

  constructor(private readonly timeline: Timeline) {}

  /** Faults in the ticks of the tape so far. */
  get faults(): number {
    const last = this.timeline.series.points().at(-1);
    return last === undefined ? 0 : faultsIn(last.reading);
  }

  /** What follows the start of a tick is no longer what it was. */
  dropAfter(tick: number): void {
    this.#search = undefined;
    for (const kept of Object.values(this.#kept)) for (const [key, row] of kept) if (row.tick >= tick) kept.delete(key);
  }

  /** Some rows, those of them that are known or become known before `patience` resolves. */
  async rows({ list, start, count }: HistoryRowsArguments, patience: Promise<void>): Promise<HistoryRowsResponse> {
    this.#takeCursor();
    const all = list === 'ticks' ? this.timeline.known : this.faults;
    const first = Math.max(0, Math.min(Math.floor(start), all));
    const end = Math.min(all, first + Math.min(Math.max(0, count), MOST_ROWS));
    if (this.#missing(list, first, end) !== undefined) await Promise.race([this.#look(list, first, end), patience]);
    const rows = range(first, end).map((i) => this.#kept[list].get(i) ?? null);
    return { start: first, rows, complete: !rows.includes(null) };
  }

  /** The cursor's own tick is known from its events. */
  #takeCursor(): void {
    const { moment, events, atEnd } = this.timeline;
    if (!atEnd) this.#keep('ticks', moment.tick, rowOf(events, moment.tick));
  }

  #keep(list: List, key: number, row: HistoryRow): void {
    const kept = this.#kept[list];
    kept.delete(key);
    kept.set(key, row);
    if (kept.size > KEPT) for (const oldest of kept.keys()) return void kept.delete(oldest);
  }

  #missing(list: List, first: number, end: number): { first: number; end: number } | undefined {
    const missing = range(first, end).filter((i) => !this.#kept[list].has(i));
    return missing.length === 0 ? undefined : { first: missing[0], end: missing[missing.length - 1] + 1 };
  }

  /** Resolves when all rows are known, or when nobody looks for them any more. */
  #look(list: List, first: number, end: number): Promise<void> {
    const of = `${list} ${first} ${end}`;
    if (this.#search?.of === of) return this.#search.done;
    const missing = this.#missing(list, first, end);
    if (missing === undefined) return Promise.resolve();
    const search = { of, done: Promise.resolve() };
    this.#search = search;
    const wanted =
      (visitor: Visitor): Visitor =>
      (past) =>
        this.#search === search && visitor(past);
    const looking = list === 'ticks' ? this.#lookAtTicks(missing, wanted) : this.#lookAtFaults(missing, wanted);
    search.done = looking.finally(() => {
      if (this.#search === search) this.#search = undefined;
    });
    return search.done;
  }

  async #lookAtTicks({ first, end }: Span, wanted: Wanted): Promise<void> {
    await this.timeline.visit(
      first,
      wanted((past) => {
        const { tick } = past.run;
        this.#keep('ticks', tick, rowOf(past.record(), tick));
        return tick + 1 < end;
      }),
    );
  }

  async #lookAtFaults({ first, end }: Span, wanted: Wanted): Promise<void> {
    const { timeline } = this;
    let at: number | undefined;
    const from = tickBefore(timeline.series.points(), first);
    await timeline.visit(from, wanted(seekFault(first, timeline.known, (tick) => (at = tick))));
    if (at === undefined) return;
    await timeline.visit(at, wanted(listFaults(end, timeline.known, (fault, row) => this.#keep('faults', fault, row))));
  }
}

interface Span {
  first: number;
  end: number;
}
type Wanted = (visitor: Visitor) => Visitor;

const range = (first: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
