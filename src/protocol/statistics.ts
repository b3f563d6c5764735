/** What the Statistics view shows. Everything is plain data; the view draws it and decides nothing. */
import type { Moment } from './requests';

/** `ptscope/statistics`. */
export interface StatisticsArguments {
  /** The version of the plots that the client has: if they are still the same they are left out of the answer. */
  known?: number;
}
export interface StatisticsResponse {
  moment: Moment;
  /** How many ticks the tape has so far: plots go from 0 to here. */
  ticks: number;
  /** What the run is on: `radix`, `ecpt`. */
  scheme: string;
  /** What is compared with, if a moment is pinned. */
  pin?: PinInfo;
  version: number;
  /** Absent if `known` is this version. */
  plots?: PlotSet;
  counters: CounterGroup[];
  kernelWork: WorkFrame;
}

/** A moment that a person has pinned, to compare others with it. */
export interface PinInfo extends Moment {
  title: string;
}

export interface PlotSet {
  /** The moments of all values: starts of ticks, ascending. */
  ticks: number[];
  plots: Plot[];
}

/** `share`: 0 to 1. `perWalk`: of something that is counted once a walk, such as references. */
export type PlotUnit = 'share' | 'count' | 'bytes' | 'cycles' | 'references' | 'instructions';

export interface Plot {
  /** Stable: `misses`, `latency`, `faults`, … */
  id: string;
  title: string;
  /** What the values are, in a sentence: it stands below the title. */
  explanation: string;
  unit: PlotUnit;
  /** Lines over each other, or areas on top of each other that add up. */
  shape: 'lines' | 'stack';
  series: PlotSeries[];
}

export interface PlotSeries {
  name: string;
  /** One for each tick; null where there is none, as of a rate where nothing was looked up. */
  values: (number | null)[];
}

/** Counters that belong together: `tlb`, `faults`. Their names are those of the expression language, below `stats`. */
export interface CounterGroup {
  name: string;
  rows: CounterRow[];
}
export interface CounterRow {
  /** What a watch expression takes: `stats.tlb.stlb.misses`. */
  path: string;
  now: number;
  /** At the pinned moment. */
  then?: number;
}

/** A rectangle of the flame graph: a class of work, a group of functions, a function. */
export interface WorkFrame {
  name: string;
  /** Instructions, those of its children included. */
  value: number;
  /** At the pinned moment. */
  then?: number;
  children: WorkFrame[];
}

/** `ptscope/pin`: pins the cursor's moment, or lets go of the pinned one. */
export interface PinArguments {
  pin: 'here' | 'none';
}
export interface PinResponse {
  pin?: PinInfo;
}
