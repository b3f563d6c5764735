/**
 * The page-fault handler: arch/x86/mm/fault.c and mm/memory.c, in the order of the EMT paper's figure 10.
 *
 * Find the object; if something is mapped there, fix what was missing (write protection, swap, or nothing: a spurious
 * fault); else try page sizes from the largest down; then make a base mapping by what the area's pages come from. The
 * handler speaks to translations through EMT alone.
 */
import { addPages, formatVirtual, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { Attribute, Tobj } from '../../emt/tobj';
import { expandStack } from '../mmap/stack';
import type { Mappings } from '../mappings';
import type { Process } from '../process';
import { findVma, protectionText, type Vma } from '../vma';
import { AnonymousFaults } from './anonymous';
import { FileFaults } from './files';
import { HugeFaults } from './huge';
import { Resolution } from './resolution';
import { SwapFaults } from './swapIn';
import {
  BUS,
  FAULT_KINDS,
  type FaultRequest,
  type FaultVerdict,
  GENERAL_PROTECTION,
  KIND_COUNTER,
  PROTECTION,
  SEGV,
  SPURIOUS,
} from './verdict';
import { WriteProtectFaults } from './writeProtect';

const F = {
  excPageFault: functionIndex('exc_page_fault'),
  doUserAddrFault: functionIndex('do_user_addr_fault'),
  findVma: functionIndex('find_vma'),
  handleMmFault: functionIndex('handle_mm_fault'),
  restore: functionIndex('do_wp_page'),
  spurious: functionIndex('flush_tlb_fix_spurious_fault'),
} as const;

export class FaultHandler {
  readonly resolution: Resolution;
  readonly #tobj = new Tobj();
  readonly #noExecute: boolean;
  readonly #anonymous: AnonymousFaults;
  readonly #files: FileFaults;
  readonly #huge: HugeFaults;
  readonly #swap: SwapFaults;
  readonly #writeProtect: WriteProtectFaults;

  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    { zeroPage, noExecute }: { zeroPage: boolean; noExecute: boolean },
  ) {
    this.#noExecute = noExecute;
    const resolution = new Resolution(probe);
    this.resolution = resolution;
    this.#anonymous = new AnonymousFaults(mappings, probe, resolution, zeroPage);
    this.#files = new FileFaults(mappings, probe, resolution);
    this.#huge = new HugeFaults(mappings, probe, resolution, this.#files, zeroPage);
    this.#swap = new SwapFaults(mappings, probe, resolution);
    this.#writeProtect = new WriteProtectFaults(mappings, probe, resolution);
  }

  /** Serves a fault of `process`. Anything but a `fatal` verdict means: try the access again. */
  handle(process: Process, request: FaultRequest): FaultVerdict {
    const before = this.probe.workClass[0];
    this.probe.workClass[0] = Counter.KernelPageFault;
    this.probe.enter(
      F.excPageFault,
      'kernel',
      this.probe.recorder !== null ? formatVirtual(request.vpn, request.offset) : '',
    );
    this.mappings.frames.storing = true;
    const result = this.#dispatch(process, request);
    this.mappings.frames.storing = false;
    this.#count(result);
    this.probe.leave(F.excPageFault);
    this.probe.workClass[0] = before;
    return result;
  }

  /**
   * A fault that the kernel makes itself, for `populate`: as a write if `write` and the area is writable. Returns the page to go
   * on with, behind the object that maps this one; or −1 if it cannot be mapped.
   */
  populate(process: Process, vma: Vma, vpn: Vpn, write = true): Vpn | -1 {
    const result = this.#handleMmFault(process, vma, vpn, write && vma.write, vma.exec && !vma.read);
    // Running out of memory here is no error: a later touch will find out.
    if (result.kind === 'fatal') return -1;
    if (result.kind !== 'spurious') this.#count(result);
    // Only of these the object at hand is surely what is mapped now: a huge page that is copied may have been split.
    const tobj = this.#tobj;
    return result.kind === 'spurious' || result.kind === 'thp' ? addPages(tobj.vpn, tobj.pages) : addPages(vpn, 1);
  }

  /** Brings a page of a file into the page cache. */
  readAhead(file: number, index: number): void {
    this.#files.page(this.mappings.frames.cache.file(file), index);
  }

  #count(result: FaultVerdict): void {
    this.probe.counters[KIND_COUNTER[result.kind]]++;
    this.probe.signal(1 << FAULT_KINDS.indexOf(result.kind));
  }

  #dispatch(process: Process, request: FaultRequest): FaultVerdict {
    if (request.vector === 'GP')
      return this.resolution.fatal(GENERAL_PROTECTION, 'the address is not canonical (general protection)');
    if (!request.user) return this.resolution.fatal(SEGV, 'the kernel touched a page that it may not touch');
    this.probe.enter(F.doUserAddrFault, 'kernel');
    const result = this.#userAddress(process, request);
    this.probe.leave(F.doUserAddrFault);
    return result;
  }

  #userAddress(process: Process, request: FaultRequest): FaultVerdict {
    const { resolution } = this;
    if (request.lastTry) return resolution.fatal(BUS, 'the access faults again and again: given up');
    if (request.reserved)
      return resolution.fatal(BUS, 'a reserved bit is set in a table entry: the page table is corrupt');
    const vma = this.#findVma(process, request.vpn);
    if (vma === undefined) return resolution.fatal(SEGV, 'no area holds the address (SEGV_MAPERR)');
    if (request.key) return resolution.fatal(SEGV, `protection key ${vma.pkey} forbids the access (SEGV_PKUERR)`);
    // Without a bit for it whatever is there can be executed, also what is yet to be mapped.
    const exec = request.exec && this.#noExecute;
    const allowed = request.write ? vma.write : exec ? vma.exec : vma.read || vma.write || vma.exec;
    if (!allowed) return resolution.fatal(SEGV, `the area is ${protectionText(vma)} (SEGV_ACCERR)`);
    return this.#handleMmFault(process, vma, request.vpn, request.write, request.exec);
  }

  /** The area that holds the page, which a stack below which it lies may have to grow to. */
  #findVma(process: Process, vpn: Vpn): Vma | undefined {
    const vma = findVma(process.vmas, vpn);
    if (this.probe.recorder !== null) {
      const found = vma ? `${formatVirtual(vma.start)} .. ${formatVirtual(vma.end)} ${protectionText(vma)}` : 'none';
      this.probe.call(F.findVma, 'kernel', formatVirtual(vpn), found);
    } else this.probe.call(F.findVma, 'kernel');
    return vma ?? expandStack(process, vpn, this.probe);
  }

  #handleMmFault(process: Process, vma: Vma, vpn: Vpn, write: boolean, exec: boolean): FaultVerdict {
    const { emt } = this.mappings;
    const tobj = this.#tobj;
    this.probe.enter(F.handleMmFault, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    emt.tdbFindTobj(process.tdb, vpn, tobj);
    const result =
      emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1
        ? this.#fixMapped(process, vma, vpn, tobj, write, exec)
        : this.#mapMissing(process, vma, vpn, tobj, write);
    this.probe.leave(F.handleMmFault, result.kind);
    return result;
  }

  /** Nothing is mapped: a huge page if one may be here, else a base page of what the area's pages come from. */
  #mapMissing(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    if (this.mappings.wantsHuge(vma)) {
      const huge = this.#huge.map(process, vma, vpn, tobj, write);
      if (huge !== undefined) return huge;
    }
    return vma.backing === 'anon'
      ? this.#anonymous.map(process, vma, vpn, tobj, write)
      : this.#files.map(process, vma, vpn, tobj, write);
  }

  /** Something is mapped: the access lacked a right that the area grants, or another access was served first. */
  #fixMapped(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean, exec: boolean): FaultVerdict {
    const { emt } = this.mappings;
    if (emt.tobjReadAttr(tobj, Attribute.PRESENT) === 0) {
      if (emt.tobjIsSwap(tobj)) return this.#swap.map(process, vma, vpn, tobj, write);
      if (emt.tobjReadAttr(tobj, Attribute.SIZE) > 1 && vma.backing === 'file')
        return this.resolution.fatal(BUS, 'an upper entry is neither empty nor present: the page table is corrupt');
      return this.#restore(process, vma, vpn, tobj);
    }
    if (write && emt.tobjReadAttr(tobj, Attribute.WRITE) === 0)
      return this.#writeProtect.map(process, vma, vpn, tobj, exec);
    const lacking =
      (exec && emt.tobjReadAttr(tobj, Attribute.EXEC) === 0) || emt.tobjReadAttr(tobj, Attribute.USER) === 0;
    if (lacking) return this.#restore(process, vma, vpn, tobj);
    // Nothing to flush: the hardware has dropped the entry that it faulted on.
    this.probe.call(F.spurious, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    return this.resolution.resolved(SPURIOUS, 'the entry already allows the access');
  }

  /** The entry says less than the area grants: what it lacks is restored, except WRITE, which has its own fault. */
  #restore(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj): FaultVerdict {
    this.probe.enter(F.restore, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    this.mappings.describeRights(tobj, vma);
    const error = this.mappings.update(process, tobj);
    this.mappings.flush('mprotect', process, tobj.vpn, (tobj.vpn + tobj.pages) as Vpn);
    this.probe.leave(F.restore);
    if (error !== 'ok') return this.resolution.failed(error);
    return this.resolution.resolved(PROTECTION, 'the rights that the area grants are restored in place');
  }
}
