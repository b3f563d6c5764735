/**
 * The address-space map: what is mapped in a stretch of an address space, cell by cell, as plain data.
 *
 * Places are page numbers that count from the bottom of what the scheme translates: 0 … 2^(addressBits − 12) − 1. The
 * upper half of a sign-extended address space is the upper half of these; `addressOfPlace` makes the address of one.
 */

/**
 * What is counted of a cell, in pages of 4 KiB. Each group counts every mapped page once: by the size of what maps it, by
 * what programs may do, by what the A and D bits say, and by the entries that a walk reads.
 */
export const enum MapField {
  Size4K,
  Size2M,
  Size1G,
  Size4M,
  Read,
  ReadWrite,
  ReadExec,
  ReadWriteExec,
  /** Not for programs. */
  Supervisor,
  /** Neither A nor D is set. */
  Unused,
  Accessed,
  Dirty,
  Depth1,
  Depth2,
  Depth3,
  Depth4,
  Depth5,
  /** Entries that are neither empty nor map anything: swapped out, no access, reserved bits. */
  Absent,
  /** Not looked at yet: the answer is not complete. */
  Unknown,
  /** Tables (not pages) that begin in the cell. */
  Tables,
  Count,
}

export interface MapArguments {
  /** Id of an address space; absent: the one that runs. */
  space?: number;
  /** Place of the first page, and how far to look: `cells` times `cellPages`. */
  first: number;
  cellPages: number;
  cells: number;
}

/** A mapping that the kernel knows of (a VMA), or that a snapshot names. */
export interface MapArea {
  first: number;
  pages: number;
  /** `heap`, `[stack]`; empty where nobody has named it. */
  name: string;
  /** `rw-p` */
  rights: string;
  /** `anon`, `file libc.so`. */
  backing: string;
}

export interface MapResponse {
  tick: number;
  scheme: string;
  addressBits: number;
  signExtended: boolean;
  space: number;
  spaces: { id: number; name: string }[];
  first: number;
  cellPages: number;
  cells: number;
  /** Of each cell that holds anything: its number, then `MapField.Count` numbers. */
  filled: number[][];
  /** False: some tables have not been looked through yet; asking again goes on. */
  complete: boolean;
  /** In ascending order; the largest ones if there are too many to tell. */
  areas: MapArea[];
  areasInAll: number;
  /** Place of the access at the cursor. */
  cursor?: number;
}

/** `ptscope/mapPlace`: the first page of a stretch that something maps, and what maps it. */
export interface MapPlaceArguments {
  space?: number;
  first: number;
  pages: number;
}
export interface MapPlaceResponse {
  /** Of the page; of the stretch where nothing is mapped in it. */
  address: string;
  place: number;
  /** False also where an entry is there that maps nothing. */
  mapped: boolean;
  /** `4K page, frame 0x1a3, rw-, P RW US A D NX, 4 references` */
  text: string;
  /** The entry that maps it, as data that can be watched; absent where nothing can be. */
  entry?: { label: string; dataId: string };
}

/** `0x7fff12345000`: the address of a place, sign-extended where the scheme does that. */
export function addressOfPlace(place: number, { addressBits, signExtended }: AddressWidth): string {
  const upper = signExtended && addressBits < 64 && place >= 2 ** (addressBits - 13);
  const address = BigInt(place) << 12n;
  return `0x${(upper ? address | ((0xffff_ffff_ffff_ffffn << BigInt(addressBits)) & 0xffff_ffff_ffff_ffffn) : address).toString(16)}`;
}

export interface AddressWidth {
  addressBits: number;
  signExtended: boolean;
}
