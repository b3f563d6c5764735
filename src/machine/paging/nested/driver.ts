/**
 * The software of the host below a guest, as little of it as memory needs (Linux arch/x86/kvm/mmu/tdp_mmu.c): it owns
 * host-physical memory, gives frames to guest-physical addresses when an EPT violation asks for them, and keeps the EPT.
 *
 * What the host has given to a guest address it remembers beside the tables, as KVM knows it from its memory slots: an
 * entry that somebody destroyed is made again for the same frame. The guest's own software has no walks in this model; its
 * first write to a frame is told to the host as the violation that it would be, with its VM exit.
 *
 * Memory is given in pages of one size (`NestedOptions.pageSize`), in the order in which they are asked for; what the guest's
 * end leaves of such a page comes in smaller ones. Nothing is taken back while the guest runs.
 */
import { asPfn, formatPhysical, PAGE_BYTES, PAGES_OF_SIZE, type Pfn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Hasher } from '../../core/hash';
import { type Probe, Signal } from '../../core/probe';
import { ArrayState } from '../../core/state';
import { BuddyZone } from '../../memory/buddyZone';
import { PagedStore, PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import {
  entriesOf,
  flatRootAt,
  mapsBasePages,
  pagesPerEntry,
  pageSizesOf,
  type PagingFormat,
  rootFrame,
  tableFrames,
} from '../format';
import type { Host, HostSnapshot, VmExit } from '../host';
import type { AddressSpaces } from '../spaces';
import { frameOf, HIGH, highOf, lowOf } from '../x86/entry';
import { Ept, LEAF_ENTRY, Qualification, TABLE_ENTRY } from './entry';
import { type HostLayout, hostLayout, type NestedOptions } from './format';
import { HostInspector } from './inspector';
import { HostReports } from './reports';

const VIOLATION = functionIndex('handle_ept_violation');
const MISCONFIGURATION = functionIndex('handle_ept_misconfig');
const PAGE_FAULT = functionIndex('kvm_mmu_page_fault');
const FAULT_IN = functionIndex('kvm_faultin_pfn');
const ALLOCATE = functionIndex('tdp_mmu_alloc_sp');
const MAP = functionIndex('kvm_tdp_mmu_map');

/** Who frames of the host's tables were allocated for: nobody that the guest's kernel knows. */
const HOST_OWNER = 0x7fff;

export interface HostParts {
  format: PagingFormat;
  options: NestedOptions;
  memory: PhysicalMemory;
  probe: Probe;
  costs: HardwareCosts;
}

export class NestedHost implements Host {
  readonly root: Pfn;
  readonly view: AddressSpaces;
  readonly #layout: HostLayout;
  readonly #zone: BuddyZone;
  readonly #reports: HostReports;
  /** Pages of a block as a power of two; blocks that lie in the guest as a whole. */
  readonly #pages: number;
  readonly #blocks: number;
  /** Pages of the next smaller size that the tables have. */
  readonly #smaller: number;
  /** By block of the guest, and behind them by frame of what is left: which block the host gave, + 1; and the other way round. */
  readonly #forward = new PagedStore(1);
  readonly #backward = new PagedStore(1);
  /** [0]: blocks given; [1]: the guest runs. */
  readonly #progress = new Float64Array(2);
  readonly #state = new ArrayState([this.#progress]);
  readonly #exit: VmExit = { gfn: asPfn(0), offset: 0, qualification: 0, guestLevel: 0, misconfigured: false };

  constructor(private readonly parts: HostParts) {
    const { memory, probe, format, options } = parts;
    const layout = hostLayout(memory.frameCount, format);
    this.#layout = layout;
    this.#pages = PAGES_OF_SIZE[options.pageSize];
    this.#blocks = Math.floor(layout.guestFrames / this.#pages);
    const sizes = pageSizesOf(format);
    this.#smaller = sizes[sizes.indexOf(this.#pages) + 1] ?? 1;
    this.#reports = new HostReports(probe);
    memory.share(this);
    this.#zone = new BuddyZone(memory, probe, layout.tables, layout.end);
    const level = format.flatRoot ?? 0;
    const table = this.#allocate(level);
    this.root = format.flatRoot === undefined ? table : flatRootAt(table);
    const inspector = new HostInspector(format, memory);
    const space = {
      id: 0,
      name: 'host',
      root: this.root,
      get note(): string {
        return `${probe.counters[Counter.NestedBacked]} guest frames backed`;
      },
    };
    this.view = { inspector, memory, spaces: [space], space, root: this.root };
  }

  // ---- which frame is which -----------------------------------------------------------------------------------------

  /** `SharedFrames`: the numbers that the guest does not have. */
  get first(): number {
    return this.#layout.data;
  }
  get end(): number {
    return this.#layout.end;
  }

  frameOf(gfn: Pfn): Pfn | -1 {
    if (gfn >= this.#layout.guestFrames) return -1;
    const block = Math.floor(gfn / this.#pages);
    if (block < this.#blocks) {
      const given = wordOf(this.#forward, block) - 1;
      return given < 0 ? -1 : asPfn(this.#layout.data + given * this.#pages + (gfn % this.#pages));
    }
    const rest = this.#restOf(gfn);
    return wordOf(this.#forward, this.#blocks + rest) === 0 ? -1 : this.#restFrame(gfn);
  }

  guestFrameOf(pfn: Pfn): Pfn | -1 {
    const { data, guestFrames } = this.#layout;
    const inside = pfn - data;
    if (inside < 0 || inside >= guestFrames) return -1;
    const block = Math.floor(inside / this.#pages);
    if (block >= this.#blocks) {
      const rest = inside - this.#blocks * this.#pages;
      return wordOf(this.#forward, this.#blocks + rest) === 0 ? -1 : asPfn(inside);
    }
    const guest = wordOf(this.#backward, block) - 1;
    return guest < 0 ? -1 : asPfn(guest * this.#pages + (inside % this.#pages));
  }

  /** Frames behind the last whole block have host frames of their own, in their order. */
  #restOf(gfn: Pfn): number {
    return gfn - this.#blocks * this.#pages;
  }
  #restFrame(gfn: Pfn): Pfn {
    return asPfn(this.#layout.data + gfn);
  }

  otherOf(pfn: Pfn): Pfn | -1 {
    return pfn < this.#layout.guestFrames ? this.frameOf(pfn) : this.guestFrameOf(pfn);
  }

  /** Somebody writes to a frame: the guest's software, if it is one of the guest's. */
  provide(pfn: Pfn): Pfn | -1 {
    if (pfn >= this.#layout.guestFrames) return this.guestFrameOf(pfn);
    const have = this.frameOf(pfn);
    if (have !== -1) return have;
    if (this.#progress[1] === 0) this.#map(pfn);
    else {
      this.#exit.gfn = pfn;
      this.#exit.offset = 0;
      this.#exit.guestLevel = -1;
      this.#exit.misconfigured = false;
      this.#exit.qualification = Qualification.Write | Qualification.Linear | Qualification.Final;
      this.#serve(this.#exit, true);
    }
    return this.frameOf(pfn);
  }

  start(): void {
    if (this.parts.options.populate)
      for (let gfn = 0; gfn < this.#layout.guestFrames; gfn += this.#unitAt(asPfn(gfn))) this.#map(asPfn(gfn));
    this.#progress[1] = 1;
  }

  // ---- VM exits -----------------------------------------------------------------------------------------------------

  exit(exit: Readonly<VmExit>): boolean {
    return this.#serve(exit, false);
  }

  /** `software`: the guest's kernel wrote; else the hardware's walk for an access came here. */
  #serve(exit: Readonly<VmExit>, software: boolean): boolean {
    const { probe, costs } = this.parts;
    const { counters } = probe;
    counters[exit.misconfigured ? Counter.NestedMisconfigurations : Counter.NestedViolations]++;
    if (software) counters[Counter.NestedSoftware]++;
    counters[Counter.NestedExitCycles] += costs.vm_exit;
    probe.signal(Signal.VmExit);
    this.#reports.exit(exit, software);
    const work = probe.workClass[0];
    const { running } = probe;
    probe.workClass[0] = Counter.HostWork;
    const handler = exit.misconfigured ? MISCONFIGURATION : VIOLATION;
    probe.enter(handler, 'host', this.#recording ? `GPA ${formatPhysical(exit.gfn * PAGE_BYTES + exit.offset)}` : '');
    const served = this.#pageFault(exit.gfn);
    probe.leave(handler, served ? 'resume the guest' : 'no memory slot');
    probe.workClass[0] = work;
    probe.running = running;
    return served;
  }

  get #recording(): boolean {
    return this.parts.probe.recorder !== null;
  }

  #pageFault(gfn: Pfn): boolean {
    const { probe } = this.parts;
    probe.enter(PAGE_FAULT, 'host', this.#recording ? `gfn 0x${gfn.toString(16)}` : '');
    const inside = gfn < this.#layout.guestFrames;
    if (inside) {
      const had = this.frameOf(gfn) !== -1;
      this.#give(gfn);
      const text = this.#recording ? `host frame 0x${this.frameOf(gfn).toString(16)}${had ? ', as before' : ''}` : '';
      probe.call(FAULT_IN, 'host', this.#recording ? `gfn 0x${gfn.toString(16)}` : '', text);
      probe.enter(MAP, 'host', this.#recording ? `gfn 0x${gfn.toString(16)}` : '');
      this.#enter(gfn);
      probe.leave(MAP);
    } else if (this.#recording)
      probe.note(`the guest has no memory at ${formatPhysical(gfn * PAGE_BYTES)}: nothing to map`);
    probe.leave(PAGE_FAULT);
    return inside;
  }

  /** As an exit would, but nobody notices. */
  #map(gfn: Pfn): void {
    this.#give(gfn);
    this.#enter(gfn);
  }

  // ---- memory for the guest -------------------------------------------------------------------------------------------

  /** Frames that one page of the host has at a guest address. */
  #unitAt(gfn: Pfn): number {
    if (Math.floor(gfn / this.#pages) < this.#blocks) return this.#pages;
    const smaller = this.#smaller;
    return gfn - (gfn % smaller) + smaller <= this.#layout.guestFrames ? smaller : 1;
  }

  /** A host frame for a guest frame that has none, with its whole page. */
  #give(gfn: Pfn): void {
    if (this.frameOf(gfn) !== -1) return;
    const unit = this.#unitAt(gfn);
    const first = asPfn(gfn - (gfn % unit));
    this.parts.probe.counters[Counter.NestedBacked] += unit;
    if (unit === this.#pages && first / unit < this.#blocks) {
      const given = this.#progress[0]++;
      // Somebody may have poked bytes into the frames while they were nobody's.
      this.#clear(asPfn(this.#layout.data + given * unit), unit);
      setWord(this.#forward, first / unit, given + 1);
      setWord(this.#backward, given, first / unit + 1);
    } else {
      this.#clear(this.#restFrame(first), unit);
      for (let i = 0; i < unit; i++) setWord(this.#forward, this.#blocks + this.#restOf(first) + i, 1);
    }
    if (!this.#recording) return;
    const pfn = asPfn(this.frameOf(first));
    const purpose = `guest-physical ${formatPhysical(first * PAGE_BYTES)}`;
    this.parts.probe.recorder?.emit({ kind: 'frame', action: 'allocate', pfn, order: Math.log2(unit), purpose });
  }

  #clear(first: Pfn, frames: number): void {
    for (let i = 0; i < frames; i++) this.parts.memory.unback(asPfn(first + i));
  }

  // ---- the tables -----------------------------------------------------------------------------------------------------

  /** Enters the page that a guest frame is in, with whatever tables that needs. */
  #enter(gfn: Pfn): void {
    const { format, memory } = this.parts;
    const unit = this.#unitAt(gfn);
    const first = asPfn(gfn - (gfn % unit));
    let table = rootFrame(this.root);
    let level = format.flatRoot ?? 0;
    for (;;) {
      const pages = pagesPerEntry(format.levels[level]);
      const index = Math.floor(gfn / pages) % entriesOf(format.levels[level]);
      const address = (table + (index >>> 9)) * PAGE_BYTES + (index % 512) * 8;
      if (pages === unit) {
        const size = mapsBasePages(format.levels[level]) ? 0 : Ept.PS;
        const target = asPfn(this.frameOf(first));
        this.#write(table, level, index, lowOf(target, LEAF_ENTRY | size), highOf(target, 0));
        return;
      }
      const low = memory.readWord(address);
      const high = memory.readWord(address + 4);
      const { next = level + 1, flattened } = format.levels[level];
      const below = flattened ?? next;
      // An entry that does not lead on as the host made it is made again.
      const good = (low & (Ept.RWX | Ept.PS | Ept.ReservedInTable)) === Ept.RWX && this.#isTable(frameOf(low, high));
      if (good) table = frameOf(low, high);
      else {
        const made = this.#allocate(below);
        const mark = flattened === undefined ? 0 : HIGH.FLATTENED;
        this.#write(table, level, index, lowOf(made, TABLE_ENTRY), highOf(made, mark));
        table = made;
      }
      level = below;
    }
  }

  #isTable(pfn: Pfn): boolean {
    return pfn >= this.#layout.tables && pfn < this.#layout.end;
  }

  #allocate(level: number): Pfn {
    const { format, probe, memory } = this.parts;
    const order = Math.log2(tableFrames(format, level));
    if (this.#progress[1] !== 0) probe.call(ALLOCATE, 'host', this.#recording ? format.levels[level].name : '');
    const pfn = this.#zone.allocate(order, `${format.levels[level].name} table`, HOST_OWNER, order);
    if (pfn === -1) throw new Error('the host has no frame for its tables');
    memory.back(pfn);
    probe.counters[Counter.NestedTablesByLevel + level]++;
    return pfn;
  }

  #write(table: Pfn, level: number, index: number, newLow: number, newHigh: number): void {
    const { memory, probe } = this.parts;
    const frame = asPfn(table + (index >>> 9));
    const base = memory.back(frame);
    const at = base + 2 * (index % 512);
    const oldLow = memory.pool.words[at];
    const oldHigh = memory.pool.words[at + 1];
    memory.pool.touch(base / PAGE_WORDS);
    memory.pool.words[at] = newLow;
    memory.pool.words[at + 1] = newHigh;
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    probe.recorder?.emit({ kind: 'hostEntryWrite', level, table, index, oldLow, oldHigh, newLow, newHigh });
  }

  save(): HostSnapshot {
    return {
      forward: this.#forward.save(),
      backward: this.#backward.save(),
      small: [...this.#state.save(), ...this.#zone.save()],
    };
  }
  load({ forward, backward, small }: HostSnapshot): void {
    this.#forward.load(forward);
    this.#backward.load(backward);
    this.#state.load(small.slice(0, 1));
    this.#zone.load(small.slice(1));
  }
  hash(into: Hasher): void {
    this.#forward.hash(into);
    this.#backward.hash(into);
    this.#state.hash(into);
    this.#zone.hash(into);
  }
}

function wordOf(store: PagedStore, at: number): number {
  return at < store.used * PAGE_WORDS ? store.words[at] : 0;
}

function setWord(store: PagedStore, at: number, value: number): void {
  const page = Math.floor(at / PAGE_WORDS);
  store.extend(page + 1);
  store.touch(page);
  store.words[at] = value;
}
