/**
 * The instructions with which software reaches the translation hardware of a CPU, and nothing else of it (Intel SDM
 * vol. 3A §4.10.4.1). Drivers and the kernel see the MMU only through these, as on a real machine.
 *
 * PCIDs are 0 to 4095; while CR4.PCIDE is off there is only PCID 0.
 */
import type { Pfn, Vpn } from '../core/addresses';
import type { Access } from './rights';

/** What INVPCID invalidates; the numbers are the instruction's. */
export const enum Invpcid {
  /** One page of one PCID, but no global one; and that PCID's walk-cache entries, as a processor may. */
  Address,
  /** All of one PCID but global pages. */
  Pcid,
  /** Everything. */
  All,
  /** All of every PCID but global pages. */
  AllButGlobal,
}

export interface Instructions {
  /**
   * MOV to CR3: the new root and PCID. Drops the translations of that PCID that are not global and its walk-cache
   * entries, unless `keep` (bit 63, which only CR4.PCIDE gives a meaning).
   */
  movToCr3(root: Pfn, pcid?: number, keep?: boolean): void;
  movFromCr3(): Pfn;
  /** Bits 0 to 11 of CR3, with CR4.PCIDE. */
  readonly pcid: number;
  /** INVLPG: this page in the current PCID and global ones, and all walk-cache entries of the current PCID. */
  invlpg(vpn: Vpn): void;
  invpcid(type: Invpcid, pcid: number, vpn: Vpn): void;
  /** Toggling CR4.PGE: everything. */
  flushAll(): void;
  /** MOV to CR4 (by assignment). A change of PGE, PAE, PSE or LA57, PCIDE going off or SMEP going on drops translations. */
  cr4: number;
  /** WRPKRU: needs no flush. */
  pkru: number;
  /** STAC and CLAC. */
  ac: boolean;
  /** An access or a fetch of the kernel's own, translated as any; false if it faults. */
  touch(vpn: Vpn, offset: number, access: Access): boolean;
  /** WRMSR of a register that the scheme's walker has, below 2^53; others are of no effect. Flushes nothing. */
  wrmsr(register: number, value: number): void;
}

/** The CPUs as software sees them. */
export interface Cpus {
  readonly count: number;
  /** Number of the one that runs. */
  readonly current: number;
  cpu(number: number): Instructions;
}
