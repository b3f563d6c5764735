/**
 * The way of an access through the hardware: first-level TLB, second-level TLB, walk; then the rights, on hits too; then
 * the dirty bit (Intel SDM vol. 3A §4.10). The hottest code of the machine, and the only code that translates: single
 * accesses and whole chunks, with and without a recorder, all come through `run`.
 *
 * What makes it fast is knowing which accesses can be left out. A *repeat* (core/accessChunk.ts) goes where the last access
 * of its side went: if that page's entry is still what its first-level TLB finds first, and grants the access, a look-up
 * would change nothing but counters. So repeats are counted, not made, as long as that is *known*; where something may have
 * changed the first level meanwhile (a walk, a fault), it is asked again. docs/performance.md has the measurements.
 *
 * Holds always: state and counters after `run` are those of the same accesses made one by one; nothing is allocated, unless
 * somebody watches pages or records; a TLB entry whose dirty flag is set was filled from, or has set, an entry with D, so
 * that only a write through a clean one has to walk again.
 */
import { type AccessChunk, firstLeadFrom, packedCrosses, packedKind, packedOffset } from '../core/accessChunk';
import {
  asPfn,
  asVpn,
  canonicalPages,
  PAGES_OF_SIZE,
  type Pfn,
  type Vpn,
  PageNumbers,
  wrapPage,
} from '../core/addresses';
import { Counter } from '../core/counters';
import type { HardwareCosts } from '../core/costs';
import { type Probe, Signal } from '../core/probe';
import { ANY_PCID, type AssociativeCache, EntryData } from './associativeCache';
import { Access, type RightsTable, TlbFlag } from './rights';
import { Sides } from './sides';
import { Stride, StrideEnd } from './stride';
import { countAccesses, Tally } from './tally';
import type { TlbLevel } from './tlbLevel';
import { TranslatorReports } from './translatorReports';
import { type Walker, WalkStatus } from './walker';

/** Why `run` ended. */
export const enum RunEnd {
  /** All accesses were made, or something armed was seen in the last one made. */
  Done,
  /** The access at the returned place crosses a page boundary: its pages must be translated one by one. */
  Crossing,
  /** The access at the returned place faulted. It has been counted. */
  Fault,
}

/** What `run` counts of an access that lies on one page. */
export const enum Counting {
  /** The access and its translation. */
  Access,
  /** The translation alone: a later page of an access. */
  Page,
  /** Its walks alone: the access is tried again after a fault. */
  Retry,
  /** Of the first access its walks alone, of the others everything. */
  RetryFirst,
}

/** Why an access was refused: its address is not canonical, the walk says no, or the rights in an entry of a TLB. */
export type RefusedBy = 'canonical' | 'walk' | AssociativeCache;

/** What the translator needs from the MMU around it. */
export interface TranslatorHost {
  /** Enters the fault. `flags`: of the TLB entry, if one refused. */
  refuse(by: RefusedBy, vpn: Vpn, offset: number, access: Access, user: number, flags: number): void;
  /** A write through a clean entry: walks again to set D. False if that faulted. */
  assistDirty(vpn: Vpn, offset: number, user: number): boolean;
  /** Makes the caches follow CR3's PCID (see `Contexts`). */
  settle(): void;
}

/**
 * Who may serve a page fault in the middle of a run, so that the run goes on. Absent, or where it says no: the run ends, and
 * whoever called it sees to the fault.
 */
export interface FaultService {
  /** Whether it may serve any fault of the run that begins. */
  begin(): boolean;
  /**
   * The kernel's whole work for a fault on an entry that is not present: true if the access can be tried again. False:
   * nothing was done.
   */
  serve(vpn: Vpn, offset: number, write: boolean): boolean;
  /** The run has ended. */
  end(): void;
}

/** Which addresses are translated: see `AddressFormat`. */
interface AddressRange {
  readonly addressBits: number;
  readonly signExtended: boolean;
}

export interface TranslatorParts {
  l1d: TlbLevel;
  l1i: TlbLevel;
  stlb: TlbLevel;
  /** An entry that leaves the second level leaves the first too. */
  strict: boolean;
  format: AddressRange;
  rights: RightsTable;
  walker: Walker;
  probe: Probe;
  costs: HardwareCosts;
  host: TranslatorHost;
}

export class Translator {
  /** Of the page that a run of one access translated. */
  pfn: Pfn = asPfn(0);
  pageSize = 0;
  end: RunEnd = RunEnd.Done;
  /** CR3's table, and whether CR4.PGE is on: without it, G in an entry means nothing. The MMU keeps them up to date. */
  root: Pfn = asPfn(0);
  globalPages = false;
  /** The caches do not follow CR3's PCID yet. */
  unsettled = false;
  faultService: FaultService | null = null;
  /** Place of the last access of the run whose fault was served in its middle; −1 for none. It may have faulted again. */
  servedAt = -1;
  /** Faults of the run that were served in its middle. */
  #served = 0;
  readonly #ofChunk: Sides;
  readonly #ofSingle: Sides;
  /** What the run that goes on knows. */
  #sides: Sides;
  readonly #l1d: TlbLevel;
  readonly #l1i: TlbLevel;
  readonly #stlb: TlbLevel;
  readonly #rights: RightsTable;
  readonly #walker: Walker;
  readonly #probe: Probe;
  readonly #costs: HardwareCosts;
  readonly #host: TranslatorHost;
  readonly #counters: Float64Array;
  readonly #reports: TranslatorReports;
  readonly #strict: boolean;
  readonly #stride: Stride;
  /** Between these lie the addresses that are not translated: not canonical, or too long. Kept: a power is dear where every access asks. */
  readonly #lowerEnd: number;
  readonly #upperStart: number;
  #running = false;
  readonly #tally: Tally;
  /** What the last `#findHuge` found. */
  #hugeTlb: AssociativeCache;
  #hugeAt = -1;
  /** The last `#use` set a dirty bit. */
  #assisted = false;

  constructor({ l1d, l1i, stlb, strict, format, rights, walker, probe, costs, host }: TranslatorParts) {
    this.#l1d = l1d;
    this.#l1i = l1i;
    this.#stlb = stlb;
    this.#strict = strict;
    this.#rights = rights;
    this.#walker = walker;
    this.#tally = new Tally(walker.isTree !== false, walker.paths);
    this.#probe = probe;
    this.#costs = costs;
    this.#host = host;
    this.#counters = probe.counters;
    this.#ofChunk = new Sides(l1d, l1i, rights);
    this.#ofSingle = new Sides(l1d, l1i, rights);
    this.#sides = this.#ofChunk;
    this.#reports = new TranslatorReports(probe);
    const { addressBits, signExtended } = format;
    this.#lowerEnd = canonicalPages(signExtended ? addressBits : addressBits + 1);
    this.#upperStart = PageNumbers.Count - (signExtended ? this.#lowerEnd : 0);
    this.#hugeTlb = stlb.small;
    this.#stride = new Stride({
      l1d,
      l1i,
      stlb,
      strict,
      rights,
      walker,
      probe,
      tally: this.#tally,
      lowerEnd: this.#lowerEnd,
      upperStart: this.#upperStart,
    });
  }

  /**
   * Makes accesses `from` … `to` − 1 of the chunk, `shift` pages further up, until one needs more than hardware or
   * something armed is seen. Returns the place behind the last one made; `end` says why it ended there. `user`: 1 for user
   * mode, 0 for the supervisor. `goesOn`: the last run of a chunk was of this one and ended at `from`, or just before it at
   * a crossing access. With a recorder, one access at a time.
   */
  run(
    chunk: AccessChunk,
    from: number,
    to: number,
    shift: number,
    user: number,
    counting: Counting,
    goesOn: boolean,
  ): number {
    this.end = RunEnd.Done;
    if (this.unsettled) this.#host.settle();
    // Single accesses are made between the runs of a chunk, and must not forget what is known there.
    const sides = chunk.length === 1 ? this.#ofSingle : this.#ofChunk;
    const { data, code } = sides;
    this.#sides = sides;
    data.misses = code.misses = data.refused = code.refused = 0;
    // An error may have unwound the last run in the middle: what it had tallied is history that never was.
    if (this.#running) this.#tally.clear();
    this.#running = true;
    const stride = this.#stride;
    stride.begin();
    this.servedAt = -1;
    this.#served = 0;
    const at = this.#translate(chunk, from, to, shift, user, counting, goesOn);
    this.#running = false;
    // Who records sees counters at every event: there, the one access of the run has counted on its way.
    if (this.#probe.recorder !== null) return at;
    const counters = this.#counters;
    data.misses += stride.misses;
    // An access that is tried again looks both levels up again, which is no miss of another access.
    counters[Counter.LookupCycles] += (data.misses + code.misses + this.#served) * this.#costs.stlb_lookup;
    if (this.#served > 0) this.faultService?.end();
    if (stride.walkedAt >= 0) {
      stride.countWalks(counters, this.#costs);
      this.#tally.countWalks(counters);
    }
    if (counting === Counting.Retry) return at;
    const made = (this.end as RunEnd) === RunEnd.Fault ? at + 1 : at;
    // A page that has faulted is in no TLB: its look-up was a miss, and has been counted before.
    const again = counting === Counting.RetryFirst ? 1 : 0;
    if (again === 1) (packedKind(chunk.packed[from]) === Access.Exec ? code : data).misses--;
    countAccesses(counters, chunk, from + again, made, counting === Counting.Page, sides, stride.secondHits);
    return at;
  }

  /** Place of the last access of the run that walked; −1 if none did. */
  get walkedAt(): number {
    return this.#stride.walkedAt;
  }

  /** In the middle of an access; also after an error has unwound one, until the next. */
  get isRunning(): boolean {
    return this.#running;
  }

  #translate(
    chunk: AccessChunk,
    from: number,
    to: number,
    shift: number,
    user: number,
    counting: Counting,
    goesOn: boolean,
  ): number {
    const retry = counting === Counting.Retry;
    const probe = this.#probe;
    const counters = this.#counters;
    const { packed, leads, leadVpn, leadCount } = chunk;
    const { quickMask, quickWant } = this.#rights;
    const { data, code } = this.#sides;
    const stride = this.#stride;
    const single = to - from === 1;
    const recording = probe.recorder !== null;
    const { watches } = probe;
    const watching = watches.pages;
    const armed = single || probe.armed !== 0;
    const missArmed = !retry && (probe.armed & Signal.TlbMiss) !== 0;
    const striding = !recording && !single;
    const service = striding && user === 1 && this.faultService?.begin() === true ? this.faultService : null;
    const second = this.#stlb.small;
    let hugePages = this.#holdsHugePages();
    let lead = firstLeadFrom(chunk, from);
    if (goesOn) this.#sides.check(user);
    else this.#sides.lookBack(chunk, lead, shift, user);
    // Repeats of a page that may be watched are not left out: each is a use of it.
    let dataWatched = watching && watches.mayWatch(data.page);
    let codeWatched = watching && watches.mayWatch(code.page);
    let known = data.known && code.known && !dataWatched && !codeWatched;
    let at = from;
    let next = lead < leadCount && leads[lead] < to ? leads[lead] : to;
    /** A page that the last access made here, a read, has left clean: a write to it is no stride's. */
    let clean = -1;
    /** The last fault was served at once: the next page is likely to be new as well. */
    let faulting = false;
    for (;;) {
      let vpn = 0;
      let kind: Access = Access.Read;
      let walked = false;
      const writesClean =
        clean >= 0 && next < to && leadVpn[lead] === clean && packedKind(packed[next]) === Access.Write;
      clean = -1;
      const skips = faulting || writesClean;
      if (!writesClean) faulting = false;
      if (known && striding && !skips) {
        at = stride.run(chunk, next, lead, to, shift, user, this.#sides, this.root, this.globalPages, hugePages);
        lead = stride.lead;
        if (stride.end === StrideEnd.Done) return at;
        if (stride.end === StrideEnd.Fired) {
          // Only a walk signals there.
          this.pfn = this.#walker.result.pfn;
          this.pageSize = 0;
          return at;
        }
        next = at;
        walked = stride.end === StrideEnd.Walked;
      }
      if (at < next) {
        // Repeats of which it is not known that they change nothing are made until it is.
        kind = packedKind(packed[at]);
        const side = kind === Access.Exec ? code : data;
        if (side.known && !(kind === Access.Exec ? codeWatched : dataWatched)) {
          at++;
          continue;
        }
        vpn = side.page;
      } else {
        if (at >= to) return at;
        kind = packedKind(packed[at]);
        if (packedCrosses(packed[at])) return this.#crossing(kind, at);
        vpn = wrapPage(leadVpn[lead] + shift);
        if (kind === Access.Exec) {
          code.page = vpn as Vpn;
          codeWatched = watching && watches.mayWatch(vpn);
        } else {
          data.page = vpn as Vpn;
          data.kind = kind;
          dataWatched = watching && watches.mayWatch(vpn);
        }
        lead++;
        next = lead < leadCount && leads[lead] < to ? leads[lead] : to;
      }
      if (recording) {
        if (counting === Counting.Access) counters[Counter.Reads + kind]++;
        if (!retry) counters[Counter.Translations]++;
        this.#reports.start(vpn as Vpn, packedOffset(packed[at]), kind, user, retry);
      }
      const watched = kind === Access.Exec ? codeWatched : dataWatched;
      if (watched && watches.page(vpn as Vpn, 1 << kind)) probe.signal(Signal.Watch);

      translated: {
        const exec = kind === Access.Exec;
        const l1 = exec ? this.#l1i : this.#l1d;
        const first = l1.small;
        const right = 2 * kind + user;
        if (!walked) {
          // The first level's 4 KiB pages.
          let found = first.peek(vpn, 0);
          if (found < 0 && vpn >= this.#lowerEnd && vpn < this.#upperStart) {
            (exec ? code : data).refused++;
            this.#host.refuse('canonical', vpn as Vpn, packedOffset(packed[at]), kind, user, 0);
            return this.#fault(at);
          }
          if (recording && l1.bySize[0] !== null) {
            this.#reports.lookup(first, 1, vpn as Vpn, 0, found);
            // A person's edit at this event may have flushed.
            found = first.peek(vpn, 0);
          }
          if (found >= 0) {
            if (recording && !retry) this.#countHit(kind);
            first.use(found, first.setOf(vpn));
            if ((first.slots[2 * found + 1] & quickMask[right]) === quickWant[right]) {
              if (exec) code.known = true;
              else data.known = kind === data.kind;
              if (single || watched) this.#translatedBy(first, found, vpn as Vpn, packedOffset(packed[at]));
            } else if (!this.#use(first, found, vpn as Vpn, packed[at], user)) return this.#fault(at);
            break translated;
          }
          if (hugePages && this.#findHuge(l1, vpn as Vpn, 1)) {
            if (recording && !retry) this.#countHit(kind);
            if (!this.#use(this.#hugeTlb, this.#hugeAt, vpn as Vpn, packed[at], user)) return this.#fault(at);
            break translated;
          }

          // The second level.
          if (exec) code.misses++;
          else data.misses++;
          if (recording) {
            counters[Counter.LookupCycles] += this.#costs.stlb_lookup;
            if (!retry) counters[exec ? Counter.L1iMisses : Counter.L1dMisses]++;
          }
          found = second.peek(vpn, 0);
          if (recording && this.#stlb.bySize[0] !== null) {
            this.#reports.lookup(second, 2, vpn as Vpn, 0, found);
            found = second.peek(vpn, 0);
          }
          if (found >= 0 || (hugePages && this.#findHuge(this.#stlb, vpn as Vpn, 2))) {
            stride.secondHits++;
            if (recording && !retry) counters[Counter.StlbHits]++;
            if (!this.#useSecond(found, l1, vpn as Vpn, packed[at], user)) return this.#fault(at);
            hugePages = this.#holdsHugePages();
            break translated;
          }
          // The walk.
          if (recording && !retry) counters[Counter.StlbMisses]++;
          if (missArmed && (at > from || counting !== Counting.RetryFirst)) probe.signal(Signal.TlbMiss);
          stride.walk(this.root, vpn as Vpn, kind, user, retry);
          stride.walkedAt = at;
          if (recording) this.#tally.countWalks(counters);
        }
        if (this.#walker.result.status !== WalkStatus.Mapped) {
          this.#host.refuse('walk', vpn as Vpn, packedOffset(packed[at]), kind, user, 0);
          if (service === null || !this.#serve(service, vpn as Vpn, packedOffset(packed[at]), kind, at))
            return this.#fault(at);
          faulting = true;
        }
        this.#finishWalk(l1, vpn as Vpn, packedOffset(packed[at]), user);
        if (kind === Access.Read && (this.#walker.result.flags & TlbFlag.Dirty) === 0) clean = vpn - shift;
        // A base page brings none in, whatever it puts out.
        if (hugePages || this.pageSize !== 0) hugePages = this.#holdsHugePages();
      }
      known = data.known && code.known && !dataWatched && !codeWatched;
      at++;
      if (armed && probe.fired !== 0) return at;
    }
  }

  /** The access crosses a page boundary: whoever makes it, no access after it repeats it. */
  #crossing(kind: Access, at: number): number {
    this.#sides.crossed(kind);
    this.end = RunEnd.Crossing;
    return at;
  }

  #fault(at: number): number {
    this.end = RunEnd.Fault;
    return at;
  }

  /** A walk of user mode has faulted. True if the fault was served at once, and a walk then translated the page. */
  #serve(service: FaultService, vpn: Vpn, offset: number, kind: Access, at: number): boolean {
    const { status } = this.#walker.result;
    if (status !== WalkStatus.NotPresent || kind === Access.Exec || this.#probe.fired !== 0) return false;
    if (!service.serve(vpn, offset, kind === Access.Write)) return false;
    // No TLB has the page.
    this.#served++;
    this.servedAt = at;
    this.#stride.walk(this.root, vpn, kind, 1, true);
    if (this.#walker.result.status === WalkStatus.Mapped) return true;
    this.#host.refuse('walk', vpn, offset, kind, 1, 0);
    return false;
  }

  #holdsHugePages(): boolean {
    for (const level of [this.#l1d, this.#l1i, this.#stlb])
      if ((level.huge2M.huge[1] | level.huge1G.huge[2]) !== 0) return true;
    return false;
  }

  /** Asks a level for a page in the sizes above 4 KiB that it holds any of: an empty array would answer no. */
  #findHuge(level: TlbLevel, vpn: Vpn, number: 1 | 2): boolean {
    for (let size = 1; size < 3; size++) {
      const tlb = level.bySize[size];
      if (tlb === null || tlb.huge[size] === 0) continue;
      const key = Math.floor(vpn / PAGES_OF_SIZE[size]);
      let at = tlb.find(key, size);
      if (this.#probe.recorder !== null) {
        this.#reports.lookup(tlb, number, vpn, size, at);
        at = tlb.peek(key, size);
      }
      if (at < 0) continue;
      this.#hugeTlb = tlb;
      this.#hugeAt = at;
      return true;
    }
    return false;
  }

  /** An entry of the second level: at `found` for 4 KiB pages, or what `#findHuge` found. */
  #useSecond(found: number, l1: TlbLevel, vpn: Vpn, access: number, user: number): boolean {
    const tlb = found >= 0 ? this.#stlb.small : this.#hugeTlb;
    const at = found >= 0 ? found : this.#hugeAt;
    if (found >= 0) tlb.use(at, tlb.setOf(vpn));
    const size = tlb.sizeOf(at);
    const frame = asPfn(tlb.frameOf(at));
    const flags = tlb.flagsOf(at);
    // A fault fills no TLB: what the rights or a dirty assist refuse does not come up.
    if (!this.#grants(tlb, at, vpn, access, user)) return false;
    if (!this.#assisted) this.#fill(l1, vpn, size, frame, flags);
    else {
      const { pfn, pageSize, flags: found } = this.#walker.result;
      const first = firstFrame(pfn, vpn, pageSize);
      // Of another size, the page has left this level too, unless accesses around it had brought it in in its new size.
      if (pageSize !== size && !this.#holds(this.#stlb, vpn, pageSize))
        this.#fill(this.#stlb, vpn, pageSize, first, found);
      this.#fill(l1, vpn, pageSize, first, found);
    }
    this.#translatedBy(tlb, at, vpn, packedOffset(access), this.#assisted);
    this.#sides.check(user);
    return true;
  }

  /** A TLB entry translates the access, unless it faults. */
  #use(tlb: AssociativeCache, at: number, vpn: Vpn, access: number, user: number): boolean {
    if (!this.#grants(tlb, at, vpn, access, user)) return false;
    this.#translatedBy(tlb, at, vpn, packedOffset(access), this.#assisted);
    this.#sides.check(user);
    return true;
  }

  /** Whether a TLB entry's rights allow the access, once the dirty bit is set for a first write. */
  #grants(tlb: AssociativeCache, at: number, vpn: Vpn, access: number, user: number): boolean {
    const kind: Access = packedKind(access);
    const offset = packedOffset(access);
    const flags = tlb.flagsOf(at);
    if (!this.#rights.allows(flags, kind, user)) {
      this.#host.refuse(tlb, vpn, offset, kind, user, flags);
      return false;
    }
    this.#assisted = kind === Access.Write && (flags & TlbFlag.Dirty) === 0;
    if (this.#assisted) {
      if (!this.#host.assistDirty(vpn, offset, user)) return false;
      // What the walk found counts, not what the entry said: the table may have changed meanwhile.
      this.pfn = this.#walker.result.pfn;
      this.pageSize = this.#walker.result.pageSize;
    }
    return true;
  }

  /** Where a TLB entry says that the page is. */
  #translatedBy(tlb: AssociativeCache, at: number, vpn: Vpn, offset: number, assisted = false): void {
    if (!assisted) {
      this.pageSize = tlb.sizeOf(at);
      this.pfn = asPfn(tlb.frameOf(at) + (this.pageSize === 0 ? 0 : vpn % PAGES_OF_SIZE[this.pageSize]));
    }
    if (this.#probe.recorder !== null) this.#reports.translated(vpn, offset, this.pfn, this.pageSize, tlb.name);
  }

  #finishWalk(l1: TlbLevel, vpn: Vpn, offset: number, user: number): void {
    const { pfn, pageSize, flags } = this.#walker.result;
    if (pageSize === 0 && !this.#strict && this.#probe.recorder === null) this.#fillSmall(l1, vpn, pfn, flags);
    else {
      const first = firstFrame(pfn, vpn, pageSize);
      this.#fill(this.#stlb, vpn, pageSize, first, flags);
      this.#fill(l1, vpn, pageSize, first, flags);
    }
    this.pfn = pfn;
    this.pageSize = pageSize;
    if (this.#probe.recorder !== null) this.#reports.translated(vpn, offset, pfn, pageSize, 'walk');
    this.#sides.check(user);
  }

  #holds(level: TlbLevel, vpn: Vpn, size: number): boolean {
    const tlb = level.bySize[size];
    return tlb !== null && tlb.peek(Math.floor(vpn / PAGES_OF_SIZE[size]), size) >= 0;
  }

  /** As `#fill` in both levels: a base page, where nothing else follows from it. */
  #fillSmall(l1: TlbLevel, vpn: Vpn, frame: Pfn, flags: number): void {
    const data = frame * EntryData.Scale + (this.globalPages ? flags : flags & ~TlbFlag.Global);
    if (this.#stlb.bySize[0] !== null) this.#stlb.small.enter(vpn, data);
    if (l1.bySize[0] !== null) l1.small.enter(vpn, data);
  }

  #fill(level: TlbLevel, vpn: Vpn, size: number, frame: Pfn, flags: number): void {
    const tlb = level.bySize[size];
    if (tlb === null) return;
    const key = size === 0 ? vpn : Math.floor(vpn / PAGES_OF_SIZE[size]);
    const victim = tlb.victim(key);
    if (this.#strict && level === this.#stlb) this.#dropFromFirstLevel(tlb, victim);
    const evicted = tlb.firstPageOf(victim);
    tlb.fill(key, size, frame, this.globalPages ? flags : flags & ~TlbFlag.Global);
    if (this.#probe.recorder !== null) this.#reports.fill(tlb, vpn, size, frame, evicted);
  }

  /** What leaves the second level may not stay in the first without it. */
  #dropFromFirstLevel(stlb: AssociativeCache, victim: number): void {
    if (!stlb.isValid(victim)) return;
    const size = stlb.sizeOf(victim);
    const pcid = stlb.pcidOf(victim, CURRENT_PCID);
    for (const level of [this.#l1d, this.#l1i]) {
      const tlb = level.bySize[size];
      if (tlb === null) continue;
      const at = tlb.findOf(stlb.tagOf(victim), size, pcid, CURRENT_PCID, pcid === ANY_PCID);
      if (at < 0) continue;
      const page = asVpn(tlb.firstPageOf(at));
      tlb.invalidate(at);
      this.#reports.dropped(tlb, page);
    }
  }

  #countHit(kind: Access): void {
    this.#counters[kind === Access.Exec ? Counter.L1iHits : Counter.L1dHits]++;
  }
}

/** Stands for the current PCID, whichever that is. */
const CURRENT_PCID = -2;

/** First frame of the page of that size code in which `vpn` is mapped to `pfn`. */
const firstFrame = (pfn: Pfn, vpn: Vpn, pageSize: number): Pfn =>
  pageSize === 0 ? pfn : asPfn(pfn - (vpn % PAGES_OF_SIZE[pageSize]));
