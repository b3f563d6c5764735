/**
 * The whole: one machine with its CPU, memory and kernel, as one thing that runs ticks and can be saved and restored.
 *
 * `access` is one access of a program: every page it touches is translated, faults are served by the kernel and the
 * access retried. With a recorder attached to `probe` the same calls also report what they do. All state is in parts
 * that implement `Stateful`, so that `save` and `load` are complete and `stateHash` equal for equal states.
 */
import { addPages, addressOf, asVpn, PAGE_BYTES, type Pfn, type Vpn } from './core/addresses';
import { DEFAULT_COSTS, type HardwareCosts } from './core/costs';
import { Counter } from './core/counters';
import type { FatalSignal, FaultKind } from './core/events';
import { functionIndex, FUNCTION_NAMES, type FunctionName } from './core/functions';
import { Hasher } from './core/hash';
import { Probe } from './core/probe';
import { ArrayState, type Stateful, type TypedArray } from './core/state';
import { Emt } from './emt/emt';
import { FAULT_KINDS, SIGNALS } from './kernel/faults';
import { Kernel, type KernelSnapshot } from './kernel/kernel';
import { BuddyAllocator } from './memory/buddy';
import { type MemorySnapshot, PhysicalMemory } from './memory/physicalMemory';
import { Mmu, type TlbGeometry } from './mmu/mmu';
import { type Access, ErrorCode } from './mmu/rights';
import type { Inspector } from './paging/inspector';
import { type Scheme, SCHEMES, type WalkCacheOptions } from './paging/registry';

export interface MachineOptions {
  scheme: string;
  memoryBytes: number;
  dtlb: readonly TlbGeometry[];
  itlb: readonly TlbGeometry[];
  stlb: readonly TlbGeometry[];
  stlbInclusive: 'fill' | 'strict';
  walkCaches: WalkCacheOptions;
  /** Changed cost parameters by name: hardware costs and instructions of kernel functions. */
  costs: Readonly<Record<string, number>>;
}

export interface MachineSnapshot {
  readonly memory: MemorySnapshot;
  readonly buddy: readonly TypedArray[];
  readonly mmu: readonly TypedArray[];
  readonly kernel: KernelSnapshot;
  readonly small: readonly TypedArray[];
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

/** All names that `machine { cost NAME VALUE }` can change, with their defaults. */
export const costNames = (): string[] => [...Object.keys(DEFAULT_COSTS), ...FUNCTION_NAMES];

/** Addresses wrap around at 2^64, and page numbers with them. */
const nextPage = (vpn: Vpn): Vpn => (vpn + 1 < 2 ** 52 ? addPages(vpn, 1) : asVpn(0));

export class Machine implements Stateful<MachineSnapshot> {
  readonly probe = new Probe();
  readonly memory: PhysicalMemory;
  readonly buddy: BuddyAllocator;
  readonly mmu: Mmu;
  readonly emt: Emt;
  readonly kernel: Kernel;
  readonly scheme: Scheme;
  readonly inspector: Inspector;
  readonly costs: HardwareCosts;
  readonly last = new Float64Array(Last.Count);
  readonly #small: ArrayState;

  /** `options.scheme` must be in the registry and all geometry legal: the language's checker sees to both. */
  constructor(readonly options: MachineOptions) {
    const scheme = SCHEMES[options.scheme];
    if (scheme === undefined) throw new Error(`unknown scheme ${options.scheme}`);
    this.scheme = scheme;
    this.costs = { ...DEFAULT_COSTS };
    for (const [name, value] of Object.entries(options.costs)) this.#setCost(name, value);
    this.memory = new PhysicalMemory(options.memoryBytes);
    this.buddy = new BuddyAllocator(this.memory, this.probe);
    const { memory, probe, costs, buddy } = this;
    this.mmu = new Mmu(
      {
        dtlb: options.dtlb,
        itlb: options.itlb,
        stlb: options.stlb,
        inclusive: options.stlbInclusive,
        addressBits: scheme.format.addressBits,
      },
      probe,
      costs,
      (rights) => scheme.createWalker({ memory, rights, probe, costs, walkCaches: options.walkCaches }),
    );
    const driver = scheme.createDriver({ memory, buddy, cpu: this.mmu, probe });
    this.emt = new Emt(driver, probe, buddy);
    this.kernel = new Kernel(this.emt, buddy, probe);
    this.inspector = scheme.createInspector(memory);
    this.last[Last.Kind] = -1;
    this.#small = new ArrayState([probe.counters, probe.calls, probe.instructions, probe.workClass, this.last]);
    this.emt.tsvcInit();
  }

  #setCost(name: string, value: number): void {
    if (name in this.costs) this.costs[name as keyof HardwareCosts] = value;
    else this.probe.costs[functionIndex(name as FunctionName)] = value;
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
    this.probe.counters[Counter.Reads + kind]++;
    this.probe.accessBytes = size;
    if (!this.#page(kind, vpn, offset, user)) return false;
    // The last byte may lie on a later page: each is translated, in ascending order.
    for (let end = offset + size - PAGE_BYTES, page = nextPage(vpn); end > 0; end -= PAGE_BYTES, page = nextPage(page))
      if (!this.#page(kind, page, 0, user)) return false;
    return true;
  }

  /** Translates one page of the access, with the kernel's help if needed. */
  #page(kind: Access, vpn: Vpn, offset: number, user: number): boolean {
    const { mmu, last } = this;
    const counters = this.probe.counters;
    counters[Counter.Translations]++;
    const walks = counters[Counter.Walks];
    const references = counters[Counter.WalkReferences];
    const cycles = counters[Counter.WalkCycles];
    let translated = mmu.translate(vpn, offset, kind, user, false);
    while (!translated) {
      if (!this.#serveFault(kind, user)) return false;
      translated = mmu.translate(vpn, offset, kind, user, true);
    }
    last[Last.Pfn] = mmu.pfn;
    if (counters[Counter.Walks] !== walks) {
      last[Last.Walks] += counters[Counter.Walks] - walks;
      last[Last.WalkReferences] += counters[Counter.WalkReferences] - references;
      last[Last.WalkCycles] += counters[Counter.WalkCycles] - cycles;
    }
    return true;
  }

  #serveFault(kind: Access, user: number): boolean {
    const { fault } = this.mmu;
    const last = this.last;
    const verdict = this.kernel.handleFault({
      vector: fault.vector,
      vpn: fault.vpn,
      offset: fault.offset,
      write: (fault.errorCode & ErrorCode.Write) !== 0,
      exec: kind === 2,
      user: user === 1,
      reserved: (fault.errorCode & ErrorCode.Reserved) !== 0,
      lastTry: last[Last.Faults] + 1 >= MAX_FAULTS,
    });
    const n = last[Last.Faults]++;
    const at = Last.Fault + 5 * Math.min(n, MAX_FAULTS - 1);
    last[at] = FAULT_KINDS.indexOf(verdict.kind) + 1;
    last[at + 1] = verdict.signal === undefined ? 0 : SIGNALS.indexOf(verdict.signal) + 1;
    last[at + 2] = fault.errorCode;
    last[at + 3] = fault.vpn;
    last[at + 4] = fault.offset;
    return verdict.kind !== 'fatal';
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
      mmu: this.mmu.save(),
      kernel: this.kernel.save(),
      small: this.#small.save(),
    };
  }

  load(saved: MachineSnapshot): void {
    this.memory.load(saved.memory);
    this.buddy.load(saved.buddy);
    this.mmu.load(saved.mmu);
    this.kernel.load(saved.kernel);
    this.#small.load(saved.small);
  }

  hash(into: Hasher): void {
    this.memory.hash(into);
    this.buddy.hash(into);
    this.mmu.hash(into);
    this.kernel.hash(into);
    this.#small.hash(into);
  }

  stateHash(): string {
    const hasher = new Hasher();
    this.hash(hasher);
    return hasher.digest();
  }
}
