/**
 * The MMU driver of flattened page tables: the one of trees (../radix/driver.ts), for which folding is data of the format. What
 * is this driver's own are the accessors that its way down goes through, and when a flattened block is free.
 */
import type { PhysicalMemory } from '../../memory/physicalMemory';
import type { BuddyAllocator } from '../../memory/buddy';
import type { Probe } from '../../core/probe';
import type { PagingFormat } from '../format';
import { TreeDriver } from '../tree/driver';
import type { KernelSpace } from '../x86/kernelSpace';
import type { TlbService } from '../x86/tlbService';
import { accessorsOf } from './accessors';

export interface FptDriverParts {
  memory: PhysicalMemory;
  buddy: BuddyAllocator;
  tlb: TlbService;
  kernel: KernelSpace | null;
  probe: Probe;
  fptFree?: 'flush-first' | 'block-first';
}

export class FptDriver extends TreeDriver {
  constructor(format: PagingFormat, { memory, buddy, tlb, kernel, probe, fptFree }: FptDriverParts) {
    super('fpt', format, memory, buddy, tlb, kernel, probe, {
      accessor: accessorsOf(format, probe),
      blockFirst: fptFree === 'block-first',
    });
  }
}
