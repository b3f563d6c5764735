/**
 * The whole: one machine with its CPUs, memory and kernel, as one thing that runs ticks and can be saved and restored.
 *
 * `access` is one access of a program: every page it touches is translated, faults are served by the kernel and the
 * access retried. With a recorder attached to `probe` the same calls also report what they do. All state is in parts
 * that implement `Stateful`, so that `save` and `load` are complete and `stateHash` equal for equal states.
 */
import {
  addressOf,
  asPfn,
  asVpn,
  formatPhysical,
  PAGE_BYTES,
  type Pfn,
  physicalOf,
  type Vpn,
  wrapPage,
} from './core/addresses';
import { DEFAULT_COSTS, type HardwareCosts } from './core/costs';
import { packedKind, packedOffset, packedSize } from './core/accessChunk';
import { Counter } from './core/counters';
import { MachineDied } from './core/death';
import type { FatalSignal, FaultKind } from './core/events';
import {
  DEFAULT_SOFTWARE_COSTS,
  functionIndex,
  FUNCTION_NAMES,
  type FunctionName,
  type SoftwareCosts,
} from './core/functions';
import { Hasher } from './core/hash';
import { Probe } from './core/probe';
import { ArrayState, type Stateful, type TypedArray } from './core/state';
import { type CpuCaches, DataCaches, type DataCachesSnapshot } from './caches/dataCaches';
import { Emt } from './emt/emt';
import { FaultsInRun } from './faultService';
import { DEATH, FAULT_KINDS, type FaultRequest, type FaultVerdict, SIGNALS } from './kernel/faults/verdict';
import { Kernel, type KernelSnapshot } from './kernel/kernel';
import { type Process, residentPages } from './kernel/process';
import { BuddyAllocator } from './memory/buddy';
import { type MemorySnapshot, PhysicalMemory } from './memory/physicalMemory';
import { Mmu } from './mmu/mmu';
import { Processors, type ProcessorsSnapshot } from './mmu/processors';
import { Counting } from './mmu/translator';
import { Access, ErrorCode } from './mmu/rights';
import { pageSizesOf } from './paging/format';
import { hasProtectionKeys } from './paging/x86/attributes';
import type { Host, HostSnapshot } from './paging/host';
import type { Inspector } from './paging/inspector';
import { type MachineOptions, refusal, schemeOf } from './options';
import type { Scheme } from './paging/registry';
import type { AddressSpace, AddressSpaces } from './paging/spaces';
import type { KernelHalf } from './paging/kernelHalf';
import { TlbService } from './paging/x86/tlbService';
import { Replay } from './replay';

export { type MachineOptions, refusal } from './options';

export interface MachineSnapshot {
  readonly memory: MemorySnapshot;
  readonly buddy: readonly TypedArray[];
  /** Of a guest. */
  readonly host?: HostSnapshot;
  readonly processors: ProcessorsSnapshot;
  readonly tlb: readonly TypedArray[];
  readonly kernel: KernelSnapshot;
  readonly small: readonly TypedArray[];
  /** Present in a machine that has data caches. */
  readonly caches?: DataCachesSnapshot;
}

/** Most faults that one access may take before it is given up as a loop; a crossing access needs at most four. */
const MAX_FAULTS = 8;

/** The last access: what expressions call `access` and `fault`. State like any other, kept as numbers. */
export const enum Last {
  /** −1 before the first access. */
  Kind,
  Vpn,
  Offset,
  Size,
  User,
  /** Frame that its last page translated to, or −1. */
  Pfn,
  WalkReferences,
  WalkCycles,
  Walks,
  Faults,
  /** That made it. */
  Cpu,
  /** 1: the machine has died, see core/death.ts. */
  Dead,
  /** First of MAX_FAULTS records of five: kind code, signal code, error code, page, offset. */
  Fault,
  Count = Fault + 5 * MAX_FAULTS,
}

export interface FaultRecord {
  kind: FaultKind;
  /** Present for fatal ones. */
  signal?: FatalSignal;
  errorCode: number;
  address: bigint;
}

const MINOR_CODE = FAULT_KINDS.indexOf('minor') + 1;

const spaceOf = (process: Process): AddressSpace => ({
  id: process.pid,
  name: process.name,
  root: process.tdb.root,
  note: `${residentPages(process)} pages resident`,
});

/** All names that `machine { cost NAME VALUE }` can change, with their defaults. */
export const costNames = (): string[] => [
  ...Object.keys(DEFAULT_COSTS),
  ...Object.keys(DEFAULT_SOFTWARE_COSTS),
  ...FUNCTION_NAMES,
];

export class Machine implements AddressSpaces, Stateful<MachineSnapshot> {
  readonly probe = new Probe();
  readonly memory: PhysicalMemory;
  readonly buddy: BuddyAllocator;
  /** What the machine runs on, if it is a guest: `memory` then has the host's frames above its own. */
  readonly host: Host | null;
  readonly processors: Processors;
  /** The running CPU's; `runOn` says which that is. */
  mmu: Mmu;
  /** Address spaces loaded, flushes, mode switches under page-table isolation. */
  readonly tlb: TlbService;
  readonly kernelSpace: KernelHalf | null;
  readonly emt: Emt;
  readonly kernel: Kernel;
  readonly scheme: Scheme;
  readonly inspector: Inspector;
  readonly costs: HardwareCosts;
  /** `null`: data has no caches, and every read of a table costs the same. */
  readonly caches: DataCaches | null;
  readonly last = new Float64Array(Last.Count);
  readonly replay = new Replay(this);
  readonly #small: ArrayState;
  /** One object for the machine's life, so that a fault allocates nothing. */
  readonly #request: FaultRequest = {
    vector: 'PF',
    vpn: asVpn(0),
    offset: 0,
    write: false,
    exec: false,
    user: true,
    reserved: false,
    key: false,
    lastTry: false,
  };

  /** `options.scheme` must be in the registry and all geometry legal: the language's checker sees to both. */
  constructor(readonly options: MachineOptions) {
    const refused = refusal(options);
    if (refused !== undefined) throw new Error(refused);
    const scheme = schemeOf(options);
    this.scheme = scheme;
    this.costs = { ...DEFAULT_COSTS };
    for (const [name, value] of Object.entries(options.costs)) this.#setCost(name, value);
    this.memory = new PhysicalMemory(options.memoryBytes);
    const { memory, probe, costs } = this;
    this.host = scheme.createHost?.({ memory, probe, costs }) ?? null;
    const { cpus = 1, pcid = false, kpti = false, fptFree, seed = 1 } = options;
    const kernel = scheme.createKernel?.({ memory, probe, isolated: kpti, seed }) ?? null;
    this.kernelSpace = kernel;
    this.buddy = new BuddyAllocator(memory, probe, options.nodes, kernel?.reservedFrames);
    const { buddy } = this;
    this.caches = options.caches === undefined ? null : new DataCaches(options.caches, cpus, memory.sizeBytes);
    this.processors = new Processors(Array.from({ length: cpus }, (_, i) => this.#makeCpu(cpus > 1 ? i : undefined)));
    this.mmu = this.processors.running;
    this.tlb = new TlbService({ cpus: this.processors, probe, costs, kernel, pcid });
    const parts = { memory, buddy, tlb: this.tlb, cpus: this.processors, kernel, probe, seed, fptFree };
    const driver = scheme.createDriver(parts);
    this.emt = new Emt(driver, probe, buddy, options.emtDefaults);
    this.kernel = new Kernel(this.emt, buddy, probe, options.kernel, {
      pageSizes: pageSizesOf(scheme.format),
      userSpace: scheme.format.userSpace,
      protectionKeys: hasProtectionKeys(scheme.format) ? 16 : 1,
      noExecute: scheme.format.entryBytes === 8,
      kernelTdb: kernel?.isMutable === true ? { id: kernel.id, root: kernel.root } : undefined,
    });
    for (const { translator } of this.cpus) translator.faultService = new FaultsInRun(this);
    this.kernel.onEntry = () => this.tlb.enter(0);
    this.inspector = scheme.createInspector(memory, kernel, this.host, {
      reservedHigh: () => this.mmu.rights.reservedHigh,
      keptRootEntry: (root, index) => this.mmu.keptRootEntry(root, index),
    });
    this.last[Last.Kind] = -1;
    this.#small = new ArrayState([probe.counters, probe.calls, probe.instructions, probe.workClass, this.last]);
    this.emt.tsvcInit();
    this.host?.start();
  }

  #makeCpu(cpu: number | undefined): Mmu {
    const { options, scheme, memory, probe, costs, host } = this;
    const { walkCaches } = options;
    const replacement = { policy: options.replacement ?? 'lru', seed: (options.seed ?? 1) + (cpu ?? 0) };
    const tableReads = this.caches?.cpus[cpu ?? 0] ?? null;
    return new Mmu(
      {
        dtlb: options.dtlb,
        itlb: options.itlb,
        stlb: options.stlb,
        inclusive: options.stlbInclusive,
        format: scheme.format,
        halves: scheme.format.levels.some(({ leafSize }) => leafSize === 3),
        replacement,
        pcid: options.pcid ?? false,
        root: this.kernelSpace?.root ?? asPfn(0),
        cpu,
      },
      probe,
      costs,
      (rights) => scheme.createWalker({ memory, rights, probe, costs, walkCaches, replacement, host, tableReads }),
    );
  }

  #setCost(name: string, value: number): void {
    if (name in this.costs) this.costs[name as keyof HardwareCosts] = value;
    else if (name in this.probe.softwareCosts) this.probe.softwareCosts[name as keyof SoftwareCosts] = value;
    else this.probe.costs[functionIndex(name as FunctionName)] = value;
  }

  /** All CPUs' translation hardware; `mmu` is the running one's. */
  get cpus(): readonly Mmu[] {
    return this.processors.all;
  }
  /** Number of the running CPU. */
  get cpu(): number {
    return this.processors.current;
  }
  /** What follows runs on this CPU (0 to cpus − 1), with whatever address space it has loaded. */
  runOn(cpu: number): void {
    this.processors.runOn(cpu);
    this.mmu = this.processors.running;
  }

  /** The running process, if there is one, goes on on that CPU, which then has its address space loaded. */
  moveTo(cpu: number): void {
    if (cpu === this.cpu) return;
    this.runOn(cpu);
    this.kernel.movedTo(Math.floor((cpu * this.options.nodes) / this.cpus.length));
  }

  /** The address spaces of the processes that live. */
  get spaces(): readonly AddressSpace[] {
    return this.kernel.processes.filter((process) => !process.exited).map(spaceOf);
  }

  get space(): AddressSpace | undefined {
    return this.kernel.current && spaceOf(this.kernel.current);
  }

  /** Of a guest: the host's tables, as an address space of guest-physical pages. */
  get below(): AddressSpaces | undefined {
    return this.host?.view;
  }

  /** Root table of the running address space. */
  get root(): Pfn {
    return this.mmu.movFromCr3();
  }

  /**
   * One access of `size` bytes by the running process. False if it ended in a fatal fault.
   * `user` is 1 for user mode, 0 for the supervisor.
   */
  access(kind: Access, vpn: Vpn, offset: number, size: number, user: number): boolean {
    this.#begin(kind, vpn, offset, size, user);
    if (this.tlb.isolated && !this.#enter(user)) return false;
    const caches = this.dataCaches;
    if (!this.#page(kind, vpn, offset, user, Counting.Access)) return false;
    if (caches !== null) this.#touch(caches, kind, offset, Math.min(size, PAGE_BYTES - offset));
    // The last byte may lie on a later page: each is translated, in ascending order.
    for (
      let end = offset + size - PAGE_BYTES, page = wrapPage(vpn + 1);
      end > 0;
      end -= PAGE_BYTES, page = wrapPage(page + 1)
    ) {
      if (!this.#page(kind, page, 0, user, Counting.Page)) return false;
      if (caches !== null) this.#touch(caches, kind, 0, Math.min(end, PAGE_BYTES));
    }
    return true;
  }

  /** The running CPU's data caches, if it has any. */
  get dataCaches(): CpuCaches | null {
    return this.caches === null ? null : this.caches.cpus[this.cpu];
  }

  /** The access uses bytes of the frame that its page was translated to. */
  #touch(caches: CpuCaches, kind: Access, offset: number, bytes: number): void {
    this.touch(caches, kind, this.mmu.pfn, offset, bytes);
    if (this.probe.recorder === null) return;
    const { name, cycles } = caches.last;
    this.probe.note(
      `${kind === 2 ? 'instructions' : 'data'} at ${formatPhysical(physicalOf(this.mmu.pfn, offset))}: ${name}, ${cycles} cycles`,
    );
  }

  /** A program has read or written (kinds 0 and 1) or fetched (2) bytes of one frame. */
  touch(caches: CpuCaches, kind: Access, frame: Pfn, offset: number, bytes: number): void {
    if (kind === Access.Exec) caches.instructions(frame, offset, bytes);
    else caches.data(frame, offset, bytes);
    if (kind === Access.Write && this.cpus.length > 1) this.caches?.written(this.cpu, frame, offset, bytes);
  }

  /** For `Replay`: the hardware has translated an access that lies on one page; writes its record. */
  recordTranslated(packed: number, vpn: Vpn, user: number, walked: boolean): void {
    this.#begin(packedKind(packed), vpn, packedOffset(packed), packedSize(packed), user);
    this.completeRecord(walked);
  }

  /** For `Replay`: the record of an access that has begun one, for example by a fault; its page is translated by now. */
  completeRecord(walked: boolean): void {
    const { last, mmu } = this;
    last[Last.Pfn] = mmu.pfn;
    if (!walked) return;
    last[Last.Walks]++;
    last[Last.WalkReferences] += mmu.lastWalk.references;
    last[Last.WalkCycles] += mmu.lastWalk.cycles;
  }

  /** For `Replay`: such an access has faulted, `again` if not for the first time. False if that is fatal. */
  serveFaultOf(packed: number, vpn: Vpn, user: number, again: boolean): boolean {
    const kind = packedKind(packed);
    if (!again) this.#begin(kind, vpn, packedOffset(packed), packedSize(packed), user);
    return this.#serveFault(kind, user);
  }

  /** Tries the access again after its fault was served, to the end. False if another fault is fatal. */
  finishFaulted(packed: number, vpn: Vpn, user: number): boolean {
    const kind = packedKind(packed);
    const offset = packedOffset(packed);
    const counters = this.probe.counters;
    const walks = counters[Counter.Walks];
    const references = counters[Counter.WalkReferences];
    const cycles = counters[Counter.WalkCycles];
    if (this.tlb.isolated && !this.#enter(user)) return false;
    if (!this.mmu.translate(vpn, offset, kind, user, Counting.Retry) && !this.#translateAgain(kind, vpn, offset, user))
      return false;
    this.#finishPage(walks, references, cycles);
    return true;
  }

  #begin(kind: Access, vpn: Vpn, offset: number, size: number, user: number): void {
    const last = this.last;
    last[Last.Kind] = kind;
    last[Last.Vpn] = vpn;
    last[Last.Offset] = offset;
    last[Last.Size] = size;
    last[Last.User] = user;
    last[Last.Pfn] = -1;
    last[Last.Walks] = 0;
    last[Last.WalkReferences] = 0;
    last[Last.WalkCycles] = 0;
    last[Last.Faults] = 0;
    last[Last.Cpu] = this.cpu;
    this.probe.accessBytes = size;
  }

  /** Translates one page of the access, with the kernel's help if needed. */
  #page(kind: Access, vpn: Vpn, offset: number, user: number, counting: Counting): boolean {
    const counters = this.probe.counters;
    const walks = counters[Counter.Walks];
    const references = counters[Counter.WalkReferences];
    const cycles = counters[Counter.WalkCycles];
    if (!this.#translate(vpn, offset, kind, user, counting) && !this.#translateAgain(kind, vpn, offset, user))
      return false;
    this.#finishPage(walks, references, cycles);
    return true;
  }

  /** The page faulted: the kernel serves the fault and the access is tried again, until it translates or the fault is fatal. */
  #translateAgain(kind: Access, vpn: Vpn, offset: number, user: number): boolean {
    do {
      if (!this.#serveFault(kind, user)) return false;
      if (this.tlb.isolated && !this.#enter(user)) return false;
    } while (!this.#translate(vpn, offset, kind, user, Counting.Retry));
    return true;
  }

  /** As `Mmu.translate`. Where there are data caches, how long a walk took is noted. */
  #translate(vpn: Vpn, offset: number, kind: Access, user: number, counting: Counting): boolean {
    const caches = this.dataCaches;
    if (caches === null) return this.mmu.translate(vpn, offset, kind, user, counting);
    const counters = this.probe.counters;
    const walks = counters[Counter.Walks];
    const lookups = counters[Counter.LookupCycles];
    const others = counters[Counter.OtherWalkCycles];
    if (!this.mmu.translate(vpn, offset, kind, user, counting)) return false;
    if (counters[Counter.Walks] === walks) return true;
    const { references, cycles } = this.mmu.lastWalk;
    // Before it walked it had asked the second level; what else was looked up was walk caches.
    const asked = counters[Counter.LookupCycles] - lookups - this.costs.stlb_lookup;
    caches.walked(references, cycles, asked, counters[Counter.OtherWalkCycles] - others);
    return true;
  }

  /** Enters into the record what the page cost, given the counters before it. */
  #finishPage(walks: number, references: number, cycles: number): void {
    const { last } = this;
    const counters = this.probe.counters;
    last[Last.Pfn] = this.mmu.pfn;
    if (counters[Counter.Walks] === walks) return;
    last[Last.Walks] += counters[Counter.Walks] - walks;
    last[Last.WalkReferences] += counters[Counter.WalkReferences] - references;
    last[Last.WalkCycles] += counters[Counter.WalkCycles] - cycles;
  }

  #serveFault(kind: Access, user: number): boolean {
    const { fault } = this.mmu;
    const last = this.last;
    const request = this.#request;
    request.vector = fault.vector;
    request.vpn = fault.vpn;
    request.offset = fault.offset;
    request.write = (fault.errorCode & ErrorCode.Write) !== 0;
    request.exec = kind === 2;
    request.user = user === 1;
    request.reserved = (fault.errorCode & ErrorCode.Reserved) !== 0;
    request.key = (fault.errorCode & ErrorCode.ProtectionKey) !== 0;
    request.lastTry = last[Last.Faults] + 1 >= MAX_FAULTS;
    const { errorCode, vpn, offset } = fault;
    try {
      if (this.tlb.isolated) this.tlb.enter(0);
      const verdict = this.kernel.handleFault(request);
      this.#recordFault(verdict, errorCode, vpn, offset);
      return verdict.kind !== 'fatal';
    } catch (error) {
      this.died(error);
      return false;
    }
  }

  #recordFault({ kind, signal }: FaultVerdict, errorCode: number, vpn: number, offset: number): void {
    const { last } = this;
    const n = last[Last.Faults]++;
    const at = Last.Fault + 5 * Math.min(n, MAX_FAULTS - 1);
    last[at] = FAULT_KINDS.indexOf(kind) + 1;
    last[at + 1] = signal === undefined ? 0 : SIGNALS.indexOf(signal) + 1;
    last[at + 2] = errorCode;
    last[at + 3] = vpn;
    last[at + 4] = offset;
  }

  /**
   * For faults that are served in the middle of a run: the record of the access, which others follow, is not kept but for its
   * fault, which stays in the state until another takes its place.
   */
  recordUsualFault(errorCode: number, vpn: number, offset: number): void {
    const { last } = this;
    last[Last.Fault] = MINOR_CODE;
    last[Last.Fault + 1] = 0;
    last[Last.Fault + 2] = errorCode;
    last[Last.Fault + 3] = vpn;
    last[Last.Fault + 4] = offset;
  }

  /** For `Replay`: such an access has a record after all. */
  beginRecordOf(packed: number, vpn: Vpn, user: number): void {
    this.#begin(packedKind(packed), vpn, packedOffset(packed), packedSize(packed), user);
    this.last[Last.Faults] = 1;
  }

  // ---- death --------------------------------------------------------------------------------------------------------

  /** Nothing of the machine runs any more. */
  get dead(): boolean {
    return this.last[Last.Dead] === 1;
  }
  /** Of what, in words; only until the next tick. */
  causeOfDeath = '';

  /** An error that the machine's parts threw: enters its death into the record of the last access. Anything else goes on. */
  died(error: unknown): void {
    if (!(error instanceof MachineDied)) throw error;
    this.causeOfDeath = error.why;
    this.last[Last.Dead] = 1;
    this.probe.running = 0;
    this.#recordFault(DEATH, this.mmu.fault.errorCode, error.vpn, this.mmu.fault.offset);
  }

  /** Under isolation: to that mode. False if the machine has died on its way. */
  #enter(user: number): boolean {
    try {
      this.tlb.enter(user);
      return true;
    } catch (error) {
      this.died(error);
      return false;
    }
  }

  /** For `Replay`: the same before an access that has not begun. */
  enterFor(packed: number, vpn: Vpn, user: number): boolean {
    try {
      this.tlb.enter(user);
      return true;
    } catch (error) {
      this.#begin(packedKind(packed), vpn, packedOffset(packed), packedSize(packed), user);
      this.died(error);
      return false;
    }
  }

  /** As `died`, where no access was made: the record has this fault alone. */
  diedInKernel(error: unknown): void {
    this.last[Last.Faults] = 0;
    this.died(error);
  }

  /** The n-th fault of the last access, from 0; `undefined` if it took fewer. Only the first MAX_FAULTS are kept. */
  faultRecord(n: number): FaultRecord | undefined {
    const { last } = this;
    if (n < 0 || n >= Math.min(last[Last.Faults], MAX_FAULTS)) return undefined;
    const at = Last.Fault + 5 * n;
    return {
      kind: FAULT_KINDS[last[at] - 1],
      signal: SIGNALS[last[at + 1] - 1],
      errorCode: last[at + 2],
      address: addressOf(asVpn(last[at + 3]), last[at + 4]),
    };
  }

  /** Faults of the last access. */
  get faultCount(): number {
    return Math.min(this.last[Last.Faults], MAX_FAULTS);
  }

  /** Frame that a virtual page is mapped to, without side effects; `undefined` where nothing is mapped. */
  frameOfVirtual(vpn: Vpn): Pfn | undefined {
    return this.kernel.current === undefined ? undefined : this.inspector.walk(this.root, vpn).pfn;
  }

  save(): MachineSnapshot {
    return {
      memory: this.memory.save(),
      buddy: this.buddy.save(),
      ...(this.host !== null && { host: this.host.save() }),
      processors: this.processors.save(),
      tlb: this.tlb.save(),
      kernel: this.kernel.save(),
      small: this.#small.save(),
      caches: this.caches?.save(),
    };
  }

  load(saved: MachineSnapshot): void {
    this.memory.load(saved.memory);
    this.buddy.load(saved.buddy);
    if (saved.host !== undefined) this.host?.load(saved.host);
    this.processors.load(saved.processors);
    this.mmu = this.processors.running;
    this.tlb.load(saved.tlb);
    this.kernel.load(saved.kernel);
    this.#small.load(saved.small);
    if (saved.caches !== undefined) this.caches?.load(saved.caches);
  }

  hash(into: Hasher): void {
    this.memory.hash(into);
    this.buddy.hash(into);
    this.host?.hash(into);
    this.processors.hash(into);
    this.tlb.hash(into);
    this.kernel.hash(into);
    this.#small.hash(into);
    this.caches?.hash(into);
  }

  stateHash(): string {
    const hasher = new Hasher();
    this.hash(hasher);
    return hasher.digest();
  }
}
