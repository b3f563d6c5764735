/**
 * One access of a loaded trace, as the store packs it and as the rest of ptscope sees it.
 *
 * Packed: bits 0–11 offset in the page, 12–23 size − 1, 24–25 kind, 26 set if the access is half of a modify.
 * A packed access never has its sign bit set, so Int32Array keeps it and engines treat it as a small integer.
 */
import { addressOf, asVpn, type Vpn } from '../machine/core/addresses';

export const AccessKind = { read: 0, write: 1, exec: 2 } as const;
export type AccessKind = (typeof AccessKind)[keyof typeof AccessKind];
export const ACCESS_KIND_NAMES = ['read', 'write', 'exec'] as const;

const SIZE_SHIFT = 12;
const KIND_SHIFT = 24;
const MODIFY_FLAG = 1 << 26;

export const pack = (kind: AccessKind, offset: number, sizeBytes: number): number =>
  offset | ((sizeBytes - 1) << SIZE_SHIFT) | (kind << KIND_SHIFT);

/** Marks a packed read or write as the first or second half of a modify (lackey's M). */
export const asHalfOfModify = (packed: number): number => packed | MODIFY_FLAG;

export const offsetOf = (packed: number): number => packed & 0xfff;
export const sizeOf = (packed: number): number => ((packed >> SIZE_SHIFT) & 0xfff) + 1;
export const kindOf = (packed: number): AccessKind => ((packed >> KIND_SHIFT) & 3) as AccessKind;
export const isHalfOfModify = (packed: number): boolean => (packed & MODIFY_FLAG) !== 0;
/** True if the access touches the next page too; no access touches more than two. */
export const crossesPage = (packed: number): boolean => (packed & 0xfff) + ((packed >> SIZE_SHIFT) & 0xfff) > 0xfff;

export interface TraceRecord {
  vpn: Vpn;
  offset: number;
  sizeBytes: number;
  kind: AccessKind;
  /** The access is the read or the write of a modify. */
  halfOfModify: boolean;
  /** Line of the trace text, from 1. */
  line: number;
}

export const unpack = (vpn: number, packed: number, line: number): TraceRecord => ({
  vpn: asVpn(vpn),
  offset: offsetOf(packed),
  sizeBytes: sizeOf(packed),
  kind: kindOf(packed),
  halfOfModify: isHalfOfModify(packed),
  line,
});

export const addressOfRecord = (record: TraceRecord): bigint => addressOf(record.vpn, record.offset);
