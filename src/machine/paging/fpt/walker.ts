/**
 * The hardware walker of trees in which some tables are flattened (bit 58 of the entry above, bit 63 of CR3).
 *
 * As the walker of ordinary trees (../radix/walker.ts), whose rules it follows to the letter: walks that start in a walk cache
 * and meet a reason to fault are made again from the root, and only walks that end in a translation change anything. What is
 * different: which table comes next each entry says for itself, and an entry of a flattened table lies in one of its 512 frames.
 *
 * The processor is made for its mode: it has a walk cache for each level that the mode leaves. What is known of a table includes
 * whether it is flattened. Entries of a level that only a fallback has brought back are read from memory each time.
 */
import type { TableReads } from '../../caches/tableReads';
import { asPfn, type Pfn, type Vpn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import { Counter } from '../../core/counters';
import type { WalkPurpose } from '../../core/events';
import type { Hasher } from '../../core/hash';
import { type Probe, Signal } from '../../core/probe';
import type { TypedArray } from '../../core/state';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { AssociativeCache } from '../../mmu/associativeCache';
import { loadCaches, saveCaches } from '../../mmu/cacheStates';
import { combined, leafFlags, PATH_RIGHTS } from '../../mmu/entry';
import { makeReplacer } from '../../mmu/replacement';
import { Access, type RightsTable, TlbFlag } from '../../mmu/rights';
import { noWalkYet, type Walker, WalkStatus } from '../../mmu/walker';
import { type PagingFormat, rootFrame, rootLevel } from '../format';
import { levelArrays } from '../tree/levelArrays';
import type { WalkerOptions } from '../tree/walkerOptions';
import { frameOf, HIGH, leafFrame, LOW, RESERVED_LOW_OF_LEAF, reservedHigh } from '../x86/entry';
import { setBits } from '../x86/setBits';
import { WalkReports } from '../x86/walkReports';
import { pathByLevels, pathsOf } from './paths';

const enum Entry {
  /** Entries of a frame, as a power of two; and their indices in it. */
  FrameShift = 9,
  FrameMask = 511,
  /** Of an entry of a walk cache, which has no dirty bit: the table that it names is flattened. */
  Flattened = TlbFlag.Dirty,
}

export class FptWalker implements Walker {
  readonly result = noWalkYet();
  readonly walkCaches: readonly AssociativeCache[];
  readonly paths: readonly (readonly number[])[];
  readonly #pathByLevels: Int8Array;
  readonly #reports: WalkReports;
  /** By level of the format. */
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  readonly #leafSize: Int32Array;
  readonly #isBase: Uint8Array;
  readonly #next: Int32Array;
  readonly #flattened: Int32Array;
  /** Walk cache of the entries of a level, or −1. */
  readonly #cacheOf: Int32Array;
  readonly #cacheLevels: Int32Array;
  readonly #reservedHigh: number;
  readonly #promoteAll: boolean;
  /** The data caches; `null`: every read costs the same. Then `#cycles` are those of the walk that runs, so far. */
  readonly #tableReads: TableReads | null;
  #cycles = 0;
  /** Entries that the walk that runs has read, in order: level, table, low word in the pool, index, table below and what is known of it. Scratch. */
  readonly #levels = new Int32Array(4);
  readonly #tables = new Float64Array(4);
  readonly #at = new Int32Array(4);
  readonly #indices = new Int32Array(4);
  readonly #below = new Float64Array(4);
  readonly #flags = new Int32Array(4);
  /** Entry of each walk cache that the last look-up found; −1 if none, −2 if it was not asked. */
  readonly #hits: Int32Array;
  /** Where the walk starts: table, its level, rights above it. */
  #table = 0;
  #level = 0;
  #rights = 0;

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly rights: RightsTable,
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
    options: WalkerOptions,
  ) {
    const { levels } = format;
    const arrays = levelArrays(format);
    this.#scale = arrays.scale;
    this.#mask = arrays.mask;
    this.#leafSize = arrays.leafSize;
    this.#isBase = arrays.isBase;
    this.#next = arrays.next;
    this.#flattened = arrays.flattened;
    this.#cacheOf = arrays.cacheOf;
    this.#cacheLevels = arrays.cacheLevels;
    this.#reservedHigh = reservedHigh(options.physicalBits);
    this.#promoteAll = options.promote === 'all';
    this.paths = pathsOf(format);
    this.#pathByLevels = pathByLevels(this.paths, levels.length);
    this.walkCaches = options.caches.map(({ entries, ways }, i) => {
      const name = `PWC ${levels[arrays.cacheLevels[i]].name}`;
      return new AssociativeCache(name, entries, ways, makeReplacer(options.replacement, name, entries, ways));
    });
    this.#hits = new Int32Array(arrays.cacheLevels.length);
    this.#tableReads = options.tableReads;
    this.#reports = new WalkReports(probe, options.tableReads);
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    const from = this.#ask(root, vpn);
    let status = this.#descend(vpn, from, access, user, retry ? 'retry' : 'translate');
    let confirmed = false;
    if (status !== WalkStatus.Mapped && from >= 0) {
      this.probe.counters[Counter.AbandonedReferences] += this.result.references;
      this.probe.counters[Counter.OtherWalkCycles] += this.result.cycles;
      this.#reports.abandoned(this.result);
      this.#fromRoot(root);
      confirmed = true;
      status = this.#descend(vpn, -1, access, user, 'confirm');
    }
    this.#reports.end(this.result);
    if (status === WalkStatus.Mapped) this.#updateCaches(vpn, confirmed);
    return status;
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    this.#fromRoot(root);
    const status = this.#descend(vpn, -1, Access.Write, user, 'dirty');
    this.#reports.end(this.result);
    return status;
  }

  #fromRoot(root: Pfn): void {
    this.#table = rootFrame(root);
    this.#level = rootLevel(this.format, root);
    this.#rights = PATH_RIGHTS;
  }

  /** Asks the walk caches, deepest first, and leaves where the walk starts. Returns the cache that said so, or −1: CR3. */
  #ask(root: Pfn, vpn: Vpn): number {
    const hits = this.#hits;
    let start = -1;
    let asked = 0;
    this.#fromRoot(root);
    hits.fill(-2);
    for (let i = this.walkCaches.length - 1; i >= 0 && (start === -1 || this.#promoteAll); i--) {
      const cache = this.walkCaches[i];
      const level = this.#cacheLevels[i];
      const tag = Math.floor(vpn * this.#scale[level]);
      let at = cache.peek(tag, 0);
      asked++;
      if (this.probe.recorder !== null) {
        this.#reports.lookup(cache, level, tag, at);
        // A person's edit at this event may have flushed.
        at = cache.peek(tag, 0);
      }
      hits[i] = at;
      if (at < 0 || start !== -1) continue;
      start = i;
      const flags = cache.flagsOf(at);
      this.#table = cache.frameOf(at);
      this.#level = (flags & Entry.Flattened) !== 0 ? this.#flattened[level] : this.#next[level];
      this.#rights = flags & ~Entry.Flattened;
    }
    this.probe.counters[Counter.LookupCycles] += asked * this.costs.walk_cache_lookup;
    return start;
  }

  /**
   * Reads entries from the start on down to one that maps the page, sets their A bits, and D for a write; or to a reason to
   * fault, and then changes nothing. `from`: the walk cache that gave the start, or −1.
   */
  #descend(vpn: Vpn, from: number, access: Access, user: number, purpose: WalkPurpose): WalkStatus {
    const { probe, memory } = this;
    const words = memory.pool.words;
    const reserved = this.#reservedHigh | this.rights.reservedHigh;
    const recording = probe.recorder !== null;
    const noticing = recording || this.#tableReads !== null;
    let path = this.#rights;
    let table = this.#table;
    let level = this.#level;
    let read = 0;
    if (recording)
      this.#reports.start(purpose, vpn, level, asPfn(table), from < 0 ? 'CR3' : this.walkCaches[from].name);
    for (let n = 0; ; n++) {
      const index = (vpn * this.#scale[level]) & this.#mask[level];
      const frame = asPfn(table + (index >>> Entry.FrameShift));
      const base = memory.base(frame);
      const at = base + 2 * (index & Entry.FrameMask);
      // A frame outside memory, or never written, reads as zeroes: not present.
      const low = base < 0 ? 0 : words[at];
      const high = base < 0 ? 0 : words[at + 1];
      read |= 1 << level;
      if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
      if (noticing) this.#notice(n, level, asPfn(table), index, low, high);
      if ((low & LOW.P) === 0) return this.#end(WalkStatus.NotPresent, read, n + 1);
      if ((high & reserved) !== 0) return this.#end(WalkStatus.Reserved, read, n + 1);
      this.#levels[n] = level;
      this.#tables[n] = table;
      this.#at[n] = at;
      this.#indices[n] = index;
      path = combined(path, low, high);
      if (this.#isBase[level] !== 0 || (low & LOW.PS) !== 0)
        return this.#leaf(vpn, level, low, high, path, access, user, read, n + 1);
      table = frameOf(low, high);
      // PS was tested first: bit 58 means this only where the entry points to a table, and only in a mode that folds the level.
      const isFlattened = (high & HIGH.FLATTENED) !== 0 && this.#flattened[level] !== -1;
      level = isFlattened ? this.#flattened[level] : this.#next[level];
      this.#below[n] = table;
      this.#flags[n] = isFlattened ? path | Entry.Flattened : path;
    }
  }

  /** The entry that maps the page, whatever its size; `path`: the rights down to it, its own included. */
  #leaf(
    vpn: Vpn,
    level: number,
    low: number,
    high: number,
    path: number,
    access: Access,
    user: number,
    read: number,
    references: number,
  ): WalkStatus {
    const { result } = this;
    const size = this.#leafSize[level];
    if (size < 0 || (low & RESERVED_LOW_OF_LEAF[size]) !== 0) return this.#end(WalkStatus.Reserved, read, references);
    const flags = path | leafFlags(low, high);
    result.flags = flags;
    if (!this.rights.allows(flags, access, user)) return this.#end(WalkStatus.Rights, read, references);
    result.pageSize = size;
    // Inside a huge page the low bits of the page number select the frame.
    result.pfn = size === 0 ? frameOf(low, high) : asPfn(leafFrame(size, low, high) + (vpn % (1 / this.#scale[level])));
    for (let n = 0; n < references - 1; n++) this.#set(n, LOW.A);
    this.#set(references - 1, access === Access.Write ? LOW.A | LOW.D : LOW.A);
    if (access === Access.Write) result.flags = flags | TlbFlag.Dirty;
    return this.#end(WalkStatus.Mapped, read, references);
  }

  #end(status: WalkStatus, read: number, references: number): WalkStatus {
    const { result } = this;
    result.status = status;
    result.level = this.#pathByLevels[read];
    result.references = references;
    result.cycles = this.#tableReads === null ? references * this.costs.table_read : this.#cycles;
    return status;
  }

  /** The walk has read an entry, its n-th from 0: through the data caches, or for somebody who records. */
  #notice(n: number, level: number, table: Pfn, index: number, low: number, high: number): void {
    const frame = asPfn(table + (index >>> Entry.FrameShift));
    const cycles = this.#tableReads?.read(level, frame, 8 * (index & Entry.FrameMask)) ?? this.costs.table_read;
    this.#cycles = n === 0 ? cycles : this.#cycles + cycles;
    if (this.probe.recorder !== null) this.#reports.read(level, table, index, low, high, cycles);
  }

  /** Sets bits of the n-th entry that the walk has read. */
  #set(n: number, set: number): void {
    const { memory, probe } = this;
    const at = this.#at[n];
    const low = memory.pool.words[at];
    if (!setBits(memory, at, set)) return;
    const table = asPfn(this.#tables[n]);
    const index = this.#indices[n];
    if (probe.watches.physicalWrites && probe.watches.writesFrame(asPfn(table + (index >>> Entry.FrameShift))))
      probe.signal(Signal.Watch);
    if (probe.recorder !== null)
      this.#reports.write(this.#levels[n], table, index, set & ~low, low | set, memory.pool.words[at + 1]);
  }

  /**
   * After a walk that mapped: the hit that was used (or every hit) is promoted, what was read is entered. Only a walk that
   * was `confirmed` from the root can find its tags there already.
   */
  #updateCaches(vpn: Vpn, confirmed: boolean): void {
    const counters = this.probe.counters;
    for (let i = 0; i < this.walkCaches.length; i++) {
      const cache = this.walkCaches[i];
      const at = confirmed ? -1 : this.#hits[i];
      if (at === -2) continue;
      if (at >= 0 && cache.isValid(at)) cache.use(at, cache.setOf(this.#tagOf(this.#cacheLevels[i], vpn)));
      counters[Counter.WalkCaches + 2 * i + (at >= 0 ? 0 : 1)]++;
    }
    for (let n = 0; n < this.result.references - 1; n++) {
      const level = this.#levels[n];
      const i = this.#cacheOf[level];
      if (i >= 0) this.#fill(this.walkCaches[i], level, this.#tagOf(level, vpn), n, confirmed);
    }
  }

  #tagOf(level: number, vpn: Vpn): number {
    return Math.floor(vpn * this.#scale[level]);
  }

  /** Enters what the n-th entry says. */
  #fill(cache: AssociativeCache, level: number, tag: number, n: number, confirmed: boolean): void {
    const table = this.#below[n];
    const stale = confirmed ? cache.find(tag, 0) : -1;
    if (stale >= 0) {
      cache.update(stale, table, this.#flags[n]);
      return;
    }
    const evicted = this.probe.recorder === null ? -1 : cache.tagOf(cache.victim(tag));
    cache.fill(tag, 0, table, this.#flags[n]);
    if (this.probe.recorder !== null) this.#reports.fill(cache, level, tag, asPfn(table), evicted);
  }

  save(): readonly TypedArray[] {
    return saveCaches(this.walkCaches);
  }

  load(saved: readonly TypedArray[]): void {
    loadCaches(this.walkCaches, saved);
  }

  hash(into: Hasher): void {
    for (const c of this.walkCaches) c.hash(into);
  }
}
