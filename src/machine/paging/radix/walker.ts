/**
 * The hardware walker of tree-shaped tables: what an x86 processor does on a TLB miss (Intel SDM vol. 3A §4.5, §4.10.3).
 *
 * One loop over the format table reads an entry per level (of PAE's root it takes it from a register); it stops where an entry is not present, has a reserved bit
 * set, or maps a page. Walk caches (one a level that points to tables) are asked from the deepest up; a hit gives the
 * next table and the rights so far. A walk that started in a walk cache and found a reason to fault is abandoned and
 * made again from the root, because a cached upper entry may be stale; so every fault is decided, and counted, from the
 * root. Walk caches are filled and promoted only by walks that end in a translation.
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
import { AssociativeCache, EntryData } from '../../mmu/associativeCache';
import { loadCaches, saveCaches } from '../../mmu/cacheStates';
import { combined, leafFlags, PATH_RIGHTS } from '../../mmu/entry';
import { makeReplacer } from '../../mmu/replacement';
import { Access, type RightsTable, TlbFlag } from '../../mmu/rights';
import { noWalkYet, type TreeWalk, type Walker, WalkStatus } from '../../mmu/walker';
import { entriesOf, levelsInRegisters, pagesPerEntry, type PagingFormat, walkOrigin } from '../format';
import type { WalkerOptions } from '../tree/walkerOptions';
import { frameOf, leafFrame, LOW, RESERVED_LOW_OF_LEAF, reservedHigh } from '../x86/entry';
import { RootRegisters } from '../x86/rootRegisters';
import { WalkReports } from '../x86/walkReports';

/** Bundles look up constants that are no enum at run time. */
const enum Hot {
  PageWords = 1024,
}

export class RadixWalker implements Walker {
  readonly result = noWalkYet();
  readonly treeWalk: TreeWalk | null;
  readonly walkCaches: readonly AssociativeCache[];
  readonly #caches: readonly AssociativeCache[];
  /** Of PAE: where a walk takes the root's entry from. */
  readonly keptRoot: RootRegisters | null;
  /** First level that is read from memory. */
  readonly #top: number;
  readonly #last: number;
  readonly #lastMask: number;
  /** Walk cache of the last level but one. */
  readonly #deepest: AssociativeCache;
  readonly #deepestScale: number;
  /** Per level: 1 / pages an entry covers, and the index mask. */
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  readonly #leafSize: Int32Array;
  readonly #reservedHigh: number;
  /** An entry is 2^this words; of a 4-byte entry there is no high word, and the mask is 0. */
  readonly #entryShift: number;
  readonly #highMask: number;
  /** Table, rights, entry and its low word met at each level of the walk that runs. Scratch: no state. */
  readonly #tables: Float64Array;
  readonly #rights: Int32Array;
  readonly #at: Int32Array;
  /** By level: entry of each walk cache that the last look-up found, or −1. */
  readonly #hits: Int32Array;
  readonly #promoteAll: boolean;
  readonly #reports: WalkReports;
  /** The data caches; `null`: every read costs the same. Then `#cycles` are those of the walk that runs, so far. */
  readonly #tableReads: TableReads | null;
  #cycles = 0;
  /** Where the walk that runs has started: what the walk cache said. Scratch. */
  #startTable = 0;

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly rights: RightsTable,
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
    options: WalkerOptions,
  ) {
    const levels = format.levels;
    this.#last = levels.length - 1;
    this.#top = levelsInRegisters(format);
    this.keptRoot = this.#top > 0 ? new RootRegisters(format, memory, probe, options.physicalBits) : null;
    this.#scale = Float64Array.from(levels, (l) => 1 / pagesPerEntry(l));
    this.#mask = Int32Array.from(levels, (l) => entriesOf(l) - 1);
    this.#leafSize = Int32Array.from(levels, (l) => l.leafSize ?? -1);
    this.#reservedHigh = reservedHigh(options.physicalBits) | (format.reservedHigh ?? 0);
    this.#entryShift = format.entryBytes === 8 ? 1 : 0;
    this.#highMask = format.entryBytes === 8 ? -1 : 0;
    this.#tables = new Float64Array(levels.length + 1);
    this.#rights = new Int32Array(levels.length + 1);
    this.#at = new Int32Array(levels.length);
    this.#hits = new Int32Array(levels.length);
    this.#promoteAll = options.promote === 'all';
    this.walkCaches = options.caches.map(({ entries, ways }, i) => {
      const name = `PWC ${levels[this.#top + i].name}`;
      return new AssociativeCache(name, entries, ways, makeReplacer(options.replacement, name, entries, ways));
    });
    // By level; of those in registers there is none, and nobody asks.
    this.#caches = [...Array<AssociativeCache>(this.#top), ...this.walkCaches];
    this.#lastMask = this.#mask[this.#last];
    this.#deepest = this.#caches[this.#last - 1];
    this.#deepestScale = this.#scale[this.#last - 1];
    this.#tableReads = options.tableReads;
    this.treeWalk = this.#plain(format, options);
    this.#reports = new WalkReports(probe, options.tableReads);
  }

  /** `null` where reads go through data caches, or caches follow other rules than the usual. */
  #plain({ levels }: PagingFormat, { tableReads }: WalkerOptions): TreeWalk | null {
    const usual = this.walkCaches.every((cache) => cache.replacer === null) && !this.#promoteAll;
    if (!usual || this.#entryShift === 0 || tableReads !== null) return null;
    return {
      levels: levels.map((level, i) => ({
        shift: Math.log2(pagesPerEntry(level)),
        indexMask: this.#mask[i],
        cache: this.#caches[i] ?? null,
      })),
      first: this.#top,
      reservedHigh: this.#reservedHigh,
      memory: this.memory,
    };
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    const { probe } = this;
    const last = this.#last;
    const recording = probe.recorder !== null;
    const purpose = retry ? 'retry' : 'translate';
    // The walk caches, deepest first; the first hit is where the walk starts. Most often that is the deepest.
    const deepest = this.#deepest;
    const tag = Math.floor(vpn * this.#deepestScale);
    let at = deepest.peek(tag, 0);
    if (recording) {
      this.#reports.lookup(deepest, last - 1, tag, at);
      // A person's edit at this event may have flushed.
      at = deepest.peek(tag, 0);
    }
    let status: WalkStatus;
    let start: number;
    if (at >= 0 && !this.#promoteAll) {
      const data = deepest.slots[2 * at + 1];
      start = last;
      probe.counters[Counter.LookupCycles] += this.costs.walk_cache_lookup;
      if (recording) this.#reports.start(purpose, vpn, last, asPfn(Math.floor(data / EntryData.Scale)), deepest.name);
      this.#startTable = Math.floor(data * (1 / EntryData.Scale));
      status = this.#leaf(vpn, this.#startTable, data & EntryData.Flags, access, user, 1);
      if (status === WalkStatus.Mapped) {
        if (deepest.isValid(at)) deepest.use(at, deepest.setOf(tag));
        probe.counters[Counter.WalkCaches + 2 * last - 2]++;
        if (recording) this.#reports.end(this.result);
        return status;
      }
    } else {
      start = this.#startAbove(root, vpn, at);
      this.#startTable = this.#tables[start];
      status = this.#descend(vpn, start, access, user, purpose);
    }
    return this.#finish(root, vpn, start, access, user, status);
  }

  /** Ends a walk that was not answered by the deepest walk cache alone. */
  #finish(root: Pfn, vpn: Vpn, start: number, access: Access, user: number, first: WalkStatus): WalkStatus {
    let status = first;
    let confirmed = false;
    if (status !== WalkStatus.Mapped && start > 0) {
      this.probe.counters[Counter.AbandonedReferences] += this.result.references;
      this.probe.counters[Counter.OtherWalkCycles] += this.result.cycles;
      this.#reports.abandoned(this.result);
      confirmed = true;
      status = this.#confirm(root, vpn, start, access, user, status);
    }
    this.#reports.end(this.result);
    if (status === WalkStatus.Mapped) this.#updateCaches(vpn, confirmed ? 0 : start, confirmed);
    return status;
  }

  /**
   * The walk from the root. If it comes to the table that the walk cache had said, it will read there what was just read: that
   * an entry is not present does not depend on the way to it.
   */
  #confirm(root: Pfn, vpn: Vpn, start: number, access: Access, user: number, first: WalkStatus): WalkStatus {
    const seen = this.probe.recorder !== null || this.#tableReads !== null || this.probe.watches.physicalReads;
    const table = this.#startTable;
    this.#fromRoot(root);
    if (first === WalkStatus.NotPresent && !seen && this.#tableAt(vpn, start) === table)
      return this.#end(first, this.result.level, this.result.level + 1);
    return this.#descend(vpn, 0, access, user, 'confirm');
  }

  /** Table of a level on the way from the root, where all above it are in memory and there; −1 if not. */
  #tableAt(vpn: Vpn, below: number): number {
    if (this.#top > 0) return -1;
    const { memory } = this;
    const words = memory.pool.words;
    const reserved = this.#reservedHigh | this.rights.reservedHigh;
    let table = this.#tables[0];
    for (let level = 0; level < below; level++) {
      const base = memory.base(asPfn(table));
      const at = base + (((vpn * this.#scale[level]) & this.#mask[level]) << this.#entryShift);
      const low = base < 0 ? 0 : words[at];
      const high = base < 0 ? 0 : words[at + 1] & this.#highMask;
      if ((low & (LOW.P | LOW.PS)) !== LOW.P || (high & reserved) !== 0) return -1;
      table = frameOf(low, high);
    }
    return table;
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    this.#fromRoot(root);
    const status = this.#descend(vpn, 0, Access.Write, user, 'dirty');
    this.#reports.end(this.result);
    return status;
  }

  #fromRoot(root: Pfn): void {
    this.#tables[0] = root;
    this.#rights[0] = PATH_RIGHTS;
  }

  /** Goes on asking the walk caches above the deepest, which answered `deepest`; returns the level where the walk starts. */
  #startAbove(root: Pfn, vpn: Vpn, deepest: number): number {
    const hits = this.#hits;
    let start = 0;
    let at = deepest;
    let asked = 1;
    this.#fromRoot(root);
    for (let level = this.#last - 1; ; level--) {
      hits[level] = at;
      if (at >= 0 && start === 0) {
        const cache = this.#caches[level];
        start = level + 1;
        this.#tables[start] = cache.frameOf(at);
        this.#rights[start] = cache.flagsOf(at);
      }
      if (level === this.#top || (start > 0 && !this.#promoteAll)) break;
      const tag = Math.floor(vpn * this.#scale[level - 1]);
      at = this.#caches[level - 1].peek(tag, 0);
      asked++;
      if (this.probe.recorder !== null) {
        this.#reports.lookup(this.#caches[level - 1], level - 1, tag, at);
        at = this.#caches[level - 1].peek(tag, 0);
      }
    }
    this.probe.counters[Counter.LookupCycles] += asked * this.costs.walk_cache_lookup;
    return start;
  }

  /**
   * Reads entries from level `from` down to one that maps the page, sets their A bits, and D for a write; or to a reason
   * to fault, and then changes nothing. Leaves tables and rights of the path in the scratch arrays, the rest in `result`.
   */
  #descend(vpn: Vpn, from: number, access: Access, user: number, purpose: WalkPurpose): WalkStatus {
    const { probe, memory } = this;
    const words = memory.pool.words;
    const tables = this.#tables;
    const rights = this.#rights;
    const scale = this.#scale;
    const reserved = this.#reservedHigh | this.rights.reservedHigh;
    const last = this.#last;
    const recording = probe.recorder !== null;
    const noticing = recording || this.#tableReads !== null;
    const watching = probe.watches.physicalReads;
    let start = from;
    let path = rights[start];
    if (recording) {
      const startedFrom = start > 0 ? this.#caches[start - 1].name : walkOrigin(this.format);
      this.#reports.start(purpose, vpn, start, asPfn(tables[start]), startedFrom);
    }
    if (start < this.#top) {
      if (!this.#fromRegister(vpn)) return this.#end(WalkStatus.NotPresent, 0, 0);
      start = this.#top;
    }
    let table = tables[start];
    for (let level = start; level < last; level++) {
      const index = (vpn * scale[level]) & this.#mask[level];
      const base = memory.base(asPfn(table));
      const at = base + (index << this.#entryShift);
      const references = level - start + 1;
      // A table outside memory, or never written, reads as zeroes: not present.
      const low = base < 0 ? 0 : words[at];
      const high = base < 0 ? 0 : words[at + 1] & this.#highMask;
      if (watching && probe.watches.readsFrame(asPfn(table))) probe.signal(Signal.Watch);
      if (noticing) this.#notice(references, level, asPfn(table), index, low, high);
      if ((low & LOW.P) === 0) return this.#end(WalkStatus.NotPresent, level, references);
      if ((high & reserved) !== 0) return this.#end(WalkStatus.Reserved, level, references);
      path = combined(path, low, high);
      this.#at[level] = at;
      if ((low & LOW.PS) !== 0) return this.#hugeLeaf(vpn, level, low, high, path, access, user, references);
      table = frameOf(low, high);
      tables[level + 1] = table;
      rights[level + 1] = path;
    }
    return this.#leaf(vpn, table, path, access, user, last - start + 1);
  }

  /** PAE: the root's entry, which no memory is read for, and which gives and takes no rights. False if it is not present. */
  #fromRegister(vpn: Vpn): boolean {
    const index = (vpn * this.#scale[0]) & this.#mask[0];
    const { words } = this.keptRoot!;
    this.#cycles = 0;
    const low = words[2 * index];
    const high = words[2 * index + 1];
    if (this.probe.recorder !== null) this.#reports.register(asPfn(this.#tables[0]), index, low, high);
    this.#tables[1] = frameOf(low, high);
    this.#rights[1] = PATH_RIGHTS;
    return (low & LOW.P) !== 0;
  }

  /** The entry of the last level, in `table`; `path`: the rights above it. */
  #leaf(vpn: Vpn, table: number, path: number, access: Access, user: number, references: number): WalkStatus {
    const { probe, memory, result } = this;
    const last = this.#last;
    const index = vpn & this.#lastMask;
    const base = memory.base(asPfn(table));
    const at = base + (index << this.#entryShift);
    const words = memory.pool.words;
    const low = base < 0 ? 0 : words[at];
    const high = base < 0 ? 0 : words[at + 1] & this.#highMask;
    if (probe.watches.physicalReads && probe.watches.readsFrame(asPfn(table))) probe.signal(Signal.Watch);
    if (probe.recorder !== null || this.#tableReads !== null)
      this.#notice(references, last, asPfn(table), index, low, high);
    if ((low & LOW.P) === 0) return this.#end(WalkStatus.NotPresent, last, references);
    if ((high & (this.#reservedHigh | this.rights.reservedHigh)) !== 0)
      return this.#end(WalkStatus.Reserved, last, references);
    const flags = combined(path, low, high) | leafFlags(low, high);
    const i = 2 * access + user;
    result.flags = flags;
    if ((flags & this.rights.passMask[i]) !== this.rights.passWant[i] && !this.rights.allows(flags, access, user))
      return this.#end(WalkStatus.Rights, last, references);
    result.pageSize = 0;
    result.pfn = frameOf(low, high);
    if (references > 1) this.#setAccessed(last - references + 1, last);
    const set = access === Access.Write ? LOW.A | LOW.D : LOW.A;
    if ((low & set) !== set) this.#set(last, asPfn(table), at, set);
    if (access === Access.Write) result.flags = flags | TlbFlag.Dirty;
    return this.#end(WalkStatus.Mapped, last, references);
  }

  #hugeLeaf(
    vpn: Vpn,
    level: number,
    low: number,
    high: number,
    path: number,
    access: Access,
    user: number,
    references: number,
  ): WalkStatus {
    const { result } = this;
    const size = this.#leafSize[level];
    if (size < 0 || (low & RESERVED_LOW_OF_LEAF[size]) !== 0) return this.#end(WalkStatus.Reserved, level, references);
    const flags = path | leafFlags(low, high);
    result.flags = flags;
    if (!this.rights.allows(flags, access, user)) return this.#end(WalkStatus.Rights, level, references);
    this.#setAccessed(level - references + 1, level);
    // A TLB has no 4 MiB entries: it keeps the half of 2 MiB that was asked for.
    result.pageSize = size === 3 ? 1 : size;
    // Inside a huge page the low bits of the page number select the frame.
    result.pfn = asPfn(leafFrame(size, low, high) + (vpn % (1 / this.#scale[level])));
    if (access === Access.Write) {
      this.#set(level, asPfn(this.#tables[level]), this.#at[level], LOW.A | LOW.D);
      result.flags = flags | TlbFlag.Dirty;
    } else this.#set(level, asPfn(this.#tables[level]), this.#at[level], LOW.A);
    return this.#end(WalkStatus.Mapped, level, references);
  }

  #end(status: WalkStatus, level: number, references: number): WalkStatus {
    const { result } = this;
    result.status = status;
    result.level = level;
    result.references = references;
    result.cycles = this.#tableReads === null ? references * this.costs.table_read : this.#cycles;
    return status;
  }

  /** The walk has read an entry, its n-th: through the data caches, or for somebody who records. */
  #notice(n: number, level: number, table: Pfn, index: number, low: number, high: number): void {
    const offset = index << (2 + this.#entryShift);
    const cycles = this.#tableReads?.read(level, table, offset) ?? this.costs.table_read;
    this.#cycles = n === 1 ? cycles : this.#cycles + cycles;
    if (this.probe.recorder !== null) this.#reports.read(level, table, index, low, high, cycles);
  }

  /** Sets A in the entries above the leaf. */
  #setAccessed(start: number, leaf: number): void {
    for (let level = start; level < leaf; level++) this.#set(level, asPfn(this.#tables[level]), this.#at[level], LOW.A);
  }

  /** Sets bits of an entry that the walk used; `at`: of its low word in the pool. */
  #set(level: number, table: Pfn, at: number, set: number): void {
    const { memory, probe } = this;
    const low = memory.pool.words[at];
    if ((low & set) === set) return;
    memory.pool.touch(Math.floor(at / Hot.PageWords));
    memory.pool.words[at] = low | set;
    if (probe.watches.physicalWrites && probe.watches.writesFrame(table)) probe.signal(Signal.Watch);
    if (probe.recorder === null) return;
    const index = (at % Hot.PageWords) >> this.#entryShift;
    const high = memory.pool.words[at + 1] & this.#highMask;
    this.#reports.write(level, table, index, set & ~low, low | set, high);
  }

  /**
   * After a walk that mapped: the hit that was used (or every hit) is promoted, what was read is entered. Only a walk that
   * was `confirmed` from the root can find its tags there already.
   */
  #updateCaches(vpn: Vpn, start: number, confirmed: boolean): void {
    const counters = this.probe.counters;
    const first = Math.max(start, this.#top);
    const lowest = this.#promoteAll ? this.#top : Math.max(this.#top, start - 1);
    for (let level = lowest; level < start; level++) {
      const cache = this.#caches[level];
      const at = this.#hits[level];
      if (at >= 0 && cache.isValid(at)) cache.use(at, cache.setOf(Math.floor(vpn * this.#scale[level])));
      counters[Counter.WalkCaches + 2 * level + (at >= 0 ? 0 : 1)]++;
    }
    for (let level = first; level < this.#last; level++) counters[Counter.WalkCaches + 2 * level + 1]++;
    for (let level = first; level < this.result.level; level++) {
      const cache = this.#caches[level];
      const tag = Math.floor(vpn * this.#scale[level]);
      const stale = confirmed ? cache.find(tag, 0) : -1;
      if (stale >= 0) {
        cache.update(stale, this.#tables[level + 1], this.#rights[level + 1]);
        continue;
      }
      const evicted = this.probe.recorder === null ? -1 : cache.tagOf(cache.victim(tag));
      cache.fill(tag, 0, this.#tables[level + 1], this.#rights[level + 1]);
      if (this.probe.recorder !== null) this.#reports.fill(cache, level, tag, asPfn(this.#tables[level + 1]), evicted);
    }
  }

  save(): readonly TypedArray[] {
    return [...(this.keptRoot?.save() ?? []), ...saveCaches(this.walkCaches)];
  }

  load(saved: readonly TypedArray[]): void {
    if (this.keptRoot !== null) this.keptRoot.load(saved);
    loadCaches(this.walkCaches, saved.slice(this.#top));
  }

  hash(into: Hasher): void {
    this.keptRoot?.hash(into);
    for (const c of this.walkCaches) c.hash(into);
  }
}
