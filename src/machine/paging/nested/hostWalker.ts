/**
 * The second dimension of a walk in a guest: from a guest-physical frame to the host's, through EPT (Intel SDM vol. 3C
 * §28.3). A part of the hardware walker beside it (walker.ts), which asks for each guest table and for the page itself.
 *
 * - The *nested TLB* knows guest-physical pages in the host's page sizes, the host's walk caches know its tables
 *   (guest-physical mappings, §28.4.1). Nothing that the guest executes drops either; an EPT violation drops what was used
 *   for its address, and INVEPT everything.
 * - A host walk that ends in a translation fills both at once: the next one in the same guest walk finds it.
 * - One that started in a walk cache and met a reason to leave the guest is made again from the root, so that every exit is
 *   decided by the tables.
 */
import type { TableReads } from '../../caches/tableReads';
import { asPfn, PAGES_OF_SIZE, type Pfn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import { Counter } from '../../core/counters';
import type { Hasher } from '../../core/hash';
import { type Probe, Signal } from '../../core/probe';
import type { TypedArray } from '../../core/state';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { AssociativeCache } from '../../mmu/associativeCache';
import { loadCaches, saveCaches } from '../../mmu/cacheStates';
import { makeReplacer, type ReplacementOptions } from '../../mmu/replacement';
import { type PagingFormat, rootFrame, rootLevel } from '../format';
import type { VmExit, VmExits } from '../host';
import { PHYSICAL_BITS } from '../scheme';
import { levelArrays } from '../tree/levelArrays';
import { frameOf, HIGH, reservedHigh } from '../x86/entry';
import { setBits } from '../x86/setBits';
import {
  ALL_RIGHTS,
  combineRights,
  Ept,
  HostRight,
  Qualification,
  RESERVED_LOW_OF_EPT_LEAF,
  rightsOfEntry,
  rwxOf,
} from './entry';
import type { NestedOptions } from './format';
import { HostReports, tableText } from './reports';

const enum Entry {
  FrameShift = 9,
  FrameMask = 511,
  /** Of a walk cache's entry, which has no dirty bit: the table that it names is flattened. */
  Flattened = HostRight.Dirty,
}

/** What a translation is for, as bits 0 to 2 of an exit qualification. */
export const enum Want {
  Read = 1,
  Write = 2,
  Fetch = 4,
}

/** Most levels that a host walk reads. */
const MOST = 6;

export interface HostWalkerParts {
  format: PagingFormat;
  options: NestedOptions;
  memory: PhysicalMemory;
  probe: Probe;
  costs: HardwareCosts;
  replacement: ReplacementOptions;
  exits: VmExits;
  /** The data caches of the CPU; `null`: every read costs `table_read`. */
  tableReads: TableReads | null;
  /** Number of the guest's levels, behind which the host's are counted where there are data caches. */
  guestLevels: number;
}

export class HostWalker {
  /** Of the last translation: host frame, size of the host's page, its rights as in the nested TLB. */
  frame = 0;
  pageSize = 0;
  rights = 0;
  /** Entries read since `begin`, in all and by level. */
  references = 0;
  /** What these took. */
  cycles = 0;
  readonly byLevel = new Int32Array(MOST);
  /** Walks made since `begin`. */
  walks = 0;
  /** Why the last translation that failed did. One object, for an exit allocates nothing. */
  readonly exit: VmExit = { gfn: asPfn(0), offset: 0, qualification: 0, guestLevel: 0, misconfigured: false };
  /** The nested TLB, if there is one, and the walk caches, root's first. */
  readonly caches: readonly AssociativeCache[];
  readonly #tlb: AssociativeCache | null;
  readonly #walkCaches: readonly AssociativeCache[];
  readonly #cacheLevels: Int32Array;
  readonly #cacheOf: Int32Array;
  readonly #reports: HostReports;
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  readonly #leafSize: Int32Array;
  readonly #isBase: Uint8Array;
  readonly #next: Int32Array;
  readonly #flattened: Int32Array;
  readonly #reservedHigh = reservedHigh(PHYSICAL_BITS);
  /** Of the walk that runs: level, table, low word in the pool, index, table below and what is known of it. Scratch. */
  readonly #levels = new Int32Array(MOST);
  readonly #tables = new Float64Array(MOST);
  readonly #at = new Int32Array(MOST);
  readonly #indices = new Int32Array(MOST);
  readonly #below = new Float64Array(MOST);
  readonly #flags = new Int32Array(MOST);
  #read = 0;
  /** Of the host walk that runs. */
  #walkCycles = 0;
  #table = 0;
  #level = 0;
  #path = 0;

  constructor(private readonly parts: HostWalkerParts) {
    const { format, options, replacement, probe } = parts;
    const { levels } = format;
    const arrays = levelArrays(format);
    const { hostCaches } = options;
    this.#scale = arrays.scale;
    this.#mask = arrays.mask;
    this.#leafSize = arrays.leafSize;
    this.#isBase = arrays.isBase;
    this.#next = arrays.next;
    this.#flattened = arrays.flattened;
    this.#cacheOf = hostCaches === null ? arrays.cacheOf.fill(-1) : arrays.cacheOf;
    this.#cacheLevels = arrays.cacheLevels;
    const cache = (name: string, { entries, ways }: { entries: number; ways: number }): AssociativeCache =>
      new AssociativeCache(name, entries, ways, makeReplacer(replacement, name, entries, ways));
    this.#tlb = options.tlb === null ? null : cache('nested TLB', options.tlb);
    this.#walkCaches =
      hostCaches?.map((geometry, i) => cache(`PWC ${levels[arrays.cacheLevels[i]].name}`, geometry)) ?? [];
    this.caches = [...(this.#tlb === null ? [] : [this.#tlb]), ...this.#walkCaches];
    this.#reports = new HostReports(probe, parts.tableReads);
  }

  /** A guest walk begins, or begins again: nothing has been read for it. */
  begin(): void {
    this.references = this.cycles = this.walks = 0;
    this.byLevel.fill(0);
  }

  /**
   * Translates a guest-physical frame for what `want` says. `guestLevel`: of the guest table that lies there, or −1 for the
   * page itself. False: the guest must be left, `exit` says why (the offset is the caller's).
   */
  translate(gfn: Pfn, want: number, guestLevel: number): boolean {
    const tracksDirty = this.parts.options.accessedDirty;
    const { counters } = this.parts.probe;
    // A cached translation that does not grant the access, or has no D yet for a write, is no answer.
    const wanted = neededRights(want) | (tracksDirty && (want & Want.Write) !== 0 ? HostRight.Dirty : 0);
    let trusted = true;
    if (this.#tlb !== null) {
      const at = this.#ask(this.#tlb, gfn, guestLevel);
      if (at < 0) counters[Counter.NestedTlbMisses]++;
      else {
        const flags = this.#tlb.flagsOf(at);
        const size = this.#tlb.sizeOf(at);
        if (grants(flags, want, wanted)) {
          counters[Counter.NestedTlbHits]++;
          const pages = PAGES_OF_SIZE[size];
          this.#tlb.use(at, this.#tlb.setOf(Math.floor(gfn / pages)));
          this.frame = this.#tlb.frameOf(at) + (gfn % pages);
          this.pageSize = size;
          this.rights = flags;
          return true;
        }
        counters[Counter.NestedTlbMisses]++;
        this.#tlb.invalidate(at);
        trusted = false;
      }
    }
    const from = trusted ? this.#askWalkCaches(gfn, guestLevel) : this.#fromRoot();
    let done = this.#walk(gfn, want, guestLevel, from);
    if (!done && from >= 0) {
      counters[Counter.AbandonedReferences] += this.#read;
      counters[Counter.OtherWalkCycles] += this.#walkCycles;
      this.#forget(this.#read);
      this.#reports.end(guestLevel, gfn, 'abandoned', this.#read);
      this.#drop(gfn);
      done = this.#walk(gfn, want, guestLevel, this.#fromRoot());
    }
    if (!done) {
      this.#reports.end(guestLevel, gfn, 'violation', this.#read);
      this.#drop(gfn);
      return false;
    }
    this.#reports.end(guestLevel, gfn, 'mapped', this.#read, asPfn(this.frame), this.pageSize);
    this.#fill(gfn);
    return true;
  }

  /** Entry of the nested TLB, in whatever size, or −1. */
  #ask(tlb: AssociativeCache, gfn: Pfn, guestLevel: number): number {
    const found = peekAll(tlb, gfn);
    this.parts.probe.counters[Counter.LookupCycles] += this.parts.costs.walk_cache_lookup;
    if (this.parts.probe.recorder === null) return found;
    this.#reports.lookup(tlb, guestLevel, gfn, found, found < 0 ? 0 : tlb.sizeOf(found));
    // A person's edit at this event may have flushed.
    return peekAll(tlb, gfn);
  }

  #fromRoot(): number {
    this.#table = rootFrame(this.parts.exits.root);
    this.#level = rootLevel(this.parts.format, this.parts.exits.root);
    this.#path = ALL_RIGHTS;
    return -1;
  }

  /** Deepest first; leaves where the walk starts. Returns the walk cache that knew it, or −1: the EPT pointer. */
  #askWalkCaches(gfn: Pfn, guestLevel: number): number {
    const { probe, costs } = this.parts;
    this.#fromRoot();
    for (let i = this.#walkCaches.length - 1; i >= 0; i--) {
      const cache = this.#walkCaches[i];
      const level = this.#cacheLevels[i];
      const tag = Math.floor(gfn * this.#scale[level]);
      let at = cache.peek(tag, 0);
      probe.counters[Counter.LookupCycles] += costs.walk_cache_lookup;
      if (probe.recorder !== null) {
        this.#reports.lookup(cache, guestLevel, gfn, at, -1);
        at = cache.peek(tag, 0);
      }
      probe.counters[Counter.NestedWalkCaches + 2 * i + (at >= 0 ? 0 : 1)]++;
      if (at < 0) continue;
      const flags = cache.flagsOf(at);
      cache.use(at, cache.setOf(tag));
      this.#table = cache.frameOf(at);
      this.#level = (flags & Entry.Flattened) !== 0 ? this.#flattened[level] : this.#next[level];
      this.#path = flags & ~Entry.Flattened;
      return i;
    }
    return -1;
  }

  /** Reads entries down to one that maps the frame; sets A and D where they are kept. */
  #walk(gfn: Pfn, want: number, guestLevel: number, from: number): boolean {
    const { probe, memory, costs, tableReads } = this.parts;
    const { words } = memory.pool;
    const recording = probe.recorder !== null;
    let path = this.#path;
    let table = this.#table;
    let level = this.#level;
    this.walks++;
    this.#walkCycles = 0;
    if (recording)
      this.#reports.start(guestLevel, gfn, level, asPfn(table), from < 0 ? 'EPTP' : this.#walkCaches[from].name);
    for (let n = 0; ; n++) {
      const index = Math.floor(gfn * this.#scale[level]) & this.#mask[level];
      const frame = asPfn(table + (index >>> Entry.FrameShift));
      const base = memory.base(frame);
      const at = base + 2 * (index & Entry.FrameMask);
      const low = base < 0 ? 0 : words[at];
      const high = base < 0 ? 0 : words[at + 1];
      this.#read = n + 1;
      this.references++;
      this.byLevel[level]++;
      const offset = 8 * (index & Entry.FrameMask);
      const cycles = tableReads?.read(this.parts.guestLevels + level, frame, offset) ?? costs.table_read;
      this.cycles += cycles;
      this.#walkCycles += cycles;
      this.#levels[n] = level;
      this.#tables[n] = table;
      this.#at[n] = at;
      this.#indices[n] = index;
      if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
      if (recording) this.#reports.read(guestLevel, gfn, level, asPfn(table), index, low, high, cycles);
      if ((low & Ept.RWX) === 0) return this.#leave(gfn, want, guestLevel, 0, false);
      const leaf = this.#isBase[level] !== 0 || (low & Ept.PS) !== 0;
      if (this.#isMisconfigured(level, leaf, low, high)) return this.#leave(gfn, want, guestLevel, 0, true);
      path = combineRights(path, rightsOfEntry(low));
      if (leaf) return this.#leaf(gfn, want, guestLevel, level, path);
      table = frameOf(low, high);
      const isFlattened = (high & HIGH.FLATTENED) !== 0 && this.#flattened[level] !== -1;
      level = isFlattened ? this.#flattened[level] : this.#next[level];
      this.#below[n] = table;
      this.#flags[n] = isFlattened ? path | Entry.Flattened : path;
    }
  }

  /** SDM vol. 3C §28.3.3.1: writable but not readable, or reserved bits. */
  #isMisconfigured(level: number, leaf: boolean, low: number, high: number): boolean {
    if ((low & (Ept.R | Ept.W)) === Ept.W || (high & this.#reservedHigh) !== 0) return true;
    if (!leaf) return (low & Ept.ReservedInTable) !== 0;
    const size = this.#leafSize[level];
    return size < 0 || (low & RESERVED_LOW_OF_EPT_LEAF[size]) !== 0;
  }

  #leaf(gfn: Pfn, want: number, guestLevel: number, level: number, path: number): boolean {
    if (!grants(path, want, neededRights(want))) return this.#leave(gfn, want, guestLevel, rwxOf(path), false);
    const last = this.#read - 1;
    const low = this.parts.memory.pool.words[this.#at[last]];
    const high = this.parts.memory.pool.words[this.#at[last] + 1];
    this.pageSize = this.#leafSize[level];
    this.frame = frameOf(low, high) + (gfn % PAGES_OF_SIZE[this.pageSize]);
    this.rights = path;
    if (!this.parts.options.accessedDirty) return true;
    for (let n = 0; n < last; n++) this.#set(n, Ept.A);
    this.#set(last, (want & Want.Write) !== 0 ? Ept.A | Ept.D : Ept.A);
    if ((want & Want.Write) !== 0 || (low & Ept.D) !== 0) this.rights |= HostRight.Dirty;
    return true;
  }

  #set(n: number, set: number): void {
    const { memory, probe } = this.parts;
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

  /** SDM vol. 3C table 28-7. With A and D in EPT, a read of a guest table is reported as a read and a write. */
  #leave(gfn: Pfn, want: number, guestLevel: number, rwx: number, misconfigured: boolean): false {
    const { exit } = this;
    exit.gfn = gfn;
    exit.guestLevel = guestLevel;
    exit.misconfigured = misconfigured;
    const final = guestLevel < 0 ? Qualification.Final : 0;
    exit.qualification = want | (rwx << Qualification.RightsShift) | Qualification.Linear | final;
    return false;
  }

  /** What was read for a walk that is made again counts elsewhere. */
  #forget(read: number): void {
    this.references -= read;
    this.cycles -= this.#walkCycles;
    this.parts.tableReads?.forget(read);
    for (let n = 0; n < read; n++) this.byLevel[this.#levels[n]]--;
  }

  #fill(gfn: Pfn): void {
    const recording = this.parts.probe.recorder !== null;
    for (let n = 0; n < this.#read - 1; n++) {
      const i = this.#cacheOf[this.#levels[n]];
      if (i < 0) continue;
      const cache = this.#walkCaches[i];
      const tag = Math.floor(gfn * this.#scale[this.#levels[n]]);
      const known = cache.find(tag, 0);
      if (known >= 0) cache.update(known, this.#below[n], this.#flags[n]);
      else {
        cache.fill(tag, 0, this.#below[n], this.#flags[n]);
        if (recording) this.#reports.fill(cache, gfn, tag, tableText(this.#below[n]));
      }
    }
    const tlb = this.#tlb;
    if (tlb === null) return;
    const pages = PAGES_OF_SIZE[this.pageSize];
    const tag = Math.floor(gfn / pages);
    const first = this.frame - (gfn % pages);
    const known = tlb.find(tag, this.pageSize);
    if (known >= 0) tlb.update(known, first, this.rights);
    else {
      tlb.fill(tag, this.pageSize, first, this.rights);
      if (recording) this.#reports.fill(tlb, gfn, tag, `host frame 0x${first.toString(16)}`);
    }
  }

  /** What would be used to translate a frame is dropped, as an EPT violation does (SDM vol. 3C §28.4.3.1). */
  #drop(gfn: Pfn): void {
    if (this.#tlb !== null)
      for (let at = peekAll(this.#tlb, gfn); at >= 0; at = peekAll(this.#tlb, gfn)) this.#tlb.invalidate(at);
    this.#walkCaches.forEach((cache, i) => {
      const at = cache.peek(Math.floor(gfn * this.#scale[this.#cacheLevels[i]]), 0);
      if (at >= 0) cache.invalidate(at);
    });
  }

  /** INVEPT: everything goes. */
  invept(): void {
    for (const cache of this.caches) cache.clear();
  }

  save(): readonly TypedArray[] {
    return saveCaches(this.caches);
  }
  load(saved: readonly TypedArray[]): void {
    loadCaches(this.caches, saved);
  }
  hash(into: Hasher): void {
    for (const c of this.caches) c.hash(into);
  }
}

/** Rights that an access needs to be set. */
const neededRights = (want: number): number =>
  ((want & Want.Read) !== 0 ? HostRight.Read : 0) | ((want & Want.Write) !== 0 ? HostRight.Write : 0);

const grants = (rights: number, want: number, needed: number): boolean =>
  (rights & needed) === needed && ((want & Want.Fetch) === 0 || (rights & HostRight.NoExecute) === 0);

/** Entry of a frame in whatever size, or −1. */
function peekAll(tlb: AssociativeCache, gfn: Pfn): number {
  for (let size = 0; size < 3; size++) {
    if (size > 0 && tlb.huge[size] === 0) continue;
    const at = tlb.peek(Math.floor(gfn / PAGES_OF_SIZE[size]), size);
    if (at >= 0) return at;
  }
  return -1;
}
