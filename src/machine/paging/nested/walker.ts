/**
 * The hardware walker of a guest: the first dimension, whose every address is guest-physical. Before an entry of a guest
 * table is read, and before the page itself is found, the host's tables are asked where it is (hostWalker.ts): g guest
 * levels over h host levels read g·(h + 1) + h entries when no cache helps, 24 for four over four.
 *
 * As the walkers of trees outside (../radix/walker.ts), whose rules it follows: a walk that started in a walk cache and met a
 * reason to fault is made again from the root, and only one that ends in a translation changes the guest's tables and
 * walk caches. What the host walks found stays: they were complete.
 *
 * - The guest's walk caches hold combined mappings (Intel SDM vol. 3C §28.4.1): where the host has the guest's table, so
 *   that a hit saves the host walk too. Not so for flattened tables, whose frames the host may scatter; or by option.
 * - A TLB entry is for the smaller of the guest's and the host's page. Its D is set only if a write needs nothing of the
 *   host any more: else a write through it walks again, and so comes to the host's tables.
 * - An EPT violation or misconfiguration leaves the guest (`VmExits`); when the host has answered, the walk begins again.
 */
import { asPfn, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import type { WalkPurpose } from '../../core/events';
import type { Hasher } from '../../core/hash';
import { Signal } from '../../core/probe';
import type { TypedArray } from '../../core/state';
import { PAGE_WORDS } from '../../memory/pagedStore';
import { AssociativeCache } from '../../mmu/associativeCache';
import { loadCaches, saveCaches } from '../../mmu/cacheStates';
import { combined, leafFlags, PATH_RIGHTS } from '../../mmu/entry';
import { makeReplacer } from '../../mmu/replacement';
import { Access, TlbFlag } from '../../mmu/rights';
import { noWalkYet, type Walker, WalkStatus } from '../../mmu/walker';
import { entriesOf, levelsInRegisters, type PagingFormat, rootFrame, rootLevel, walkOrigin } from '../format';
import type { Host } from '../host';
import { type HardwareParts, PHYSICAL_BITS } from '../scheme';
import { levelArrays } from '../tree/levelArrays';
import { frameOf, HIGH, leafFrame, LOW, RESERVED_LOW_OF_LEAF, reservedHigh } from '../x86/entry';
import { RootRegisters } from '../x86/rootRegisters';
import { setBits } from '../x86/setBits';
import { WalkReports } from '../x86/walkReports';
import { HostRight, WalkMark } from './entry';
import type { NestedOptions } from './format';
import { HostWalker, Want } from './hostWalker';

/** Most levels that a guest walk reads. */
const MOST = 6;
/** Exits of one walk: each maps something, so that more would be a loop. */
const MOST_EXITS = 64;

/** How an attempt ended that did not translate: the guest must be left. */
const EXIT = -1;

export class NestedWalker implements Walker {
  readonly result = noWalkYet();
  readonly isTree = false;
  /** Of a guest with PAE. What a load reads of the guest's table is not counted as a walk of the host's. */
  readonly keptRoot: RootRegisters | null;
  readonly walkCaches: readonly AssociativeCache[];
  readonly #host: HostWalker;
  readonly #exits: Host;
  readonly #reports: WalkReports;
  readonly #entryWords: number;
  readonly #frameShift: number;
  readonly #highMask: number;
  /** By level of the guest's format. */
  readonly #scale: Float64Array;
  readonly #mask: Float64Array;
  readonly #leafSize: Int32Array;
  readonly #isBase: Uint8Array;
  readonly #next: Int32Array;
  readonly #flattened: Int32Array;
  readonly #wide: Uint8Array;
  readonly #cacheOf: Int32Array;
  readonly #cacheLevels: Int32Array;
  readonly #reservedHigh: number;
  readonly #promoteAll: boolean;
  /** First level that is read from memory. */
  readonly #top: number;
  /** Of the page that was found last, as the guest numbers it. */
  #guestFrame: Pfn = asPfn(0);
  readonly #combined: boolean;
  /** What a read of a guest table asks the host for. */
  readonly #tableWant: number;
  /** Entries that the walk has read, in order. `#tables`: guest frame or −1, `#frames`: the host's frame that the entry lies in. Scratch. */
  readonly #levels = new Int32Array(MOST);
  readonly #tables = new Float64Array(MOST);
  readonly #frames = new Float64Array(MOST);
  readonly #hostRights = new Int32Array(MOST);
  readonly #at = new Int32Array(MOST);
  readonly #indices = new Float64Array(MOST);
  readonly #below = new Float64Array(MOST);
  readonly #flags = new Int32Array(MOST);
  readonly #hits: Int32Array;
  #read = 0;
  /** What the guest's entries took. */
  #cycles = 0;
  /** Where the walk starts: guest frame of the table, or the host's if `#startsCombined`; its level; rights above it. */
  #table = 0;
  #startsCombined = false;
  #level = 0;
  #rights = 0;

  constructor(
    private readonly format: PagingFormat,
    options: NestedOptions,
    private readonly parts: HardwareParts & { host: Host },
  ) {
    const { levels, entryBytes } = format;
    const { walkCaches, replacement, memory, probe, costs, host, tableReads } = parts;
    this.#entryWords = entryBytes / 4;
    this.#frameShift = entryBytes === 8 ? 9 : 10;
    this.#highMask = entryBytes === 8 ? -1 : 0;
    const arrays = levelArrays(format);
    this.#scale = arrays.scale;
    this.#leafSize = arrays.leafSize;
    this.#isBase = arrays.isBase;
    this.#next = arrays.next;
    this.#flattened = arrays.flattened;
    this.#cacheOf = arrays.cacheOf;
    this.#cacheLevels = arrays.cacheLevels;
    this.#mask = Float64Array.from(levels, (l) => entriesOf(l));
    // Tables of more than a frame: their frames are the host's to scatter.
    this.#wide = Uint8Array.from(levels, (l) => (entriesOf(l) > 1 << this.#frameShift ? 1 : 0));
    this.#reservedHigh = (entryBytes === 8 ? reservedHigh(PHYSICAL_BITS) : 0) | (format.reservedHigh ?? 0);
    this.#top = levelsInRegisters(format);
    this.keptRoot = this.#top > 0 ? new RootRegisters(format, memory, probe, PHYSICAL_BITS) : null;
    this.#promoteAll = walkCaches.promote === 'all';
    this.#combined = options.combined;
    this.#tableWant = options.accessedDirty ? Want.Read | Want.Write : Want.Read;
    const cached = [...arrays.cacheLevels];
    // Where levels are folded, the processor has the caches of those that are left.
    const rootShift = Math.max(...levels.map((l) => l.shift));
    this.walkCaches = cached.map((level, i) => {
      const nth = cached.length === levels.length - 1 - this.#top ? i : (rootShift - levels[level].shift) / 9;
      const { entries, ways } = walkCaches.geometry[nth];
      const name = `PWC ${levels[level].name}`;
      return new AssociativeCache(name, entries, ways, makeReplacer(replacement, name, entries, ways));
    });
    this.#hits = new Int32Array(cached.length);
    this.#reports = new WalkReports(probe, tableReads);
    this.#exits = host;
    const hosts = format.host!;
    this.#host = new HostWalker({
      format: hosts,
      options,
      memory,
      probe,
      costs,
      replacement,
      exits: host,
      tableReads,
      guestLevels: levels.length,
    });
  }

  get hostCaches(): readonly AssociativeCache[] {
    return this.#host.caches;
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    let purpose: WalkPurpose = retry ? 'retry' : 'translate';
    for (let exits = 0; ; exits++) {
      const status = this.#attempt(root, vpn, access, user, purpose);
      if (status === WalkStatus.Mapped) {
        this.#count();
        return status;
      }
      if (status !== EXIT) return status;
      if (exits >= MOST_EXITS || !this.#leaveGuest()) return this.#noMemory();
      purpose = 'resume';
    }
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    let purpose: WalkPurpose = 'dirty';
    for (let exits = 0; ; exits++) {
      this.#fromRoot(root);
      const status = this.#descend(vpn, -1, Access.Write, user, purpose);
      this.#reports.end(this.result, status === EXIT, this.#guestFrame);
      if (status !== EXIT) return status;
      if (exits >= MOST_EXITS || !this.#leaveGuest()) return this.#noMemory();
      purpose = 'resume';
    }
  }

  /** The host has nothing at that address, or goes in circles: as a reserved bit, which no kernel serves. */
  #noMemory(): WalkStatus {
    this.result.status = WalkStatus.Reserved;
    return WalkStatus.Reserved;
  }

  /** What was read so far is lost; the host runs. */
  #leaveGuest(): boolean {
    const { probe } = this.parts;
    probe.counters[Counter.NestedCutReferences] += this.result.references;
    probe.counters[Counter.OtherWalkCycles] += this.result.cycles;
    return this.#exits.exit(this.#host.exit);
  }

  #count(): void {
    const { counters } = this.parts.probe;
    const host = this.#host;
    for (let n = 0; n < this.#read; n++) counters[Counter.ReferencesByLevel + this.#levels[n]]++;
    for (let level = 0; level < MOST; level++) counters[Counter.NestedReferencesByLevel + level] += host.byLevel[level];
    counters[Counter.NestedGuestReferences] += this.#read;
    counters[Counter.NestedHostReferences] += host.references;
    counters[Counter.NestedHostWalks] += host.walks;
  }

  #attempt(root: Pfn, vpn: Vpn, access: Access, user: number, purpose: WalkPurpose): number {
    const from = this.#ask(root, vpn);
    let status = this.#descend(vpn, from, access, user, purpose);
    let confirmed = false;
    if (status !== WalkStatus.Mapped && status !== EXIT && from >= 0) {
      const { counters } = this.parts.probe;
      counters[Counter.AbandonedReferences] += this.result.references;
      counters[Counter.OtherWalkCycles] += this.result.cycles;
      this.#reports.abandoned(this.result);
      this.#fromRoot(root);
      confirmed = true;
      status = this.#descend(vpn, -1, access, user, 'confirm');
    }
    this.#reports.end(this.result, status === EXIT, this.#guestFrame);
    if (status === WalkStatus.Mapped) this.#updateCaches(vpn, confirmed);
    return status;
  }

  #fromRoot(root: Pfn): void {
    this.#table = rootFrame(root);
    this.#startsCombined = false;
    this.#level = rootLevel(this.format, root);
    this.#rights = PATH_RIGHTS;
  }

  /** Asks the guest's walk caches, deepest first. Returns the one that says where the walk starts, or −1: CR3. */
  #ask(root: Pfn, vpn: Vpn): number {
    const { probe, costs } = this.parts;
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
      if (probe.recorder !== null) {
        this.#reports.lookup(cache, level, tag, at);
        at = cache.peek(tag, 0);
      }
      hits[i] = at;
      if (at < 0 || start !== -1) continue;
      start = i;
      const flags = cache.flagsOf(at);
      this.#table = cache.frameOf(at);
      this.#startsCombined = (flags & WalkMark.Combined) !== 0;
      this.#level = (flags & WalkMark.Flattened) !== 0 ? this.#flattened[level] : this.#next[level];
      this.#rights = flags & ~WalkMark.All;
    }
    probe.counters[Counter.LookupCycles] += asked * costs.walk_cache_lookup;
    return start;
  }

  /**
   * Reads guest entries from the start on down to one that maps the page, then finds the page; sets A, and D for a write.
   * EXIT: `#host.exit` says why the guest must be left.
   */
  #descend(vpn: Vpn, from: number, access: Access, user: number, purpose: WalkPurpose): number {
    const { probe, memory, costs, tableReads } = this.parts;
    const host = this.#host;
    const reserved = this.#reservedHigh | (this.#highMask & this.parts.rights.reservedHigh);
    const recording = probe.recorder !== null;
    let path = this.#rights;
    let table = this.#table;
    let level = this.#level;
    let combinedTable = this.#startsCombined;
    this.#read = 0;
    this.#cycles = 0;
    host.begin();
    if (recording) {
      const guest = combinedTable ? this.#exits.guestFrameOf(asPfn(table)) : asPfn(table);
      const source = from >= 0 ? this.walkCaches[from].name : walkOrigin(this.format);
      this.#reports.start(purpose, vpn, level, asPfn(guest), source);
    }
    if (level < this.#top) {
      table = this.#fromRegister(vpn, asPfn(table));
      level = this.#top;
      if (table < 0) return this.#end(WalkStatus.NotPresent);
    }
    for (let n = 0; ; n++) {
      const index = Math.floor(vpn * this.#scale[level]) % this.#mask[level];
      const inTable = Math.floor(index / (1 << this.#frameShift));
      const offset = (index % (1 << this.#frameShift)) * this.#entryWords;
      let frame = table;
      if (!combinedTable) {
        frame = table + inTable;
        if (!host.translate(asPfn(frame), this.#tableWant, level)) return this.#exit(4 * offset);
        frame = host.frame;
        this.#hostRights[n] = host.rights;
      } else this.#hostRights[n] = 0;
      const { words } = memory.pool;
      const base = memory.base(asPfn(frame));
      const at = base + offset;
      const low = base < 0 ? 0 : words[at];
      const high = base < 0 ? 0 : words[at + 1] & this.#highMask;
      this.#read = n + 1;
      const cycles = tableReads?.read(level, asPfn(frame), 4 * offset) ?? costs.table_read;
      this.#cycles += cycles;
      this.#levels[n] = level;
      this.#tables[n] = combinedTable ? -1 : table;
      this.#frames[n] = frame;
      this.#at[n] = at;
      this.#indices[n] = index;
      if (probe.watches.physicalReads) this.#signalRead(frame, combinedTable ? -1 : table + inTable);
      if (recording) this.#reports.read(level, this.#guestTable(n), index, low, high, cycles, undefined, asPfn(frame));
      if ((low & LOW.P) === 0) return this.#end(WalkStatus.NotPresent);
      if ((high & reserved) !== 0) return this.#end(WalkStatus.Reserved);
      path = combined(path, low, high);
      if (this.#isBase[level] !== 0 || (low & LOW.PS) !== 0)
        return this.#leaf(vpn, level, low, high, path, access, user);
      table = frameOf(low, high);
      combinedTable = false;
      const isFlattened = (high & HIGH.FLATTENED) !== 0 && this.#flattened[level] !== -1;
      level = isFlattened ? this.#flattened[level] : this.#next[level];
      this.#below[n] = table;
      this.#flags[n] = isFlattened ? path | WalkMark.Flattened : path;
    }
  }

  /** PAE: the guest's table that the root's entry points to, or −1; no memory is read for it, and no host table. */
  #fromRegister(vpn: Vpn, root: Pfn): number {
    const index = Math.floor(vpn * this.#scale[0]) % this.#mask[0];
    const { low, high } = this.keptRoot!.entry(index);
    if (this.parts.probe.recorder !== null) this.#reports.register(root, index, low, high);
    return (low & LOW.P) === 0 ? -1 : frameOf(low, high);
  }

  /** Guest frame of the first frame of the table that the n-th entry is in, for whoever records. */
  #guestTable(n: number): Pfn {
    return asPfn(this.#tables[n] >= 0 ? this.#tables[n] : this.#exits.guestFrameOf(asPfn(this.#frames[n])));
  }

  /** A guest's entry may be watched by either number. */
  #signalRead(frame: number, guest: number): void {
    const { probe } = this.parts;
    const own = guest >= 0 ? asPfn(guest) : this.#exits.guestFrameOf(asPfn(frame));
    if (probe.watches.readsFrame(asPfn(frame)) || (own !== -1 && probe.watches.readsFrame(own)))
      probe.signal(Signal.Watch);
  }

  /** The entry that maps the page, whatever its size; `path`: the rights down to it. */
  #leaf(vpn: Vpn, level: number, low: number, high: number, path: number, access: Access, user: number): number {
    const { result } = this;
    const host = this.#host;
    const size = this.#leafSize[level];
    if (size < 0 || (size > 0 && (low & RESERVED_LOW_OF_LEAF[size]) !== 0)) return this.#end(WalkStatus.Reserved);
    const flags = path | leafFlags(low, high);
    result.flags = flags;
    if (!this.parts.rights.allows(flags, access, user)) return this.#end(WalkStatus.Rights);
    const inside = size === 0 ? 0 : vpn % (1 / this.#scale[level]);
    const gfn = asPfn((size === 0 ? frameOf(low, high) : leafFrame(size, low, high)) + inside);
    const want = access === Access.Write ? Want.Write : access === Access.Exec ? Want.Fetch : Want.Read;
    if (!host.translate(gfn, want, -1)) return this.#exit(0);
    const { frame, rights, pageSize } = host;
    const set = access === Access.Write ? LOW.A | LOW.D : LOW.A;
    for (let n = 0; n < this.#read; n++)
      if (!this.#mayWrite(n, n === this.#read - 1 ? set : LOW.A)) return this.#exit(4 * (this.#at[n] % PAGE_WORDS));
    for (let n = 0; n < this.#read; n++) this.#set(n, n === this.#read - 1 ? set : LOW.A);
    this.#guestFrame = gfn;
    // A page of 4 MiB is two of 2 MiB for a TLB; and the smaller of two sizes is what one entry can be about.
    result.pageSize = Math.min(size === 3 ? 1 : size, pageSize);
    result.pfn = asPfn(frame);
    const written = access === Access.Write ? flags | TlbFlag.Dirty : flags;
    result.flags = this.#writesFreely(rights) ? written : written & ~TlbFlag.Dirty;
    return this.#end(WalkStatus.Mapped);
  }

  /** A write to the page needs nothing of the host's tables: they allow it, and keep no D that is still clear. */
  #writesFreely(rights: number): boolean {
    const wanted = this.#tableWant === Want.Read ? HostRight.Write : HostRight.Write | HostRight.Dirty;
    return (rights & wanted) === wanted;
  }

  /** True if the n-th entry has these bits, or the host lets them be set. */
  #mayWrite(n: number, set: number): boolean {
    if ((this.parts.memory.pool.words[this.#at[n]] & set) === set) return true;
    if ((this.#hostRights[n] & HostRight.Write) !== 0) return true;
    const gfn = asPfn(this.#guestTable(n) + Math.floor(this.#indices[n] / (1 << this.#frameShift)));
    return this.#host.translate(gfn, Want.Read | Want.Write, this.#levels[n]);
  }

  #set(n: number, set: number): void {
    const { memory, probe } = this.parts;
    const at = this.#at[n];
    const low = memory.pool.words[at];
    if (!setBits(memory, at, set)) return;
    const frame = asPfn(this.#frames[n]);
    if (probe.watches.physicalWrites) {
      const guest = this.#exits.guestFrameOf(frame);
      if (probe.watches.writesFrame(frame) || (guest !== -1 && probe.watches.writesFrame(guest)))
        probe.signal(Signal.Watch);
    }
    if (probe.recorder === null) return;
    const high = memory.pool.words[at + 1] & this.#highMask;
    this.#reports.write(this.#levels[n], this.#guestTable(n), this.#indices[n], set & ~low, low | set, high, frame);
  }

  #end(status: WalkStatus): number {
    const { result } = this;
    result.status = status;
    result.level = this.#read === 0 ? 0 : this.#levels[this.#read - 1];
    result.references = this.#read + this.#host.references;
    result.cycles = this.#cycles + this.#host.cycles;
    return status;
  }

  /** `offset`: bytes into the frame that the host was asked for. */
  #exit(offset: number): number {
    const { result } = this;
    this.#host.exit.offset = offset;
    result.status = WalkStatus.NotPresent;
    result.references = this.#read + this.#host.references;
    result.cycles = this.#cycles + this.#host.cycles;
    return EXIT;
  }

  /** As in walkers outside a guest; what is entered says where the host has the table, where that is one place. */
  #updateCaches(vpn: Vpn, confirmed: boolean): void {
    const { counters } = this.parts.probe;
    for (let i = 0; i < this.walkCaches.length; i++) {
      const cache = this.walkCaches[i];
      const at = confirmed ? -1 : this.#hits[i];
      if (at === -2) continue;
      if (at >= 0 && cache.isValid(at)) cache.use(at, cache.setOf(Math.floor(vpn * this.#scale[this.#cacheLevels[i]])));
      counters[Counter.WalkCaches + 2 * (this.#top + i) + (at >= 0 ? 0 : 1)]++;
    }
    for (let n = 0; n < this.#read - 1; n++) {
      const level = this.#levels[n];
      const i = this.#cacheOf[level];
      if (i >= 0) this.#fill(this.walkCaches[i], level, Math.floor(vpn * this.#scale[level]), n, confirmed);
    }
  }

  /** Enters what the n-th entry says; the next one has been read, so that it is known where its table is. */
  #fill(cache: AssociativeCache, level: number, tag: number, n: number, confirmed: boolean): void {
    const known = this.#combined && this.#wide[this.#levels[n + 1]] === 0;
    const frame = known ? this.#frames[n + 1] : this.#below[n];
    const flags = known ? this.#flags[n] | WalkMark.Combined : this.#flags[n];
    const stale = confirmed ? cache.find(tag, 0) : -1;
    if (stale >= 0) {
      cache.update(stale, frame, flags);
      return;
    }
    const evicted = this.parts.probe.recorder === null ? -1 : cache.tagOf(cache.victim(tag));
    cache.fill(tag, 0, frame, flags);
    if (this.parts.probe.recorder !== null) this.#reports.fill(cache, level, tag, asPfn(frame), evicted);
  }

  invept(): void {
    for (const cache of this.walkCaches) cache.clear();
    this.#host.invept();
  }

  save(): readonly TypedArray[] {
    return [...(this.keptRoot?.save() ?? []), ...saveCaches(this.walkCaches), ...this.#host.save()];
  }

  load(saved: readonly TypedArray[]): void {
    if (this.keptRoot !== null) this.keptRoot.load(saved);
    loadCaches([...this.walkCaches, ...this.#host.caches], saved.slice(this.#top));
  }

  hash(into: Hasher): void {
    this.keptRoot?.hash(into);
    for (const c of this.walkCaches) c.hash(into);
    this.#host.hash(into);
  }
}
