/**
 * What views may ask of a scheme: its tables and its walk as plain nodes, decoded from memory, without side effects.
 * Nothing here sets an accessed bit, fills a cache or counts anything.
 */
import type { Pfn, Vpn } from '../core/addresses';
import type { ProbeOutcome } from '../core/events';
import type { PagingFormat } from './format';
import type { MapCounts, MapStretch } from './map/counts';

/** One field of an entry, decoded. */
export interface EntryFieldNode {
  name: string;
  highBit: number;
  lowBit: number;
  value: bigint;
  meaning: string;
}

/** One entry of a table, decoded. */
export interface EntryNode {
  level: number;
  levelName: string;
  table: Pfn;
  index: number;
  /** Physical address of the entry. */
  address: number;
  raw: bigint;
  present: boolean;
  /** Maps a page (of whatever size). */
  leaf: boolean;
  /** Names of the flags that are set, most telling first: `P RW US A D`. */
  flags: string;
  /** Frame that the entry points to: a table, or the first frame of the page. */
  frame: Pfn;
  /** Page-size code of a leaf (LEAF_SIZE_NAMES). */
  pageSize: number;
  /** Level of the table that the entry points to, if it is present and no leaf. */
  childLevel: number;
  /** `table at 0x1a2000`, `page frame 0x1a3 (4K)`, `not present` */
  meaning: string;
  /** Of a walk of hashed tables: the probe that read it. */
  probe?: ProbeOutcome;
  /** Of a walk: the register that has it (`PDPTE2`). No memory is read for it. */
  register?: string;
}

/** One table of hashed entries: a way, or what it is being resized to. */
export interface HashedTable {
  /** `PTE way 1`; names it below its address space. */
  name: string;
  level: number;
  way: number;
  /** First frame. */
  table: Pfn;
  slots: number;
  slotBytes: number;
  /** Slots that look-ups find something in. */
  occupied: number;
  /** Slots from this one on count: those below have moved. */
  firstSlot: number;
  /** A few words: `grows: 48 of 64 slots have moved`. */
  note: string;
}

/** Entries of a slot that map something, first page and place of each. */
export interface HashedSlot {
  slot: number;
  /** The first page that the slot's entries are for. */
  vpn: Vpn;
  /** `tag 0xffffef40, 3 entries` */
  note: string;
  entries: readonly { vpn: Vpn; entry: EntryNode }[];
}

/** The second dimension of a walk in a guest: where the host has one guest-physical frame. */
export interface HostWalkNode {
  /** Which of the guest's steps it is for; as many as there are steps: the page itself. */
  step: number;
  gfn: Pfn;
  /** The host's entries. */
  steps: readonly EntryNode[];
  /** `violation`: the guest would be left. */
  outcome: 'mapped' | 'violation' | 'misconfigured';
  pfn?: Pfn;
  pageSize?: number;
}

export interface WalkNode {
  steps: readonly EntryNode[];
  outcome: 'mapped' | 'notPresent' | 'reserved' | 'notCanonical';
  /** Frame of the page, as software numbers frames. */
  pfn?: Pfn;
  /** In a guest: what the host's tables say of each address on the way, as far as a walk comes; made when asked for. */
  host?: readonly HostWalkNode[];
  pageSize?: number;
  /** Rights combined over the path. */
  write: boolean;
  user: boolean;
  exec: boolean;
}

/** One leaf on one path to it: what maps a page, of whatever size. */
export interface LeafNode {
  vpn: Vpn;
  /** 4 KiB pages that it maps. */
  pages: number;
  entry: EntryNode;
  /** Rights combined over the path. */
  write: boolean;
  user: boolean;
  exec: boolean;
  /** How many paths lead from the root to its table. Counted only if shared tables are listed once; else 1. */
  paths: number;
}

export interface LeafOptions {
  /** Tables are a graph: one that several entries point to is listed under `each`, or `once`, where it comes first. */
  shared: 'each' | 'once';
  /** True: reserved bits are not looked at, as QEMU's monitor does not. Else such an entry maps nothing. */
  ignoreReserved?: boolean;
}

export interface CensusOptions extends Pick<LeafOptions, 'ignoreReserved'> {
  /** Entries are counted too. */
  entries?: boolean;
}

/** What a root leads to, counted without going a path twice: also for tables with more paths than one could walk. */
export interface TableCensus {
  /** Distinct tables, by level. */
  tables: number[];
  /** Leaves along all paths, by page-size code. */
  leaves: number[];
  /** Of these, the ones that user mode may use. */
  userLeaves: number;
  /** Entries of these tables that are not zero, by level of the tables; only if asked for. */
  entries?: number[];
}

/** Tables of one level, or one size of page, of an address space. */
export interface LevelTables {
  name: string;
  count: number;
  bytes: number;
}

/** A run of pages that map consecutively with equal rights. */
export interface MappingRun {
  vpn: Vpn;
  pages: number;
  pfn: Pfn;
  /** Page-size code of every page of the run. */
  pageSize: number;
  /** Rights combined over the path, and the leaf's flags. */
  write: boolean;
  user: boolean;
  exec: boolean;
  flags: string;
  /** As of a leaf. */
  paths: number;
}

/** Entries that a walk reads in its own tables: those that it has in registers are none. */
export const readsOf = ({ steps }: Pick<WalkNode, 'steps'>): number =>
  steps.reduce((sum, { register }) => sum + (register === undefined ? 1 : 0), 0);

/** Where the host has the page that a walk in a guest has found. */
export const pageBelow = ({ steps, host }: Pick<WalkNode, 'steps' | 'host'>): HostWalkNode | undefined =>
  host?.find(({ step }) => step === steps.length);

/**
 * Where a walk finds a root's entries that processors keep in registers: the hardware in the running CPU's, where it has that
 * root loaded; software in memory. Without such a root they find the same.
 */
export type RootSource = 'hardware' | 'memory';

/** What decides of the running CPU what a walk finds. */
export interface HardwareNow {
  /** Bits of the high word of entries that are reserved. */
  reservedHigh(): number;
  /** The root's entry in a register; `undefined` where the CPU has another root loaded, or no such registers. */
  keptRootEntry(root: Pfn, index: number): { low: number; high: number } | undefined;
}

export interface Inspector {
  readonly format: PagingFormat;
  /** Where a root's table lies, and of which level it is. Everything else takes roots as CR3 has them. */
  rootTable(root: Pfn): { table: Pfn; level: number };
  /** The hardware's walk of `vpn` from the root, without its caches. */
  walk(root: Pfn, vpn: Vpn, source?: RootSource): WalkNode;
  entry(table: Pfn, level: number, index: number): EntryNode;
  /** A value as an entry of a place, whatever is there now: for entries that were read or written earlier. */
  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode;
  fields(entry: EntryNode): EntryFieldNode[];
  /** Indices of the entries of a table that are not zero, ascending. */
  used(table: Pfn, level: number): number[];
  /** How many these are. */
  fill(table: Pfn, level: number): number;
  /** Present mappings in ascending order, leaf by leaf, or with equal neighbours coalesced. */
  mappings(root: Pfn, options: { coalesce: boolean; shared?: LeafOptions['shared'] }): Iterable<MappingRun>;
  /** The leaves in ascending order of address. */
  leaves(root: Pfn, options: LeafOptions): Iterable<LeafNode>;
  /** Whose tables translate a page in an address space: the kernel's own, where they are apart. */
  rootOf?(root: Pfn, vpn: Vpn): Pfn;
  /** Of hashed tables, what a root has instead of a tree; and what is in the slots of one, in their order: all, or from one up to but not including another. */
  tables?(root: Pfn): HashedTable[];
  slots?(table: HashedTable, range?: { from: number; to: number }): Iterable<HashedSlot>;
  census(root: Pfn, options?: CensusOptions): TableCensus;
  /** What tables an address space has, root's level first; leaf tables are counted without looking at them. */
  tablesByLevel(root: Pfn): LevelTables[];
  /**
   * What is mapped in a stretch, cell by cell, as programs see it. Answers at once whatever is mapped: what could not be
   * looked at yet is told as unknown, and asking again goes on. `atOnce`: entries to look at, for tests.
   */
  summarise(root: Pfn, stretch: MapStretch, atOnce?: number): MapCounts;
}
