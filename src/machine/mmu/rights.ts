/**
 * Access rights as bit masks, so that checking a translation is two AND operations.
 *
 * A translation carries the rights combined over its path (R/W and U/S ANDed, XD ORed). For each kind of access and
 * mode the control registers decide which bits must be set and which must be clear (Intel SDM vol. 3A §4.6).
 */

import { Access, EntryData, TlbFlag } from './bits';

export { Access, TlbFlag };

export const CR0 = { PE: 1 << 0, WP: 1 << 16, NW: 1 << 29, CD: 1 << 30, PG: 1 << 31 } as const;
export const CR4 = {
  PSE: 1 << 4,
  PAE: 1 << 5,
  PGE: 1 << 7,
  LA57: 1 << 12,
  PCIDE: 1 << 17,
  SMEP: 1 << 20,
  SMAP: 1 << 21,
  PKE: 1 << 22,
} as const;
export const EFER = { LME: 1 << 8, LMA: 1 << 10, NXE: 1 << 11 } as const;

/** Page-fault error code (Intel SDM vol. 3A figure 4-12). */
export const enum ErrorCode {
  Present = 1,
  Write = 2,
  User = 4,
  Reserved = 8,
  Fetch = 16,
  ProtectionKey = 32,
}

export const ERROR_BITS: readonly { bit: number; name: string; set: string; clear: string }[] = [
  { bit: 1, name: 'P', set: 'the page is present: a right was missing', clear: 'not present' },
  { bit: 2, name: 'W', set: 'a write', clear: 'a read or a fetch' },
  { bit: 4, name: 'U', set: 'from user mode', clear: 'from supervisor mode' },
  { bit: 8, name: 'RSVD', set: 'a reserved bit was set', clear: '' },
  { bit: 16, name: 'I', set: 'an instruction fetch', clear: '' },
  { bit: 32, name: 'PK', set: "PKRU forbids the page's protection key", clear: '' },
];

/** Control registers that rights follow from. */
export interface RightsRegisters {
  cr0: number;
  cr4: number;
  efer: number;
  pkru: number;
  /** EFLAGS.AC: while it is set, SMAP forbids nothing. */
  ac: boolean;
}

const KEYS = 16;

/** `must[access * 2 + user]` and `forbidden[…]`, made anew whenever a control register changes. */
export class RightsTable {
  readonly must = new Int32Array(6);
  readonly forbidden = new Int32Array(6);
  /**
   * Flags that under `passMask` are `passWant` allow the access; others may allow it only if their protection key does:
   * `allows` says so. PKRU is in here and not in TLB entries, because loading it flushes nothing.
   */
  readonly passMask = new Int32Array(6);
  readonly passWant = new Int32Array(6);
  /** The same with the dirty bit: a TLB entry needs no attention if its flags under the mask are what is wanted. */
  readonly quickMask = new Int32Array(6);
  readonly quickWant = new Int32Array(6);
  /** Bit k of `keys[access * 2 + user]`: the protection key k forbids it. */
  readonly keys = new Int32Array(6);
  /** The error code says of a fetch that it is one: with NXE or SMEP. */
  reportsFetches = false;
  /** In the high word of every entry: XD is a reserved bit while NXE is off. */
  reservedHigh = 0;

  update({ cr0, cr4, efer, pkru, ac }: RightsRegisters): void {
    this.reportsFetches = ((efer & EFER.NXE) | (cr4 & CR4.SMEP)) !== 0;
    this.reservedHigh = efer & EFER.NXE ? 0 : 1 << 31;
    const noExecute = efer & EFER.NXE ? TlbFlag.NoExecute : 0;
    const user = 1;
    this.must[Access.Read * 2 + user] = TlbFlag.User;
    this.must[Access.Write * 2 + user] = TlbFlag.User | TlbFlag.Write;
    this.must[Access.Exec * 2 + user] = TlbFlag.User;
    this.forbidden[Access.Exec * 2 + user] = noExecute;
    this.must[Access.Write * 2] = cr0 & CR0.WP ? TlbFlag.Write : 0;
    const smap = cr4 & CR4.SMAP && !ac ? TlbFlag.User : 0;
    this.forbidden[Access.Read * 2] = smap;
    this.forbidden[Access.Write * 2] = smap;
    this.forbidden[Access.Exec * 2] = noExecute | (cr4 & CR4.SMEP ? TlbFlag.User : 0);
    // Keys are of 4-level and 5-level paging alone (Intel SDM vol. 3A §4.6.2).
    this.#updateKeys(cr4 & CR4.PKE && efer & EFER.LMA ? pkru : 0, (cr0 & CR0.WP) !== 0);
    for (let i = 0; i < 6; i++) {
      this.passWant[i] = this.must[i];
      this.passMask[i] = this.must[i] | this.forbidden[i];
      if (this.keys[i] & 1) {
        // Even the key that every page has unless it was given another: nothing passes without being asked about.
        this.passMask[i] = 0;
        this.passWant[i] = 1;
      } else if (this.keys[i] !== 0) this.passMask[i] |= TlbFlag.KeyMask;
      // The first write through a clean entry sets the dirty bit.
      const dirty = i >> 1 === Access.Write ? TlbFlag.Dirty : 0;
      this.quickWant[i] = this.passWant[i] | dirty;
      this.quickMask[i] = this.passMask[i] | dirty | EntryData.SizeMask;
    }
  }

  /** PKRU's bits 2k (no access) and 2k + 1 (no writes; the supervisor only heeds it with CR0.WP) for each key k. */
  #updateKeys(pkru: number, writeProtect: boolean): void {
    this.keys.fill(0);
    for (let key = 0; key < KEYS; key++) {
      const access = (pkru >>> (2 * key)) & 1;
      const write = access | ((pkru >>> (2 * key + 1)) & 1);
      this.keys[Access.Read * 2] |= access << key;
      this.keys[Access.Read * 2 + 1] |= access << key;
      this.keys[Access.Write * 2] |= (writeProtect ? write : access) << key;
      this.keys[Access.Write * 2 + 1] |= write << key;
    }
  }

  allows(flags: number, access: Access, user: number): boolean {
    const i = access * 2 + user;
    return (
      (flags & this.must[i]) === this.must[i] &&
      (flags & this.forbidden[i]) === 0 &&
      !this.keyForbids(flags, access, user)
    );
  }

  /** PKRU forbids it: of a user page only, and never a fetch (Intel SDM vol. 3A §4.6.2). */
  keyForbids(flags: number, access: Access, user: number): boolean {
    const key = (flags & TlbFlag.KeyMask) >> TlbFlag.KeyShift;
    return (flags & TlbFlag.User) !== 0 && ((this.keys[access * 2 + user] >> key) & 1) !== 0;
  }

  /** Which right is missing, in words. */
  explain(flags: number, access: Access, user: number): string {
    const i = access * 2 + user;
    const missing = this.must[i] & ~flags;
    if (missing & TlbFlag.User) return 'the page is for the supervisor only (U/S is 0 somewhere on the path)';
    if (missing & TlbFlag.Write) return 'the page is read-only (R/W is 0 somewhere on the path)';
    const forbidden = flags & this.forbidden[i];
    if (forbidden & TlbFlag.NoExecute) return 'the page must not be executed (XD is set)';
    if (forbidden === 0)
      return `PKRU forbids ${access === Access.Write ? 'writes to' : 'access to'} pages with protection key ${(flags & TlbFlag.KeyMask) >> TlbFlag.KeyShift}`;
    return access === Access.Exec
      ? 'SMEP forbids the supervisor to execute a user page'
      : 'SMAP forbids the supervisor to access a user page';
  }
}
