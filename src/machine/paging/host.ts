/** What is below a machine whose software is a guest: who owns its memory, and answers when its hardware leaves the guest. */
import type { Pfn } from '../core/addresses';
import type { Stateful, TypedArray } from '../core/state';
import type { SharedFrames } from '../memory/physicalMemory';
import type { StoreSnapshot } from '../memory/pagedStore';
import type { AddressSpaces } from './spaces';

/** Why a walk leaves the guest. */
export interface VmExit {
  /** Guest-physical frame and offset that the access was to. */
  gfn: Pfn;
  offset: number;
  /** As the processor reports it (SDM vol. 3C table 28-7). */
  qualification: number;
  /** Level of the guest table that was to be read, or −1 for the page itself. */
  guestLevel: number;
  /** An entry that nobody may have (EPT misconfiguration), instead of one that forbids the access. */
  misconfigured: boolean;
}

/** The host as hardware knows it. */
export interface VmExits {
  /** The EPT pointer's table, as a root of the host's format. */
  readonly root: Pfn;
  /** Runs the host. True if the guest goes on and tries again; false: there is no memory at that address. */
  exit(exit: Readonly<VmExit>): boolean;
}

export interface HostSnapshot {
  readonly forward: StoreSnapshot;
  readonly backward: StoreSnapshot;
  readonly small: readonly TypedArray[];
}

export interface Host extends VmExits, SharedFrames, Stateful<HostSnapshot> {
  /** Host frame of a guest frame, whatever the tables say now; −1 where the host has given none. */
  frameOf(gfn: Pfn): Pfn | -1;
  /** The other way round: the guest's frame that a host frame was given for, or −1. */
  guestFrameOf(pfn: Pfn): Pfn | -1;
  /** The guest begins to run: what the host did before, to load it, has cost nothing. */
  start(): void;
  /** Its tables, to look at: one address space, whose addresses are guest-physical. */
  readonly view: AddressSpaces;
}
