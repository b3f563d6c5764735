/** What entries on the path of a walk give to the translation at its end, as TlbFlag (Intel SDM vol. 3A §4.6). */
import { TlbFlag } from '../../mmu/rights';
import { HIGH, LOW } from './entry';

/** Of a path on which no entry has been met yet. */
export const PATH_RIGHTS = TlbFlag.Write | TlbFlag.User;

/** Rights go down the path by AND, no-execute by OR. R/W and U/S are bits 1 and 2 as Write and User are bits 0 and 1. */
export const combined = (path: number, low: number, high: number): number =>
  (path & (TlbFlag.NoExecute | ((low >>> 1) & PATH_RIGHTS))) | ((high >>> 31) * TlbFlag.NoExecute);

/** What only a leaf says: D, G and the protection key. */
export const leafFlags = (low: number, high: number): number =>
  ((low & LOW.D) >>> 3) | ((low & LOW.G) >>> 4) | ((high >>> (HIGH.PKEY_SHIFT - TlbFlag.KeyShift)) & TlbFlag.KeyMask);
