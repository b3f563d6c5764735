/**
 * The page-fault handler: arch/x86/mm/fault.c and mm/memory.c, in the order of the EMT paper's figure 10.
 *
 * Find the object; if something is mapped there, fix what was missing (write protection, or nothing: a spurious fault);
 * else make a mapping: anonymous memory gets a zeroed page. The handler speaks to translations through EMT alone.
 */
import { addPages, asPfn, formatVirtual, type Vpn } from '../core/addresses';
import { Counter } from '../core/counters';
import type { FatalSignal, FaultKind } from '../core/events';
import { functionIndex } from '../core/functions';
import type { Probe } from '../core/probe';
import { pageOwner } from '../emt/gather';
import { Attribute, Tobj } from '../emt/tobj';
import type { Emt } from '../emt/emt';
import type { BuddyAllocator } from '../memory/buddy';
import type { Process } from './process';
import { findVma, protectionText, type Vma } from './vma';

const F = {
  excPageFault: functionIndex('exc_page_fault'),
  doUserAddrFault: functionIndex('do_user_addr_fault'),
  findVma: functionIndex('find_vma'),
  handleMmFault: functionIndex('handle_mm_fault'),
  doAnonymousPage: functionIndex('do_anonymous_page'),
  doWpPage: functionIndex('do_wp_page'),
  spurious: functionIndex('flush_tlb_fix_spurious_fault'),
  allocPages: functionIndex('alloc_pages'),
  clearPage: functionIndex('clear_page'),
  sigFault: functionIndex('force_sig_fault'),
  outOfMemory: functionIndex('out_of_memory'),
} as const;

/** Codes by which resolved faults are kept in the machine's state; index + 1. */
export const FAULT_KINDS: readonly FaultKind[] = ['minor', 'major', 'cow', 'thp', 'protection', 'spurious', 'fatal'];
export const SIGNALS: readonly FatalSignal[] = ['SIGSEGV', 'SIGBUS', 'GP', 'OOM'];

const KIND_COUNTER: Record<FaultKind, Counter> = {
  minor: Counter.FaultsMinor,
  major: Counter.FaultsMajor,
  cow: Counter.FaultsCow,
  thp: Counter.FaultsThp,
  protection: Counter.FaultsProtection,
  spurious: Counter.FaultsSpurious,
  fatal: Counter.FaultsFatal,
};

/** What the hardware hands over: vector, CR2 and the pushed error code (bits as in x86's page-fault error code). */
export interface FaultRequest {
  vector: 'PF' | 'GP';
  vpn: Vpn;
  offset: number;
  write: boolean;
  exec: boolean;
  user: boolean;
  reserved: boolean;
  /** The protection key of the page forbids it. */
  key: boolean;
  /** The access has faulted so often that it is given up if it faults now. */
  lastTry: boolean;
}

export interface FaultVerdict {
  kind: FaultKind;
  signal?: FatalSignal;
}

/** Verdicts are few: shared constants. */
const verdict = (kind: FaultKind, signal?: FatalSignal): FaultVerdict => ({ kind, signal });
const MINOR = verdict('minor');
const PROTECTION = verdict('protection');
const SPURIOUS = verdict('spurious');
const SEGV = verdict('fatal', 'SIGSEGV');
const BUS = verdict('fatal', 'SIGBUS');
const GENERAL_PROTECTION = verdict('fatal', 'GP');
const OUT_OF_MEMORY = verdict('fatal', 'OOM');

export class FaultHandler {
  readonly #tobj = new Tobj();
  readonly #old = new Tobj();

  constructor(
    private readonly emt: Emt,
    private readonly buddy: BuddyAllocator,
    private readonly probe: Probe,
  ) {}

  /** Serves a fault of `process`. Anything but a `fatal` verdict means: try the access again. */
  handle(process: Process, request: FaultRequest): FaultVerdict {
    const before = this.probe.workClass[0];
    this.probe.workClass[0] = Counter.KernelPageFault;
    this.probe.enter(
      F.excPageFault,
      'kernel',
      this.probe.recorder !== null ? formatVirtual(request.vpn, request.offset) : '',
    );
    const result = this.#dispatch(process, request);
    this.#count(result);
    this.probe.leave(F.excPageFault);
    this.probe.workClass[0] = before;
    return result;
  }

  /** A fault that the kernel makes itself, for `populate`: as a write if the area is writable. */
  populate(process: Process, vma: Vma, vpn: Vpn): FaultVerdict {
    const result = this.#handleMmFault(process, vma, vpn, vma.write, vma.exec && !vma.read);
    // Running out of memory here is no error: a later touch will find out.
    if (result.kind !== 'spurious' && result.kind !== 'fatal') this.#count(result);
    return result;
  }

  #count(result: FaultVerdict): void {
    this.probe.counters[KIND_COUNTER[result.kind]]++;
    this.probe.signal(1 << FAULT_KINDS.indexOf(result.kind));
  }

  #dispatch(process: Process, request: FaultRequest): FaultVerdict {
    if (request.vector === 'GP')
      return this.#fatal(GENERAL_PROTECTION, 'the address is not canonical (general protection)');
    if (!request.user) return this.#fatal(SEGV, 'the kernel touched a page that it may not touch');
    this.probe.enter(F.doUserAddrFault, 'kernel');
    const result = this.#userAddress(process, request);
    this.probe.leave(F.doUserAddrFault);
    return result;
  }

  #userAddress(process: Process, request: FaultRequest): FaultVerdict {
    if (request.lastTry) return this.#fatal(BUS, 'the access faults again and again: given up');
    if (request.reserved) return this.#fatal(BUS, 'a reserved bit is set in a table entry: the page table is corrupt');
    const vma = findVma(process.vmas, request.vpn);
    if (this.probe.recorder !== null) {
      const found = vma ? `${formatVirtual(vma.start)} .. ${formatVirtual(vma.end)} ${protectionText(vma)}` : 'none';
      this.probe.call(F.findVma, 'kernel', formatVirtual(request.vpn), found);
    } else this.probe.call(F.findVma, 'kernel');
    if (vma === undefined) return this.#fatal(SEGV, 'no area holds the address (SEGV_MAPERR)');
    const allowed = request.write ? vma.write : request.exec ? vma.exec : vma.read || vma.write || vma.exec;
    if (!allowed) return this.#fatal(SEGV, `the area is ${protectionText(vma)} (SEGV_ACCERR)`);
    if (request.key) return this.#fatal(SEGV, 'the protection key of the page forbids it (SEGV_PKUERR)');
    return this.#handleMmFault(process, vma, request.vpn, request.write, request.exec);
  }

  #handleMmFault(process: Process, vma: Vma, vpn: Vpn, write: boolean, exec: boolean): FaultVerdict {
    this.probe.enter(F.handleMmFault, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    this.emt.tdbFindTobj(process.tdb, vpn, this.#tobj);
    const result =
      this.emt.tobjReadAttr(this.#tobj, Attribute.MAPPED) === 1
        ? this.#fixMapped(process, vma, vpn, write, exec)
        : this.#anonymous(process, vma, vpn, write);
    this.probe.leave(F.handleMmFault, result.kind);
    return result;
  }

  /** Something is mapped: the access lacked a right that the area grants, or another access was served first. */
  #fixMapped(process: Process, vma: Vma, vpn: Vpn, write: boolean, exec: boolean): FaultVerdict {
    const emt = this.emt;
    const tobj = this.#tobj;
    const present = emt.tobjReadAttr(tobj, Attribute.PRESENT) === 1;
    if (!present && emt.tobjReadAttr(tobj, Attribute.SIZE) > 1)
      return this.#fatal(BUS, 'an upper entry is neither empty nor present: the page table is corrupt');
    const writable = emt.tobjReadAttr(tobj, Attribute.WRITE) === 1;
    const stale = !present || (write && !writable) || (exec && emt.tobjReadAttr(tobj, Attribute.EXEC) === 0);
    if (!stale && emt.tobjReadAttr(tobj, Attribute.USER) === 1) {
      // Nothing to flush: the hardware has dropped the entry that it faulted on.
      this.probe.call(F.spurious, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
      return this.#resolved(SPURIOUS, 'the entry already allows the access');
    }
    this.probe.enter(F.doWpPage, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    this.#grant(vma, write);
    const error = this.#update(process, vpn);
    emt.tsvcFlushTlb(process.tdb, vpn, addPages(vpn, 1));
    this.probe.leave(F.doWpPage);
    if (error !== undefined) return error;
    return this.#resolved(PROTECTION, 'the rights that the area grants are restored in place');
  }

  #anonymous(process: Process, vma: Vma, vpn: Vpn, write: boolean): FaultVerdict {
    this.probe.enter(F.doAnonymousPage, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    const result = this.#mapZeroedPage(process, vma, vpn, write);
    this.probe.leave(F.doAnonymousPage, result.kind);
    return result;
  }

  #mapZeroedPage(process: Process, vma: Vma, vpn: Vpn, write: boolean): FaultVerdict {
    this.probe.enter(F.allocPages, 'kernel', 'order 0');
    const owner = pageOwner(process.tdb.id, vpn);
    const pfn = this.buddy.allocate(0, 'anonymous page', owner);
    this.probe.leave(
      F.allocPages,
      this.probe.recorder !== null ? (pfn === -1 ? 'no memory' : `frame 0x${pfn.toString(16)}`) : '',
    );
    if (pfn === -1) return this.#outOfMemory();
    this.probe.call(F.clearPage, 'kernel', this.probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '');
    const tobj = this.#tobj;
    this.emt.tobjInit(tobj, vpn);
    this.emt.tobjWriteAttr(tobj, Attribute.PA, pfn);
    this.#grant(vma, write);
    const error = this.#update(process, vpn);
    if (error !== undefined) {
      this.buddy.free(asPfn(pfn), 'anonymous page', owner);
      return error;
    }
    process.rss++;
    return this.#resolved(MINOR, 'anonymous');
  }

  /** Gives the object the area's rights; for a write also young and dirty, as Linux maps a first write. */
  #grant(vma: Vma, write: boolean): void {
    const emt = this.emt;
    const tobj = this.#tobj;
    emt.tobjWriteAttr(tobj, Attribute.PRESENT, 1);
    emt.tobjWriteAttr(tobj, Attribute.USER, 1);
    emt.tobjWriteAttr(tobj, Attribute.WRITE, vma.write ? 1 : 0);
    emt.tobjWriteAttr(tobj, Attribute.EXEC, vma.exec ? 1 : 0);
    emt.tobjWriteAttr(tobj, Attribute.ACCESSED, 1);
    if (write) emt.tobjWriteAttr(tobj, Attribute.DIRTY, 1);
  }

  #update(process: Process, vpn: Vpn): FaultVerdict | undefined {
    const lock = this.emt.addrRangeLock(process.tdb, vpn, (vpn + 1) as Vpn);
    const error = this.emt.tdbUpdateTobj(process.tdb, this.#tobj, this.#old);
    this.emt.addrRangeUnlock(lock);
    if (error === 'ENOMEM') return this.#outOfMemory();
    if (error === 'EFAULT') return this.#fatal(BUS, 'an entry on the way points to a frame that holds no table');
    return undefined;
  }

  #outOfMemory(): FaultVerdict {
    this.probe.call(
      F.outOfMemory,
      'kernel',
      '',
      this.probe.recorder !== null ? `${this.buddy.freeFrames} frames free` : '',
    );
    return this.#resolved(OUT_OF_MEMORY, 'no frame is free for the page or for a table on its way');
  }

  #fatal(result: FaultVerdict, text: string): FaultVerdict {
    this.probe.call(F.sigFault, 'kernel', result.signal === 'GP' ? 'SIGSEGV' : result.signal);
    return this.#resolved(result, text);
  }

  #resolved(result: FaultVerdict, text: string): FaultVerdict {
    this.probe.recorder?.emit({ kind: 'faultResolved', fault: result.kind, signal: result.signal, text });
    return result;
  }
}
