/** Address spaces: a descriptor, its walk tables and its ways; and the registers of the CPUs that have it loaded. */
import { asPfn, type Pfn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import type { Probe } from '../../../core/probe';
import type { Tdb } from '../../../emt/driver';
import type { Cpus } from '../../../mmu/instructions';
import type { TlbService } from '../../x86/tlbService';
import {
  type Descriptors,
  ENTRY_DESCRIPTOR,
  isKernelDescriptor,
  KERNEL_DESCRIPTOR,
  KERNEL_START,
  Msr,
  type WayNumbers,
} from '../descriptor';
import { CWT_WAYS } from '../cwt';
import { tagOf } from '../layout';
import { type EcptKernel, ENTRY_DATA } from '../kernel';
import type { Blocks } from './blocks';
import type { Cwts } from './cwts';
import type { Mover } from './mover';
import type { Resizer } from './resizer';
import type { Ways } from './ways';

export interface SpaceParts {
  cpus: Cpus;
  tlb: TlbService;
  descriptors: Descriptors;
  numbers: WayNumbers;
  blocks: Blocks;
  cwts: Cwts;
  ways: Ways;
  probe: Probe;
  mover: Mover;
  /** Row of descriptors in the counters of tables. */
  row: number;
  kernel: EcptKernel | null;
  /** How the kernel's register sets change: see `EcptOptions.switch`. */
  switch: 'atomic' | 'torn';
}

/** A descriptor that is still to be made is not the kernel's. */
const NOBODY = asPfn(0);

export class Spaces {
  #resizer: Resizer | undefined;

  constructor(private readonly parts: SpaceParts) {}

  attach(resizer: Resizer): void {
    this.#resizer = resizer;
  }

  /** The kernel's half, on every CPU; under isolation both sets of it, if the hardware has two. */
  init(): void {
    const { kernel, cpus } = this.parts;
    if (kernel !== null) kernel.driver = this;
    for (let cpu = 0; cpu < cpus.count; cpu++) {
      this.#write(cpu, Msr.KernelStart, KERNEL_START);
      this.#loadHalf(cpu, KERNEL_DESCRIPTOR, 0);
      if (this.#hasTwoSets)
        for (const { second, value } of this.#setOf(ENTRY_DESCRIPTOR)) this.#write(cpu, second, value);
    }
  }

  get #hasTwoSets(): boolean {
    return this.parts.kernel?.isolated === true && this.parts.switch === 'atomic';
  }

  // ---- page-table isolation -----------------------------------------------------------------------------------------

  isInUserMode(): boolean {
    const { tlb, cpus } = this.parts;
    return tlb.isInUserMode(cpus.current);
  }

  /**
   * A CPU goes to user mode or comes from it: the kernel's registers change to the minimal table, or back. With two sets that is one
   * instruction, which nothing can come between. With one set it is a register after the other; an interrupt that cannot be
   * masked comes between two of them, each time between others, and finds some of either table.
   */
  switchOn(cpu: number, user: number): void {
    if (this.#hasTwoSets) {
      this.#write(cpu, Msr.KernelSet, user);
      return;
    }
    const registers = this.#setOf(user === 1 ? ENTRY_DESCRIPTOR : KERNEL_DESCRIPTOR);
    const { probe, mover } = this.parts;
    // Every other switch goes the same way.
    const interrupted = Math.floor(probe.counters[Counter.KptiSwitches] / 2) % registers.length;
    registers.forEach(({ register, value }, i) => {
      this.#write(cpu, register, value);
      if (i === interrupted) mover.interrupt(cpu, ENTRY_DATA, i + 1, registers.length, () => this.#whereEntryDataIs());
    });
  }

  #whereEntryDataIs(): string {
    const { ways, numbers } = this.parts;
    const wayIn = (root: Pfn): string =>
      ways.quietly(() => ways.find(root, 0, 0, tagOf(ENTRY_DATA, 0))) ? `way ${numbers.relative(ways.way)}` : 'no way';
    return `The whole table has the page in ${wayIn(KERNEL_DESCRIPTOR)}, the minimal one in ${wayIn(ENTRY_DESCRIPTOR)}, and neither is loaded.`;
  }

  /** The registers of the kernel's half for one of its tables: by number, and by number in a second set. */
  #setOf(root: Pfn): { register: number; second: number; value: number }[] {
    const { descriptors, numbers } = this.parts;
    const ways = Array.from({ length: numbers.half }, (_, way) => way);
    return [
      ...ways.map((way) => ({
        register: Msr.Table + way,
        second: Msr.SecondTable + way,
        value: descriptors.table(root, way),
      })),
      ...ways.map((way) => ({
        register: Msr.Pointer + way,
        second: Msr.SecondPointer + way,
        value: descriptors.pointer(root, way),
      })),
      ...Array.from({ length: 2 * CWT_WAYS }, (_, i) => ({
        register: Msr.Cwt + i,
        second: Msr.SecondCwt + i,
        value: descriptors.cwt(root, i),
      })),
    ];
  }

  // ---- address spaces -----------------------------------------------------------------------------------------------

  /** The user's 4 KiB ways at once, the larger sizes with their first page. */
  create(id: number): Tdb | null {
    const { blocks, descriptors, cwts, ways, row } = this.parts;
    const root = blocks.allocate(NOBODY, 0, row);
    if (root === -1) return null;
    descriptors.setOwner(root, id);
    if (cwts.build(root)) {
      if (ways.build(root, 1, 0)) return { id, root };
      cwts.destroy(root);
    }
    blocks.free(root, root, 0, row);
    return null;
  }

  destroy(tdb: Tdb): void {
    const { blocks, descriptors, cwts, ways, numbers, tlb, row } = this.parts;
    const { root } = tdb;
    // A CPU that has it loaded goes to the kernel's own address space, which has no user half.
    for (const cpu of tlb.cpusOf(tdb)) this.#loadHalf(cpu, KERNEL_DESCRIPTOR, 1);
    tlb.forget(tdb);
    this.#resizer?.forget(root);
    for (const way of descriptors.builtWays(root))
      ways.dismantle(root, way, way < numbers.firstTarget ? numbers.sizeOf(way) : this.#sizeOfTarget(root, way));
    cwts.destroy(root);
    blocks.free(root, root, 0, row);
  }

  /** Page size of the way whose resize has that target. */
  #sizeOfTarget(root: Pfn, target: number): number {
    const { descriptors, numbers } = this.parts;
    for (let way = 0; way < numbers.firstTarget; way++)
      if (numbers.target(way) === target && descriptors.isQueued(root, way)) return numbers.sizeOf(way);
    return 0;
  }

  /** `load_ECPT_desc`: both halves' ways and walk tables, then CR3, which flushes. */
  switchTo(tdb: Tdb): void {
    const { cpus, tlb } = this.parts;
    tlb.enter(0);
    this.#loadHalf(cpus.current, KERNEL_DESCRIPTOR, 0);
    this.#loadHalf(cpus.current, tdb.root, 1);
    tlb.switchTo(tdb);
  }

  #loadHalf(cpu: number, root: Pfn, user: number): void {
    const { descriptors, numbers } = this.parts;
    for (let way = user * numbers.half; way < (user + 1) * numbers.half; way++) this.#loadWay(cpu, root, way);
    for (let i = 0; i < 2 * CWT_WAYS; i++)
      this.#write(cpu, Msr.Cwt + user * 2 * CWT_WAYS + i, descriptors.cwt(root, i));
  }

  #loadWay(cpu: number, root: Pfn, way: number): void {
    const { descriptors, numbers } = this.parts;
    this.#write(cpu, Msr.Table + way, descriptors.table(root, way));
    const pointer = descriptors.pointer(root, way);
    this.#write(cpu, Msr.Pointer + way, pointer);
    const target = numbers.target(way);
    if (descriptors.isQueued(root, way) && descriptors.isBuilt(root, target))
      this.#write(cpu, Msr.Table + target, descriptors.table(root, target));
  }

  /**
   * A way has changed. The release tells only the CPU that the resizing thread runs on, which is right for one CPU; here every CPU
   * that has the address space loaded is told.
   */
  publish(root: Pfn, way: number): void {
    const { cpus, tlb, descriptors } = this.parts;
    if (isKernelDescriptor(root)) {
      // Where the only set is the minimal one, the other comes with the way in.
      for (let cpu = 0; cpu < cpus.count; cpu++)
        if (this.#hasTwoSets || !tlb.isInUserMode(cpu)) this.#loadWay(cpu, root, way);
    } else for (const cpu of tlb.cpusOf({ id: descriptors.owner(root), root })) this.#loadWay(cpu, root, way);
  }

  #write(cpu: number, register: number, value: number): void {
    this.parts.probe.counters[Counter.RegisterWrites]++;
    this.parts.cpus.cpu(cpu).wrmsr(register, value);
  }
}
