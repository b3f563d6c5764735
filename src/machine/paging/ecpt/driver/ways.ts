/**
 * The ways of Elastic Cuckoo Page Tables as software reads and writes them (EMT-Linux ECPT.c): look-up way by way, insert with
 * a random choice and kicks, removal; all under the rule of resizes: a slot below the way's rehash pointer is looked for
 * in the target, whose size makes another hash.
 *
 * The cluster at hand (`way`, `table`, `slot`, `at`) is what the last function of this class found or wrote. Every hash and
 * every cluster that is looked at is counted, unless `quietly`.
 */
import { asPfn, type Pfn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import type { ClusterAction } from '../../../core/events';
import { type Probe, Signal } from '../../../core/probe';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { Access } from '../../../mmu/rights';
import { type Descriptors, isKernelDescriptor, tableFrame, tableLog2, tableWord, type WayNumbers } from '../descriptor';
import type { WayHash } from '../hash';
import {
  Cluster,
  hasTag,
  isEmptySlot,
  isNone,
  readCount,
  SLOTS_PER_FRAME,
  storedHigh,
  writeCount,
  writeTag,
} from '../layout';
import type { EcptOptions } from '../format';
import type { BlockSource } from './blocks';
import type { Cwts } from './cwts';
import type { KernelData } from './kernelData';
import { type Mover, tableMemory } from './mover';

/** What asks for resizes: occupancy has risen, or fallen. */
export interface OccupancyListener {
  rose(root: Pfn, way: number): void;
  fell(root: Pfn, way: number): void;
}

export interface WayParts {
  options: EcptOptions;
  numbers: WayNumbers;
  memory: PhysicalMemory;
  descriptors: Descriptors;
  hash: WayHash;
  data: KernelData;
  blocks: BlockSource;
  cwts: Cwts;
  probe: Probe;
  /** Who changes the kernel's tables; absent while they are made. */
  mover?: Mover;
  /** Level of a page size in the format. */
  levelOf(size: number): number;
}

export class Ways {
  /** Whose cluster is at hand. */
  root: Pfn = asPfn(0);
  /** Absolute number of the way that the cluster at hand is in, its table's first frame, the slot, and words in the pool or −1. */
  way = 0;
  table: Pfn = asPfn(0);
  slot = 0;
  at = -1;
  /** In the target of the way's resize. */
  inTarget = false;
  listener: OccupancyListener | undefined;
  /** The cluster in hand: what an insert carries until it has a place. */
  readonly hand = new Int32Array(Cluster.Words);
  #counting = true;
  /** What is put there is found only when the pointer has passed the slot that leaves. */
  isHidden = false;
  #leavingWay = -1;
  #leavingSlot = 0;

  constructor(readonly parts: WayParts) {}

  /** Does something without counting it: the model's own checks, which no release makes. */
  quietly<T>(work: () => T): T {
    const before = this.#counting;
    this.#counting = false;
    const result = work();
    this.#counting = before;
    return result;
  }

  // ---- tables -------------------------------------------------------------------------------------------------------

  /** Whether a page size has tables: of a size all ways are built at once. */
  isBuilt(root: Pfn, user: number, size: number): boolean {
    const { numbers, descriptors } = this.parts;
    return numbers.ways[size] > 0 && descriptors.isBuilt(root, numbers.first(user, size));
  }

  /** Builds all ways of a page size (`fix_lazy_ECPT`). False if memory is short: then none is built. */
  build(root: Pfn, user: number, size: number): boolean {
    const { numbers, descriptors, options } = this.parts;
    const first = numbers.first(user, size);
    const log2 = Math.log2(options.entries[size]);
    for (let way = first; way < first + numbers.ways[size]; way++) {
      const table = this.allocate(root, log2, size);
      if (table === -1) {
        for (let back = first; back < way; back++) this.dismantle(root, back, size);
        return false;
      }
      descriptors.setTable(root, way, tableWord(table, log2));
    }
    return true;
  }

  allocate(root: Pfn, log2: number, size: number): Pfn | -1 {
    return this.parts.blocks.allocate(root, log2 - 6, this.parts.levelOf(size));
  }

  /** Frees the table of a way, or of a target. */
  dismantle(root: Pfn, way: number, size: number): void {
    const { descriptors, blocks, levelOf } = this.parts;
    const word = descriptors.table(root, way);
    if (tableLog2(word) === 0) return;
    blocks.free(root, tableFrame(word), tableLog2(word) - 6, levelOf(size));
    descriptors.setTable(root, way, 0);
  }

  // ---- look-up ------------------------------------------------------------------------------------------------------

  /** Makes the slot of a tag in a way the one at hand. */
  locate(root: Pfn, way: number, tag: number): void {
    const { descriptors, hash, numbers } = this.parts;
    const word = descriptors.table(root, way);
    this.root = root;
    this.way = way;
    this.inTarget = false;
    this.table = tableFrame(word);
    this.slot = hash.index(tag, tableLog2(word), way);
    this.isHidden = this.slot === this.#leavingSlot && way === this.#leavingWay;
    if (this.isHidden || this.slot < descriptors.pointer(root, way)) {
      const target = descriptors.table(root, numbers.target(way));
      this.inTarget = true;
      this.table = tableFrame(target);
      // The way keeps its number: only the size is new.
      this.slot = hash.index(tag, tableLog2(target), way);
      if (this.#counting) this.parts.probe.hash();
    }
    this.look();
    if (!this.#counting) return;
    this.parts.probe.hash();
    this.parts.probe.tableRead();
  }

  /** What hashes to that slot of the way is looked for in the target already; −1: nothing leaves. */
  leaving(way: number, slot: number): void {
    this.#leavingWay = way;
    this.#leavingSlot = slot;
  }

  /** Finds the words of the slot at hand. */
  look(): void {
    if (this.#counting && isKernelDescriptor(this.root)) this.#touch(Access.Read);
    const base = this.parts.memory.base(asPfn(this.table + (this.slot >>> 6)));
    this.at = base < 0 ? -1 : base + (this.slot & 63) * Cluster.Words;
  }

  /** Whether the cluster at hand is the tag's. An empty slot has tag 0: see `EcptOptions.tagZero`. */
  isOf(tag: number): boolean {
    if (this.at < 0) return tag === 0 && this.parts.options.tagZero === 'released';
    const { words } = this.parts.memory.pool;
    if (!hasTag(words, this.at, tag)) return false;
    return tag !== 0 || this.parts.options.tagZero === 'released' || readCount(words, this.at) > 0;
  }

  /** Page size of the way at hand. */
  get sizeAtHand(): number {
    return this.parts.numbers.sizeOf(this.way);
  }

  get isEmpty(): boolean {
    return this.at < 0 || isEmptySlot(this.parts.memory.pool.words, this.at);
  }

  /** `ecpt_search_fit_entry`: the ways in ascending order, the first whose tag matches. Makes its cluster the one at hand. */
  find(root: Pfn, user: number, size: number, tag: number): boolean {
    const { numbers } = this.parts;
    if (!this.isBuilt(root, user, size)) return false;
    const first = numbers.first(user, size);
    for (let way = first; way < first + numbers.ways[size]; way++) {
      this.locate(root, way, tag);
      if (this.isOf(tag)) return true;
    }
    return false;
  }

  /** Words of an entry of the cluster at hand. */
  low(entry: number): number {
    return this.at < 0 ? 0 : this.parts.memory.pool.words[this.at + 2 * entry];
  }
  high(entry: number): number {
    return this.at < 0 ? 0 : this.parts.memory.pool.words[this.at + 2 * entry + 1];
  }

  /** What `resume` needs to make the cluster at hand that again: its number among all of memory, and its way. */
  get clusterNumber(): number {
    return this.table * SLOTS_PER_FRAME + this.slot;
  }

  /** Makes a cluster the one at hand that was so before; nothing may have moved since. */
  resume(root: Pfn, number: number, way: number, inTarget: boolean): void {
    const { descriptors, numbers } = this.parts;
    this.root = root;
    this.way = way;
    this.inTarget = inTarget;
    this.table = tableFrame(descriptors.table(root, inTarget ? numbers.target(way) : way));
    this.slot = number - this.table * SLOTS_PER_FRAME;
    this.look();
  }

  // ---- changes in place ---------------------------------------------------------------------------------------------

  /** Writes an entry of the cluster at hand, whose tag stays; words of an object, 0 and 0 to remove it. */
  set(root: Pfn, user: number, size: number, tag: number, entry: number, low: number, high: number): void {
    const { probe } = this.parts;
    this.#writable();
    const words = this.parts.memory.pool.words;
    const i = this.at + 2 * entry;
    const wasNone = isNone(words[i], words[i + 1]);
    const none = low === 0 && high === 0;
    this.#keepOld();
    words[i] = low;
    words[i + 1] = (words[i + 1] & Cluster.Meta) | (storedHigh(low, high) & ~Cluster.Meta);
    probe.tableWrite();
    if (wasNone === none) {
      this.#report('set', size, tag);
      return;
    }
    const count = readCount(words, this.at) + (none ? -1 : 1);
    writeCount(words, this.at, count);
    probe.tableWrite();
    if (count > 0) {
      this.#report('set', size, tag);
      return;
    }
    writeTag(words, this.at, 0);
    this.#report('wipe', size, tag);
    this.#moved();
    this.#occupy(root, -1);
    this.parts.cwts.removed(root, user, size, tag);
    this.listener?.fell(root, this.way);
  }

  // ---- a cluster comes ------------------------------------------------------------------------------------------------

  /** A slot that has been looked at a moment ago. */
  locateAgain(root: Pfn, way: number, tag: number): void {
    const counting = this.#counting;
    this.#counting = false;
    this.locate(root, way, tag);
    this.#counting = counting;
  }

  /** Writes the cluster in hand to the slot at hand, which is empty. */
  put(root: Pfn, user: number, size: number, tag: number, action: ClusterAction, attempt: number): void {
    this.write(size, tag, action, attempt);
    this.#occupy(root, 1);
    const { way } = this;
    this.parts.cwts.placed(root, user, size, tag, this.parts.numbers.relative(way));
    this.listener?.rose(root, way);
  }

  // ---- memory -------------------------------------------------------------------------------------------------------

  /** The kernel's tables are reached through themselves. */
  #touch(access: Access): void {
    const { mover, numbers } = this.parts;
    if (mover === undefined) return;
    const frame = asPfn(this.table + (this.slot >>> 6));
    mover.touch(frame, (this.slot & 63) * Cluster.Bytes, access, tableMemory(this.#name(numbers), frame));
  }

  #name(numbers: WayNumbers): string {
    const size = ['4 KiB', '2 MiB', '1 GiB'][numbers.sizeOf(this.way)];
    return `way ${numbers.relative(this.way)} of its ${size} pages`;
  }

  /** Writes the cluster in hand to the slot at hand. */
  write(size: number, tag: number, action: ClusterAction, attempt: number): void {
    this.#writable();
    this.#keepOld();
    this.parts.memory.pool.words.set(this.hand, this.at);
    for (let i = 0; i < Cluster.Entries; i++) this.parts.probe.tableWrite();
    this.#moved();
    this.#report(action, size, tag, attempt);
  }

  #writable(): void {
    if (isKernelDescriptor(this.root)) this.#touch(Access.Write);
    const base = this.parts.memory.back(asPfn(this.table + (this.slot >>> 6)));
    this.parts.memory.pool.touch(base >> 10);
    this.at = base + (this.slot & 63) * Cluster.Words;
  }

  /** Places in tables that were remembered may be others' now, and clusters that were absent may be there. */
  #moved(): void {
    this.parts.probe.counters[Counter.TablesUnlinked]++;
  }

  #occupy(root: Pfn, change: number): void {
    const { descriptors, numbers } = this.parts;
    const row = this.inTarget ? numbers.target(this.way) : this.way;
    descriptors.setOccupancy(root, row, descriptors.occupancy(root, row) + change);
  }

  readonly #before = new Int32Array(Cluster.Words);

  #keepOld(): void {
    if (this.parts.probe.recorder === null) return;
    const { words } = this.parts.memory.pool;
    for (let i = 0; i < Cluster.Words; i++) this.#before[i] = words[this.at + i];
  }

  #report(action: ClusterAction, size: number, tag: number, attempt = 0): void {
    const { probe, memory, levelOf, numbers } = this.parts;
    const frame = asPfn(this.table + (this.slot >>> 6));
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder === null) return;
    probe.recorder.emit({
      kind: 'clusterWrite',
      action,
      level: levelOf(size),
      way: numbers.relative(this.way),
      inTarget: this.inTarget,
      table: this.table,
      slot: this.slot,
      tag,
      attempt,
      before: [...this.#before],
      after: [...memory.pool.words.subarray(this.at, this.at + Cluster.Words)],
    });
  }
}
