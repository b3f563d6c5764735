/**
 * Accesses in columns: the form in which a fast run takes them, from a trace or from a pattern.
 *
 * Most accesses go where the one before went, and then nothing can happen but a hit on the entry used last. So a chunk
 * marks its *leads*: the accesses that may change something. Every other access is a repeat. An access is a repeat only if
 * - it does not cross a page boundary, and neither does the access before it on its side (the instruction side for a
 *   fetch, the data side for a read or a write);
 * - that access is in the same chunk and on the same page; and
 * - it is not the first write of a stretch of such accesses (it may have a right to check and a dirty bit to set).
 * More leads than necessary are allowed, fewer are not. Pages are kept for leads alone.
 *
 * A packed access: bits 0–11 offset in the page, 12–23 size − 1, 24–25 kind (0 read, 1 write, 2 exec), 26 set if it is
 * half of a modify. The sign bit is never set, so that engines treat it as a small integer.
 */

export interface AccessChunk {
  /** At most CHUNK_ACCESSES. */
  readonly length: number;
  /** Every access, packed. */
  readonly packed: Int32Array;
  /** Places of the leads, ascending; the first is 0. Valid up to `leadCount`. */
  readonly leads: Uint16Array;
  readonly leadCount: number;
  /** Page number of each lead's first byte, 0 … 2^52 − 1. Valid up to `leadCount`. */
  readonly leadVpn: Float64Array;
}

/** Long enough for a hot loop to pay off, short enough to be one unit of work; places fit 16 bits. */
export const CHUNK_ACCESSES = 16384;

const SIZE_SHIFT = 12;
const KIND_SHIFT = 24;
/** Half of a modify (a read, then a write, by one instruction). */
export const MODIFY_FLAG = 1 << 26;

export const packAccess = (kind: number, offset: number, sizeBytes: number): number =>
  offset | ((sizeBytes - 1) << SIZE_SHIFT) | (kind << KIND_SHIFT);
export const packedOffset = (packed: number): number => packed & 0xfff;
export const packedSize = (packed: number): number => ((packed >> SIZE_SHIFT) & 0xfff) + 1;
export const packedKind = (packed: number): number => (packed >> KIND_SHIFT) & 3;
/** True if the access touches the next page too; no access touches more than two. */
export const packedCrosses = (packed: number): boolean => (packed & 0xfff) + ((packed >> SIZE_SHIFT) & 0xfff) > 0xfff;

const NO_PAGE = -1;

/** Finds the leads of a chunk: `isLead` is asked for each access in order, after `reset` at the chunk's start. */
export class LeadFinder {
  #codePage = NO_PAGE;
  #dataPage = NO_PAGE;
  #written = false;

  reset(): void {
    this.#codePage = this.#dataPage = NO_PAGE;
    this.#written = false;
  }

  isLead(vpn: number, packed: number): boolean {
    const kind = (packed >> KIND_SHIFT) & 3;
    if (kind === 2) {
      if (packedCrosses(packed)) {
        this.#codePage = NO_PAGE;
        return true;
      }
      if (vpn === this.#codePage) return false;
      this.#codePage = vpn;
      return true;
    }
    const write = kind === 1;
    if (packedCrosses(packed)) {
      this.#dataPage = NO_PAGE;
      return true;
    }
    if (vpn === this.#dataPage && (!write || this.#written)) return false;
    this.#written = write || (vpn === this.#dataPage && this.#written);
    this.#dataPage = vpn;
    return true;
  }
}

/** A chunk that is filled again and again, for accesses that are made up as they are needed. */
export class ScratchChunk implements AccessChunk {
  length = 0;
  leadCount = 0;
  readonly packed = new Int32Array(CHUNK_ACCESSES);
  readonly leads = new Uint16Array(CHUNK_ACCESSES);
  readonly leadVpn = new Float64Array(CHUNK_ACCESSES);
  readonly #finder = new LeadFinder();

  clear(): void {
    this.length = 0;
    this.leadCount = 0;
    this.#finder.reset();
  }

  /** The chunk must not be full. */
  append(vpn: number, packed: number): void {
    if (this.#finder.isLead(vpn, packed)) {
      this.leads[this.leadCount] = this.length;
      this.leadVpn[this.leadCount++] = vpn;
    }
    this.packed[this.length++] = packed;
  }
}
