/**
 * The current access as a picture: plain data that the Walk view draws and decides nothing about.
 *
 * Everything that happened carries the `event` at which it did (its line in the tick's listing is event + 1), so that
 * the view can follow the cursor: an item whose event is greater than the cursor's has not happened yet.
 */

export interface WalkPicture {
  /** The cursor and the length of the tick. `event` is −1 if the picture is of a walk that is not on the tape. */
  cursor: { tick: number; event: number; events: number };
  access: AccessSummary;
  /** The scheme in the scenario's words: `radix`, `radix 5`. */
  scheme: string;
  /** The address split into its fields, most significant first; they cover all 64 bits. */
  fields: AddressField[];
  /** What TLBs and walk caches answered, in order of time. */
  lookups: CacheLookup[];
  /** The walks of this access: none on a TLB hit, two if a fault was served and the access retried. */
  walks: WalkAttempt[];
  fault?: FaultSummary;
  /** Chains of kicks that the kernel's inserts needed: absent if there were none. */
  kicks?: KickChain[];
  /** Absent while the translation is not known, or if the access failed. */
  result?: TranslationResult;
  /** Present where the cursor's tick makes no access: what is shown instead. */
  aside?: PictureAside;
}

/** What a picture is of that is not the access at the cursor. */
export interface PictureAside {
  /**
   * `work`: the page that kernel work is about, as the tables have it now; `lastAccess`: the access before, as it was then (the
   * picture's tick is its); `lastPage`: the page of that access as the tables have it now, where it is too far back.
   */
  kind: 'work' | 'lastAccess' | 'lastPage';
  /** What the cursor's tick does. */
  statement: string;
  /** `work`: the function that names the page, e.g. `addr_range_remove [radix]`. */
  doing?: string;
  /** `lastAccess`: how many ticks before the cursor's it was made. */
  ticksAgo?: number;
}

/** Where the cursor is while nothing has been accessed yet. */
export interface WalkPlace {
  /** What the cursor's tick does. */
  statement: string;
  scheme: string;
  /** Absent while there is no process. */
  process?: string;
  /** `PGD table at 0x100000` */
  root?: string;
}

export interface AccessSummary {
  /** `write heap+0x10` */
  title: string;
  kind: 'read' | 'write' | 'exec';
  address: string;
  sizeBytes: number;
  process: string;
  cpu: number;
  region?: string;
}

export interface AddressField {
  /** Level name (`PGD`), `offset`, or `sign` for the bits above the canonical width. */
  name: string;
  highBit: number;
  lowBit: number;
  /** Field value in decimal and binary of full width. */
  value: number;
  bits: string;
  /** Index into a walk's `levels`, for fields that index a table. */
  level?: number;
}

export interface CacheLookup {
  /** `L1D TLB 4K`, `STLB`, `PWC PMD` */
  structure: string;
  kind: 'tlb' | 'walkCache';
  /** The key that was looked up, e.g. `VPN 0x5555555400` */
  key: string;
  /** The lowest address bit that belongs to the key: 12 for a 4 KiB TLB, 21 for a cache of PMD entries. */
  keyLowBit?: number;
  set?: number;
  hit: boolean;
  /** What a hit said, e.g. `PFN 0x1a3` or `table at 0x1a2000`. */
  answer?: string;
  event: number;
}

export interface WalkAttempt {
  purpose: 'translate' | 'retry' | 'confirm' | 'dirty' | 'resume' | 'inspect';
  /** `CR3`, or the walk cache that let the walker skip levels. */
  startedFrom: string;
  /** Of a tree, what its walk reads level by level; of hashed tables its ways, or the probes if they go out one by one. */
  levels: WalkLevel[];
  /**
   * Of hashed tables. `together`: all levels that were read were read at once, and one of them has the page; `inTurn`: one after
   * the other, until one has it.
   */
  probes?: 'together' | 'inTurn';
  /** `exit`: the guest was left for its host in the middle of it. */
  outcome: 'mapped' | 'fault' | 'abandoned' | 'exit' | 'running';
  /** In both dimensions of a guest's walk. */
  references: number;
  /** In a guest: the second dimension. */
  grid?: NestedGrid;
  /** Why the guest was left. */
  exit?: ExitSummary;
  /** Until the walk had what it needed; absent if it is not known or not there yet. */
  cycles?: number;
  firstEvent: number;
  lastEvent: number;
}

/** Who took whose slot, from the newcomer to the empty one, in the order of the path. */
export interface KickChain {
  /** Of the tables: `PTE`. */
  level: string;
  /** Ways that the path may go through, with what they are resized to: `way 0`, `way 1 (new)`. */
  lanes: string[];
  steps: KickStep[];
  /** False if it found no empty slot: the last cluster has no place. */
  ended: boolean;
}

export interface KickStep {
  /** Tag of the cluster that comes. */
  cluster: string;
  /** Its first address. */
  address: string;
  /** Index into `lanes`, and the slot. */
  lane: number;
  slot: number;
  /** Tag of the one that was there and has to go on; absent where the slot was empty. */
  victim?: string;
  event: number;
}

export interface WalkLevel {
  /** `PGD`, `PUD+PMD` */
  name: string;
  /** What happened to this level: read; skipped because a walk cache knew the answer; not reached. */
  status: 'read' | 'skipped' | 'notReached';
  /** Physical address of the table, if known. */
  table?: string;
  /** That the entry was taken from, instead of memory: `PDPTE2`. */
  register?: string;
  slots: number;
  index: number;
  entry?: EntryPicture;
  /** Of a probe: whether it has the page. */
  matches?: boolean;
  /** Cycles that this reference was charged. */
  cycles?: number;
  /** The cache that had its line (`L2`, `DRAM`), where there are data caches. */
  foundIn?: string;
  event?: number;
}

/** A walk in a guest as a grid: the guest's levels downwards, the host's across. */
export interface NestedGrid {
  /** The host's levels, root first: the columns. */
  hostLevels: string[];
  /** One for each of the walk's levels, in their order, and one for the page. */
  rows: NestedRow[];
}

export interface NestedRow {
  /** Of the guest's level, or `page`. */
  name: string;
  /** A walk cache knew where the host has the table of the row below; or the walk did not come here. */
  status: 'walked' | 'skipped' | 'notReached';
  /** Address that the host was asked for, and what it answered. */
  guestPhysical?: string;
  hostPhysical?: string;
  /** What answered instead of the host's tables: the nested TLB, or a walk cache that holds combined mappings. */
  answer?: { structure: string; text: string; event?: number };
  /** The host walk, one for each column. */
  cells: NestedCell[];
  /** Which reference of the walk the guest's entry was, from 1. */
  order?: number;
}

/** A host's entry; `order`: which reference of the whole walk it was, from 1. */
export interface NestedCell extends WalkLevel {
  order?: number;
  /** Here the host's tables ended the walk. */
  refused?: true;
}

/** A VM exit. */
export interface ExitSummary {
  /** `EPT violation` or `EPT misconfiguration` */
  title: string;
  guestPhysical: string;
  qualification: string;
  /** Names of the bits that are set. */
  bits: string[];
  explanation: string;
  event: number;
}

export interface EntryPicture {
  /** Physical address of the entry. */
  address: string;
  /** 64-bit (or 32-bit) value, full width hex. */
  raw: string;
  present: boolean;
  /** Flags that are set, in the field's short names: `P RW US A D`. */
  flags: string;
  /** Every field with its bits and its meaning, for the tooltip. */
  fields: EntryField[];
  /** `table at 0x1a2000`, `page frame 0x1a3`, `not present` */
  meaning: string;
  /** Physical address that the arrow points to. */
  target?: string;
  leaf: boolean;
  /** It is not what it was at the pinned moment. */
  changedSincePin?: true;
}

export interface EntryField {
  name: string;
  highBit: number;
  lowBit: number;
  value: string;
  meaning: string;
}

export interface FaultSummary {
  /** `#PF` or `#GP` */
  vector: string;
  /** `minor, anonymous` once the kernel has decided. */
  kind?: string;
  errorCode: string;
  /** Names of the bits that are set: `W U`. */
  errorBits: string[];
  cr2: string;
  /** One sentence for a person. */
  explanation: string;
  event: number;
}

export interface TranslationResult {
  /** In a guest the host’s. */
  physical: string;
  /** In a guest: frame of the page as the guest numbers it. */
  guestFrame?: string;
  pageSizeBytes: number;
  frame: string;
  rights: string;
  /** Where the translation came from: `L1D TLB`, `STLB`, `walk`. */
  from: string;
  references: number;
  cycles: number;
  event: number;
}
