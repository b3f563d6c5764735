/**
 * Who changes the kernel's own tables is software that those tables map: its code, and the memory of the tables. So each of its
 * steps is translated by the CPU that runs it, through TLB and walker like any other access; and if an entry that it needs is in no
 * table while it moves, the machine dies (EMT, OSDI '25 §7.1: the self-reference paradox).
 *
 * Nothing here decides that it dies: a translation fails, and what is known of the entry that is on its way explains why.
 */
import { addPages, formatPhysical, formatVirtual, type Pfn, physicalOf, type Vpn } from '../../../core/addresses';
import { die } from '../../../core/death';
import type { Probe } from '../../../core/probe';
import type { Cpus } from '../../../mmu/instructions';
import { Access } from '../../../mmu/rights';
import { KERNEL_TEXT } from '../../x86/kernelSpace';
import { DIRECT_MAP } from '../kernel';

const DEATH = 'The handler of page faults is reached the same way: page fault, double fault, triple fault.';

export class Mover {
  /** What is in no table at the moment: its first page, how many, and what took it out. */
  #vpn = 0;
  #pages = 0;
  #what = '';

  constructor(
    private readonly cpus: Cpus,
    private readonly probe: Probe,
  ) {}

  /** These pages are in no table from now on. */
  lifted(vpn: Vpn, pages: number, what: string): void {
    this.#vpn = vpn;
    this.#pages = pages;
    this.#what = what;
  }

  /** They are in one again. */
  placed(): void {
    this.#pages = 0;
  }

  /** The running CPU reads or writes kernel memory at a physical place, with an instruction of the kernel's text. */
  touch(frame: Pfn, offset: number, access: Access, what: string): void {
    this.#need(KERNEL_TEXT, 0, Access.Exec, 'its next instruction');
    this.#need(addPages(DIRECT_MAP, frame), offset, access, what);
  }

  #need(vpn: Vpn, offset: number, access: Access, what: string): void {
    if (this.cpus.cpu(this.cpus.current).touch(vpn, offset, access)) return;
    const { probe } = this;
    const lifted = vpn >= this.#vpn && vpn < this.#vpn + this.#pages;
    const why = lifted
      ? `${this.#what} is in no table while it moves, and it maps ${what}.`
      : `No way of the kernel's tables maps ${what}.`;
    die(probe, vpn, `the kernel cannot reach ${formatVirtual(vpn)}: ${why} ${DEATH}`);
  }

  /**
   * An interrupt comes behind the n-th of so many registers: the processor reads its descriptor, and pushes on a stack beside it.
   * `where` says in which ways the page is.
   */
  interrupt(cpu: number, vpn: Vpn, written: number, registers: number, where: () => string): void {
    if (this.probe.recorder !== null)
      this.probe.note(`an interrupt behind register ${written} of ${registers}: it needs ${formatVirtual(vpn)}`);
    if (this.cpus.cpu(cpu).touch(vpn, 0, Access.Write)) return;
    die(
      this.probe,
      vpn,
      `an interrupt cannot reach its descriptors and stack at ${formatVirtual(vpn)}: of the kernel's ${registers} registers ${written} are of one table by now and ${registers - written} of the other. ${where()} ${DEATH}`,
    );
  }
}

/** The memory of a table as the mover reaches it. */
export const tableMemory = (name: string, frame: Pfn): string =>
  `the memory of ${name} itself, at ${formatPhysical(physicalOf(frame))}`;
