/**
 * The instructions with which software reaches the translation hardware, and nothing else of it.
 * Drivers and the kernel see the MMU only through these, as on a real machine.
 */
import type { Pfn, Vpn } from '../core/addresses';

export interface Instructions {
  /** MOV to CR3: the new root; drops every translation that is not global, and the walk caches. */
  movToCr3(root: Pfn): void;
  movFromCr3(): Pfn;
  /** INVLPG: this page, global or not, and all walk-cache entries of the address space. */
  invlpg(vpn: Vpn): void;
  /** Toggling CR4.PGE: everything. */
  flushAll(): void;
}
