/** Parameters and results of the custom DAP requests. Everything is plain JSON; addresses are `0x…` strings. */
import type { StepUnit } from './launch';
import type { HistoryResponse, HistoryRowsArguments, HistoryRowsResponse } from './history';
import type { PinArguments, PinResponse, StatisticsArguments, StatisticsResponse } from './statistics';
import type { CompareArguments, CompareResponse } from './compare';
import type { MapArguments, MapPlaceArguments, MapPlaceResponse, MapResponse } from './map';
import type { WalkPicture, WalkPlace } from './walk';

/**
 * A place on the tape: the state of the machine inside tick `tick`, when its event `event` has just been reported.
 * Event 0 is the start of the tick, before anything has happened in it.
 */
export interface Moment {
  tick: number;
  event: number;
}

/** Answer of `ptscope/moment`, and body of the `ptscope/moment` event that follows every move of the cursor. */
export interface MomentInfo extends Moment {
  /** How many events the tick has. */
  events: number;
  /** What the tick does, e.g. `write heap+0x0`. */
  title: string;
  /** `sourceReference` of the tick's listing; event e is its line e + 1. */
  listing: number;
  /** Hash of the whole machine state, program and counters: equal for equal states. Present in the answer alone. */
  stateHash?: string;
  canStepBack: boolean;
  /** False once the program has ended. */
  running: boolean;
}

export interface SeekArguments extends Moment {}

/**
 * `ptscope/travel`: to the previous or the next moment at which something happened to a place. A `stopped` event follows;
 * where there is no such moment, the cursor has not moved, and an output says so.
 */
export interface TravelArguments {
  /** `change`: the entry is written, by whomever. `fault`: a page fault at an address. */
  what: 'change' | 'fault';
  direction: 'previous' | 'next';
  /**
   * A data id, or an expression: an entry, or an address, which stands for its page and the entry that maps it. Absent: the
   * entry that the cursor's event reads or writes, else the page that the Walk view is about.
   */
  target?: string;
}
export interface TravelResponse {
  /** What is looked for, e.g. `the previous change of PTE of heap+0x1000`. */
  sought: string;
}

/** `ptscope/walk`: the picture of the current access, or of a side-effect-free walk of `address` if given. */
export interface WalkArguments {
  /** An expression of the scenario language, e.g. `heap+0x1000` or `0x7fff12345678`. */
  address?: string;
}
export interface WalkResponse {
  picture: WalkPicture | undefined;
  /** Where nothing has been accessed yet. */
  place?: WalkPlace;
}

export type TreeId = 'pageTables' | 'caches' | 'objects' | 'processes';

export interface TreeArguments {
  tree: TreeId;
  /** Absent: the roots. */
  parent?: string;
  start?: number;
  count?: number;
}
export interface TreeResponse {
  nodes: TreeNode[];
  /** Children in all; more than `nodes.length` if the answer was paged. */
  total: number;
}

/** `ptscope/treePath`: the rows from a root of *Page Tables* down to what maps an address, so that it can be revealed. */
export interface TreePathArguments {
  /** Id of an address space; absent: the one that runs. */
  space?: number;
  /** `0x…` */
  address: string;
}
export interface TreePathResponse {
  /** Root first; each with its number among its parent's children. */
  path: { id: string; index: number }[];
}

/** What a row of a tree is. `call`, `iterator`, `object`, `field` are of *Translation Objects*; `area` of *Processes*. */
export type TreeNodeKind =
  | 'process'
  | 'table'
  | 'leaf'
  | 'run'
  | 'structure'
  | 'entry'
  | 'message'
  | 'call'
  | 'iterator'
  | 'object'
  | 'area'
  | 'field';

/** One row of a tree view. */
export interface TreeNode {
  /** Stable for the whole session: the same table keeps its id over stops, so that the tree keeps what is unfolded. */
  id: string;
  label: string;
  description?: string;
  tooltip?: string;
  hasChildren: boolean;
  /** At most so many rows are below, where that is known without making them. */
  size?: number;
  /** A codicon id. */
  icon?: string;
  /** What the row is, for menus and tests. */
  kind: TreeNodeKind;
  /** Virtual address that the row maps or caches first. */
  address?: string;
  /** Canonical memory reference, e.g. `pa:0x1a2000`. */
  memoryReference?: string;
  /** The entries that the row shows, as data that can be watched: `entry:pa:0x1a2008`. */
  dataId?: string;
  /** The virtual addresses that the row maps, as data that can be watched: `va:1:0x555555400000+4096`. */
  range?: string;
  /** Id of the address space that the row is of. */
  space?: number;
  /** True if this row is on the path of the current access. */
  current?: boolean;
  /** True if this row changed in the current tick. */
  changed?: boolean;
  /** True if this row, or something below it, is not what it was at the pinned moment. */
  changedSincePin?: boolean;
}

/** `ptscope/translate`: what hovers and inline values show. */
export interface TranslateArguments {
  expression: string;
}
export interface TranslateResponse {
  text: string;
}

/** `ptscope/effects`: what the statement before the cursor did, and the one in which it is, for the ends of their lines. */
export interface EffectsResponse {
  /** At most two; none of statements that did nothing worth a word. `line` counts from 0. */
  effects: { path: string; line: number; text: string }[];
}

/** `ptscope/numberFormat`: how numbers appear in variables from now on; VS Code itself never sends a value format. */
export interface NumberFormatArguments {
  hex: boolean | 'toggle';
}
export interface NumberFormatResponse {
  /** True if addresses and entries appear in hexadecimal from now on. */
  hex: boolean;
}

/** `ptscope/stepUnit`: what Step Over and Step Back take for one step from now on; the setting changed while a session runs. */
export interface StepUnitArguments {
  stepOver: StepUnit;
}
export interface StepUnitResponse {
  stepOver: StepUnit;
}

/** `ptscope/reverseStepIn` and `ptscope/reverseStepOut`; a `stopped` event follows, as after every step. */
export interface ReverseStepArguments {
  threadId: number;
}

/**
 * Every custom request with its arguments and its answer, by name (names.ts, REQUESTS). VS Code leaves out arguments
 * that are an empty object: an adapter must take absent arguments for `{}`.
 */
export interface CustomRequests {
  'ptscope/walk': { arguments: WalkArguments; response: WalkResponse };
  'ptscope/tree': { arguments: TreeArguments; response: TreeResponse };
  'ptscope/moment': { arguments: Record<string, never>; response: MomentInfo };
  'ptscope/seek': { arguments: SeekArguments; response: void };
  'ptscope/travel': { arguments: TravelArguments; response: TravelResponse };
  'ptscope/map': { arguments: MapArguments; response: MapResponse };
  'ptscope/mapPlace': { arguments: MapPlaceArguments; response: MapPlaceResponse };
  'ptscope/treePath': { arguments: TreePathArguments; response: TreePathResponse };
  'ptscope/compare': { arguments: CompareArguments; response: CompareResponse };
  'ptscope/cancelCompare': { arguments: Record<string, never>; response: void };
  'ptscope/reverseStepIn': { arguments: ReverseStepArguments; response: void };
  'ptscope/reverseStepOut': { arguments: ReverseStepArguments; response: void };
  'ptscope/translate': { arguments: TranslateArguments; response: TranslateResponse };
  'ptscope/stepUnit': { arguments: StepUnitArguments; response: StepUnitResponse };
  'ptscope/effects': { arguments: Record<string, never>; response: EffectsResponse };
  'ptscope/statistics': { arguments: StatisticsArguments; response: StatisticsResponse };
  'ptscope/pin': { arguments: PinArguments; response: PinResponse };
  'ptscope/history': { arguments: Record<string, never>; response: HistoryResponse };
  'ptscope/historyRows': { arguments: HistoryRowsArguments; response: HistoryRowsResponse };
  'ptscope/numberFormat': { arguments: NumberFormatArguments; response: NumberFormatResponse };
}
