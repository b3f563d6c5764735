/**
 * Which address space each CPU has loaded, and how the CPUs' TLBs are kept right: what Linux's arch/x86/mm/tlb.c does
 * behind `tsvc_switch_tdb` and `tsvc_flush_tlb`. Every x86 driver shares it.
 *
 * - With PCIDs each CPU gives its last six databases an address-space number (ASID) each (`TLB_NR_DYN_ASIDS`), so that a
 *   switch back finds its translations still there (`choose_new_asid`). PCID = ASID + 1; user mode's, under isolation,
 *   has bit 11 set as well.
 * - Each database has a *generation*, which every flush raises. A CPU remembers up to which generation each of its ASIDs
 *   is flushed: one that has missed flushes drops everything of it when it comes back to it.
 * - A flush interrupts the other CPUs that have the database loaded (`mm_cpumask`). Up to 33 pages are invalidated one by
 *   one (`tlb_single_page_flush_ceiling`), more by loading CR3. A CPU that has gone idle with a database still loaded
 *   (*lazy*) is left alone unless tables are freed, and catches up when it runs again.
 * - Under page-table isolation CR3 is switched on each way between user and kernel mode; the user PCID is flushed on the
 *   way back, if at all (`invalidate_user_asid`).
 */
import { addPages, asPfn, asVpn, formatVirtual, type Pfn, type Vpn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import { Counter } from '../../core/counters';
import type { Hasher } from '../../core/hash';
import type { Probe } from '../../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import type { Tdb } from '../../emt/driver';
import { type Cpus, type Instructions, Invpcid } from '../../mmu/instructions';
import type { KernelHalf } from '../kernelHalf';

const SINGLE_PAGE_FLUSH_CEILING = 33;
const ASIDS = 6;
/** `X86_CR3_PTI_PCID_USER_BIT`. */
const USER_PCID = 1 << 11;

/** Of each CPU. */
const enum Cpu {
  /** Number of the loaded database; 0 is the kernel's own. */
  Loaded,
  Asid,
  /** ASID that the next new database gets. */
  Next,
  Lazy,
  /** In user mode (1) or in the kernel; kept only under isolation. */
  User,
  Fields,
}

/** Of each ASID of each CPU: whose it is (a context number), flushed up to which generation, user PCID to be flushed. */
const enum Asid {
  Context,
  Generation,
  UserFlush,
  Fields,
}

/** Of each database, by its number. Contexts are never used again, numbers and roots may be. */
const enum Db {
  Root,
  Context,
  Generation,
  /** CPUs that have it loaded: 32 of them a word. */
  MaskLow,
  MaskHigh,
  Fields,
}

export interface TlbServiceParts {
  cpus: Cpus;
  probe: Probe;
  costs: HardwareCosts;
  kernel: KernelHalf | null;
  pcid: boolean;
}

export class TlbService implements Stateful<readonly TypedArray[]> {
  /** Under isolation accesses have to say in which mode they are: see `enter`. */
  readonly isolated: boolean;
  readonly #cpus: Cpus;
  readonly #probe: Probe;
  readonly #costs: HardwareCosts;
  readonly #kernel: KernelHalf | null;
  readonly #pcid: boolean;
  readonly #perCpu: Float64Array;
  readonly #asids: Float64Array;
  /** [0]: context numbers given out. */
  readonly #contexts = new Float64Array(1);
  readonly #state: ArrayState;
  #databases = new Float64Array(Db.Fields);

  constructor({ cpus, probe, costs, kernel, pcid }: TlbServiceParts) {
    this.#cpus = cpus;
    this.#probe = probe;
    this.#costs = costs;
    this.#kernel = kernel;
    this.#pcid = pcid;
    this.isolated = kernel !== null && kernel.isolated;
    this.#perCpu = new Float64Array(cpus.count * Cpu.Fields);
    this.#asids = new Float64Array(cpus.count * ASIDS * Asid.Fields);
    this.#state = new ArrayState([this.#perCpu, this.#asids, this.#contexts]);
  }

  /** Number of the database that a CPU has loaded; 0 if it is the kernel's. */
  loadedOn(cpu: number): number {
    return this.#perCpu[cpu * Cpu.Fields + Cpu.Loaded];
  }
  /** The CPUs that have a database loaded. */
  cpusOf(tdb: Tdb): number[] {
    const row = tdb.id * Db.Fields;
    const known = this.#databases[row + Db.Root] === tdb.root;
    return Array.from({ length: this.#cpus.count }, (_, cpu) => cpu).filter((cpu) => known && this.#isIn(row, cpu));
  }

  // ---- switch_mm ----------------------------------------------------------------------------------------------------

  /** The running CPU uses the database from now on (`switch_mm_irqs_off`). */
  switchTo(tdb: Tdb): void {
    this.enter(0);
    const cpu = this.#cpus.current;
    const at = cpu * Cpu.Fields;
    const row = this.#rowOf(tdb);
    const generation = this.#databases[row + Db.Generation];
    if (this.#perCpu[at + Cpu.Loaded] === tdb.id) {
      const wasLazy = this.#perCpu[at + Cpu.Lazy] !== 0;
      this.#perCpu[at + Cpu.Lazy] = 0;
      const asid = this.#asidAt(cpu, this.#perCpu[at + Cpu.Asid]);
      if (!wasLazy || this.#asids[asid + Asid.Generation] === generation) return;
      this.#load(cpu, tdb, this.#perCpu[at + Cpu.Asid], true);
      return;
    }
    this.#leave(cpu);
    this.#setIn(row, cpu, true);
    let asid = 0;
    let flush = true;
    if (this.#pcid) {
      asid = this.#knownAsid(cpu, this.#databases[row + Db.Context]);
      if (asid >= 0) flush = this.#asids[this.#asidAt(cpu, asid) + Asid.Generation] < generation;
      else {
        asid = this.#perCpu[at + Cpu.Next] % ASIDS;
        this.#perCpu[at + Cpu.Next] = asid + 1;
      }
    }
    this.#perCpu[at + Cpu.Loaded] = tdb.id;
    this.#perCpu[at + Cpu.Asid] = asid;
    this.#load(cpu, tdb, asid, flush);
  }

  /** `load_new_mm_cr3`. */
  #load(cpu: number, tdb: Tdb, asid: number, flush: boolean): void {
    const row = this.#rowOf(tdb);
    const at = this.#asidAt(cpu, asid);
    if (flush) {
      this.#asids[at + Asid.Context] = this.#databases[row + Db.Context];
      this.#asids[at + Asid.Generation] = this.#databases[row + Db.Generation];
      this.#asids[at + Asid.UserFlush] = 1;
    }
    this.#cpus.cpu(cpu).movToCr3(tdb.root, this.#pcid ? asid + 1 : 0, !flush);
  }

  /** The CPU no longer has what it has loaded: flushes of it need not reach the CPU any more. */
  #leave(cpu: number): void {
    const at = cpu * Cpu.Fields;
    const loaded = this.#perCpu[at + Cpu.Loaded];
    if (loaded !== 0) this.#setIn(loaded * Db.Fields, cpu, false);
    this.#perCpu[at + Cpu.Loaded] = 0;
    this.#perCpu[at + Cpu.Lazy] = 0;
  }

  /** The running CPU has nothing to run but keeps its database loaded (`enter_lazy_tlb`), or runs it again. */
  setLazy(lazy: boolean): void {
    const cpu = this.#cpus.current;
    const at = cpu * Cpu.Fields;
    const id = this.#perCpu[at + Cpu.Loaded];
    if (id === 0) return;
    if (lazy) this.#perCpu[at + Cpu.Lazy] = 1;
    else this.switchTo({ id, root: asPfn(this.#databases[id * Db.Fields + Db.Root]) });
  }

  /** Root of the database that the running CPU uses, from CR3. */
  readRoot(): Pfn {
    this.enter(0);
    return this.#cpus.cpu(this.#cpus.current).movFromCr3();
  }

  /** The database is destroyed: CPUs that have it loaded go to the kernel's, and its number may be used again. */
  forget(tdb: Tdb): void {
    const row = this.#rowOf(tdb);
    for (let cpu = 0; cpu < this.#cpus.count; cpu++) if (this.#isIn(row, cpu)) this.#leaveLazily(cpu);
    this.#databases.fill(0, row, row + Db.Fields);
  }

  /** `leave_mm`: the CPU walks the kernel's own tables. */
  #leaveLazily(cpu: number): void {
    this.#enterOn(cpu, 0);
    this.#leave(cpu);
    // PCID 0 is nobody's: nothing of it is global, so nothing stale is left.
    if (this.#kernel !== null) this.#cpus.cpu(cpu).movToCr3(this.#kernel.root);
  }

  // ---- flushing -----------------------------------------------------------------------------------------------------

  /** Drops cached translations of the pages start … end − 1 on every CPU that may have any (`flush_tlb_mm_range`). */
  flushRange(tdb: Tdb, start: Vpn, end: Vpn, freedTables: boolean): void {
    this.enter(0);
    if (tdb.id === this.#kernel?.id) {
      this.#flushKernel(start, end);
      return;
    }
    const row = this.#rowOf(tdb);
    this.#databases[row + Db.Generation]++;
    const all = end - start > SINGLE_PAGE_FLUSH_CEILING;
    const running = this.#cpus.current;
    if (this.#isIn(row, running)) this.#flushOn(running, row, start, end, all);
    let reached = 0;
    for (let cpu = 0; cpu < this.#cpus.count; cpu++) {
      if (cpu === running || !this.#isIn(row, cpu)) continue;
      if (this.#perCpu[cpu * Cpu.Fields + Cpu.Lazy] !== 0 && !freedTables) continue;
      reached++;
      if (this.#probe.recorder !== null)
        this.#probe.note(
          `IPI from CPU ${running} to CPU ${cpu}: flush ${all ? 'everything' : `${formatVirtual(start)} .. ${formatVirtual(end)}`} of database ${tdb.id}`,
        );
      this.#enterOn(cpu, 0);
      this.#flushOn(cpu, row, start, end, all);
    }
    if (reached > 0) this.#countInterrupts(reached);
  }

  /**
   * An entry of a root has become present that CPUs keep in registers (PAE): those that have it loaded load CR3 again, as
   * Linux's `pud_populate` has it.
   */
  reloadRoot(root: Pfn): void {
    for (let id = 1; id * Db.Fields < this.#databases.length; id++)
      if (this.#databases[id * Db.Fields + Db.Context] !== 0 && this.#databases[id * Db.Fields + Db.Root] === root)
        this.flushRange({ id, root }, asVpn(0), asVpn(SINGLE_PAGE_FLUSH_CEILING + 1), true);
  }

  /** Every CPU has the kernel's half, whatever it has loaded (`flush_tlb_kernel_range`). */
  #flushKernel(start: Vpn, end: Vpn): void {
    for (let cpu = 0; cpu < this.#cpus.count; cpu++) {
      const hardware = this.#cpus.cpu(cpu);
      if (end - start > SINGLE_PAGE_FLUSH_CEILING) hardware.flushAll();
      else for (let vpn = start; vpn < end; vpn = addPages(vpn, 1)) hardware.invlpg(vpn);
    }
    if (this.#cpus.count > 1) this.#countInterrupts(this.#cpus.count - 1);
  }

  #countInterrupts(reached: number): void {
    const { counters } = this.#probe;
    counters[Counter.Shootdowns]++;
    counters[Counter.Ipis] += reached;
    counters[Counter.IpiCycles] += reached * this.#costs.ipi;
  }

  /** `flush_tlb_func`, on the CPU itself. */
  #flushOn(cpu: number, row: number, start: Vpn, end: Vpn, all: boolean): void {
    const at = cpu * Cpu.Fields;
    if (this.#perCpu[at + Cpu.Lazy] !== 0) {
      this.#leaveLazily(cpu);
      return;
    }
    const asid = this.#perCpu[at + Cpu.Asid];
    const generations = this.#asidAt(cpu, asid);
    const generation = this.#databases[row + Db.Generation];
    const hardware = this.#cpus.cpu(cpu);
    const behind = generation - this.#asids[generations + Asid.Generation];
    if (behind === 0) return;
    if (!all && behind === 1)
      for (let vpn = start; vpn < end; vpn = addPages(vpn, 1)) this.#flushPage(hardware, asid, generations, vpn);
    else {
      this.#asids[generations + Asid.UserFlush] = 1;
      hardware.movToCr3(hardware.movFromCr3(), hardware.pcid);
    }
    this.#asids[generations + Asid.Generation] = generation;
  }

  /** `flush_tlb_one_user`. */
  #flushPage(hardware: Instructions, asid: number, generations: number, vpn: Vpn): void {
    hardware.invlpg(vpn);
    if (!this.isolated) return;
    if (this.#pcid) hardware.invpcid(Invpcid.Address, (asid + 1) | USER_PCID, vpn);
    else this.#asids[generations + Asid.UserFlush] = 1;
  }

  // ---- page-table isolation -----------------------------------------------------------------------------------------

  /** The running CPU goes to user mode (1) or to the kernel (0); nothing happens if it is there, or without isolation. */
  enter(user: number): void {
    if (this.isolated) this.#enterOn(this.#cpus.current, user);
  }

  /** A CPU is in user mode; without isolation nobody keeps count of that. */
  isInUserMode(cpu: number): boolean {
    return this.#perCpu[cpu * Cpu.Fields + Cpu.User] === 1;
  }

  /** `SWITCH_TO_KERNEL_CR3`, `SWITCH_TO_USER_CR3`: both only change bits of CR3. */
  #enterOn(cpu: number, user: number): void {
    const at = cpu * Cpu.Fields;
    if (!this.isolated || this.#perCpu[at + Cpu.User] === user) return;
    // The kernel's own root has no user's beside it.
    if (user === 1 && this.#perCpu[at + Cpu.Loaded] === 0) return;
    const kernel = this.#kernel;
    if (kernel === null) return;
    this.#perCpu[at + Cpu.User] = user;
    const hardware = this.#cpus.cpu(cpu);
    const root = kernel.rootIn(hardware.movFromCr3(), user);
    const pcid = hardware.pcid;
    const { counters } = this.#probe;
    counters[Counter.KptiSwitches]++;
    counters[Counter.KptiCycles] += this.#costs.kpti_switch;
    if (this.#probe.recorder !== null) this.#probe.note(kernel.entryText(user));
    kernel.switchOn(cpu, user);
    if (user === 0) {
      hardware.movToCr3(root, pcid & ~USER_PCID, this.#pcid);
      return;
    }
    const asid = this.#asidAt(cpu, this.#perCpu[at + Cpu.Asid]);
    const keep = this.#pcid && this.#asids[asid + Asid.UserFlush] === 0;
    this.#asids[asid + Asid.UserFlush] = 0;
    hardware.movToCr3(root, this.#pcid ? pcid | USER_PCID : 0, keep);
  }

  // ---- tables -------------------------------------------------------------------------------------------------------

  #asidAt(cpu: number, asid: number): number {
    return (cpu * ASIDS + asid) * Asid.Fields;
  }

  #knownAsid(cpu: number, context: number): number {
    for (let asid = 0; asid < ASIDS; asid++)
      if (this.#asids[this.#asidAt(cpu, asid) + Asid.Context] === context) return asid;
    return -1;
  }

  /** Where the database's fields begin; a database seen for the first time gets a context. */
  #rowOf({ id, root }: Tdb): number {
    const row = id * Db.Fields;
    if (row >= this.#databases.length) {
      const more = new Float64Array(2 * row + Db.Fields);
      more.set(this.#databases);
      this.#databases = more;
    }
    if (this.#databases[row + Db.Context] === 0 || this.#databases[row + Db.Root] !== root) {
      this.#databases[row + Db.Root] = root;
      this.#databases[row + Db.Context] = ++this.#contexts[0];
      this.#databases[row + Db.Generation] = 1;
      this.#databases[row + Db.MaskLow] = this.#databases[row + Db.MaskHigh] = 0;
    }
    return row;
  }

  #isIn(row: number, cpu: number): boolean {
    return ((this.#databases[row + Db.MaskLow + (cpu >> 5)] >>> (cpu & 31)) & 1) !== 0;
  }

  #setIn(row: number, cpu: number, value: boolean): void {
    const word = row + Db.MaskLow + (cpu >> 5);
    const bit = 1 << (cpu & 31);
    this.#databases[word] = (value ? this.#databases[word] | bit : this.#databases[word] & ~bit) >>> 0;
  }

  save(): readonly TypedArray[] {
    return [...this.#state.save(), this.#databases.slice()];
  }

  load([small, databases]: readonly TypedArray[]): void {
    this.#state.load([small]);
    this.#databases = Float64Array.from(databases);
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
    // How far the array has grown is no state.
    let end = this.#databases.length;
    while (end > 0 && this.#databases[end - 1] === 0) end--;
    for (let i = 0; i < end; i++) into.number(this.#databases[i]);
  }
}
