/** What the MMU asks of a scheme's hardware walker. Every scheme has one; the MMU knows no other side of it. */
import { asPfn, type Pfn, type Vpn } from '../core/addresses';
import type { Stateful, TypedArray } from '../core/state';
import type { PhysicalMemory } from '../memory/physicalMemory';
import type { AssociativeCache } from './associativeCache';
import type { Access } from './rights';

export const enum WalkStatus {
  Mapped,
  NotPresent,
  Reserved,
  Rights,
}

/** The result of the last walk; one object for a walker's life, so that a walk allocates nothing. */
export interface WalkResult {
  status: WalkStatus;
  /** Frame of the 4 KiB page, also inside a huge page. */
  pfn: Pfn;
  pageSize: number;
  /** Rights combined over the path and the leaf's D and G, as TlbFlag. */
  flags: number;
  /** Entries read by the walk that decided. */
  references: number;
  cycles: number;
  /** Level of the last entry that was read; where a walker has `paths`, the index of one that ends with what was read. */
  level: number;
}

export const noWalkYet = (): WalkResult => ({
  status: WalkStatus.NotPresent,
  pfn: asPfn(0),
  pageSize: 0,
  flags: 0,
  references: 0,
  cycles: 0,
  level: 0,
});

export interface CachedRange {
  vpn: Vpn;
  pages: number;
  /** About the whole entry. */
  text: string;
  about(vpn: Vpn): string;
}

/** What a walk through a tree needs that changes nothing and ends at a page of 4 KiB; entries are of eight bytes. */
export interface TreeWalk {
  /** Root's first. */
  readonly levels: readonly {
    /** The page number, shifted right by `shift`, is the tag in the level's walk cache; its low bits the index in a table. */
    readonly shift: number;
    readonly indexMask: number;
    /** Asked with LRU; the last level has none, nor has one that is in registers. */
    readonly cache: AssociativeCache | null;
  }[];
  /** Walks that start above this level take an entry from a register. */
  readonly first: number;
  /** In the high word of each entry. */
  readonly reservedHigh: number;
  readonly memory: PhysicalMemory;
}

/** What a processor keeps of a root in registers (PAE): loaded with CR3, asked by every walk. */
export interface KeptRoot {
  /** What a load from there would be refused for, in words; `undefined` if it would not. */
  refusal(root: Pfn): string | undefined;
  /** Loads the registers. What memory has there must not be refused. */
  fill(root: Pfn): void;
  entry(index: number): { low: number; high: number };
  readonly count: number;
}

export interface Walker extends Stateful<readonly TypedArray[]> {
  readonly result: WalkResult;
  /** Absent or `null`: every walk is the walker's. */
  readonly treeWalk?: TreeWalk | null;
  /** Levels that a walk may read one after the other, root first; absent: those of the format in their order. */
  readonly paths?: readonly (readonly number[])[];
  /** False: a walk is no path through levels, and the walker itself counts its references by level. Absent: true. */
  readonly isTree?: boolean;
  /** True: no instruction drops anything of the walk caches. */
  readonly keepsWalkCaches?: boolean;
  /** Model-specific registers that it walks from. */
  wrmsr?(register: number, value: number): void;
  rdmsr?(register: number): number | undefined;
  /** What an entry of a walk cache knows, where that is more than a table: first page, pages, and words about one of them. */
  cached?(cache: number, entry: number): CachedRange;
  /** Present where the root's entries are in registers: the MMU loads them. Part of what the walker saves. */
  readonly keptRoot?: KeptRoot | null;
  /** Root's first. The MMU drops their entries as instructions say. */
  readonly walkCaches: readonly AssociativeCache[];
  /** Of a guest's walker: what it knows of the host's tables. Nothing that the guest executes drops it; `invept` does, with the rest. */
  readonly hostCaches?: readonly AssociativeCache[];
  invept?(): void;
  /**
   * Translates a page, setting A bits, and D for a permitted write. Counts what walk caches answered and
   * what an abandoned walk cost; the walk itself, and of what kind it was, is for the translator to count. On a fault neither
   * memory nor walk caches are changed.
   */
  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus;
  /** Walks again from the root, without walk caches, to set D for a write through a clean TLB entry. */
  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus;
}

/** What a walker without caches and registers has to save: nothing. */
export abstract class StatelessWalker {
  save(): readonly TypedArray[] {
    return [];
  }
  load(): void {
    // There is nothing to restore,
  }
  hash(): void {
    // and nothing that could differ.
  }
}
