/** The ways of an address space as its descriptor has them: what expressions ask for. Reads memory alone. */
import type { Pfn } from '../../core/addresses';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { Descriptors, isKernelDescriptor, tableFrame, tableLog2, WayNumbers } from './descriptor';
import { KernelData } from './driver/kernelData';
import type { EcptOptions } from './format';

export interface WayReport {
  table: Pfn;
  /** Clusters that it has room for, and that it has; those that the rehash pointer hides not counted. */
  slots: number;
  used: number;
  /** The rehash pointer: slots below have moved. */
  pointer: number;
  /** A resize of it is wanted, or goes on. */
  resizing: boolean;
  /** What it is resized to; 0 while it is not. */
  newSlots: number;
  newUsed: number;
}

/** `relative`: number among the ways of the page size. `undefined`: there is none, or it is not built. */
export function reportWay(
  memory: PhysicalMemory,
  { ways }: EcptOptions,
  root: Pfn,
  size: number,
  relative: number,
): WayReport | undefined {
  if (relative < 0 || relative >= ways[size]) return undefined;
  const numbers = new WayNumbers(ways);
  const descriptors = new Descriptors(memory);
  const way = numbers.first(isKernelDescriptor(root) ? 0 : 1, size) + relative;
  const word = descriptors.table(root, way);
  if (tableLog2(word) === 0) return undefined;
  const resizing = descriptors.isQueued(root, way);
  const pointer = descriptors.pointer(root, way);
  const target = numbers.target(way);
  const going = resizing && pointer > 0 && descriptors.isBuilt(root, target);
  return {
    ...{ table: tableFrame(word), pointer, resizing },
    slots: 2 ** tableLog2(word),
    used: descriptors.occupancy(root, way),
    newSlots: going ? 2 ** tableLog2(descriptors.table(root, target)) : 0,
    newUsed: going ? descriptors.occupancy(root, target) : 0,
  };
}

/** Resizes that are wanted or go on, in all address spaces. */
export const waitingResizes = (memory: PhysicalMemory): number => KernelData.jobsIn(memory);
