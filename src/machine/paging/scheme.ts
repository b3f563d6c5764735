/** What a translation scheme has to bring: its tables as data, the hardware that walks them, the software that keeps them, a view. */
import type { DataCacheOptions } from '../caches/options';
import type { TableReads } from '../caches/tableReads';
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
import type { Host } from './host';
import type { HardwareNow, Inspector } from './inspector';
import type { NestedOptions } from './nested/format';
import type { KernelHalf } from './kernelHalf';
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
  /** Of a guest: what it runs on. */
  host: Host | null;
  /** The data caches of the CPU; `null`: every read of a table costs `table_read`. */
  tableReads: TableReads | null;
}

/** `block-first`: its block is free before the TLB has forgotten it, as in the prototype. */
export type FptFree = 'flush-first' | 'block-first';

export interface SoftwareParts {
  memory: PhysicalMemory;
  buddy: BuddyAllocator;
  /** What keeps the CPUs' TLBs right. */
  tlb: TlbService;
  cpus: Cpus;
  /** What the same scheme's `createKernel` made. */
  kernel: KernelHalf | null;
  probe: Probe;
  /** Of whatever software chooses at random. */
  seed: number;
  /** Order of work when a flattened table is freed; `flush-first` if absent. */
  fptFree?: FptFree;
}

export interface KernelParts {
  memory: PhysicalMemory;
  probe: Probe;
  /** Page-table isolation is on. */
  isolated: boolean;
  seed: number;
}

/** What of a machine's options a scheme has a say in. */
export interface SchemeSettings {
  memoryBytes: number;
  pcid?: boolean;
  kpti?: boolean;
  ecpt?: EcptOptions;
  nested?: NestedOptions;
  /** Given: table reads go through data caches. */
  caches?: DataCacheOptions;
}

export interface HostParts {
  memory: PhysicalMemory;
  probe: Probe;
  costs: HardwareCosts;
}

export interface Scheme {
  readonly format: PagingFormat;
  /** Of a guest: what it runs on. Made first; it changes which frames the memory has. */
  createHost?(parts: HostParts): Host;
  createWalker(parts: HardwareParts): Walker;
  createDriver(parts: SoftwareParts): MmuDriver;
  createInspector(
    memory: PhysicalMemory,
    kernel: KernelHalf | null,
    host: Host | null,
    hardware: HardwareNow,
  ): Inspector;
  /** The kernel's half of address spaces, with its tables in memory; absent or `null`: there is none. */
  createKernel?(parts: KernelParts): KernelHalf | null;
  /** Whether a machine with that much memory has one. */
  hasKernel?(memoryBytes: number): boolean;
  /** The scheme as a machine's options want it, where they say more than its name. */
  configured?(settings: SchemeSettings): Scheme | undefined;
  /** Why a machine with these options cannot have it, as a sentence. */
  refusal?(settings: SchemeSettings): string | undefined;
}
