/**
 * The translation object (EMT, OSDI '25 §4.1): one mapping of an address space and its attributes, whatever the MMU.
 *
 * A tobj is a copy, not a pointer into a table: the driver fills it on a find and takes it on an update. `word0` and
 * `word1` belong to the driver, which keeps the mapping there in its own encoding; everybody else reads and writes
 * attributes through `tobj_read_attr` and `tobj_write_attr`.
 */
import { asVpn, type Vpn } from '../core/addresses';

/** Attribute keys. Boolean ones have the values 0 and 1. */
export const enum Attribute {
  VA,
  /** Frame number of the first page. */
  PA,
  /** In 4 KiB pages. */
  SIZE,
  /** Something is there: a page, or a swap entry. */
  MAPPED,
  PRESENT,
  READ,
  WRITE,
  EXEC,
  USER,
  ACCESSED,
  DIRTY,
  GLOBAL,
  SPECIAL,
  SOFT_DIRTY,
  DEVMAP,
  PKEY,
  CACHE_MODE,
  SWAP,
}

export const ATTRIBUTE_NAMES = [
  'VA',
  'PA',
  'SIZE',
  'MAPPED',
  'PRESENT',
  'READ',
  'WRITE',
  'EXEC',
  'USER',
  'ACCESSED',
  'DIRTY',
  'GLOBAL',
  'SPECIAL',
  'SOFT_DIRTY',
  'DEVMAP',
  'PKEY',
  'CACHE_MODE',
  'SWAP',
] as const;

export class Tobj {
  vpn: Vpn = asVpn(0);
  /** 4 KiB pages that the object covers. */
  pages = 1;
  word0 = 0;
  word1 = 0;
}
