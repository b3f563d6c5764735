/**
 * The memory-management unit of one CPU: its TLBs, its registers, and the instructions that software has to change them
 * (Intel SDM vol. 3A §4.10). How an access is translated is in translator.ts.
 *
 * A page fault fills nothing, and drops the TLB entries of the page that it is about (Intel SDM vol. 3A §4.10.4.1).
 */
import { asVpn, formatVirtual, PAGES_OF_SIZE, type Pfn, type Vpn } from '../core/addresses';
import { SingleAccess } from '../core/accessChunk';
import { Counter } from '../core/counters';
import type { HardwareCosts } from '../core/costs';
import { die } from '../core/death';
import type { Hasher } from '../core/hash';
import type { Probe } from '../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import { ANY_PCID, type AssociativeCache } from './associativeCache';
import { Contexts, type TlbPlace } from './contexts';
import { type Instructions, Invpcid } from './instructions';
import { QuickHits } from './quickHits';
import type { ReplacementOptions } from './replacement';
import { type ProcessorMode, Register, Registers } from './registers';
import { Access, CR0, CR4, ErrorCode, type RightsTable, TlbFlag } from './rights';
import { makeLevel, type TlbGeometry, type TlbLevel } from './tlbLevel';
import { Counting, type RefusedBy, Translator } from './translator';
import { type Walker, type WalkResult, WalkStatus } from './walker';

export type { TlbGeometry } from './tlbLevel';

/** What hardware has to know of a scheme before it walks its tables. */
export interface AddressFormat {
  /** Bits of a virtual address that are translated. */
  readonly addressBits: number;
  /** True: addresses are canonical, with an upper half. False: the bits above must be 0. */
  readonly signExtended: boolean;
  readonly mode: ProcessorMode;
}

export interface MmuOptions {
  dtlb: readonly TlbGeometry[];
  itlb: readonly TlbGeometry[];
  stlb: readonly TlbGeometry[];
  /** `strict`: an entry that leaves the STLB leaves the first level too. */
  inclusive: 'fill' | 'strict';
  format: AddressFormat;
  replacement: ReplacementOptions;
  /** Tables map pages of 4 MiB: TLBs keep a half of 2 MiB, and INVLPG drops both. */
  halves: boolean;
  /** CR4.PCIDE is on from the start. */
  pcid: boolean;
  /** CR3's table when the machine starts. */
  root: Pfn;
  /** Number of the CPU, where there are several: events name it. */
  cpu?: number;
}

export interface Fault {
  vector: 'PF' | 'GP';
  vpn: Vpn;
  offset: number;
  errorCode: number;
}

/** A MOV to CR4 that changes one of these drops everything. */
const DROPS_ALL = CR4.PGE | CR4.PAE | CR4.PSE | CR4.LA57;
/** A MOV that changes one of these loads what PAE keeps of the root in registers (Intel SDM vol. 3A §4.4.1). */
const CR4_LOADS_ROOT = CR4.PAE | CR4.PGE | CR4.PSE | CR4.SMEP;
const CR0_LOADS_ROOT = CR0.CD | CR0.NW | CR0.PG;

export class Mmu extends Registers implements Stateful<readonly TypedArray[]>, Instructions {
  readonly translator: Translator;
  readonly quickHits: QuickHits;
  readonly fault: Fault = { vector: 'PF', vpn: asVpn(0), offset: 0, errorCode: 0 };
  readonly #l1d: TlbLevel;
  readonly #l1i: TlbLevel;
  readonly #stlb: TlbLevel;
  readonly #tlbs: readonly AssociativeCache[];
  /** What they hold, as `Contexts` has it. */
  readonly #places: readonly TlbPlace[];
  readonly #contexts: Contexts;
  readonly #walker: Walker;
  readonly #cpu: number | undefined;
  /** Why an address is not looked up at all. */
  readonly #refusal: string;
  readonly #counters: Float64Array;
  readonly #state: ArrayState;
  readonly #one = new SingleAccess();
  /** The last save, as long as nothing can have changed since: CPUs that do not run cost a checkpoint nothing. */
  #saved: readonly TypedArray[] | null = null;

  constructor(options: MmuOptions, probe: Probe, costs: HardwareCosts, makeWalker: (rights: RightsTable) => Walker) {
    const { replacement, format } = options;
    super(probe, { pcid: options.pcid, root: options.root, mode: format.mode });
    this.#l1d = makeLevel('L1D TLB', options.dtlb, replacement);
    this.#l1i = makeLevel('L1I TLB', options.itlb, replacement);
    this.#stlb = makeLevel('STLB', options.stlb, replacement);
    this.quickHits = new QuickHits(this.#l1d, this.#l1i, this.rights);
    this.#tlbs = [...this.#l1d.structures, ...this.#l1i.structures, ...this.#stlb.structures];
    this.#cpu = options.cpu;
    this.#refusal = format.signExtended
      ? 'the address is not canonical'
      : `the address has more than ${format.addressBits} bits`;
    this.#counters = probe.counters;
    this.#state = new ArrayState([this.values]);
    this.#walker = makeWalker(this.rights);
    const flushed = this.#walker.keepsWalkCaches ? [] : this.#walker.walkCaches;
    this.#places = [this.#l1d, this.#l1i, this.#stlb].flatMap(({ structures, bySize }) =>
      structures.flatMap((tlb) => bySize.flatMap((held, size) => (held === tlb ? [{ tlb, size }] : []))),
    );
    const dropped = ({ name: structure }: AssociativeCache, vpn: Vpn): void =>
      this.probe.recorder?.emit({ kind: 'tlbUpdate', structure, vpn, text: 'gone' });
    this.#contexts = new Contexts(this.#tlbs, this.#places, flushed, dropped, options.halves);
    this.translator = new Translator({
      l1d: this.#l1d,
      l1i: this.#l1i,
      stlb: this.#stlb,
      strict: options.inclusive === 'strict',
      format,
      rights: this.rights,
      walker: this.#walker,
      probe,
      costs,
      host: {
        refuse: (by, vpn, offset, access, user, flags) => this.#refuse(by, vpn, offset, access, user, flags),
        assistDirty: (vpn, offset, user) => this.#assistDirty(vpn, offset, user),
        settle: () => this.#settle(),
      },
    });
    this.translator.root = options.root;
    this.updateRights();
  }

  // Who looks at the caches sees what the next access would find.

  get l1d(): TlbLevel {
    this.#settle();
    return this.#l1d;
  }
  get l1i(): TlbLevel {
    this.#settle();
    return this.#l1i;
  }
  get stlb(): TlbLevel {
    this.#settle();
    return this.#stlb;
  }
  /** Every TLB, first level first. */
  get tlbs(): readonly AssociativeCache[] {
    this.#settle();
    return this.#tlbs;
  }
  get walkCaches(): readonly AssociativeCache[] {
    this.#settle();
    return this.#walker.walkCaches;
  }
  /** Of a guest's CPU: what it knows of the host's tables. */
  get hostCaches(): readonly AssociativeCache[] {
    return this.#walker.hostCaches ?? [];
  }
  /** PCID of an entry of one of the caches; ANY_PCID for a global one. */
  pcidOf(cache: AssociativeCache, entry: number): number {
    return this.#contexts.pcidOf(cache, entry);
  }

  /** Whoever lets the CPU work around this class says so: what was saved last is not what it is now. */
  override changed(): void {
    this.#saved = null;
  }

  #settle(): void {
    this.translator.unsettled = false;
    this.#contexts.settle();
  }

  /**
   * Translates one page of an access: true, with frame and page size in `pfn` and `pageSize`, or false, with the reason in
   * `fault`. `user` is 1 for user mode, 0 for supervisor.
   */
  translate(vpn: Vpn, offset: number, access: Access, user: number, counting = Counting.Access): boolean {
    this.changed();
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
    for (const { tlb, size } of this.#places) {
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
    return true;
  }

  #errorCode(access: Access, user: number, bits: number): number {
    const fetch = access === Access.Exec && this.rights.reportsFetches ? ErrorCode.Fetch : 0;
    return bits | (access === Access.Write ? ErrorCode.Write : 0) | (user ? ErrorCode.User : 0) | fetch;
  }

  /** An access cannot be translated; see `TranslatorHost`. */
  #refuse(by: RefusedBy, vpn: Vpn, offset: number, access: Access, user: number, flags: number): void {
    if (by === 'canonical') this.#raise('GP', vpn, offset, 0, this.#refusal);
    else if (by === 'walk') this.#raiseFromWalk(vpn, offset, access, user);
    else {
      const reason = this.probe.recorder === null ? '' : `${by.name}: ${this.rights.explain(flags, access, user)}`;
      const key = this.rights.keyForbids(flags, access, user) ? ErrorCode.ProtectionKey : 0;
      this.#raise('PF', vpn, offset, this.#errorCode(access, user, ErrorCode.Present | key), reason);
    }
  }

  #raiseFromWalk(vpn: Vpn, offset: number, access: Access, user: number): void {
    const { status, flags, references, cycles } = this.#walker.result;
    this.#counters[Counter.FaultReferences] += references;
    this.#counters[Counter.OtherWalkCycles] += cycles;
    let bits = 0;
    if (status === WalkStatus.Reserved) bits = ErrorCode.Reserved | ErrorCode.Present;
    else if (status === WalkStatus.Rights)
      // PK says what the key forbids, whatever else does (Intel SDM vol. 3A §4.7).
      bits = ErrorCode.Present | (this.rights.keyForbids(flags, access, user) ? ErrorCode.ProtectionKey : 0);
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
      this.#dropPage(vpn, this.pcid, true);
      this.setCr2(vpn, offset);
    }
    this.probe.recorder?.emit({ kind: 'fault', vector, vpn, offset, errorCode, reason });
  }

  // ---- instructions and registers -------------------------------------------------------------------------------

  movToCr3(root: Pfn, pcid = 0, keep = false): void {
    this.changed();
    this.#loadRoot('MOV to CR3', root);
    const tagged = this.#tagsEntries;
    this.values[Register.Cr3] = root;
    this.translator.root = root;
    if (tagged) this.#usePcid(pcid);
    if (!keep || !tagged) this.#drop('MOV to CR3', this.pcid, false);
    else this.#report('MOV to CR3', 'nothing');
    this.signalLoad('cr3');
  }

  /**
   * PAE: loads the registers that keep the root's entries. A reserved bit is a general-protection fault of the instruction,
   * which then does nothing; a kernel that executes it has no way on.
   */
  #loadRoot(instruction: string, root: Pfn): void {
    const { keptRoot = null } = this.#walker;
    if (keptRoot === null) return;
    const refusal = keptRoot.refusal(root);
    if (refusal !== undefined) {
      const reason = `${instruction}: ${refusal}`;
      this.#raise('GP', asVpn(0), 0, 0, reason);
      die(this.probe, asVpn(0), reason);
    }
    keptRoot.fill(root);
  }

  /** Why the hardware would refuse to load CR3 with a root (PAE); `undefined` if it would not. */
  rootRefusal(root: Pfn): string | undefined {
    return this.#walker.keptRoot?.refusal(root);
  }

  /** The root's entry that the CPU has in a register, if it has that root loaded and its walks ask registers. */
  keptRootEntry(root: Pfn, index: number): { low: number; high: number } | undefined {
    return root === this.movFromCr3() ? this.#walker.keptRoot?.entry(index) : undefined;
  }

  get #tagsEntries(): boolean {
    return (this.cr4 & CR4.PCIDE) !== 0;
  }

  /** The caches follow when the next access comes; a person's edit in the middle of one is followed at once. */
  #usePcid(pcid: number): void {
    this.values[Register.Pcid] = pcid;
    this.#contexts.current = pcid;
    this.translator.unsettled = this.#contexts.pending;
    if (this.translator.isRunning) this.#settle();
  }

  invlpg(vpn: Vpn): void {
    this.#counters[Counter.FlushedPages]++;
    this.#counters[Counter.Flushes]++;
    this.#dropPage(vpn, this.pcid, true);
    this.#contexts.dropWalkCaches(this.pcid);
    this.#report('INVLPG', this.probe.recorder === null ? '' : formatVirtual(vpn));
  }

  invpcid(type: Invpcid, pcid: number, vpn: Vpn): void {
    if (type === Invpcid.Address) {
      this.#counters[Counter.FlushedPages]++;
      this.#counters[Counter.Flushes]++;
      this.#dropPage(vpn, pcid, false);
      this.#contexts.dropWalkCaches(pcid);
      this.#report('INVPCID', this.probe.recorder === null ? '' : `${formatVirtual(vpn)} of PCID ${pcid}`);
    } else if (type === Invpcid.Pcid) this.#drop('INVPCID', pcid, false);
    else this.#drop('INVPCID', ANY_PCID, type === Invpcid.All);
  }

  /** The host has changed its tables: all that follows from them is dropped, whoever it belongs to (SDM vol. 3C §28.4.3.1). */
  invept(): void {
    this.#drop('INVEPT', ANY_PCID, true);
    this.#walker.invept?.();
  }

  /** What translates the page for a PCID, of whatever size; global pages too if asked. */
  #dropPage(vpn: Vpn, pcid: number, global: boolean): void {
    this.changed();
    this.#contexts.dropPage(vpn, pcid, global);
  }

  touch(vpn: Vpn, offset: number, access: Access): boolean {
    return this.translate(vpn, offset, access, 0, Counting.Page);
  }

  wrmsr(register: number, value: number): void {
    this.changed();
    this.#walker.wrmsr?.(register, value);
  }

  /** The hardware walker, for views. */
  get walker(): Walker {
    return this.#walker;
  }

  flushAll(): void {
    this.#loadRoot('MOV to CR4', this.movFromCr3());
    this.#drop('CR4.PGE toggled', ANY_PCID, true);
  }

  #drop(instruction: string, pcid: number, global: boolean): void {
    this.changed();
    this.#counters[Counter.Flushes]++;
    this.#contexts.drop(pcid, global);
    if (this.probe.recorder === null) return;
    const whose = this.#tagsEntries && pcid !== ANY_PCID ? ` of PCID ${pcid}` : '';
    this.#report(instruction, global ? `everything${whose}` : `all${whose} but global pages`);
  }

  #report(instruction: string, text: string): void {
    this.probe.recorder?.emit({ kind: 'flush', instruction, text, cpu: this.#cpu });
  }

  override get cr4(): number {
    return super.cr4;
  }
  /**
   * Changing PGE, PAE, PSE or LA57, or clearing PCIDE, drops everything; setting SMEP, what is of the current PCID or
   * global (Intel SDM vol. 3A §4.10.4.1).
   */
  override set cr4(value: number) {
    const before = this.cr4;
    if (this.loadsRoot({ cr4: value })) this.#loadRoot('MOV to CR4', this.movFromCr3());
    const dropsAll = ((before ^ value) & DROPS_ALL) !== 0 || (before & ~value & CR4.PCIDE) !== 0;
    const dropsCurrent = (~before & value & CR4.SMEP) !== 0;
    super.cr4 = value;
    if (dropsAll || dropsCurrent) this.#drop('MOV to CR4', dropsAll ? ANY_PCID : this.pcid, true);
    if ((value & CR4.PCIDE) === 0 && this.pcid !== 0) this.#usePcid(0);
  }

  override get cr0(): number {
    return super.cr0;
  }
  override set cr0(value: number) {
    if (this.loadsRoot({ cr0: value })) this.#loadRoot('MOV to CR0', this.movFromCr3());
    super.cr0 = value;
  }

  /** PAE paging would be in use, and the MOV changes what makes it load the root's entries. */
  loadsRoot({ cr0 = this.cr0, cr4 = this.cr4 }: { cr0?: number; cr4?: number }): boolean {
    if ((cr4 & CR4.PAE) === 0) return false;
    return ((this.cr4 ^ cr4) & CR4_LOADS_ROOT) !== 0 || ((this.cr0 ^ cr0) & CR0_LOADS_ROOT) !== 0;
  }

  protected override updateRights(): void {
    super.updateRights();
    this.translator.globalPages = (this.cr4 & CR4.PGE) !== 0;
  }

  save(): readonly TypedArray[] {
    this.#settle();
    this.#saved ??= [...this.#state.save(), ...this.#tlbs.flatMap((t) => t.save()), ...this.#walker.save()];
    return this.#saved;
  }

  load(saved: readonly TypedArray[]): void {
    this.#saved = saved;
    this.#state.load(saved.slice(0, 1));
    this.#tlbs.forEach((tlb, i) => tlb.load(saved.slice(1 + i, 2 + i)));
    this.#walker.load(saved.slice(1 + this.#tlbs.length));
    this.updateRights();
    this.#contexts.loaded(this.pcid);
    this.translator.unsettled = false;
    this.translator.root = this.movFromCr3();
  }

  hash(into: Hasher): void {
    this.#settle();
    this.#state.hash(into);
    for (const tlb of this.#tlbs) tlb.hash(into);
    this.#walker.hash(into);
  }
}

/** The entry of a page in one size, or −1. Sizes above 4 KiB are asked only where such a page is cached. */
function find(tlb: AssociativeCache, vpn: Vpn, size: number): number {
  if (size === 0) return tlb.peek(vpn, 0);
  return tlb.huge[size] === 0 ? -1 : tlb.peek(Math.floor(vpn / PAGES_OF_SIZE[size]), size);
}
