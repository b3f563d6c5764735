/**
 * Architecture-neutral memory management: processes, their areas, and the system calls on them.
 *
 * The kernel speaks to translations through EMT alone and never learns the scheme. Work on a range is an `Operation` that
 * advances by `step`; the state is plain records, saved by reference because areas and operations are immutable.
 */
import { addPages, asVpn, type Vpn } from '../core/addresses';
import type { Advice } from '../core/advice';
import { Counter } from '../core/counters';
import { functionIndex } from '../core/functions';
import type { Hasher } from '../core/hash';
import type { Probe } from '../core/probe';
import type { Stateful, TypedArray } from '../core/state';
import type { UserSpace } from '../core/userSpace';
import type { Tdb } from '../emt/driver';
import type { Emt } from '../emt/emt';
import type { BuddyAllocator } from '../memory/buddy';
import { type CallResult, DONE, failure, type KernelCore, type KernelError, type MapResult } from './core';
import { FaultHandler } from './faults/handler';
import { UsualFaults } from './faults/usual';
import type { FaultRequest, FaultVerdict } from './faults/verdict';
import { type Layout, layoutOf } from './layout';
import { Mappings } from './mappings';
import { Frames, type FramesSnapshot } from './memory/frames';
import { type Begun, collapse, madvise, mremap, munmap, protect, tearDown } from './mmap/change';
import { growHeap, mapHoles, type MapRequest, mmap } from './mmap/map';
import { KHUGEPAGED } from './operations/collapse';
import { ForkPolicy, undoFork } from './operations/fork';
import type { Operation } from './operations/operation';
import { callerOf } from './operations/callers';
import { stepOperation } from './operations/step';
import { beginUnmap } from './operations/unmap';
import type { KernelOptions } from './options';
import type { Process } from './process';
import { Reclaimer } from './reclaim/reclaimer';
import { shortageReport } from './reclaim/shortage';
import { covers, part, type Vma } from './vma';

export type { MapRequest } from './mmap/map';
export type { MapResult } from './core';

const F = {
  mmAlloc: functionIndex('mm_alloc'),
  dupMm: functionIndex('dup_mm'),
  switchMm: functionIndex('switch_mm'),
  exitMmap: functionIndex('exit_mmap'),
} as const;

/** What the hardware has, in numbers: the kernel does not know which scheme it runs on. */
export interface Platform {
  /** What databases can hold, in 4 KiB pages, largest first. */
  readonly pageSizes: readonly number[];
  readonly userSpace: UserSpace;
  /** Protection keys that a page can have; 1 if there is only that of all pages, 0. */
  readonly protectionKeys: number;
  /** A page can be kept from being executed. */
  readonly noExecute: boolean;
  /** The database of the kernel's own mappings, where software can change it. */
  readonly kernelTdb?: Tdb;
}

export interface KernelSnapshot {
  readonly processes: readonly Process[];
  readonly current: number;
  readonly operation: Operation | null;
  readonly failure: { error: KernelError; text: string } | null;
  readonly frames: FramesSnapshot;
  readonly clock: readonly TypedArray[];
}

export class Kernel implements Stateful<KernelSnapshot>, KernelCore {
  #processes: Process[] = [];
  #current = -1;
  #operation: Operation | null = null;
  /** Why the last operation could not be finished. */
  #failure: KernelSnapshot['failure'] = null;
  readonly layout: Layout;
  readonly frames: Frames;
  readonly mappings: Mappings;
  readonly faults: FaultHandler;
  readonly usualFaults: UsualFaults;
  /** A program has called the kernel, or the kernel works on its own account: the CPU is no longer in user mode. */
  onEntry: (() => void) | null = null;
  readonly #reclaimer: Reclaimer;
  readonly #forkPolicy: ForkPolicy;
  readonly #protectionKeys: number;
  readonly #kernelTdb: Tdb | undefined;

  constructor(
    readonly emt: Emt,
    buddy: BuddyAllocator,
    readonly probe: Probe,
    readonly options: KernelOptions,
    { pageSizes, userSpace, protectionKeys, noExecute, kernelTdb }: Platform,
  ) {
    this.#kernelTdb = kernelTdb;
    this.layout = layoutOf(userSpace);
    this.#protectionKeys = protectionKeys;
    this.frames = new Frames(buddy, probe, options, pageSizes);
    this.mappings = new Mappings(emt, this.frames, probe, options);
    this.faults = new FaultHandler(this.mappings, probe, { zeroPage: options.zeroPage, noExecute });
    this.faults.resolution.explainShortage = () => (probe.recorder === null ? '' : shortageReport(this));
    this.usualFaults = new UsualFaults(this.mappings, probe, options.zeroPage);
    this.#reclaimer = new Reclaimer(this);
    this.frames.onShortage = () => this.#reclaimer.direct();
    this.#forkPolicy = new ForkPolicy(this);
  }

  get processes(): readonly Process[] {
    return this.#processes;
  }
  get current(): Process | undefined {
    return this.#processes[this.#current];
  }
  /** The range operation that has begun and not ended. */
  get operation(): Operation | null {
    return this.#operation;
  }
  /** Why the last operation could not be finished; `null` if it could. */
  get failure(): { error: KernelError; text: string } | null {
    return this.#failure;
  }

  process(pid: number): Process {
    return this.#processes[pid - 1];
  }

  /** The process of that name that has not exited. */
  processNamed(name: string): Process | undefined {
    return this.#processes.find((p) => p.name === name && !p.exited);
  }

  /** Who holds the memory, in words. */
  describeMemory(): string {
    return shortageReport(this);
  }

  // ---- processes ----------------------------------------------------------------------------------------------------

  /** A new process with an empty address space; it runs from now on. False if there is no memory for its root table. */
  createProcess(name: string): boolean {
    const process = this.#create(name, F.mmAlloc, 0, 0);
    if (process !== undefined) this.#switchTo(process.pid - 1);
    return process !== undefined;
  }

  /** `family` 0: its own. */
  #create(name: string, function_: number, parent: number, family: number): Process | undefined {
    this.#begin(Counter.KernelSystemCall);
    this.probe.enter(function_, 'kernel', name);
    const pid = this.#processes.length + 1;
    const tdb = this.emt.tsvcCreateTdb(pid);
    this.probe.leave(function_, tdb === null ? 'ENOMEM' : '');
    if (tdb === null) return undefined;
    const process: Process = {
      pid,
      name,
      tdb,
      parent,
      family: family === 0 ? pid : family,
      vmas: [],
      rssAnon: 0,
      rssFile: 0,
      swapEntries: 0,
      brk: this.layout.brkStart,
      exited: false,
    };
    this.#processes = [...this.#processes, process];
    return process;
  }

  /** Runs the process from now on. It must exist. */
  switchTo(name: string): void {
    this.#begin(Counter.KernelOther);
    const index = this.#processes.findIndex((p) => p.name === name && !p.exited);
    // The same mm: Linux does not even load CR3.
    if (index !== this.#current) this.#switchTo(index);
  }

  #switchTo(index: number): void {
    this.#current = index;
    this.probe.enter(F.switchMm, 'kernel', this.#processes[index].name);
    this.emt.tsvcSwitchTdb(this.#processes[index].tdb);
    this.probe.leave(F.switchMm);
  }

  /** Begins to copy the running process, which goes on running. */
  fork(name: string): CallResult {
    const parent = this.#running();
    const child = this.#create(name, F.dupMm, parent.pid, parent.family);
    if (child === undefined) return failure('ENOMEM', "there is no memory for the child's root table");
    child.vmas = parent.vmas;
    child.brk = parent.brk;
    const pieces = parent.vmas;
    this.#operation = {
      kind: 'fork',
      pid: parent.pid,
      child: child.pid,
      pieces,
      at: pieces[0]?.start ?? asVpn(0),
      batch: this.mappings.startBatch(parent),
    };
    return DONE;
  }

  /** Begins to end a process; without a name the running one, behind which its parent runs, if that lives. */
  exit(name?: string): CallResult {
    const process = name === undefined ? this.#running() : this.processNamed(name);
    if (process === undefined) return failure('ENOENT', `no process ${name} runs`);
    this.#begin(Counter.KernelSystemCall);
    this.probe.enter(F.exitMmap, 'kernel', process.name);
    if (process === this.current) this.#leave(process);
    this.#operation = tearDown(this, process);
    this.probe.leave(F.exitMmap);
    return DONE;
  }

  /** Its parent runs, or nobody: the service takes care that no CPU uses a database that goes. */
  #leave(process: Process): void {
    const parent = this.#processes[process.parent - 1];
    if (parent !== undefined && !parent.exited) this.#switchTo(parent.pid - 1);
    else this.#current = -1;
  }

  handleFault(request: FaultRequest): FaultVerdict {
    const account = this.usualFaults.watch();
    const verdict = this.faults.handle(this.#running(), request);
    if (account !== null) this.usualFaults.handled(account, verdict);
    this.emt.background();
    return verdict;
  }

  #running(): Process {
    const process = this.current;
    if (process === undefined) throw new Error('no process runs');
    return process;
  }

  #begin(work: Probe['workClass'][number]): void {
    this.probe.workClass[0] = work;
    this.#failure = null;
    this.onEntry?.();
  }

  // ---- system calls -------------------------------------------------------------------------------------------------

  mmap(request: MapRequest): MapResult {
    const process = this.#running();
    this.#begin(Counter.KernelSystemCall);
    const result = mmap(this, process, request);
    if (result.ok && request.populate)
      this.#operation = { kind: 'populate', pid: process.pid, write: true, at: result.start, end: result.end };
    return result;
  }

  mapHoles(ranges: readonly { start: Vpn; end: Vpn }[]): MapResult {
    this.#begin(Counter.KernelSystemCall);
    return mapHoles(this, this.#running(), ranges);
  }

  /** Sets the size of the heap segment, in pages. The result is the whole segment. */
  brk(pages: number): MapResult {
    const process = this.#running();
    this.#begin(Counter.KernelSystemCall);
    const end = addPages(this.layout.brkStart, pages);
    if (end > process.brk) return growHeap(this, process, end);
    if (end < process.brk) {
      const shrunk = this.#call(munmap(this, process, end, process.brk));
      if (!shrunk.ok) return shrunk;
      process.brk = end;
    }
    return { ok: true, start: this.layout.brkStart, end };
  }

  munmap(start: Vpn, end: Vpn): CallResult {
    this.#begin(Counter.KernelSystemCall);
    return this.#call(munmap(this, this.#running(), start, end));
  }

  mprotect(start: Vpn, end: Vpn, rights: Pick<Vma, 'read' | 'write' | 'exec'>): CallResult {
    this.#begin(Counter.KernelSystemCall);
    return this.#call(protect(this, this.#running(), start, end, rights));
  }

  pkeyProtect(start: Vpn, end: Vpn, pkey: number): CallResult {
    this.#begin(Counter.KernelSystemCall);
    if (pkey >= this.#protectionKeys) return failure('EINVAL', 'the scheme has no protection keys');
    return this.#call(protect(this, this.#running(), start, end, { pkey }));
  }

  mremap(start: Vpn, end: Vpn, pages: number, at?: Vpn): MapResult {
    this.#begin(Counter.KernelSystemCall);
    return this.#call(mremap(this, this.#running(), start, end, pages, at));
  }

  madvise(start: Vpn, end: Vpn, advice: Advice): CallResult {
    this.#begin(Counter.KernelSystemCall);
    return this.#call(madvise(this, this.#running(), start, end, advice));
  }

  #call<R>({ result, operation }: Begun<R>): R {
    this.#operation = operation;
    return result;
  }

  // ---- kernel work on demand ----------------------------------------------------------------------------------------

  /** Makes huge pages of what is mapped in the aligned ranges inside start … end − 1. */
  promote(start: Vpn, end: Vpn): CallResult {
    this.#begin(Counter.KernelOther);
    return this.#call(collapse(this, this.#running(), start, end));
  }

  khugepaged(): void {
    this.#begin(Counter.KernelOther);
    this.#operation = KHUGEPAGED;
  }

  demote(start: Vpn, end: Vpn): CallResult {
    return this.#scan('demote', start, end);
  }
  /** Joins or splits pages of the kernel's own mappings in start … end − 1. */
  changeKernelPages(action: 'promote' | 'demote', start: Vpn, end: Vpn): CallResult {
    this.#begin(Counter.KernelOther);
    const tdb = this.#kernelTdb;
    if (tdb === undefined)
      return failure('EINVAL', 'the kernel’s own tables of this scheme are made once and stay: use the scheme ecpt');
    this.#operation = { kind: 'kernelPages', action, tdb, at: start, end };
    return DONE;
  }

  /** As MADV_PAGEOUT. */
  swapOut(start: Vpn, end: Vpn): CallResult {
    this.#begin(Counter.KernelOther);
    return this.#call(madvise(this, this.#running(), start, end, 'pageout'));
  }
  migrate(start: Vpn, end: Vpn, node: number): CallResult {
    if (node >= this.frames.buddy.zones.length) return failure('EINVAL', `there is no memory node ${node}`);
    return this.#scan('migrate', start, end, node);
  }

  #scan(action: 'demote' | 'migrate', start: Vpn, end: Vpn, node = 0): CallResult {
    const process = this.#running();
    this.#begin(Counter.KernelOther);
    if (!covers(process.vmas, start, end)) return failure('ENOMEM', 'part of the range is not mapped');
    const pieces = process.vmas
      .filter((vma) => vma.start < end && vma.end > start)
      .map((vma) => part(vma, asVpn(Math.max(vma.start, start)), asVpn(Math.min(vma.end, end))));
    const batch = this.mappings.startBatch(process);
    this.#operation = { kind: 'scan', action, pid: process.pid, pieces, node, at: start, batch, then: null };
    return DONE;
  }

  /** Frees that many pages, if they can be found. */
  reclaim(pages: number): void {
    this.#begin(Counter.KernelOther);
    this.#operation = { kind: 'reclaim', target: pages, freed: 0, rounds: this.#reclaimer.rounds };
  }

  /** Runs the thread that resizes for so many batches, or until nothing is left to be resized. */
  rehash(batches: number): void {
    this.#begin(Counter.KernelOther);
    this.#operation = batches > 0 ? { kind: 'rehash', batches } : null;
  }

  /** Leaves only so many free blocks of that order, and none of larger ones. */
  fragment(order: number, free: number): void {
    this.#begin(Counter.KernelOther);
    this.#operation = { kind: 'fragment', order, free };
  }

  /** Scans the translation objects of the range, with the implementation that is configured, or another. */
  iterate(start: Vpn, end: Vpn, using?: 'default' | 'driver'): void {
    const process = this.#running();
    this.#begin(Counter.KernelOther);
    const iterator = this.emt.tobjIterInit(process.tdb, start, end);
    this.#operation = { kind: 'iterate', pid: process.pid, iterator, using, mapped: 0 };
  }

  /** The running process goes on on a CPU that belongs to that memory node. */
  movedTo(node: number): void {
    this.#begin(Counter.KernelOther);
    this.frames.node = node;
    if (this.current !== undefined) this.#switchTo(this.#current);
  }

  /**
   * Advances the operation by one bounded step, which is work of the class of the call that began it. True when it has ended;
   * `failure` then says whether it could be finished.
   */
  step(): boolean {
    const operation = this.#operation;
    if (operation === null) return true;
    const caller = this.probe.recorder === null ? -1 : callerOf(operation);
    if (caller >= 0) this.probe.resume(caller);
    const next = stepOperation(this, operation, this.#reclaimer, this.#forkPolicy);
    if (caller >= 0) this.probe.leave(caller, next === null ? '' : 'goes on');
    if (next?.kind === 'failed') {
      this.#failure = { error: next.error, text: next.text };
      this.#operation = this.#undo(operation);
    } else this.#operation = next;
    // What was ordered is not done twice.
    if (operation.kind !== 'rehash') this.emt.background();
    return this.#operation === null;
  }

  /** What a call that failed in the middle leaves to be done. */
  #undo(operation: Operation): Operation | null {
    if (operation.kind === 'fork') return undoFork(this, this.process(operation.child));
    if (operation.kind === 'move') return beginUnmap(this, this.process(operation.pid), operation.whole, 'mremap');
    return null;
  }

  save(): KernelSnapshot {
    return {
      processes: this.#processes.map((p) => ({ ...p })),
      current: this.#current,
      operation: this.#operation,
      failure: this.#failure,
      frames: this.frames.save(),
      clock: this.#reclaimer.save(),
    };
  }

  load(saved: KernelSnapshot): void {
    this.#processes = saved.processes.map((p) => ({ ...p }));
    this.#current = saved.current;
    this.#operation = saved.operation;
    this.#failure = saved.failure;
    this.frames.load(saved.frames);
    this.#reclaimer.load(saved.clock);
  }

  hash(into: Hasher): void {
    into.plain({
      processes: this.#processes,
      current: this.#current,
      operation: this.#operation,
      failure: this.#failure,
    });
    this.frames.hash(into);
    this.#reclaimer.hash(into);
  }
}
