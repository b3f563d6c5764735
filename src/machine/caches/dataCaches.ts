/**
 * The data caches: an L1 for data, one for instructions and an L2 for each CPU, one LLC for all, and memory behind them.
 *
 * Lines of 64 bytes by physical address, least recently used first to go. A line that was not found is entered wherever it
 * was missed on the way; what leaves one cache stays in the others. Writes enter lines as reads do, and drop them from the L1 and L2
 * of other CPUs. Writing back costs nothing, nobody fetches ahead, and the kernel's own accesses are not among them: what its work
 * costs is in its instructions (docs/model.md).
 *
 * Off by default: a machine without has no object of this kind, and walkers charge `cost table_read`.
 */
import { PAGE_BYTES, type Pfn } from '../core/addresses';
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { StoreSnapshot } from '../memory/pagedStore';
import { LINE_BYTES } from '../core/dataCache';
import { CacheArray, LineOf } from './cacheArray';
import { BUCKETS, CacheCount, MAX_LEVELS } from './counts';
import type { DataCacheOptions } from './options';
import { Priority } from './priority';
import { type Answer, ANSWERS, type TableReads } from './tableReads';

/** Index into ANSWERS. */
const enum Found {
  L1,
  L2,
  Llc,
  Dram,
}

const LINES_PER_FRAME = PAGE_BYTES / LINE_BYTES;
/** The last reads of a walker: more than a walk has references. A power of two. */
const LOG = 256;

export interface DataCachesSnapshot {
  readonly small: readonly TypedArray[];
  readonly lines: readonly StoreSnapshot[];
}

/** What all CPUs have in common. */
class Shared {
  readonly counts = new Float64Array(CacheCount.Count);
  readonly latency: Float64Array;
  readonly llc: CacheArray;
  readonly priority: Priority;

  constructor(
    readonly options: DataCacheOptions,
    cpus: number,
    /** Lines that there are: whatever lies behind is no memory and in no cache. */
    readonly memoryLines: number,
  ) {
    const { l1, l2, llc, dram } = options.latency;
    this.latency = Float64Array.of(l1, l2, llc, dram);
    this.llc = new CacheArray('LLC', options.llc);
    this.priority = new Priority(options.priority, cpus + 1);
  }
}

/** What one CPU finds on its way to memory. */
export class CpuCaches implements TableReads {
  readonly l1: CacheArray;
  readonly l1i: CacheArray;
  readonly l2: CacheArray;
  #answer = Found.L1;
  readonly #entersAtL1: boolean;
  /** The last reads of the walker: level, where each was found. Scratch of the walk that runs: no state. */
  readonly #levels = new Uint8Array(LOG);
  readonly #found = new Uint8Array(LOG);
  #reads = 0;

  constructor(
    readonly shared: Shared,
    /** Among the caches that take turns at plain replacement; the LLC is 0. */
    private readonly number: number,
  ) {
    const { options } = shared;
    this.l1 = new CacheArray('L1D', options.l1);
    this.l1i = new CacheArray('L1I', options.l1i);
    this.l2 = new CacheArray('L2', options.l2);
    this.#entersAtL1 = options.walker === 'l1';
  }

  get answer(): Answer {
    return ANSWERS[this.#answer];
  }

  /** Where the last access or read found its farthest line, and how long that took. */
  get last(): { name: Answer; cycles: number } {
    return { name: this.answer, cycles: this.shared.latency[this.#answer] };
  }

  read(level: number, frame: Pfn, offset: number): number {
    const found = this.#table(frame, offset);
    const at = this.#reads++ & (LOG - 1);
    this.#levels[at] = level;
    this.#found[at] = found;
    return this.shared.latency[found];
  }

  fetch(frame: Pfn, offset: number): void {
    this.#table(frame, offset);
  }

  forget(reads: number): void {
    this.#reads -= reads;
  }

  #table(frame: Pfn, offset: number): Found {
    const line = frame * LINES_PER_FRAME + Math.floor(offset / LINE_BYTES);
    const found = this.#find(this.#entersAtL1 ? this.l1 : null, CacheCount.L1, line, LineOf.Table);
    this.shared.counts[CacheCount.TablesFoundIn + found]++;
    this.#answer = found;
    return found;
  }

  /**
   * A walk has ended in a translation, with its last so many reads; it took `cycles` for them (fewer than they took together
   * where several went out at once), `lookups` for walk caches and hashes, and `abandoned` for reads made in vain before.
   */
  walked(references: number, cycles: number, lookups: number, abandoned: number): void {
    const { counts, latency, priority } = this.shared;
    counts[CacheCount.Walks]++;
    counts[CacheCount.ReadCycles] += cycles;
    counts[CacheCount.LookupCycles] += lookups;
    counts[CacheCount.AbandonedCycles] += abandoned;
    const whole = cycles + lookups + abandoned;
    if (whole > counts[CacheCount.LongestWalk]) counts[CacheCount.LongestWalk] = whole;
    let bucket = 0;
    while (bucket < BUCKETS.length && whole > BUCKETS[bucket]) bucket++;
    counts[CacheCount.Histogram + bucket]++;
    for (let i = this.#reads - Math.min(references, LOG); i < this.#reads; i++) {
      const at = i & (LOG - 1);
      const level = Math.min(this.#levels[at], MAX_LEVELS - 1);
      counts[CacheCount.ByLevel + 4 * level + this.#found[at]]++;
      counts[CacheCount.CyclesByLevel + level] += latency[this.#found[at]];
    }
    priority.walk();
  }

  /** A program reads or writes bytes of one frame. Cycles until it has them. */
  data(frame: Pfn, offset: number, bytes: number): number {
    this.shared.priority.access();
    return this.#lines(this.l1, CacheCount.L1, CacheCount.DataFoundIn, CacheCount.DataCycles, frame, offset, bytes);
  }

  /** A program fetches bytes of one frame. */
  instructions(frame: Pfn, offset: number, bytes: number): number {
    return this.#lines(
      this.l1i,
      CacheCount.L1i,
      CacheCount.FetchesFoundIn,
      CacheCount.FetchCycles,
      frame,
      offset,
      bytes,
    );
  }

  #lines(
    l1: CacheArray,
    pair: CacheCount,
    foundIn: CacheCount,
    cyclesIn: CacheCount,
    frame: Pfn,
    offset: number,
    bytes: number,
  ): number {
    const { counts, latency } = this.shared;
    const first = frame * LINES_PER_FRAME;
    const end = Math.floor((offset + bytes - 1) / LINE_BYTES);
    let farthest = Found.L1;
    // The lines of one access are asked for together: the farthest is waited for.
    for (let i = Math.floor(offset / LINE_BYTES); i <= end; i++) {
      const found = this.#find(l1, pair, first + i, LineOf.Data);
      counts[foundIn + found]++;
      if (found > farthest) farthest = found;
    }
    this.#answer = farthest;
    const cycles = latency[farthest];
    // A fetch from the first level is part of what an instruction costs.
    if (farthest !== Found.L1 || pair !== CacheCount.L1i) counts[cyclesIn] += cycles;
    return cycles;
  }

  /** `l1`: `null` where the way begins at the L2; `pair`: what counts its hits and misses. */
  #find(l1: CacheArray | null, pair: CacheCount, line: number, of: LineOf): Found {
    const { counts, llc, memoryLines, priority } = this.shared;
    if (line >= memoryLines) return Found.Dram;
    if (l1?.use(line, of) === true) {
      counts[pair]++;
      return Found.L1;
    }
    let found = Found.L2;
    if (this.l2.use(line, of)) counts[CacheCount.L2]++;
    else {
      counts[CacheCount.L2 + 1]++;
      if (llc.use(line, of)) {
        counts[CacheCount.Llc]++;
        found = Found.Llc;
      } else {
        counts[CacheCount.Llc + 1]++;
        found = Found.Dram;
        if (llc.fill(line, of, llc.isFull(line) && priority.protects(0))) counts[CacheCount.ProtectedLlc]++;
      }
      const protects = this.l2.isFull(line) && priority.protects(this.number);
      if (this.l2.fill(line, of, protects)) counts[CacheCount.ProtectedL2]++;
    }
    if (l1 !== null) {
      counts[pair + 1]++;
      l1.fill(line, of, false);
    }
    return found;
  }

  /** Another CPU writes to bytes of one frame: their lines are no longer good here. */
  invalidate(frame: Pfn, offset: number, bytes: number): void {
    const first = frame * LINES_PER_FRAME;
    const end = Math.floor((offset + bytes - 1) / LINE_BYTES);
    for (let i = Math.floor(offset / LINE_BYTES); i <= end; i++)
      for (const cache of [this.l1, this.l1i, this.l2]) cache.drop(first + i);
  }

  /** Where a read of a table there would find its line now, and how long that would take. Changes nothing. */
  peek(address: number): { answer: Answer; cycles: number } {
    const { llc, latency, memoryLines } = this.shared;
    const line = Math.floor(address / LINE_BYTES);
    let found = Found.Dram;
    if (line < memoryLines) {
      if (this.#entersAtL1 && this.l1.holds(line)) found = Found.L1;
      else if (this.l2.holds(line)) found = Found.L2;
      else if (llc.holds(line)) found = Found.Llc;
    }
    return { answer: ANSWERS[found], cycles: latency[found] };
  }

  /** Nearest first; the LLC is everybody's. */
  get all(): readonly CacheArray[] {
    return [this.l1, this.l1i, this.l2, this.shared.llc];
  }
}

export class DataCaches implements Stateful<DataCachesSnapshot> {
  readonly cpus: readonly CpuCaches[];
  readonly #shared: Shared;
  readonly #arrays: readonly CacheArray[];
  readonly #small: ArrayState;

  constructor(
    readonly options: DataCacheOptions,
    cpus: number,
    memoryBytes: number,
  ) {
    const shared = new Shared(options, cpus, memoryBytes / LINE_BYTES);
    this.#shared = shared;
    this.cpus = Array.from({ length: cpus }, (_, i) => new CpuCaches(shared, i + 1));
    this.#arrays = [shared.llc, ...this.cpus.flatMap(({ l1, l1i, l2 }) => [l1, l1i, l2])];
    this.#small = new ArrayState([shared.counts, shared.priority.state]);
  }

  /** See CacheCount. */
  get counts(): Float64Array {
    return this.#shared.counts;
  }

  /** Page-table lines are kept in preference to data now. */
  get protects(): boolean {
    return this.#shared.priority.inForce;
  }

  /** Bytes of one frame that a program writes on a CPU: the others lose their copies. */
  written(by: number, frame: Pfn, offset: number, bytes: number): void {
    for (let cpu = 0; cpu < this.cpus.length; cpu++) if (cpu !== by) this.cpus[cpu].invalidate(frame, offset, bytes);
  }

  save(): DataCachesSnapshot {
    return { small: this.#small.save(), lines: this.#arrays.map((array) => array.save()) };
  }

  load(saved: DataCachesSnapshot): void {
    this.#small.load(saved.small);
    this.#arrays.forEach((array, i) => array.load(saved.lines[i]));
  }

  hash(into: Hasher): void {
    this.#small.hash(into);
    for (const array of this.#arrays) array.hash(into);
  }
}
