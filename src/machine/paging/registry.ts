/** The translation schemes, by the name that a scenario gives them. Adding one is a folder and a line here. */
import { PAGE_SHIFT } from '../core/addresses';
import type { HardwareCosts } from '../core/costs';
import type { Probe } from '../core/probe';
import type { MmuDriver } from '../emt/driver';
import type { BuddyAllocator } from '../memory/buddy';
import type { PhysicalMemory } from '../memory/physicalMemory';
import type { ReplacementOptions } from '../mmu/replacement';
import type { RightsTable } from '../mmu/rights';
import type { Walker } from '../mmu/walker';
import { type PagingFormat, walkCacheLevels } from './format';
import { FptDriver } from './fpt/driver';
import { FPT_L3L2, FPT_L4L3, FPT_L4L3_L2L1 } from './fpt/format';
import { FptWalker } from './fpt/walker';
import type { Inspector } from './inspector';
import { LinearDriver } from './linear/driver';
import { linear } from './linear/format';
import { LinearWalker } from './linear/walker';
import { PAE, RADIX32, RADIX4, RADIX5 } from './radix/format';
import { TreeDriver } from './tree/driver';
import { TreeInspector } from './tree/inspector';
import { RadixWalker } from './radix/walker';
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

export interface SoftwareParts {
  memory: PhysicalMemory;
  buddy: BuddyAllocator;
  /** What keeps the CPUs' TLBs right. */
  tlb: TlbService;
  kernel: KernelSpace | null;
  probe: Probe;
  /** Order of work when a flattened table is freed; `flush-first` if absent. */
  fptFree?: FptFree;
}

/** `block-first`: its block is free before the TLB has forgotten it, as in the prototype. */
export type FptFree = 'flush-first' | 'block-first';

export interface Scheme {
  readonly format: PagingFormat;
  createWalker(parts: HardwareParts): Walker;
  createDriver(parts: SoftwareParts): MmuDriver;
  createInspector(memory: PhysicalMemory, kernel: KernelSpace | null): Inspector;
}

function tree(format: PagingFormat): Scheme {
  return {
    format,
    createWalker: ({ memory, rights, probe, costs, walkCaches, replacement }) =>
      new RadixWalker(format, memory, rights, probe, costs, {
        caches: walkCaches.geometry,
        promote: walkCaches.promote,
        physicalBits: PHYSICAL_BITS,
        replacement,
      }),
    createDriver: ({ memory, buddy, tlb, kernel, probe }) =>
      new TreeDriver('radix', format, memory, buddy, tlb, kernel, probe),
    createInspector: (memory, kernel) => new TreeInspector(format, memory, { physicalBits: PHYSICAL_BITS, kernel }),
  };
}

/** The 4-level tree with some levels folded. Of the configured walk caches it has those of the levels that are left. */
function flattened(format: PagingFormat): Scheme {
  const bits = 9;
  const rootShift = format.addressBits - bits;
  return {
    ...tree(format),
    createWalker: ({ memory, rights, probe, costs, walkCaches, replacement }) => {
      const shifts = walkCacheLevels(format).map((level) => format.levels[level].shift);
      return new FptWalker(format, memory, rights, probe, costs, {
        caches: shifts.map((shift) => walkCaches.geometry[(rootShift - shift) / bits]),
        promote: walkCaches.promote,
        physicalBits: PHYSICAL_BITS,
        replacement,
      });
    },
    createDriver: (parts) => new FptDriver(format, parts),
  };
}

/** One array, for addresses of that many bits. */
function array(addressBits: number): Scheme {
  const format = linear(addressBits);
  return {
    format,
    createWalker: ({ memory, rights, probe, costs }) => new LinearWalker(memory, rights, probe, costs, PHYSICAL_BITS),
    createDriver: ({ memory, buddy, tlb, probe }) => new LinearDriver(format, memory, buddy, tlb, probe),
    // To look at, an array is a tree of one level.
    createInspector: (memory) => new TreeInspector(format, memory, { physicalBits: PHYSICAL_BITS }),
  };
}

/** The schemes without free arguments, by the name that a scenario gives them. */
export const SCHEMES: Readonly<Record<string, Scheme>> = Object.fromEntries([
  ...[RADIX4, RADIX5, RADIX32, PAE].map((format) => [format.scheme, tree(format)] as const),
  ...[FPT_L4L3, FPT_L3L2, FPT_L4L3_L2L1].map((format) => [format.scheme, flattened(format)] as const),
]);

/** `undefined` if there is none of that name. */
export function schemeNamed(name: string): Scheme | undefined {
  const bits = /^linear ([1-9]\d)$/.exec(name)?.[1];
  if (bits === undefined) return Object.hasOwn(SCHEMES, name) ? SCHEMES[name] : undefined;
  return Number(bits) > PAGE_SHIFT && Number(bits) <= 64 ? array(Number(bits)) : undefined;
}
