/**
 * The memory-management unit of one CPU: its TLBs, its registers, and the instructions that software has to change them
 * (Intel SDM vol. 3A §4.10). How an access is translated is in translator.ts.
 *
 * A page fault fills nothing, and drops the TLB entries of the page that it is about (Intel SDM vol. 3A §4.10.4.1).
 */
import { asPfn, asVpn, formatVirtual, PAGES_OF_SIZE, type Pfn, type Vpn } from '../core/addresses';
import { SingleAccess } from '../core/accessChunk';
import { Counter } from '../core/counters';
import type { HardwareCosts } from '../core/costs';
import type { Hasher } from '../core/hash';
import { type Probe, Signal } from '../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { WatchedRegister } from '../core/watch';
import type { AssociativeCache } from './associativeCache';
import type { Instructions } from './instructions';
import { Access, CR0, CR4, EFER, ErrorCode, RightsTable, TlbFlag } from './rights';
import { makeLevel, type TlbGeometry, type TlbLevel } from './tlbLevel';
import { Counting, type RefusedBy, Translator } from './translator';
import { type Walker, type WalkResult, WalkStatus } from './walker';

export type { TlbGeometry } from './tlbLevel';

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

const enum Register {
  Cr0,
  Cr2Page,
  Cr2Offset,
  Cr3,
  Cr4,
  Efer,
  Pkru,
}

export class Mmu implements Stateful<readonly TypedArray[]>, Instructions {
  readonly l1d: TlbLevel;
  readonly l1i: TlbLevel;
  readonly stlb: TlbLevel;
  readonly rights = new RightsTable();
  readonly translator: Translator;
  /** Every TLB, first level first. */
  readonly tlbs: readonly AssociativeCache[];
  readonly fault: Fault = { vector: 'PF', vpn: asVpn(0), offset: 0, errorCode: 0 };
  readonly #registers = new Float64Array(7);
  readonly #walker: Walker;
  readonly #counters: Float64Array;
  readonly #state: ArrayState;
  readonly #one = new SingleAccess();

  constructor(
    options: MmuOptions,
    private readonly probe: Probe,
    costs: HardwareCosts,
    makeWalker: (rights: RightsTable) => Walker,
  ) {
    this.l1d = makeLevel('L1D TLB', options.dtlb);
    this.l1i = makeLevel('L1I TLB', options.itlb);
    this.stlb = makeLevel('STLB', options.stlb);
    this.tlbs = [...this.l1d.structures, ...this.l1i.structures, ...this.stlb.structures];
    this.#counters = probe.counters;
    this.#state = new ArrayState([this.#registers]);
    this.#registers[Register.Cr0] = (CR0.PE | CR0.WP | CR0.PG) >>> 0;
    this.#registers[Register.Cr4] = CR4.PAE | CR4.PGE | CR4.SMEP | CR4.SMAP;
    this.#registers[Register.Efer] = EFER.LME | EFER.LMA | EFER.NXE;
    this.#walker = makeWalker(this.rights);
    this.translator = new Translator({
      l1d: this.l1d,
      l1i: this.l1i,
      stlb: this.stlb,
      strict: options.inclusive === 'strict',
      addressBits: options.addressBits,
      rights: this.rights,
      walker: this.#walker,
      probe,
      costs,
      host: {
        refuse: (by, vpn, offset, access, user, flags) => this.#refuse(by, vpn, offset, access, user, flags),
        assistDirty: (vpn, offset, user) => this.#assistDirty(vpn, offset, user),
      },
    });
    this.#updateRights();
  }

  get walkCaches(): readonly AssociativeCache[] {
    return this.#walker.walkCaches.caches;
  }

  /**
   * Translates one page of an access: true, with frame and page size in `pfn` and `pageSize`, or false, with the reason in
   * `fault`. `user` is 1 for user mode, 0 for supervisor.
   */
  translate(vpn: Vpn, offset: number, access: Access, user: number, counting = Counting.Access): boolean {
    this.#one.set(access, vpn, offset);
    return this.translator.run(this.#one, 0, 1, 0, user, counting, false) === 1;
  }

  get pfn(): Pfn {
    return this.translator.pfn;
  }
  /** References and cycles of the last walk. */
  get lastWalk(): Readonly<WalkResult> {
    return this.#walker.result;
  }
  get pageSize(): number {
    return this.translator.pageSize;
  }

  /** The hardware walks again, sets D in the leaf and in every TLB that has the page. */
  #assistDirty(vpn: Vpn, offset: number, user: number): boolean {
    const counters = this.#counters;
    counters[Counter.DirtyAssists]++;
    const status = this.#walker.setDirty(this.movFromCr3(), vpn, user);
    if (status !== WalkStatus.Mapped) {
      this.#raiseFromWalk(vpn, offset, Access.Write, user);
      return false;
    }
    const { pfn, pageSize, flags, cycles } = this.#walker.result;
    counters[Counter.OtherWalkCycles] += cycles;
    const kept = this.translator.globalPages ? flags : flags & ~TlbFlag.Global;
    for (const tlb of this.tlbs) {
      for (let size = 0; size < 3; size++) {
        const at = find(tlb, vpn, size);
        if (at < 0) continue;
        if (size === pageSize) {
          tlb.update(at, size === 0 ? pfn : pfn - (vpn % PAGES_OF_SIZE[size]), kept);
          this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: tlb.name, vpn, text: 'dirty' });
        } else {
          tlb.invalidate(at);
          this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: tlb.name, vpn, text: 'gone' });
        }
      }
    }
    return true;
  }

  #errorCode(access: Access, user: number, bits: number): number {
    const fetch = access === Access.Exec && this.rights.reportsFetches ? ErrorCode.Fetch : 0;
    return bits | (access === Access.Write ? ErrorCode.Write : 0) | (user ? ErrorCode.User : 0) | fetch;
  }

  /** An access cannot be translated; see `TranslatorHost`. */
  #refuse(by: RefusedBy, vpn: Vpn, offset: number, access: Access, user: number, flags: number): void {
    if (by === 'canonical') this.#raise('GP', vpn, offset, 0, 'the address is not canonical');
    else if (by === 'walk') this.#raiseFromWalk(vpn, offset, access, user);
    else {
      const reason = this.probe.recorder === null ? '' : `${by.name}: ${this.rights.explain(flags, access, user)}`;
      this.#raise('PF', vpn, offset, this.#errorCode(access, user, ErrorCode.Present), reason);
    }
  }

  #raiseFromWalk(vpn: Vpn, offset: number, access: Access, user: number): void {
    const { status, flags, references, cycles } = this.#walker.result;
    this.#counters[Counter.FaultReferences] += references;
    this.#counters[Counter.OtherWalkCycles] += cycles;
    let bits = 0;
    if (status === WalkStatus.Reserved) bits = ErrorCode.Reserved | ErrorCode.Present;
    else if (status === WalkStatus.Rights) bits = ErrorCode.Present;
    let reason = '';
    if (this.probe.recorder !== null) {
      if (status === WalkStatus.NotPresent) reason = 'the entry is not present';
      else if (status === WalkStatus.Reserved) reason = 'a reserved bit is set in the entry';
      else reason = this.rights.explain(flags, access, user);
    }
    this.#raise('PF', vpn, offset, this.#errorCode(access, user, bits), reason);
  }

  /** Records the fault; a page fault also loads CR2 (a general-protection fault does not). */
  #raise(vector: 'PF' | 'GP', vpn: Vpn, offset: number, errorCode: number, reason: string): void {
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
  }

  // ---- instructions and registers -------------------------------------------------------------------------------

  movToCr3(root: Pfn): void {
    this.#registers[Register.Cr3] = root;
    this.translator.root = root;
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
    for (const tlb of this.tlbs) {
      for (let size = 0; size < 3; size++) {
        const at = find(tlb, vpn, size);
        if (at < 0) continue;
        tlb.invalidate(at);
        this.probe.recorder?.emit({ kind: 'tlbUpdate', structure: tlb.name, vpn, text: 'gone' });
      }
    }
  }

  flushAll(): void {
    this.#dropAll('CR4.PGE toggled', true);
  }

  #dropAll(instruction: string, global: boolean): void {
    this.#counters[Counter.Flushes]++;
    for (const tlb of this.tlbs)
      for (let i = 0; i < tlb.entries; i++) if (global || (tlb.flagsOf(i) & TlbFlag.Global) === 0) tlb.invalidate(i);
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
    this.translator.globalPages = (this.cr4 & CR4.PGE) !== 0;
    this.rights.update(this.cr0 | 0, this.cr4, this.efer);
  }

  save(): readonly TypedArray[] {
    return [...this.#state.save(), ...this.tlbs.flatMap((t) => t.save()), ...this.#walker.save()];
  }

  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved.slice(0, 1));
    this.tlbs.forEach((tlb, i) => tlb.load(saved.slice(1 + i, 2 + i)));
    this.#walker.load(saved.slice(1 + this.tlbs.length));
    this.#updateRights();
    this.translator.root = this.movFromCr3();
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
    for (const tlb of this.tlbs) tlb.hash(into);
    this.#walker.hash(into);
  }
}

/** The entry of a page in one size, or −1. Sizes above 4 KiB are asked only where such a page is cached. */
function find(tlb: AssociativeCache, vpn: Vpn, size: number): number {
  if (size === 0) return tlb.peek(vpn, 0);
  return tlb.huge[size] === 0 ? -1 : tlb.peek(Math.floor(vpn / PAGES_OF_SIZE[size]), size);
}
