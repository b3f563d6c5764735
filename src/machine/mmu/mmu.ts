/**
 * The memory-management unit of one CPU: TLBs in front of a scheme's walker (Intel SDM vol. 3A §4.10).
 *
 * `translate` answers for one page of an access: first-level TLB, second-level TLB, walk; then the rights, on hits too;
 * then the dirty bit. It either leaves frame and page size in `pfn` and `pageSize`, or the fault in `fault`. A page fault
 * fills nothing, and drops the TLB entries of the page that it is about (Intel SDM vol. 3A §4.10.4.1). The retry after a served fault belongs to the same access: with `retry` set it is looked up again, as
 * the hardware does, but only its walk is counted.
 *
 * Holds always: a TLB entry with the dirty flag clear has D clear in what it was filled from, so the first write through
 * it walks again to set D.
 */
import {
  asPfn,
  asVpn,
  canonicalPages,
  formatVirtual,
  PAGE_SIZE_NAMES,
  PAGES_OF_SIZE,
  type Pfn,
  type Vpn,
} from '../core/addresses';
import { Counter } from '../core/counters';
import type { HardwareCosts } from '../core/costs';
import type { Hasher } from '../core/hash';
import { type Probe, Signal } from '../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { WatchedRegister } from '../core/watch';
import { AssociativeCache } from './associativeCache';
import type { Instructions } from './instructions';
import { Access, CR0, CR4, EFER, ErrorCode, RightsTable, TlbFlag } from './rights';
import { type Walker, WalkStatus } from './walker';

export interface TlbGeometry {
  sizes: readonly ('4K' | '2M' | '1G')[];
  entries: number;
  ways: number;
}

export interface MmuOptions {
  dtlb: readonly TlbGeometry[];
  itlb: readonly TlbGeometry[];
  stlb: readonly TlbGeometry[];
  /** `strict`: an entry that leaves the STLB leaves the first level too. */
  inclusive: 'fill' | 'strict';
  addressBits: number;
}

export interface Fault {
  vector: 'PF' | 'GP';
  vpn: Vpn;
  offset: number;
  errorCode: number;
}

/** One level of TLBs for one kind of access: which structure holds which page size. Structures may be shared by sizes. */
interface TlbLevel {
  readonly structures: readonly AssociativeCache[];
  /** By page-size code; `null` where the level does not hold the size. */
  readonly bySize: readonly (AssociativeCache | null)[];
}

const enum Register {
  Cr0,
  Cr2Page,
  Cr2Offset,
  Cr3,
  Cr4,
  Efer,
  Pkru,
}

function makeLevel(name: string, geometry: readonly TlbGeometry[]): TlbLevel {
  const structures = geometry.map((g) => {
    const suffix = geometry.length > 1 ? ` ${g.sizes.join('+')}` : '';
    return new AssociativeCache(name + suffix, g.entries, g.ways);
  });
  const holds = (size: string): AssociativeCache | null => {
    const at = geometry.findIndex((g) => (g.sizes as readonly string[]).includes(size));
    return at < 0 ? null : structures[at];
  };
  return { structures, bySize: PAGE_SIZE_NAMES.map(holds) };
}

export class Mmu implements Stateful<readonly TypedArray[]>, Instructions {
  readonly l1d: TlbLevel;
  readonly l1i: TlbLevel;
  readonly stlb: TlbLevel;
  readonly rights = new RightsTable();
  /** Result of the last successful `translate`. */
  pfn: Pfn = asPfn(0);
  pageSize = 0;
  readonly fault: Fault = { vector: 'PF', vpn: asVpn(0), offset: 0, errorCode: 0 };
  readonly #registers = new Float64Array(7);
  readonly #walker: Walker;
  readonly #counters: Float64Array;
  readonly #state: ArrayState;
  readonly #strict: boolean;
  /** Between these lie the addresses that are not canonical. Kept: a power is dear where every access asks. */
  readonly #lowerEnd: number;
  readonly #upperStart: number;

  constructor(
    options: MmuOptions,
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
    makeWalker: (rights: RightsTable) => Walker,
  ) {
    this.l1d = makeLevel('L1D TLB', options.dtlb);
    this.l1i = makeLevel('L1I TLB', options.itlb);
    this.stlb = makeLevel('STLB', options.stlb);
    this.#strict = options.inclusive === 'strict';
    this.#lowerEnd = canonicalPages(options.addressBits);
    this.#upperStart = 2 ** 52 - this.#lowerEnd;
    this.#counters = probe.counters;
    this.#state = new ArrayState([this.#registers]);
    this.#registers[Register.Cr0] = (CR0.PE | CR0.WP | CR0.PG) >>> 0;
    this.#registers[Register.Cr4] = CR4.PAE | CR4.PGE | CR4.SMEP | CR4.SMAP;
    this.#registers[Register.Efer] = EFER.LME | EFER.LMA | EFER.NXE;
    this.#updateRights();
    this.#walker = makeWalker(this.rights);
  }

  get walkCaches(): readonly AssociativeCache[] {
    return this.#walker.walkCaches.caches;
  }

  /** Every TLB, first level first. */
  get tlbs(): readonly AssociativeCache[] {
    return [...this.l1d.structures, ...this.l1i.structures, ...this.stlb.structures];
  }

  /** True if the page is translated; false if `fault` says why not. `user` is 1 for user mode, 0 for supervisor. */
  translate(vpn: Vpn, offset: number, access: Access, user: number, retry: boolean): boolean {
    const exec = access === Access.Exec;
    const l1 = exec ? this.l1i : this.l1d;
    const counters = this.#counters;
    if (this.probe.recorder !== null) this.#reportStart(vpn, offset, access, user, retry);
    if (this.probe.watches.pages && this.probe.watches.page(vpn, 1 << access)) this.probe.signal(Signal.Watch);
    if (vpn >= this.#lowerEnd && vpn < this.#upperStart)
      return this.#raise('GP', vpn, offset, 0, 'the address is not canonical');

    let hit = this.#find(l1, vpn, 1);
    if (hit !== null) {
      if (!retry) counters[exec ? Counter.L1iHits : Counter.L1dHits]++;
      return this.#use(hit, vpn, offset, access, user);
    }
    if (!retry) counters[exec ? Counter.L1iMisses : Counter.L1dMisses]++;
    counters[Counter.LookupCycles] += this.costs.stlb_lookup;

    hit = this.#find(this.stlb, vpn, 2);
    if (hit !== null) {
      if (!retry) counters[Counter.StlbHits]++;
      const at = this.#at;
      // A fault changes no TLB: what the second level knows and the rights refuse does not come up.
      if (this.rights.allows(hit.flags[at], access, user))
        this.#fill(l1, vpn, hit.size[at], asPfn(hit.frame[at]), hit.flags[at]);
      return this.#use(hit, vpn, offset, access, user, at);
    }
    if (!retry) counters[Counter.StlbMisses]++;
    return this.#walk(vpn, offset, access, user, retry, l1);
  }

  #walk(vpn: Vpn, offset: number, access: Access, user: number, retry: boolean, l1: TlbLevel): boolean {
    const counters = this.#counters;
    if (!retry) this.probe.signal(Signal.TlbMiss);
    const status = this.#walker.walk(asPfn(this.#registers[Register.Cr3]), vpn, access, user, retry);
    const r = this.#walker.result;
    if (status !== WalkStatus.Mapped) {
      counters[Counter.FaultReferences] += r.references;
      counters[Counter.OtherWalkCycles] += r.cycles;
      return this.#raiseFromWalk(status, vpn, offset, access, user);
    }
    counters[Counter.Walks]++;
    counters[Counter.WalkReferences] += r.references;
    counters[Counter.WalkCycles] += r.cycles;
    if (r.references > counters[Counter.WalkLongest]) counters[Counter.WalkLongest] = r.references;
    for (let level = r.level - r.references + 1; level <= r.level; level++)
      counters[Counter.ReferencesByLevel + level]++;
    const first = asPfn(r.pfn - (vpn % PAGES_OF_SIZE[r.pageSize]));
    this.#fill(this.stlb, vpn, r.pageSize, first, r.flags);
    this.#fill(l1, vpn, r.pageSize, first, r.flags);
    this.pfn = r.pfn;
    this.pageSize = r.pageSize;
    this.#reportTranslated(vpn, offset, 'walk');
    return true;
  }

  /** Index that the last `#find` found. */
  #at = -1;

  /** Asks a level for a page in every size it holds. */
  #find(level: TlbLevel, vpn: Vpn, number: 1 | 2): AssociativeCache | null {
    for (let size = 0; size < 3; size++) {
      const tlb = level.bySize[size];
      // Sizes above 4 KiB are asked only where such a page is cached: an empty array would answer no.
      if (tlb === null || (size > 0 && tlb.population[size] === 0)) continue;
      const key = size === 0 ? vpn : Math.floor(vpn / PAGES_OF_SIZE[size]);
      const at = tlb.find(key, size);
      if (this.probe.recorder !== null) this.#reportLookup(tlb, number, vpn, key, size, at);
      if (at >= 0) {
        this.#at = at;
        return tlb;
      }
    }
    return null;
  }

  /** A TLB entry translates the access if its rights allow it; a first write sets the dirty bit. */
  #use(tlb: AssociativeCache, vpn: Vpn, offset: number, access: Access, user: number, at = this.#at): boolean {
    const flags = tlb.flags[at];
    if (!this.rights.allows(flags, access, user)) {
      const reason = `${tlb.name}: ${this.rights.explain(flags, access, user)}`;
      return this.#raise('PF', vpn, offset, this.#errorCode(access, user, ErrorCode.Present), reason);
    }
    this.pageSize = tlb.size[at];
    this.pfn = asPfn(tlb.frame[at] + (this.pageSize === 0 ? 0 : vpn % PAGES_OF_SIZE[this.pageSize]));
    if (access === Access.Write && (flags & TlbFlag.Dirty) === 0 && !this.#assistDirty(vpn, offset, user)) return false;
    this.#reportTranslated(vpn, offset, tlb.name);
    return true;
  }

  /** A write through a clean entry: the hardware walks again, sets D in the leaf and in every TLB that has the page. */
  #assistDirty(vpn: Vpn, offset: number, user: number): boolean {
    const counters = this.#counters;
    counters[Counter.DirtyAssists]++;
    const status = this.#walker.setDirty(asPfn(this.#registers[Register.Cr3]), vpn, user);
    counters[Counter.OtherWalkCycles] += this.#walker.result.cycles;
    if (status !== WalkStatus.Mapped) {
      counters[Counter.FaultReferences] += this.#walker.result.references;
      return this.#raiseFromWalk(status, vpn, offset, Access.Write, user);
    }
    // What the walk found counts, not what the entry said: the table may have changed meanwhile.
    const { pfn, pageSize, flags } = this.#walker.result;
    for (const tlb of this.tlbs) {
      for (let size = 0; size < 3; size++) {
        if (tlb.population[size] === 0) continue;
        const at = tlb.peek(Math.floor(vpn / PAGES_OF_SIZE[size]), size);
        if (at < 0) continue;
        if (size === pageSize) {
          tlb.frame[at] = pfn - (vpn % PAGES_OF_SIZE[size]);
          tlb.flags[at] = flags;
          this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: tlb.name, vpn, text: 'dirty' });
        } else tlb.invalidate(at);
      }
    }
    this.pfn = pfn;
    this.pageSize = pageSize;
    return true;
  }

  #fill(level: TlbLevel, vpn: Vpn, size: number, frame: Pfn, flags: number): void {
    const tlb = level.bySize[size];
    if (tlb === null) return;
    const key = Math.floor(vpn / PAGES_OF_SIZE[size]);
    // G has its meaning only with CR4.PGE.
    tlb.fill(key, size, frame, this.cr4 & CR4.PGE ? flags : flags & ~TlbFlag.Global);
    const evicted = tlb.evictedTag;
    if (this.probe.recorder !== null) {
      const gone = evicted < 0 ? undefined : asVpn(evicted * PAGES_OF_SIZE[tlb.evictedSize]);
      this.probe.recorder.emit({
        kind: 'tlbFill',
        structure: tlb.name,
        vpn,
        pfn: frame,
        pageSize: size,
        set: tlb.setOf(key),
        evicted: gone,
      });
    }
    if (this.#strict && level === this.stlb && evicted >= 0) this.#dropFromFirstLevel(evicted, tlb.evictedSize);
  }

  #dropFromFirstLevel(key: number, size: number): void {
    for (const level of [this.l1d, this.l1i]) {
      const tlb = level.bySize[size];
      const at = tlb === null ? -1 : tlb.peek(key, size);
      if (at >= 0) tlb!.invalidate(at);
    }
  }

  #errorCode(access: Access, user: number, bits: number): number {
    const fetch = access === Access.Exec && this.rights.reportsFetches ? ErrorCode.Fetch : 0;
    return bits | (access === Access.Write ? ErrorCode.Write : 0) | (user ? ErrorCode.User : 0) | fetch;
  }

  #raiseFromWalk(status: WalkStatus, vpn: Vpn, offset: number, access: Access, user: number): boolean {
    let bits = 0;
    if (status === WalkStatus.Reserved) bits = ErrorCode.Reserved | ErrorCode.Present;
    else if (status === WalkStatus.Rights) bits = ErrorCode.Present;
    let reason = '';
    if (this.probe.recorder !== null) {
      if (status === WalkStatus.NotPresent) reason = 'the entry is not present';
      else if (status === WalkStatus.Reserved) reason = 'a reserved bit is set in the entry';
      else reason = this.rights.explain(this.#walker.result.flags, access, user);
    }
    return this.#raise('PF', vpn, offset, this.#errorCode(access, user, bits), reason);
  }

  /** Records the fault; a page fault also loads CR2 (a general-protection fault does not). Always false. */
  #raise(vector: 'PF' | 'GP', vpn: Vpn, offset: number, errorCode: number, reason: string): false {
    const f = this.fault;
    f.vector = vector;
    f.vpn = vpn;
    f.offset = offset;
    f.errorCode = errorCode;
    if (vector === 'PF') {
      this.#registers[Register.Cr2Page] = vpn;
      this.#registers[Register.Cr2Offset] = offset;
      this.#dropPage(vpn);
      this.#signalLoad('cr2');
    }
    this.probe.recorder?.emit({ kind: 'fault', vector, vpn, offset, errorCode, reason });
    return false;
  }

  // ---- instructions and registers -------------------------------------------------------------------------------

  movToCr3(root: Pfn): void {
    this.#registers[Register.Cr3] = root;
    this.#dropAll('MOV to CR3', false);
    this.#signalLoad('cr3');
  }

  #signalLoad(register: WatchedRegister): void {
    if (this.probe.watches.registers && this.probe.watches.register(register)) this.probe.signal(Signal.Watch);
  }

  movFromCr3(): Pfn {
    return asPfn(this.#registers[Register.Cr3]);
  }

  invlpg(vpn: Vpn): void {
    this.#counters[Counter.Flushes]++;
    this.#counters[Counter.FlushedPages]++;
    this.#dropPage(vpn);
    this.#walker.walkCaches.flush();
    if (this.probe.recorder !== null)
      this.probe.recorder.emit({ kind: 'flush', instruction: 'INVLPG', text: formatVirtual(vpn) });
  }

  /** Every TLB entry that translates the page, of whatever size. */
  #dropPage(vpn: Vpn): void {
    for (const tlb of this.tlbs)
      for (let size = 0; size < 3; size++) {
        if (tlb.population[size] === 0) continue;
        const at = tlb.peek(Math.floor(vpn / PAGES_OF_SIZE[size]), size);
        if (at < 0) continue;
        tlb.invalidate(at);
        this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: tlb.name, vpn, text: 'gone' });
      }
  }

  flushAll(): void {
    this.#dropAll('CR4.PGE toggled', true);
  }

  #dropAll(instruction: string, global: boolean): void {
    this.#counters[Counter.Flushes]++;
    for (const tlb of this.tlbs)
      for (let i = 0; i < tlb.entries; i++) if (global || (tlb.flags[i] & TlbFlag.Global) === 0) tlb.invalidate(i);
    this.#walker.walkCaches.flush();
    this.probe.recorder?.emit({ kind: 'flush', instruction, text: global ? 'everything' : 'all but global pages' });
  }

  get cr0(): number {
    return this.#registers[Register.Cr0];
  }
  set cr0(value: number) {
    this.#registers[Register.Cr0] = value >>> 0;
    this.#updateRights();
    this.#signalLoad('cr0');
  }
  get cr2(): { vpn: Vpn; offset: number } {
    return { vpn: asVpn(this.#registers[Register.Cr2Page]), offset: this.#registers[Register.Cr2Offset] };
  }
  setCr2(vpn: Vpn, offset: number): void {
    this.#registers[Register.Cr2Page] = vpn;
    this.#registers[Register.Cr2Offset] = offset;
    this.#signalLoad('cr2');
  }
  get cr4(): number {
    return this.#registers[Register.Cr4];
  }
  /** Changing PGE, PAE, PSE or LA57, or setting SMEP, drops everything (Intel SDM vol. 3A §4.10.4.1). */
  set cr4(value: number) {
    const changed = (this.cr4 ^ value) & (CR4.PGE | CR4.PAE | CR4.PSE | CR4.LA57);
    const drops = changed !== 0 || (~this.cr4 & value & CR4.SMEP) !== 0;
    this.#registers[Register.Cr4] = value >>> 0;
    this.#updateRights();
    this.#signalLoad('cr4');
    if (drops) this.#dropAll('MOV to CR4', true);
  }
  get efer(): number {
    return this.#registers[Register.Efer];
  }
  set efer(value: number) {
    this.#registers[Register.Efer] = value >>> 0;
    this.#updateRights();
    this.#signalLoad('efer');
  }
  get pkru(): number {
    return this.#registers[Register.Pkru];
  }
  set pkru(value: number) {
    this.#registers[Register.Pkru] = value >>> 0;
    this.#signalLoad('pkru');
  }

  #updateRights(): void {
    this.rights.update(this.cr0 | 0, this.cr4, this.efer);
  }

  // ---- reports: only while recording ----------------------------------------------------------------------------

  #reportStart(vpn: Vpn, offset: number, access: Access, user: number, retry: boolean): void {
    const kind = (['read', 'write', 'exec'] as const)[access];
    const sizeBytes = this.probe.accessBytes;
    this.probe.recorder?.emit({ kind: 'translate', access: kind, vpn, offset, sizeBytes, user: user === 1, retry });
  }

  #reportLookup(tlb: AssociativeCache, level: 1 | 2, vpn: Vpn, key: number, size: number, at: number): void {
    const hit = at >= 0;
    this.probe.recorder?.emit({
      kind: 'tlbLookup',
      structure: tlb.name,
      level,
      vpn,
      set: tlb.setOf(key),
      hit,
      pfn: hit ? asPfn(tlb.frame[at]) : undefined,
      pageSize: size,
    });
  }

  #reportTranslated(vpn: Vpn, offset: number, from: string): void {
    this.probe.recorder?.emit({ kind: 'translated', vpn, offset, pfn: this.pfn, pageSize: this.pageSize, from });
  }

  save(): readonly TypedArray[] {
    return [...this.#state.save(), ...this.tlbs.flatMap((t) => t.save()), ...this.#walker.save()];
  }

  load(saved: readonly TypedArray[]): void {
    let at = 1;
    this.#state.load(saved.slice(0, at));
    for (const tlb of this.tlbs) {
      const parts = tlb.save().length;
      tlb.load(saved.slice(at, (at += parts)));
    }
    this.#walker.load(saved.slice(at));
    this.#updateRights();
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
    for (const tlb of this.tlbs) tlb.hash(into);
    this.#walker.hash(into);
  }
}
