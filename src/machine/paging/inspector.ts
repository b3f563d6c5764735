/**
 * What views may ask of a scheme: its tables and its walk as plain nodes, decoded from memory, without side effects.
 * Nothing here sets an accessed bit, fills a cache or counts anything.
 */
import type { Pfn, Vpn } from '../core/addresses';
import type { PagingFormat } from './format';

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
  /** Page-size code of a leaf. */
  pageSize: number;
  /** `table at 0x1a2000`, `page frame 0x1a3 (4K)`, `not present` */
  meaning: string;
}

export interface WalkNode {
  steps: readonly EntryNode[];
  outcome: 'mapped' | 'notPresent' | 'reserved' | 'notCanonical';
  pfn?: Pfn;
  pageSize?: number;
  /** Rights combined over the path. */
  write: boolean;
  user: boolean;
  exec: boolean;
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
}

export interface Inspector {
  readonly format: PagingFormat;
  /** The hardware's walk of `vpn`, read from memory, from the root. */
  walk(root: Pfn, vpn: Vpn): WalkNode;
  entry(table: Pfn, level: number, index: number): EntryNode;
  /** A value as an entry of a place, whatever is there now: for entries that were read or written earlier. */
  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode;
  fields(entry: EntryNode): EntryFieldNode[];
  /** Indices of the entries of a table that are not zero, ascending. */
  used(table: Pfn, level: number): number[];
  /** Present mappings in ascending order, leaf by leaf, or with equal neighbours coalesced. */
  mappings(root: Pfn, options: { coalesce: boolean }): Iterable<MappingRun>;
}
