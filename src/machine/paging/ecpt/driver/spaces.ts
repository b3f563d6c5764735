/** Address spaces: a descriptor, its walk tables and its ways; and the registers of the CPUs that have it loaded. */
import type { Pfn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import type { Probe } from '../../../core/probe';
import type { Tdb } from '../../../emt/driver';
import type { Cpus } from '../../../mmu/instructions';
import type { TlbService } from '../../x86/tlbService';
import { type Descriptors, KERNEL_DESCRIPTOR, KERNEL_START, Msr, type WayNumbers } from '../descriptor';
import { CWT_WAYS } from '../cwt';
import type { Blocks } from './blocks';
import type { Cwts } from './cwts';
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
  /** Row of descriptors in the counters of tables. */
  row: number;
}

export class Spaces {
  #resizer: Resizer | undefined;

  constructor(private readonly parts: SpaceParts) {}

  attach(resizer: Resizer): void {
    this.#resizer = resizer;
  }

  /** The kernel's half, on every CPU. */
  init(): void {
    for (let cpu = 0; cpu < this.parts.cpus.count; cpu++) {
      this.#write(cpu, Msr.KernelStart, KERNEL_START);
      this.#loadHalf(cpu, KERNEL_DESCRIPTOR, 0);
    }
  }

  /** The user's 4 KiB ways at once, the larger sizes with their first page. */
  create(id: number): Tdb | null {
    const { blocks, descriptors, cwts, ways, row } = this.parts;
    const root = blocks.allocate(0, row);
    if (root === -1) return null;
    descriptors.setOwner(root, id);
    if (cwts.build(root)) {
      if (ways.build(root, 1, 0)) return { id, root };
      cwts.destroy(root);
    }
    blocks.free(root, 0, row);
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
    blocks.free(root, 0, row);
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
    if (root === KERNEL_DESCRIPTOR) for (let cpu = 0; cpu < cpus.count; cpu++) this.#loadWay(cpu, root, way);
    else for (const cpu of tlb.cpusOf({ id: descriptors.owner(root), root })) this.#loadWay(cpu, root, way);
  }

  #write(cpu: number, register: number, value: number): void {
    this.parts.probe.counters[Counter.RegisterWrites]++;
    this.parts.cpus.cpu(cpu).wrmsr(register, value);
  }
}
