/**
 * Work on a range in the middle: plain immutable records. Each step is bounded and is a tick of its own, so that however
 * large the range, the run can be paused, recorded and sought into.
 */
import type { Vpn } from '../../core/addresses';
import type { Tdb } from '../../emt/driver';
import type { TobjIterator } from '../../emt/iterator';
import type { KernelError } from '../core';
import type { Batch } from '../mappings';
import type { FlushOperation } from '../../core/flushOperations';
import type { Vma } from '../vma';

/** Objects that a step looks at, objects that it populates, and pages whose tables it looks through. */
export const OBJECTS_PER_STEP = 64;
export const OBJECTS_PER_POPULATE_STEP = 8;
export const PAGES_PER_TABLE_STEP = 262144;

interface InProcess {
  readonly pid: number;
}

/** Empties pieces of areas, then frees the tables that serve nothing else. */
export interface UnmapOperation extends InProcess {
  readonly kind: 'unmap';
  readonly reason: FlushOperation;
  /** Still to be emptied, first one first. */
  readonly pieces: readonly Vma[];
  /** All that the range held. */
  readonly areas: readonly Vma[];
  /** Whole range, and the nearest mappings around it: what tables may be freed. */
  readonly start: Vpn;
  readonly end: Vpn;
  readonly floor: Vpn;
  readonly ceiling: Vpn;
  readonly phase: 'pages' | 'tables' | 'upperTables';
  /** Tables stay if only the pages go (MADV_DONTNEED). */
  readonly keepTables: boolean;
  /** Next page of the phase. */
  readonly at: Vpn;
  readonly batch: Batch;
  /** The database itself goes too. */
  readonly exits: boolean;
}

export interface PopulateOperation extends InProcess {
  readonly kind: 'populate';
  readonly write: boolean;
  readonly at: Vpn;
  readonly end: Vpn;
}

/** Gives what is mapped in pieces of areas the rights that the areas have now. */
export interface ProtectOperation extends InProcess {
  readonly kind: 'protect';
  readonly pieces: readonly Vma[];
  readonly at: Vpn;
  readonly batch: Batch;
}

/** Moves what is mapped in a piece of an area; the place that it leaves is unmapped afterwards. */
export interface MoveOperation extends InProcess {
  readonly kind: 'move';
  readonly piece: Vma;
  /** What the call took out: the piece, and what was not moved with it. */
  readonly whole: readonly Vma[];
  readonly to: Vpn;
  readonly at: Vpn;
  readonly batch: Batch;
}

/** Copies the areas' translations from the parent (`pid`) to the child. */
export interface ForkOperation extends InProcess {
  readonly kind: 'fork';
  readonly child: number;
  readonly pieces: readonly Vma[];
  readonly at: Vpn;
  readonly batch: Batch;
}

/** Does something to every mapped object of pieces of areas, one by one. */
export interface ScanOperation extends InProcess {
  readonly kind: 'scan';
  readonly action: ScanAction;
  readonly pieces: readonly Vma[];
  /** Node to migrate to. */
  readonly node: number;
  readonly at: Vpn;
  readonly batch: Batch;
  /** Begins when the scan has ended. */
  readonly then: Operation | null;
}
export type ScanAction = 'demote' | 'free' | 'cold' | 'pageout' | 'willneed' | 'migrate';

/** Collapses aligned ranges into huge pages: of one range (`promote`), or of all processes (`khugepaged`). */
export interface CollapseOperation extends InProcess {
  readonly kind: 'collapse';
  readonly everywhere: boolean;
  readonly at: Vpn;
  readonly end: Vpn;
}

/** Frees pages until so many are free. */
export interface ReclaimOperation {
  readonly kind: 'reclaim';
  readonly target: number;
  readonly freed: number;
  /** Rounds of the clock's hand when it began. */
  readonly rounds: number;
}

/** Scans a range with a tobj iterator. */
export interface IterateOperation extends InProcess {
  readonly kind: 'iterate';
  readonly iterator: TobjIterator;
  /** Whose iterator it is, whatever the machine is configured to use. */
  readonly using?: 'default' | 'driver';
  /** Of the objects handed out, those where something is mapped. */
  readonly mapped: number;
}

/** Pins frames until only so many blocks of the order are free. */
export interface FragmentOperation {
  readonly kind: 'fragment';
  readonly order: number;
  readonly free: number;
}

/** Frees the page cache of a file that nobody maps any more and that has no name. */
export interface TruncateOperation {
  readonly kind: 'truncate';
  readonly file: number;
}

/** Splits or joins pages of the kernel's own mappings. */
export interface KernelPagesOperation {
  readonly kind: 'kernelPages';
  readonly action: 'promote' | 'demote';
  readonly tdb: Tdb;
  readonly at: Vpn;
  readonly end: Vpn;
}

/** Runs the thread that resizes, a batch a step. */
export interface RehashOperation {
  readonly kind: 'rehash';
  /** Batches still to be done. */
  readonly batches: number;
}

export type Operation =
  | UnmapOperation
  | PopulateOperation
  | ProtectOperation
  | MoveOperation
  | ForkOperation
  | ScanOperation
  | CollapseOperation
  | ReclaimOperation
  | IterateOperation
  | FragmentOperation
  | KernelPagesOperation
  | RehashOperation
  | TruncateOperation;

/** What a step leaves: more to do, nothing, or the reason why it cannot go on. */
export type Stepped =
  Operation | null | { readonly kind: 'failed'; readonly error: KernelError; readonly text: string };

export const failed = (error: KernelError, text: string): Stepped => ({ kind: 'failed', error, text });
