/** What a translation scheme has to bring: its tables as data, the hardware that walks them, the software that keeps them, a view. */
import type { HardwareCosts } from '../core/costs';
import type { Probe } from '../core/probe';
import type { MmuDriver } from '../emt/driver';
import type { BuddyAllocator } from '../memory/buddy';
import type { PhysicalMemory } from '../memory/physicalMemory';
import type { Cpus } from '../mmu/instructions';
import type { ReplacementOptions } from '../mmu/replacement';
import type { RightsTable } from '../mmu/rights';
import type { Walker } from '../mmu/walker';
import type { EcptOptions } from './ecpt/format';
import type { PagingFormat } from './format';
import type { Inspector } from './inspector';
import type { KernelSpace } from './x86/kernelSpace';
import type { TlbService } from './x86/tlbService';

/** Physical address width of the modelled processor (MAXPHYADDR). */
export const PHYSICAL_BITS = 46;

export interface WalkCacheOptions {
  geometry: readonly { entries: number; ways: number }[];
  promote: 'hit' | 'all';
}

export interface HardwareParts {
  memory: PhysicalMemory;
  rights: RightsTable;
  probe: Probe;
  costs: HardwareCosts;
  walkCaches: WalkCacheOptions;
  replacement: ReplacementOptions;
}

/** `block-first`: its block is free before the TLB has forgotten it, as in the prototype. */
export type FptFree = 'flush-first' | 'block-first';

export interface SoftwareParts {
  memory: PhysicalMemory;
  buddy: BuddyAllocator;
  /** What keeps the CPUs' TLBs right. */
  tlb: TlbService;
  cpus: Cpus;
  kernel: KernelSpace | null;
  probe: Probe;
  /** Of whatever software chooses at random. */
  seed: number;
  /** Order of work when a flattened table is freed; `flush-first` if absent. */
  fptFree?: FptFree;
}

/** What of a machine's options a scheme has a say in. */
export interface SchemeSettings {
  memoryBytes: number;
  pcid?: boolean;
  kpti?: boolean;
  ecpt?: EcptOptions;
}

export interface Scheme {
  readonly format: PagingFormat;
  createWalker(parts: HardwareParts): Walker;
  createDriver(parts: SoftwareParts): MmuDriver;
  /** `reservedNow`: bits of the high word of entries that are reserved as the running CPU stands. */
  createInspector(memory: PhysicalMemory, kernel: KernelSpace | null, reservedNow: () => number): Inspector;
  /** The scheme as a machine's options want it, where they say more than its name. */
  configured?(settings: SchemeSettings): Scheme | undefined;
  /** Why a machine with these options cannot have it, as a sentence. */
  refusal?(settings: SchemeSettings): string | undefined;
}
