/**
 * The hardware walker of Elastic Cuckoo Page Tables [facts: EMT-Linux's emulated MMU, excp_helper.c].
 *
 * It walks from registers, never through CR3. The walk caches say which ways to probe; all probes of a round go out together.
 * A way's probe hashes the page's tag, looks below the rehash pointer into the target, and matches if the tag is equal and the
 * entry not empty. If the hinted ways know nothing, the hints may be stale: the round is abandoned and all ways of the half are
 * probed, so that a stale hint costs time and never correctness. Rights, A and D are those of the one entry that was found.
 *
 * The walk caches hold whole lines of the walk tables, know no address spaces and are never flushed. They are filled behind
 * a walk that ended in a translation: with what they had missed, and with both lines if their hints were stale.
 */
import type { TableReads } from '../../caches/tableReads';
import { asPfn, type Pfn, signExtendPage, type Vpn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import { Counter } from '../../core/counters';
import type { WalkPurpose } from '../../core/events';
import type { Hasher } from '../../core/hash';
import { type Probe, Signal } from '../../core/probe';
import { ArrayState, type TypedArray } from '../../core/state';
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { AssociativeCache } from '../../mmu/associativeCache';
import { loadCaches, saveCaches } from '../../mmu/cacheStates';
import { makeReplacer, type ReplacementOptions } from '../../mmu/replacement';
import { Access, type RightsTable, TlbFlag } from '../../mmu/rights';
import { type CachedRange, noWalkYet, type Walker, WalkStatus } from '../../mmu/walker';
import type { PagingFormat } from '../format';
import { HIGH, leafFrame, LOW, RESERVED_LOW_OF_LEAF, reservedHigh } from '../x86/entry';
import { WalkReports } from '../x86/walkReports';
import {
  CWT_NAMES,
  CWT_WAYS,
  CwtOf,
  cwtHeader,
  cwtTag,
  Header,
  lineHasTag,
  linePages,
  pageOfLine,
  readHeader,
  wayOfHeader,
} from './cwt';
import { Msr, tableFrame, tableLog2, WayNumbers } from './descriptor';
import { type EcptOptions, MAX_SLOTS } from './format';
import { makeHash, type WayHash } from './hash';
import { Cluster, ENTRY_PAGES, entryOf, hasTag, isHardwareEmpty, tagOf } from './layout';

const LINE_WORDS = 16;

/** Of the kernel's half: table words and rehash pointers of its ways, and its walk tables. */
interface Registers {
  tables: Float64Array;
  pointers: Float64Array;
  cwts: Float64Array;
}
const SIZES = 3;

export interface EcptWalkerParts {
  memory: PhysicalMemory;
  rights: RightsTable;
  probe: Probe;
  costs: HardwareCosts;
  replacement: ReplacementOptions;
  physicalBits: number;
  /** The data caches; `null`: every probe costs `table_read`. */
  tableReads: TableReads | null;
}

export class EcptWalker implements Walker {
  readonly result = noWalkYet();
  readonly isTree = false;
  readonly keepsWalkCaches = true;
  readonly walkCaches: readonly AssociativeCache[];
  /** The lines of the cached entries, by cache: those of the PUD's, of the PMD's. */
  readonly #lines: readonly Int32Array[];
  readonly #numbers: WayNumbers;
  readonly #hash: WayHash;
  readonly #levels: Int32Array;
  readonly #reservedHigh: number;
  readonly #waitsForAll: boolean;
  // The registers.
  readonly #tables = new Float64Array(MAX_SLOTS);
  readonly #pointers = new Float64Array(MAX_SLOTS);
  readonly #cwts = new Float64Array(4 * CWT_WAYS);
  readonly #kernelStart = new Float64Array(1);
  /** Both sets of the kernel's registers, and which is walked: `#tables` and so on have a copy of that one. */
  readonly #sets: readonly Registers[];
  readonly #set = new Float64Array(1);
  readonly #state: ArrayState;
  readonly #reports: WalkReports;
  /** Scratch of the walk that runs: tags by page size, and what the round found. */
  readonly #tags = new Float64Array(SIZES);
  readonly #hits = new Int32Array(2);
  #foundWay = -1;
  #foundAt = 0;
  #foundTable = asPfn(0);
  #foundSlot = 0;
  #probes = 0;
  #slowest = 0;
  #matched = 0;

  constructor(
    format: PagingFormat,
    private readonly options: EcptOptions,
    private readonly parts: EcptWalkerParts,
  ) {
    this.#numbers = new WayNumbers(options.ways);
    this.#hash = makeHash(options.hash);
    this.#levels = Int32Array.from({ length: SIZES }, (_, size) => format.levels.findIndex((l) => l.leafSize === size));
    this.#reservedHigh = reservedHigh(parts.physicalBits);
    this.#waitsForAll = options.wait === 'all';
    const { replacement } = parts;
    this.walkCaches = [CwtOf.Pud, CwtOf.Pmd].map((kind, i) => {
      const name = `CWC ${CWT_NAMES[kind]}`;
      const entries = options.cwc[i];
      return new AssociativeCache(name, entries, entries, makeReplacer(replacement, name, entries, entries));
    });
    this.#lines = options.cwc.map((entries) => new Int32Array(entries * LINE_WORDS));
    const { half } = this.#numbers;
    this.#sets = [0, 1].map(() => ({
      tables: new Float64Array(half),
      pointers: new Float64Array(half),
      cwts: new Float64Array(2 * CWT_WAYS),
    }));
    this.#state = new ArrayState([
      ...[this.#tables, this.#pointers, this.#cwts, this.#kernelStart, this.#set],
      ...this.#sets.flatMap(({ tables, pointers, cwts }) => [tables, pointers, cwts]),
      ...this.#lines,
    ]);
    this.#reports = new WalkReports(parts.probe, parts.tableReads);
  }

  // ---- registers ----------------------------------------------------------------------------------------------------

  #register(register: number): { bank: Float64Array; index: number } | undefined {
    const [first, second] = this.#sets;
    for (const [start, bank] of [
      [Msr.KernelStart, this.#kernelStart],
      [Msr.KernelSet, this.#set],
      [Msr.Table, first.tables],
      [Msr.Table, this.#tables],
      [Msr.Pointer, first.pointers],
      [Msr.Pointer, this.#pointers],
      [Msr.Cwt, first.cwts],
      [Msr.Cwt, this.#cwts],
      [Msr.SecondTable, second.tables],
      [Msr.SecondPointer, second.pointers],
      [Msr.SecondCwt, second.cwts],
    ] as const)
      if (register >= start && register < start + bank.length) return { bank, index: register - start };
    return undefined;
  }

  /** The kernel's registers are those of two sets; writing `KernelSet` is the instruction that changes between them. */
  wrmsr(register: number, value: number): void {
    const found = this.#register(register);
    if (found === undefined) return;
    found.bank[found.index] = value;
    const { tables, pointers, cwts } = this.#sets[this.#set[0] === 1 ? 1 : 0];
    this.#tables.set(tables);
    this.#pointers.set(pointers);
    this.#cwts.set(cwts);
  }

  rdmsr(register: number): number | undefined {
    const found = this.#register(register);
    return found?.bank[found.index];
  }

  // ---- walk ---------------------------------------------------------------------------------------------------------

  walk(_root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    const { probe, costs } = this.parts;
    const { counters } = probe;
    const half = vpn >= this.#kernelStart[0] ? 0 : 1;
    const all = this.#prepare(vpn, half);
    const hinted = this.#plan(vpn) & all;
    counters[Counter.LookupCycles] += Math.max(costs.hash, costs.walk_cache_lookup);
    const first = hinted === 0 ? all : hinted;
    let status = this.#round(vpn, first, access, user, retry ? 'retry' : 'translate', all);
    let stale = false;
    if (status !== WalkStatus.Mapped && first !== all) {
      counters[Counter.AbandonedReferences] += this.result.references;
      counters[Counter.OtherWalkCycles] += this.result.cycles;
      this.#reports.abandoned(this.result);
      stale = true;
      status = this.#round(vpn, all, access, user, 'confirm', all);
    }
    this.#reports.end(this.result);
    if (status !== WalkStatus.Mapped) return status;
    if (stale) counters[Counter.EcptStale]++;
    this.#count(stale ? all : first, half, stale || hinted === 0);
    this.#updateCaches(vpn, half, stale);
    return status;
  }

  /** One walk, with the hints as they are: the caches stay as they were. */
  setDirty(_root: Pfn, vpn: Vpn, user: number): WalkStatus {
    const half = vpn >= this.#kernelStart[0] ? 0 : 1;
    const all = this.#prepare(vpn, half);
    const status = this.#round(vpn, all, Access.Write, user, 'dirty', all);
    this.#reports.end(this.result);
    return status;
  }

  /** Tags of the page; returns the ways of the half that are built, as bits by their number in the half. */
  #prepare(vpn: Vpn, half: number): number {
    const first = half * this.#numbers.half;
    let built = 0;
    for (let way = 0; way < this.#numbers.half; way++)
      if (tableLog2(this.#tables[first + way]) !== 0) built |= 1 << way;
    for (let size = 0; size < SIZES; size++) this.#tags[size] = tagOf(vpn, size);
    return built;
  }

  /** All ways of a page size, as bits. */
  #waysOf(size: number): number {
    return ((1 << this.options.ways[size]) - 1) << this.#numbers.first(0, size);
  }

  #wayOf(size: number, header: number): number {
    return 1 << (this.#numbers.first(0, size) + wayOfHeader(header));
  }

  /** Asks the walk caches; returns the ways to probe, 0 where they do not know. */
  #plan(vpn: Vpn): number {
    const pud = this.#ask(0, CwtOf.Pud, vpn);
    if ((pud & Header.Has1G) !== 0) {
      this.#hits[1] = NOT_ASKED;
      return this.#wayOf(2, pud);
    }
    const pudHit = this.#hits[0] >= 0;
    if (pudHit && (pud & Header.Has4K) !== 0 && (pud & Header.Has2M) === 0) {
      this.#hits[1] = NOT_ASKED;
      return this.#waysOf(0);
    }
    const pmd = this.#ask(1, CwtOf.Pmd, vpn);
    if (this.#hits[1] >= 0)
      return (pmd & Header.Has2M ? this.#wayOf(1, pmd) : 0) | (pmd & Header.Has4K ? this.#waysOf(0) : 0);
    return (pud & Header.Has2M ? this.#waysOf(1) : 0) | (pud & Header.Has4K ? this.#waysOf(0) : 0);
  }

  /** The page's header in a walk cache; 0 on a miss. Leaves the entry that hit in `#hits`. */
  #ask(i: number, kind: number, vpn: Vpn): number {
    const cache = this.walkCaches[i];
    const tag = cwtTag(vpn, kind);
    const at = cache.peek(tag, 0);
    this.#hits[i] = at;
    const header = at < 0 ? 0 : readHeader(this.#lines[i], at * LINE_WORDS, cwtHeader(vpn, kind));
    if (this.parts.probe.recorder !== null)
      this.#reports.lookup(cache, i, tag, at, at < 0 ? undefined : headerText(header, kind));
    return header;
  }

  /** Probes some ways of a half at once, and judges what was found. */
  #round(vpn: Vpn, ways: number, access: Access, user: number, purpose: WalkPurpose, all: number): WalkStatus {
    const half = vpn >= this.#kernelStart[0] ? 0 : 1;
    if (this.parts.probe.recorder !== null) this.#reportStart(vpn, half, purpose, ways, all);
    this.#foundWay = -1;
    this.#probes = this.#slowest = this.#matched = 0;
    const first = half * this.#numbers.half;
    // Larger pages win over smaller ones, lower ways over higher ones: what is found later replaces only a smaller page.
    for (let way = 0; way < this.#numbers.half; way++) if ((ways & (1 << way)) !== 0) this.#probeWay(vpn, first + way);
    const { result } = this;
    result.references = this.#probes;
    result.cycles = this.#foundWay < 0 || this.#waitsForAll ? this.#slowest : this.#matched;
    return this.#judge(vpn, access, user);
  }

  #probeWay(vpn: Vpn, way: number): void {
    const { memory, probe } = this.parts;
    const size = this.#numbers.sizeOf(way);
    const tag = this.#tags[size];
    let word = this.#tables[way];
    let slot = this.#hash.index(tag, tableLog2(word), way);
    const moved = slot < this.#pointers[way];
    if (moved) {
      word = this.#tables[this.#numbers.target(way)];
      slot = this.#hash.index(tag, tableLog2(word), way);
    }
    const table = tableFrame(word);
    const frame = asPfn(table + (slot >>> 6));
    const entry = entryOf(vpn, size);
    this.#probes++;
    const base = memory.base(frame);
    const at = base + (slot & 63) * Cluster.Words;
    const words = memory.pool.words;
    const matches =
      base >= 0 && hasTag(words, at, tag) && !isHardwareEmpty(words[at + 2 * entry], words[at + 2 * entry + 1]);
    const cycles =
      this.parts.tableReads?.read(this.#levels[size], frame, (slot & 63) * Cluster.Bytes) ??
      this.parts.costs.table_read;
    if (cycles > this.#slowest) this.#slowest = cycles;
    if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder !== null)
      this.#reports.read(
        this.#levels[size],
        table,
        slot * Cluster.Entries + entry,
        base < 0 ? 0 : words[at + 2 * entry],
        base < 0 ? 0 : words[at + 2 * entry + 1],
        cycles,
        { way: this.#numbers.relative(way), slot, matches, inTarget: moved },
      );
    if (!matches) return;
    if (this.#foundWay >= 0) {
      const before = this.#numbers.sizeOf(this.#foundWay);
      this.#compare(vpn, before, size, at + 2 * entry);
      if (size <= before) return;
    }
    this.#foundWay = way;
    this.#foundAt = at + 2 * entry;
    this.#foundTable = table;
    this.#foundSlot = slot * Cluster.Entries + entry;
    this.#matched = cycles;
  }

  /** Two translations of one page are tolerated if they say the same frame; nobody compares their rights. */
  #compare(vpn: Vpn, sizeBefore: number, size: number, at: number): void {
    const { probe } = this.parts;
    probe.counters[Counter.EcptDuplicates]++;
    probe.signal(Signal.Duplicate);
    if (probe.recorder === null) return;
    const words = this.parts.memory.pool.words;
    const frame = (s: number, i: number): number => leafFrame(s, words[i], words[i + 1]) + (vpn % ENTRY_PAGES[s]);
    if (frame(sizeBefore, this.#foundAt) === frame(size, at))
      probe.note('a duplicate: another way has the page too, with the same frame', 'duplicate');
    else probe.note('BUG: two ways translate the page to different frames', 'duplicate');
  }

  #judge(vpn: Vpn, access: Access, user: number): WalkStatus {
    const { result } = this;
    const way = this.#foundWay;
    const size = way < 0 ? 0 : this.#numbers.sizeOf(way);
    result.level = this.#levels[size];
    if (way < 0) return this.#end(WalkStatus.NotPresent);
    const { memory, rights, probe } = this.parts;
    const at = this.#foundAt;
    const low = memory.pool.words[at];
    const high = memory.pool.words[at + 1];
    if ((low & LOW.P) === 0) return this.#end(WalkStatus.NotPresent);
    if ((high & (this.#reservedHigh | rights.reservedHigh)) !== 0) return this.#end(WalkStatus.Reserved);
    if ((low & RESERVED_LOW_OF_LEAF[size]) !== 0) return this.#end(WalkStatus.Reserved);
    const flags =
      ((low >>> 1) & (TlbFlag.Write | TlbFlag.User)) |
      ((high >>> 31) * TlbFlag.NoExecute) |
      ((low & LOW.D) >>> 3) |
      ((low & LOW.G) >>> 4) |
      ((high >>> (HIGH.PKEY_SHIFT - TlbFlag.KeyShift)) & TlbFlag.KeyMask);
    result.flags = flags;
    if (!rights.allows(flags, access, user)) return this.#end(WalkStatus.Rights);
    result.pageSize = size;
    result.pfn = asPfn(leafFrame(size, low, high) + (size === 0 ? 0 : vpn % ENTRY_PAGES[size]));
    const set = access === Access.Write ? LOW.A | LOW.D : LOW.A;
    if (access === Access.Write) result.flags = flags | TlbFlag.Dirty;
    if ((low & set) !== set) {
      memory.pool.touch(Math.floor(at / PAGE_WORDS));
      memory.pool.words[at] = low | set;
      const frame = asPfn(this.#foundTable + Math.floor(this.#foundSlot / 512));
      if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
      if (probe.recorder !== null)
        this.#reports.write(result.level, this.#foundTable, this.#foundSlot, set & ~low, low | set, high);
    }
    return this.#end(WalkStatus.Mapped);
  }

  #end(status: WalkStatus): WalkStatus {
    this.result.status = status;
    return status;
  }

  /** The walk by the names of ASPLOS '20; `all`: without hints, or without good ones. And the probes by page size. */
  #count(probed: number, half: number, all: boolean): void {
    const { counters } = this.parts.probe;
    for (let way = 0; way < this.#numbers.half; way++)
      if ((probed & (1 << way)) !== 0)
        counters[Counter.ReferencesByLevel + this.#levels[this.#numbers.sizeOf(half * this.#numbers.half + way)]]++;
    counters[all ? Counter.EcptComplete : kindOfWalk(probed, this.options, this.#numbers)]++;
  }

  // ---- walk caches --------------------------------------------------------------------------------------------------

  #updateCaches(vpn: Vpn, half: number, stale: boolean): void {
    const { counters } = this.parts.probe;
    for (let i = 0; i < 2; i++) {
      const hit = this.#hits[i];
      const kind = i === 0 ? CwtOf.Pud : CwtOf.Pmd;
      if (hit !== NOT_ASKED) counters[Counter.WalkCaches + 2 * i + (hit >= 0 ? 0 : 1)]++;
      if (hit >= 0) this.walkCaches[i].use(hit, 0);
      if (stale || hit === -1) this.#refill(i, kind, vpn, half);
    }
  }

  /** Reads the line from all ways of the walk table, and keeps it: in place of a stale one, or of the least recently used. */
  #refill(i: number, kind: number, vpn: Vpn, half: number): void {
    const { memory, probe } = this.parts;
    const tag = cwtTag(vpn, kind);
    for (let way = 0; way < CWT_WAYS; way++) {
      const index = half * 2 * CWT_WAYS + kind * CWT_WAYS + way;
      const word = this.#cwts[index];
      if (tableLog2(word) === 0) continue;
      const slot = this.#hash.index(tag, tableLog2(word), index);
      const frame = asPfn(tableFrame(word) + (slot >>> 6));
      probe.counters[Counter.CwtReads]++;
      // The walk has ended: nobody waits.
      this.parts.tableReads?.fetch(frame, (slot & 63) * 4 * LINE_WORDS);
      if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
      const base = memory.base(frame);
      const at = base + (slot & 63) * LINE_WORDS;
      if (base < 0 || !lineHasTag(memory.pool.words, at, tag)) continue;
      const cache = this.walkCaches[i];
      let entry = cache.peek(tag, 0);
      const evicted = entry >= 0 ? -1 : cache.tagOf(cache.victim(tag));
      if (entry >= 0) cache.update(entry, frame, 0);
      else entry = cache.fill(tag, 0, frame, 0);
      for (let w = 0; w < LINE_WORDS; w++) this.#lines[i][entry * LINE_WORDS + w] = memory.pool.words[at + w];
      this.#reports.fill(cache, i, tag, frame, evicted);
      return;
    }
  }

  cached(i: number, entry: number): CachedRange {
    const kind = i === 0 ? CwtOf.Pud : CwtOf.Pmd;
    const header = (section: number): number => readHeader(this.#lines[i], entry * LINE_WORDS, section);
    const used = Array.from({ length: 64 }, (_, section) => header(section)).filter((h) => h !== 0).length;
    return {
      vpn: signExtendPage(pageOfLine(this.walkCaches[i].tagOf(entry), kind), 48),
      pages: linePages(kind),
      text: `${used} of 64 sections`,
      about: (vpn) => headerText(header(cwtHeader(vpn, kind)), kind),
    };
  }

  // ---- reports ------------------------------------------------------------------------------------------------------

  #reportStart(vpn: Vpn, half: number, purpose: WalkPurpose, ways: number, all: number): void {
    const names = ['4K', '2M', '1G']
      .map((name, size) => {
        const these = ways & this.#waysOf(size);
        const numbers = Array.from({ length: this.options.ways[size] }, (_, r) => r).filter(
          (r) => (these & (1 << (this.#numbers.first(0, size) + r))) !== 0,
        );
        return numbers.length === 0 ? '' : `${name} ${numbers.length === 1 ? 'way' : 'ways'} ${numbers.join(', ')}`;
      })
      .filter(Boolean);
    const which = ways === 0 ? 'no ways' : names.join('; ');
    const pruned = bitCount(all & ~ways);
    const registers = half === 0 ? 'kernel' : 'user';
    const startedFrom = `${registers} registers: ${which}${pruned > 0 ? ` (${pruned} pruned)` : ''}`;
    this.#reports.start(purpose, vpn, 0, asPfn(0), startedFrom);
  }

  // ---- state --------------------------------------------------------------------------------------------------------

  save(): readonly TypedArray[] {
    return [...this.#state.save(), ...saveCaches(this.walkCaches)];
  }

  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved.slice(0, 1));
    loadCaches(this.walkCaches, saved.slice(1));
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
    for (const c of this.walkCaches) c.hash(into);
  }
}

/** A cache that the walk did not ask. */
const NOT_ASKED = -2;

function bitCount(bits: number): number {
  let n = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) n++;
  return n;
}

/** Of a walk with hints: one way, all of a page size, or ways of several. */
function kindOfWalk(ways: number, options: EcptOptions, numbers: WayNumbers): Counter {
  if ((ways & (ways - 1)) === 0) return Counter.EcptDirect;
  for (let size = 0; size < SIZES; size++)
    if (ways === ((1 << options.ways[size]) - 1) << numbers.first(0, size) && options.ways[size] > 0)
      return Counter.EcptSize;
  return Counter.EcptPartial;
}

/** What a header says, in words: `4K; 2M in way 1`. */
export function headerText(header: number, kind: number): string {
  const way = `in way ${wayOfHeader(header)}`;
  const parts = [
    header & Header.Has4K ? '4K' : '',
    header & Header.Has2M ? (kind === CwtOf.Pmd ? `2M ${way}` : '2M') : '',
    header & Header.Has1G ? `1G ${way}` : '',
  ].filter(Boolean);
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}
