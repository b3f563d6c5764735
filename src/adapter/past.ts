/** What a session knows of its own past beside the tape: where it has stopped, which moment is pinned, what was looked at. */
import type { HistoryResponse, HistoryStop } from '../protocol/history';
import { isLater } from '../timeline/edits';
import type { Timeline } from '../timeline/timeline';
import { faultsIn } from './history/faultSearch';
import { History } from './history/history';
import { isBehind, type Pin, pinHere } from './pin';

/** Stops that are kept, and told of: the latest ones. */
const STOPS = 300;

export class Past {
  readonly history: History;
  #stops: HistoryStop[] = [];
  #pin: Pin | undefined;
  #generation = 0;

  constructor(
    private readonly timeline: Timeline,
    private readonly title: () => string,
  ) {
    this.history = new History(timeline);
  }

  get pin(): Pin | undefined {
    return this.#pin;
  }

  pinTo(pin: 'here' | 'none'): void {
    this.#pin = pin === 'here' ? pinHere(this.timeline, this.title()) : undefined;
  }

  /** A breakpoint or a fault has stopped the run at the cursor. */
  stopped(text: string): void {
    const { tick, event } = this.timeline.moment;
    const others = this.#stops.filter((stop) => stop.tick !== tick || stop.event !== event);
    this.#stops = [...others, { tick, event, text }].slice(-STOPS);
  }

  /** What follows the start of a tick is no longer what it was. */
  dropAfter(tick: number): void {
    this.#generation++;
    this.history.dropAfter(tick);
    this.#stops = this.#stops.filter((stop) => !isLater(stop, { tick, event: 0 }));
    if (this.#pin !== undefined && isBehind(this.#pin, tick)) this.#pin = undefined;
  }

  overview(): HistoryResponse {
    const { timeline, history } = this;
    return {
      moment: timeline.moment,
      ticks: timeline.known,
      faults: history.faults,
      faultsBefore: faultsIn(timeline.run.machine.probe.counters),
      stops: this.#stops.toSorted((a, b) => a.tick - b.tick || a.event - b.event),
      pin: this.#pin?.info,
      generation: this.#generation,
    };
  }
}
