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
import { LOW } from '../../x86/entry';
import { type Descriptors, tableFrame, tableLog2, tableWord, type WayNumbers } from '../descriptor';
import type { WayHash } from '../hash';
import {
  Cluster,
  hasTag,
  isEmptySlot,
  isNone,
  readCount,
  readTag,
  SLOTS_PER_FRAME,
  storedHigh,
  writeCount,
  writeTag,
} from '../layout';
import { type EcptOptions, MAX_TRIES } from '../format';
import type { Blocks } from './blocks';
import type { Cwts } from './cwts';
import type { KernelData } from './kernelData';

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
  blocks: Blocks;
  cwts: Cwts;
  probe: Probe;
  /** Level of a page size in the format. */
  levelOf(size: number): number;
}

/** No place was found: what is in hand then has no place either, unless nothing has moved. */
export type InsertResult = 'ok' | 'full';

export class Ways {
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
  readonly #old = new Int32Array(Cluster.Words);
  /** The path of a kick that copies: way, table, slot, and whether that is a target, of each step. */
  readonly #path = new Float64Array(4 * (MAX_TRIES + 2));
  #counting = true;
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
      const table = this.allocate(log2, size);
      if (table === -1) {
        for (let back = first; back < way; back++) this.dismantle(root, back, size);
        return false;
      }
      descriptors.setTable(root, way, tableWord(table, log2));
    }
    return true;
  }

  allocate(log2: number, size: number): Pfn | -1 {
    return this.parts.blocks.allocate(log2 - 6, this.parts.levelOf(size));
  }

  /** Frees the table of a way, or of a target. */
  dismantle(root: Pfn, way: number, size: number): void {
    const { descriptors, blocks, levelOf } = this.parts;
    const word = descriptors.table(root, way);
    if (tableLog2(word) === 0) return;
    blocks.free(tableFrame(word), tableLog2(word) - 6, levelOf(size));
    descriptors.setTable(root, way, 0);
  }

  // ---- look-up ------------------------------------------------------------------------------------------------------

  /** Makes the slot of a tag in a way the one at hand. */
  locate(root: Pfn, way: number, tag: number): void {
    const { descriptors, hash, numbers } = this.parts;
    const word = descriptors.table(root, way);
    this.way = way;
    this.inTarget = false;
    this.table = tableFrame(word);
    this.slot = hash.index(tag, tableLog2(word), way);
    const leaves = this.slot === this.#leavingSlot && way === this.#leavingWay;
    if (leaves || this.slot < descriptors.pointer(root, way)) {
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

  // ---- insert -------------------------------------------------------------------------------------------------------

  /** `ecpt_insert` of one entry whose cluster is in no way yet. */
  insert(root: Pfn, user: number, size: number, tag: number, entry: number, low: number, high: number): InsertResult {
    const { hand } = this;
    hand.fill(0);
    hand[2 * entry] = low | (size > 0 ? LOW.PS : 0);
    hand[2 * entry + 1] = storedHigh(low, high);
    writeTag(hand, 0, tag);
    writeCount(hand, 0, 1);
    return this.place(root, user, size, tag);
  }

  /** Finds a place for the cluster in hand: an empty slot at random, else by kicks. */
  place(root: Pfn, user: number, size: number, tag: number): InsertResult {
    const { numbers, data } = this.parts;
    const first = numbers.first(user, size);
    let empty = 0;
    let count = 0;
    for (let way = first; way < first + numbers.ways[size]; way++) {
      this.locate(root, way, tag);
      if (!this.isEmpty) continue;
      empty |= 1 << (way - first);
      count++;
    }
    if (count === 0) return this.kick(root, user, size, tag, -1);
    let nth = count === 1 ? 0 : data.random(count);
    for (let way = first; ; way++) {
      if ((empty & (1 << (way - first))) === 0 || nth-- > 0) continue;
      this.#locateAgain(root, way, tag);
      this.put(root, user, size, tag, 'insert', 0);
      return 'ok';
    }
  }

  /** A slot that has been looked at a moment ago. */
  #locateAgain(root: Pfn, way: number, tag: number): void {
    const counting = this.#counting;
    this.#counting = false;
    this.locate(root, way, tag);
    this.#counting = counting;
  }

  /** Writes the cluster in hand to the slot at hand, which is empty. */
  put(root: Pfn, user: number, size: number, tag: number, action: ClusterAction, attempt: number): void {
    this.#write(size, tag, action, attempt);
    this.#occupy(root, 1);
    const { way } = this;
    this.parts.cwts.placed(root, user, size, tag, this.parts.numbers.relative(way));
    this.listener?.rose(root, way);
  }

  /** `kick_to_insert`: `from`: the relative way that the cluster has just left, or −1. */
  kick(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    return this.parts.options.kick === 'copy'
      ? this.#kickByCopy(root, user, size, tag, from)
      : this.#kickInPlace(root, user, size, tag, from);
  }

  /** A way at random, another than that one. */
  #otherWay(size: number, than: number): number {
    const ways = this.parts.numbers.ways[size];
    if (than < 0 || than >= ways) return this.parts.data.random(ways);
    return (than + 1 + this.parts.data.random(ways - 1)) % ways;
  }

  /** As released: newcomer and victim change places, so that until it has a new one the victim is in no table. */
  #kickInPlace(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    const { numbers, data, cwts, probe } = this.parts;
    const first = numbers.first(user, size);
    let inHand = tag;
    let relative = this.#otherWay(size, from >= 0 ? from : data.lastKick);
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      this.locate(root, first + relative, inHand);
      data.lastKick = relative;
      if (this.isEmpty) {
        this.put(root, user, size, inHand, attempt === 1 ? 'insert' : 'kicked', attempt);
        return 'ok';
      }
      const words = this.parts.memory.pool.words;
      const victim = readTag(words, this.at);
      const old = this.#old;
      for (let i = 0; i < Cluster.Words; i++) old[i] = words[this.at + i];
      this.#write(size, inHand, 'kick', attempt);
      this.hand.set(old);
      probe.counters[Counter.EcptKicks]++;
      cwts.placed(root, user, size, inHand, relative);
      inHand = victim;
      relative = this.#otherWay(size, relative);
    }
    this.lost = inHand;
    return 'full';
  }

  /** Tag of the cluster in hand when an insert ended with `full`. */
  lost = 0;

  /**
   * As the EMT paper's §7.1 asks: first the whole path of victims is found, then the last one is copied to the empty slot, the one
   * before over it, and so on. At every moment every cluster is in some way; if there is no path nothing has changed.
   */
  #kickByCopy(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    const { numbers, data } = this.parts;
    const first = numbers.first(user, size);
    let at = tag;
    let relative = this.#otherWay(size, from >= 0 ? from : data.lastKick);
    let steps = 0;
    for (let attempt = 0; attempt <= MAX_TRIES; attempt++) {
      this.locate(root, first + relative, at);
      this.#path.set([this.way, this.table, this.slot, this.inTarget ? 1 : 0], 4 * steps);
      if (this.isEmpty) {
        data.lastKick = relative;
        this.#followPath(root, user, size, steps);
        return 'ok';
      }
      if (this.#isOnPath(steps)) {
        // It would overwrite what it has just brought there: begin anew.
        at = tag;
        steps = 0;
        relative = this.#otherWay(size, -1);
        continue;
      }
      at = readTag(this.parts.memory.pool.words, this.at);
      relative = this.#otherWay(size, relative);
      steps++;
    }
    this.lost = tag;
    return 'full';
  }

  /** Copies the clusters on the path one step on each, the last first, and puts the one in hand into the first place. */
  #followPath(root: Pfn, user: number, size: number, steps: number): void {
    const { numbers, cwts, probe } = this.parts;
    const newcomer = this.hand.slice();
    for (let step = steps; step >= 0; step--) {
      if (step > 0) {
        this.#goTo(step - 1);
        const words = this.parts.memory.pool.words;
        for (let i = 0; i < Cluster.Words; i++) this.hand[i] = words[this.at + i];
        probe.counters[Counter.EcptKicks]++;
      } else this.hand.set(newcomer);
      const moving = readTag(this.hand, 0);
      this.#goTo(step);
      const action = step === 0 ? 'insert' : 'copied';
      if (step === steps) this.put(root, user, size, moving, action, step + 1);
      else {
        this.#write(size, moving, action, step + 1);
        cwts.placed(root, user, size, moving, numbers.relative(this.way));
      }
    }
  }

  #isOnPath(step: number): boolean {
    const path = this.#path;
    for (let i = 0; i < step; i++)
      if (path[4 * i + 1] === path[4 * step + 1] && path[4 * i + 2] === path[4 * step + 2]) return true;
    return false;
  }

  #goTo(step: number): void {
    this.way = this.#path[4 * step];
    this.table = asPfn(this.#path[4 * step + 1]);
    this.slot = this.#path[4 * step + 2];
    this.inTarget = this.#path[4 * step + 3] === 1;
    this.look();
  }

  // ---- memory -------------------------------------------------------------------------------------------------------

  /** Writes the cluster in hand to the slot at hand. */
  #write(size: number, tag: number, action: ClusterAction, attempt: number): void {
    this.#writable();
    this.#keepOld();
    this.parts.memory.pool.words.set(this.hand, this.at);
    for (let i = 0; i < Cluster.Entries; i++) this.parts.probe.tableWrite();
    this.#moved();
    this.#report(action, size, tag, attempt);
  }

  #writable(): void {
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
