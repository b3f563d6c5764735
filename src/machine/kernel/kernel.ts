/**
 * Architecture-neutral memory management: processes, their areas, and the system calls on them (mm/mmap.c).
 *
 * The kernel speaks to translations through EMT alone and never learns the scheme. Work on a range is an `Operation`
 * that advances by `step`; the state is plain records, saved by reference because areas are immutable.
 */
import { addPages, alignDown, asVpn, formatVirtual, maxVpn, minVpn, type Vpn } from '../core/addresses';
import { Counter } from '../core/counters';
import { functionIndex } from '../core/functions';
import type { Hasher } from '../core/hash';
import type { Probe } from '../core/probe';
import type { Stateful } from '../core/state';
import type { Emt } from '../emt/emt';
import type { TlbGather } from '../emt/gather';
import type { BuddyAllocator } from '../memory/buddy';
import { FaultHandler, type FaultRequest, type FaultVerdict } from './faults';
import { MMAP_BASE, MMAP_MIN, TASK_SIZE } from './layout';
import { type Operation, pageOwner, type PopulateOperation, type Process, type UnmapOperation } from './process';
import {
  findVma,
  holes,
  insertAll,
  insertVma,
  overlaps,
  protectionText,
  removeRange,
  unmappedAreaTopDown,
  type Vma,
} from './vma';

const F = {
  doMmap: functionIndex('do_mmap'),
  getUnmappedArea: functionIndex('get_unmapped_area'),
  mmapRegion: functionIndex('mmap_region'),
  vmaMerge: functionIndex('vma_merge'),
  doMunmap: functionIndex('do_munmap'),
  unmapVmas: functionIndex('unmap_vmas'),
  freePgtables: functionIndex('free_pgtables'),
  mmPopulate: functionIndex('mm_populate'),
  mmAlloc: functionIndex('mm_alloc'),
  switchMm: functionIndex('switch_mm'),
} as const;

/** Bounds of one step: objects looked at to be removed, pages populated, and pages whose tables are looked through. */
const OBJECTS_PER_UNMAP_STEP = 64;
const PAGES_PER_POPULATE_STEP = 8;
const PAGES_PER_TABLE_STEP = 262144;
/** Frames held back until the TLB is flushed (about one mmu_gather batch). */
const GATHER_LIMIT = 500;

export interface MapRequest {
  pages: number;
  read: boolean;
  write: boolean;
  exec: boolean;
  /** Exact place; anything mapped there is an error of the scenario. */
  at?: Vpn;
  populate: boolean;
}

export type MapError = 'ENOMEM' | 'EEXIST' | 'EINVAL';
export type MapResult = { ok: true; start: Vpn; end: Vpn } | { ok: false; error: MapError; text: string };

export interface KernelSnapshot {
  readonly processes: readonly Process[];
  readonly current: number;
  readonly operation: Operation | null;
}

export class Kernel implements Stateful<KernelSnapshot> {
  #processes: Process[] = [];
  #current = -1;
  #operation: Operation | null = null;
  readonly #faults: FaultHandler;

  constructor(
    private readonly emt: Emt,
    private readonly buddy: BuddyAllocator,
    private readonly probe: Probe,
  ) {
    this.#faults = new FaultHandler(emt, buddy, probe);
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

  processNamed(name: string): Process | undefined {
    return this.#processes.find((p) => p.name === name);
  }

  /** A new process with an empty address space; it runs from now on. False if there is no memory for its root table. */
  createProcess(name: string): boolean {
    this.probe.workClass[0] = Counter.KernelSystemCall;
    this.probe.enter(F.mmAlloc, 'kernel', name);
    const pid = this.#processes.length + 1;
    const tdb = this.emt.tsvcCreateTdb(pid);
    this.probe.leave(F.mmAlloc, tdb === null ? 'ENOMEM' : '');
    if (tdb === null) return false;
    this.#processes = [...this.#processes, { pid, name, tdb, vmas: [], rss: 0 }];
    this.#switchTo(this.#processes.length - 1);
    return true;
  }

  /** Runs the process from now on. It must exist. */
  switchTo(name: string): void {
    this.probe.workClass[0] = Counter.KernelOther;
    const index = this.#processes.findIndex((p) => p.name === name);
    // The same mm: Linux does not even load CR3.
    if (index !== this.#current) this.#switchTo(index);
  }

  #switchTo(index: number): void {
    this.#current = index;
    this.probe.enter(F.switchMm, 'kernel', this.#processes[index].name);
    this.emt.tsvcSwitchTdb(this.#processes[index].tdb);
    this.probe.leave(F.switchMm);
  }

  handleFault(request: FaultRequest): FaultVerdict {
    return this.#faults.handle(this.#running(), request);
  }

  #running(): Process {
    const process = this.current;
    if (process === undefined) throw new Error('no process runs');
    return process;
  }

  // ---- mmap -------------------------------------------------------------------------------------------------------

  mmap(request: MapRequest): MapResult {
    const process = this.#running();
    this.probe.workClass[0] = Counter.KernelSystemCall;
    this.probe.enter(F.doMmap, 'kernel', `${request.pages} pages`);
    const result = this.#map(process, request);
    this.probe.leave(F.doMmap, result.ok ? formatVirtual(result.start) : result.error);
    if (result.ok && request.populate)
      this.#operation = { kind: 'populate', pid: process.pid, at: result.start, end: result.end };
    return result;
  }

  #map(process: Process, request: MapRequest): MapResult {
    const fail = (error: MapError, text: string): MapResult => ({ ok: false, error, text });
    if (request.pages < 1) return fail('EINVAL', 'a mapping must have at least one page');
    const start = request.at ?? unmappedAreaTopDown(process.vmas, request.pages, MMAP_MIN, MMAP_BASE);
    this.probe.call(
      F.getUnmappedArea,
      'kernel',
      `${request.pages} pages`,
      start === undefined ? 'ENOMEM' : formatVirtual(start),
    );
    if (start === undefined) return fail('ENOMEM', `no free range of ${request.pages} pages is left`);
    const end = addPages(start, request.pages);
    if (end > TASK_SIZE) return fail('EINVAL', `user space ends at ${formatVirtual(TASK_SIZE)}`);
    if (overlaps(process.vmas, start, end)) return fail('EEXIST', 'something is mapped there already');
    const { read, write, exec } = request;
    this.probe.enter(
      F.mmapRegion,
      'kernel',
      this.probe.recorder !== null ? `${formatVirtual(start)}, ${formatVirtual(end)}` : '',
    );
    const { list, merged } = insertVma(process.vmas, { start, end, read, write, exec, backing: 'anon' });
    if (merged) this.probe.call(F.vmaMerge, 'kernel');
    process.vmas = list;
    this.probe.leave(F.mmapRegion, protectionText(request));
    return { ok: true, start, end };
  }

  /** Maps readable, writable, executable areas wherever the ranges, in ascending order, hold no area yet. */
  mapHoles(ranges: readonly { start: Vpn; end: Vpn }[]): MapResult {
    const process = this.#running();
    this.probe.workClass[0] = Counter.KernelSystemCall;
    this.probe.enter(F.doMmap, 'kernel', `${ranges.length} ranges`);
    const areas = ranges
      .flatMap(({ start, end }) => holes(process.vmas, start, end))
      .map((hole): Vma => ({ ...hole, read: true, write: true, exec: true, backing: 'anon' }));
    const last = areas.at(-1);
    const fits = last === undefined || (areas[0].start >= 0 && last.end <= TASK_SIZE);
    if (fits) process.vmas = insertAll(process.vmas, areas);
    this.probe.leave(F.doMmap, fits ? `${areas.length} areas` : 'EINVAL');
    if (!fits) return { ok: false, error: 'EINVAL', text: `user space ends at ${formatVirtual(TASK_SIZE)}` };
    return { ok: true, start: areas[0]?.start ?? asVpn(0), end: last?.end ?? asVpn(0) };
  }

  // ---- munmap -----------------------------------------------------------------------------------------------------

  /** Begins to unmap start … end − 1 of the running process; `step` does the work. */
  munmap(start: Vpn, end: Vpn): void {
    const process = this.#running();
    this.probe.workClass[0] = Counter.KernelSystemCall;
    this.probe.enter(
      F.doMunmap,
      'kernel',
      this.probe.recorder !== null ? `${formatVirtual(start)}, ${formatVirtual(end)}` : '',
    );
    const { list, removed } = removeRange(process.vmas, start, end);
    process.vmas = list;
    const below = list.filter((v) => v.end <= start).at(-1);
    const above = list.find((v) => v.start >= end);
    if (removed.length > 0)
      this.#operation = {
        kind: 'unmap',
        pid: process.pid,
        pieces: removed,
        start: removed[0].start,
        end: removed[removed.length - 1].end,
        floor: below?.end ?? asVpn(0),
        ceiling: above?.start ?? TASK_SIZE_CEILING,
        phase: 'pages',
        at: removed[0].start,
        gather: this.emt.tlbGatherStart(process.tdb),
      };
    this.probe.leave(F.doMunmap, `${removed.length} areas`);
  }

  /** Advances the operation by one bounded step. True when it has ended. */
  step(): boolean {
    const operation = this.#operation;
    if (operation === null) return true;
    const process = this.#processes[operation.pid - 1];
    this.probe.workClass[0] = Counter.KernelSystemCall;
    this.#operation =
      operation.kind === 'unmap' ? this.#stepUnmap(process, operation) : this.#stepPopulate(process, operation);
    return this.#operation === null;
  }

  #stepUnmap(process: Process, operation: UnmapOperation): Operation | null {
    if (operation.phase === 'pages') return this.#stepUnmapPages(process, operation);
    this.probe.enter(F.freePgtables, 'kernel', this.probe.recorder !== null ? formatVirtual(operation.at) : '');
    const next =
      operation.phase === 'tables' ? this.#stepTables(process, operation) : this.#finishTables(process, operation);
    this.probe.leave(F.freePgtables);
    return next;
  }

  #stepUnmapPages(process: Process, operation: UnmapOperation): Operation {
    const piece = operation.pieces[0];
    const gather = { ...operation.gather, objects: operation.gather.objects.slice() };
    const from = this.probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(piece.end)}` : '';
    this.probe.enter(F.unmapVmas, 'kernel', from);
    const at = this.emt.addrRangeRemove(process.tdb, operation.at, piece.end, OBJECTS_PER_UNMAP_STEP, gather);
    if (gather.objects.length >= GATHER_LIMIT) this.#finish(process, gather);
    this.probe.leave(F.unmapVmas);
    if (at < piece.end) return { ...operation, gather, at };
    const pieces = operation.pieces.slice(1);
    if (pieces.length > 0) return { ...operation, gather, pieces, at: pieces[0].start };
    return { ...operation, gather, pieces, phase: 'tables', at: operation.start };
  }

  /**
   * Frees the tables that lie inside one piece of at most 1 GiB. Tables that reach beyond a piece are left for the last
   * step, which looks at the whole range but finds little left in it.
   */
  #stepTables(process: Process, operation: UnmapOperation): Operation {
    const gather = {
      ...operation.gather,
      objects: operation.gather.objects.slice(),
      tables: operation.gather.tables.slice(),
    };
    const pieceEnd = addPages(alignDown(operation.at, PAGES_PER_TABLE_STEP), PAGES_PER_TABLE_STEP);
    const end = minVpn(operation.end, pieceEnd);
    const floor = operation.at === operation.start ? operation.floor : operation.at;
    const ceiling = end === operation.end ? operation.ceiling : end;
    const within = {
      floor: maxVpn(floor, alignDown(operation.at, PAGES_PER_TABLE_STEP)),
      ceiling: minVpn(ceiling, pieceEnd),
    };
    this.emt.addrRangeFreeTables(process.tdb, operation.at, end, within.floor, within.ceiling, gather);
    if (gather.tables.length >= GATHER_LIMIT) this.#finish(process, gather);
    if (end < operation.end) return { ...operation, gather, at: end };
    return { ...operation, gather, phase: 'upperTables', at: operation.start };
  }

  #finishTables(process: Process, operation: UnmapOperation): null {
    const { start, end, floor, ceiling } = operation;
    const gather = {
      ...operation.gather,
      objects: operation.gather.objects.slice(),
      tables: operation.gather.tables.slice(),
    };
    this.emt.addrRangeFreeTables(process.tdb, start, end, floor, ceiling, gather);
    this.#finish(process, gather);
    return null;
  }

  #finish(process: Process, gather: TlbGather): void {
    this.emt.tlbGatherFinish(process.tdb, gather);
    for (const { pfn, vpn } of gather.objects)
      if (this.buddy.free(pfn, 'page', pageOwner(process.tdb.id, vpn))) process.rss--;
      else this.probe.note(`BUG: Bad page map: frame 0x${pfn.toString(16)} is not this page's`);
    gather.objects = [];
  }

  #stepPopulate(process: Process, operation: PopulateOperation): Operation | null {
    const end = minVpn(operation.end, addPages(operation.at, PAGES_PER_POPULATE_STEP));
    this.probe.enter(
      F.mmPopulate,
      'kernel',
      this.probe.recorder !== null ? `${formatVirtual(operation.at)}, ${formatVirtual(end)}` : '',
    );
    let alive = true;
    for (let vpn = operation.at; alive && vpn < end; vpn = addPages(vpn, 1)) {
      const vma = findVma(process.vmas, vpn);
      // As GUP does: what the area forbids altogether is not populated.
      alive =
        vma !== undefined &&
        (vma.read || vma.write || vma.exec) &&
        this.#faults.populate(process, vma, vpn).kind !== 'fatal';
    }
    this.probe.leave(F.mmPopulate);
    // Like Linux's MAP_POPULATE, running out of memory here is not an error: later touches will find out.
    return alive && end < operation.end ? { ...operation, at: end } : null;
  }

  save(): KernelSnapshot {
    return { processes: this.#processes.map((p) => ({ ...p })), current: this.#current, operation: this.#operation };
  }

  load(saved: KernelSnapshot): void {
    this.#processes = saved.processes.map((p) => ({ ...p }));
    this.#current = saved.current;
    this.#operation = saved.operation;
  }

  hash(into: Hasher): void {
    into.plain({ processes: this.#processes, current: this.#current, operation: this.#operation });
  }
}

/** Nothing is mapped above: every table that covers user space alone may go. */
const TASK_SIZE_CEILING = asVpn(2 ** 35);
