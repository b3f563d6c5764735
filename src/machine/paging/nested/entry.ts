/** The EPT entry (Intel SDM vol. 3C tables 28-1 to 28-7), as two 32-bit words like every other. */
import { TlbFlag } from '../../mmu/rights';

/** Bits of the low word. */
export const enum Ept {
  R = 1 << 0,
  W = 1 << 1,
  X = 1 << 2,
  RWX = 7,
  /** Memory type of a leaf, bits 3 to 5: 6 is write-back. */
  WriteBack = 6 << 3,
  MemoryType = 7 << 3,
  IgnorePat = 1 << 6,
  PS = 1 << 7,
  A = 1 << 8,
  D = 1 << 9,
  /** Must be 0 in an entry that points to a table: bits 3 to 6. */
  ReservedInTable = 0xf << 3,
}

/** Of an entry of the guest's walk caches, which has neither a dirty bit nor a protection key. */
export const enum WalkMark {
  /** The table is flattened. */
  Flattened = TlbFlag.Dirty,
  /** A combined mapping: the frame is the host's, not the guest's. */
  Combined = 1 << TlbFlag.KeyShift,
  All = WalkMark.Flattened | WalkMark.Combined,
}

/** What a host gives a guest: everything. */
export const TABLE_ENTRY = Ept.RWX;
export const LEAF_ENTRY = Ept.RWX | Ept.WriteBack;

/** Low-word bits that must be 0 in a leaf, by page-size code. There is no PAT bit among them. */
export const RESERVED_LOW_OF_EPT_LEAF = [0, 0x001ff000, 0x3ffff000] as const;

/** What cached host translations know: R, W and X as the flags of a cache's entry, which then has D where the entry has it. */
export const enum HostRight {
  Write = TlbFlag.Write,
  Read = TlbFlag.User,
  NoExecute = TlbFlag.NoExecute,
  Dirty = TlbFlag.Dirty,
}

/** Of a path on which no entry has been met yet. */
export const ALL_RIGHTS = HostRight.Write | HostRight.Read;

export const rightsOfEntry = (low: number): number =>
  ((low & Ept.R) !== 0 ? HostRight.Read : 0) |
  ((low & Ept.W) !== 0 ? HostRight.Write : 0) |
  ((low & Ept.X) !== 0 ? 0 : HostRight.NoExecute);

/** Both entries give it; no-execute if one has it. */
export const combineRights = (path: number, own: number): number =>
  (path & own & ALL_RIGHTS) | ((path | own) & HostRight.NoExecute);

/** R, W and X of cached rights, as bits 0 to 2. */
export const rwxOf = (rights: number): number =>
  ((rights & HostRight.Read) !== 0 ? Ept.R : 0) |
  ((rights & HostRight.Write) !== 0 ? Ept.W : 0) |
  ((rights & HostRight.NoExecute) !== 0 ? 0 : Ept.X);

/** Exit qualification of an EPT violation (SDM vol. 3C table 28-7). */
export const enum Qualification {
  Read = 1 << 0,
  Write = 1 << 1,
  Fetch = 1 << 2,
  /** Bits 3 to 5: what the entries on the way allow, ANDed; 0 if one is not present. */
  RightsShift = 3,
  /** The guest-linear-address field is valid. */
  Linear = 1 << 7,
  /** The access is to the translation of that address; clear: to an entry of the guest's tables on the way. */
  Final = 1 << 8,
}

export const QUALIFICATION_BITS: readonly { bit: number; name: string; text: string }[] = [
  { bit: 1, name: 'read', text: 'a data read' },
  { bit: 2, name: 'write', text: 'a data write' },
  { bit: 4, name: 'fetch', text: 'an instruction fetch' },
  { bit: 8, name: 'R', text: 'the entry allows reads' },
  { bit: 16, name: 'W', text: 'the entry allows writes' },
  { bit: 32, name: 'X', text: 'the entry allows fetches' },
  { bit: 128, name: 'linear', text: 'a linear address is known' },
  { bit: 256, name: 'final', text: 'the page itself, not a table of the guest' },
];
