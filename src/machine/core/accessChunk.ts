/**
 * Accesses in columns: the form in which a fast run takes them, from a trace or from a pattern.
 *
 * Most accesses go where the one before went, and then nothing can happen but a hit on the entry used last. So a chunk
 * marks its *leads*: the accesses that may change something. Every other access is a repeat. An access is a repeat if and
 * only if
 * - it does not cross a page boundary, and neither does the access before it on its side (the instruction side for a
 *   fetch, the data side for a read or a write);
 * - that access is in the same chunk and on the same page; and
 * - it is not the first write of a stretch of such accesses (it may have a right to check and a dirty bit to set).
 * Pages are kept for leads alone.
 *
 * A packed access: bits 0–11 offset in the page, 12–23 size − 1, 24–25 kind (0 read, 1 write, 2 exec), 26 set if it is
 * half of a modify. The sign bit is never set, so that engines treat it as a small integer.
 */

export interface AccessChunk {
  /** At most CHUNK_ACCESSES. */
  readonly length: number;
  /** How many of them are writes, and fetches. */
  readonly writes: number;
  readonly execs: number;
  /** Every access, packed. */
  readonly packed: Int32Array;
  /** Places of the leads, ascending; the first is 0. Valid up to `leadCount`. */
  readonly leads: Uint16Array;
  readonly leadCount: number;
  /** Page number of each lead's first byte, 0 … 2^52 − 1. Valid up to `leadCount`. */
  readonly leadVpn: Float64Array;
  /** Another number whenever the columns have changed. */
  readonly filling: number;
}

/** Long enough for a hot loop to pay off, short enough to be one unit of work; places fit 16 bits. */
export const CHUNK_ACCESSES = 16384;

/** Where the fields of a packed access begin. An enum, because bundles look up other constants at run time. */
const enum Shift {
  Size = 12,
  Kind = 24,
}
/** Half of a modify (a read, then a write, by one instruction). */
export const MODIFY_FLAG = 1 << 26;

export const packAccess = (kind: number, offset: number, sizeBytes: number): number =>
  offset | ((sizeBytes - 1) << Shift.Size) | (kind << Shift.Kind);
export const packedOffset = (packed: number): number => packed & 0xfff;
export const packedSize = (packed: number): number => ((packed >> Shift.Size) & 0xfff) + 1;
export const packedKind = (packed: number): number => (packed >> Shift.Kind) & 3;
/** True if the access touches the next page too; no access touches more than two. */
export const packedCrosses = (packed: number): boolean => (packed & 0xfff) + ((packed >> Shift.Size) & 0xfff) > 0xfff;

const enum Page {
  None = -1,
}

/** Finds the leads of a chunk: `isLead` is asked for each access in order, after `reset` at the chunk's start. */
export class LeadFinder {
  #codePage: number = Page.None;
  #dataPage: number = Page.None;
  #written = false;

  reset(): void {
    this.#codePage = this.#dataPage = Page.None;
    this.#written = false;
  }

  isLead(vpn: number, packed: number): boolean {
    const kind = (packed >> Shift.Kind) & 3;
    if (kind === 2) {
      if (packedCrosses(packed)) {
        this.#codePage = Page.None;
        return true;
      }
      if (vpn === this.#codePage) return false;
      this.#codePage = vpn;
      return true;
    }
    if (packedCrosses(packed)) {
      this.#dataPage = Page.None;
      return true;
    }
    const write = kind === 1;
    if (vpn === this.#dataPage && (!write || this.#written)) return false;
    // Either a stretch begins here, or its first write is this one.
    this.#written = write;
    this.#dataPage = vpn;
    return true;
  }
}

/** A chunk that is filled again and again, for accesses that are made up as they are needed. */
export class ScratchChunk implements AccessChunk {
  length = 0;
  writes = 0;
  execs = 0;
  leadCount = 0;
  filling = 0;
  readonly packed = new Int32Array(CHUNK_ACCESSES);
  readonly leads = new Uint16Array(CHUNK_ACCESSES);
  readonly leadVpn = new Float64Array(CHUNK_ACCESSES);
  readonly #finder = new LeadFinder();

  clear(): void {
    this.filling++;
    this.length = 0;
    this.writes = 0;
    this.execs = 0;
    this.leadCount = 0;
    this.#finder.reset();
  }

  /** The chunk must not be full. */
  append(vpn: number, packed: number): void {
    this.filling++;
    if (this.#finder.isLead(vpn, packed)) {
      this.leads[this.leadCount] = this.length;
      this.leadVpn[this.leadCount++] = vpn;
    }
    const kind = packedKind(packed);
    if (kind === 1) this.writes++;
    else if (kind === 2) this.execs++;
    this.packed[this.length++] = packed;
  }
}

/** Number of the first lead at or behind a place; `leadCount` if there is none. */
export function firstLeadFrom(chunk: AccessChunk, place: number): number {
  let low = 0;
  let high = chunk.leadCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk.leads[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Page of any access of a chunk: its own if it is a lead, else that of the last lead of its side. */
export function pageOf(chunk: AccessChunk, place: number): number {
  const exec = packedKind(chunk.packed[place]) === 2;
  let lead = firstLeadFrom(chunk, place + 1) - 1;
  while (chunk.leads[lead] !== place && (packedKind(chunk.packed[chunk.leads[lead]]) === 2) !== exec) lead--;
  return chunk.leadVpn[lead];
}

/** A chunk of one access that lies on one page. */
export class SingleAccess implements AccessChunk {
  readonly length = 1;
  writes = 0;
  execs = 0;
  readonly packed = new Int32Array(1);
  readonly leads = new Uint16Array(1);
  readonly leadCount = 1;
  filling = 0;
  readonly leadVpn = new Float64Array(1);

  set(kind: number, vpn: number, offset: number): void {
    this.filling++;
    this.writes = kind === 1 ? 1 : 0;
    this.execs = kind === 2 ? 1 : 0;
    this.packed[0] = packAccess(kind, offset, 1);
    this.leadVpn[0] = vpn;
  }
}
