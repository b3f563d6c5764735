/** One access of a loaded trace, as the rest of ptscope sees it; how it is packed is machine/core/accessChunk.ts. */
import { MODIFY_FLAG, packedKind, packedOffset, packedSize } from '../machine/core/accessChunk';
import { asVpn, type Vpn } from '../machine/core/addresses';
import type { Access } from '../machine/mmu/rights';

/** By `Access`. */
export const ACCESS_KIND_NAMES = ['read', 'write', 'exec'] as const;

/** Marks a packed read or write as the first or second half of a modify (lackey's M). */
export const asHalfOfModify = (packed: number): number => packed | MODIFY_FLAG;
export const isHalfOfModify = (packed: number): boolean => (packed & MODIFY_FLAG) !== 0;

export interface TraceRecord {
  vpn: Vpn;
  offset: number;
  sizeBytes: number;
  kind: Access;
  /** The access is the read or the write of a modify. */
  halfOfModify: boolean;
  /** Line of the trace text, from 1. */
  line: number;
}

export const unpack = (vpn: number, packed: number, line: number): TraceRecord => ({
  vpn: asVpn(vpn),
  offset: packedOffset(packed),
  sizeBytes: packedSize(packed),
  kind: packedKind(packed),
  halfOfModify: isHalfOfModify(packed),
  line,
});
