/** What the History view shows: the ticks of the tape so far, their faults, and where the run has stopped. */
import type { Moment } from './requests';
import type { PinInfo } from './statistics';

/** `ptscope/history`: what there is to list, without the rows. */
export interface HistoryResponse {
  moment: Moment;
  /** How many ticks the tape has so far, and how many page faults are in them. */
  ticks: number;
  faults: number;
  /** Page faults before the cursor: the number of the next one. */
  faultsBefore: number;
  /** Oldest moment first; of many, the last ones. */
  stops: HistoryStop[];
  pin?: PinInfo;
  /** Changes when what is known of earlier ticks is no longer true: a person has changed something there. */
  generation: number;
}

/** A stop that happened. */
export interface HistoryStop extends Moment {
  /** Why: `page fault: minor, anonymous, write to 0x5555_5540_0000 (heap+0x0)`. */
  text: string;
}

/** `ptscope/historyRows`: some rows of one of two lists. */
export interface HistoryRowsArguments {
  /** One row a tick, or one a page fault, in the tape's order. */
  list: 'ticks' | 'faults';
  /** The first row wanted: a tick, or the number of a fault, from 0. */
  start: number;
  count: number;
}
export interface HistoryRowsResponse {
  start: number;
  /** Null where a row is not known yet: ask again in a moment. */
  rows: (HistoryRow | null)[];
  /** False while rows are still being looked for. */
  complete: boolean;
}

export interface HistoryRow {
  tick: number;
  /** In the scenario's words: `write heap+0x10`. */
  title: string;
  /** What it did to the TLBs, if it made an access: found the page, or had to walk. */
  tlb?: 'hit' | 'miss';
  /** Table entries that its walks read. */
  references?: number;
  /** All of the tick's page faults; of a row that stands for a fault, that one. */
  faults: HistoryFault[];
  /** An `expect` that did not hold. */
  failed?: true;
}

export interface HistoryFault {
  /** `minor`, `cow`, …; of a fatal one the signal. */
  kind: string;
  /** What the kernel said: `anonymous`. */
  text: string;
  /** Where in the tick to stand: inside the handler, before anything has changed. */
  event: number;
}
