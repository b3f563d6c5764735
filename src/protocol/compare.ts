/** The same program on several schemes, at the same place of it: numbers, and the picture of the access. */
import type { WalkPicture } from './walk';

export type MeasureUnit = 'count' | 'bytes' | 'cycles' | 'ratio';

/** One number of each run. */
export interface ComparedRow {
  /** Path in the statistics, or the name of what is derived from them. Stable. */
  id: string;
  group: string;
  title: string;
  unit: MeasureUnit;
  /** One a run, in their order; null where the run has no such number. */
  values: (number | null)[];
  /** The runs do not all have the same number. */
  differs: boolean;
  /** They differ in what a program sees: the schemes did not do the same thing. */
  disagrees: boolean;
}

export interface CompareArguments {
  /** Schemes to compare with the session's own; absent: those of before, at first those of the launch. */
  schemes?: string[];
}

export interface CompareResponse {
  /** `superseded`: a later question came, which is answered instead. `cancelled`: a person did not want to wait. */
  outcome: 'complete' | 'superseded' | 'cancelled';
  /** Of the session: its tick, and what that does. */
  tick: number;
  title: string;
  /** The session's own scheme first. */
  columns: CompareColumn[];
  /** Numbers behind the tick; one value for each column. */
  rows: ComparedRow[];
  /** In what the schemes do not agree, a sentence each. */
  disagreements: string[];
  /** The session has been edited; what is compared is the program as it is written. */
  edited: boolean;
}

export interface CompareColumn {
  scheme: string;
  /**
   * `here`: behind the same place of the program. `elsewhere`: it does not come to this place; where it stands is the first
   * place behind it. `refused`: it cannot run the program. `waiting`: it has not got there yet.
   */
  state: 'here' | 'elsewhere' | 'refused' | 'waiting';
  /** Why it was refused, or where else it is. */
  reason?: string;
  tick?: number;
  /** The access of the tick, walked to its end. */
  picture?: WalkPicture;
  access?: ComparedAccess;
}

/** What an access came to. */
export interface ComparedAccess {
  /** Kinds of the faults that were served, in order: `minor`, `cow`. */
  faults: string[];
  references: number;
  cycles: number;
  /** `4K`, if it was translated. */
  pageSize?: string;
  physical?: string;
  /** `L1D TLB`, `walk` */
  from?: string;
}

/** Body of `ptscope/compareProgress`: a run is on its way to the session's place. */
export interface CompareProgress {
  scheme: string;
  text: string;
  /** Share of the way, 0 to 1, where it is known. */
  done?: number;
}
