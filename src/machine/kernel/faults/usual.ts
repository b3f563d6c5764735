/**
 * The fault that there are most of, in few steps: the first touch of a page of anonymous memory, where a frame is free and the
 * tables are there.
 *
 * Such faults are all served alike, if they are of the same kind of access and in areas with the same rights: the handler
 * (handler.ts) calls the same functions, which read and write as many entries, and enters the same attributes. So the first is
 * served by the handler, which is watched: what it was charged is the *account* of all, what it entered their *pattern*. For
 * the next a frame is taken, the pattern entered with it, and one more counted; `settle` charges the account for all of them.
 *
 * Holds always: state, and counters after `settle`, are those that the handler would have left. Whatever else a fault needs, or
 * somebody wants to see of it, is the handler's: then `serve` has changed nothing.
 */
import { Account } from '../../core/account';
import type { Vpn } from '../../core/addresses';
import { type Probe, Signal } from '../../core/probe';
import type { EmtFunctions, UncountedPages } from '../../emt/driver';
import { Attribute, Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import type { Process } from '../process';
import { findVma, linearIndex, type Vma, type VmaList } from '../vma';
import { FAULT_KINDS, type FaultVerdict, MINOR } from './verdict';

const MINOR_SIGNAL = 1 << FAULT_KINDS.indexOf('minor');

/** Bits of the index of a `Kind`. */
const enum KindBit {
  Writes = 1,
  Read = 2,
  Write = 4,
  Exec = 8,
  Count = 16,
}

/** What is known of the first touches of one kind in areas with the same rights. It follows from the options: no state. */
class Kind {
  account: Account | null = null;
  readonly pattern = new Tobj();
  /** Served, and not charged yet. */
  served = 0;
  /** Somebody waits for a function that the handler would call. */
  awaited = false;
}

export class UsualFaults {
  readonly #kinds = Array.from({ length: KindBit.Count }, () => new Kind());
  readonly #pages: UncountedPages | null;
  readonly #attributes: Pick<EmtFunctions, 'tobjWriteAttr'>;
  /** The handler serves the next fault, of this kind, and is watched. */
  #learning: Kind | null = null;
  /** The area of the last fault, if its faults may be usual, and the list that it is in. */
  #area: Vma | null = null;
  #areas: VmaList = [];

  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly zeroPage: boolean,
  ) {
    this.#pages = mappings.emt.uncounted;
    this.#attributes = mappings.emt.uncountedAttributes;
  }

  /** Whether faults of the run that begins may be served here: what is armed does not change before its end. */
  begin(): boolean {
    const { armed, recorder } = this.probe;
    this.#learning = null;
    if (this.#pages === null || recorder !== null || (armed & MINOR_SIGNAL) !== 0) return false;
    for (const kind of this.#kinds) this.#askAwaited(kind);
    return true;
  }

  #askAwaited(kind: Kind): void {
    kind.awaited = (this.probe.armed & Signal.Function) !== 0 && kind.account?.isAwaited === true;
  }

  /** Serves a fault of a program's read or write, where the walk has found no present entry. False: it has changed nothing. */
  serve(process: Process, vpn: Vpn, write: boolean): boolean {
    const { frames } = this.mappings;
    const pages = this.#pages!;
    const vma = this.#areaOf(process, vpn);
    if (vma === null || !(write ? vma.write : !this.zeroPage && (vma.read || vma.write || vma.exec))) return false;
    if (!pages.findVoid(process.tdb, vpn)) return false;
    const kind = this.#kinds[kindOf(vma, write)];
    if (kind.account === null || kind.awaited) {
      // With a frame to be had, the handler does what is usual.
      if (kind.account === null && frames.buddy.freeFrames > 0) this.#learning = kind;
      return false;
    }
    const pfn = frames.firstTouched(process.family, linearIndex(vma, vpn), write);
    if (pfn === -1) return false;
    this.#attributes.tobjWriteAttr(kind.pattern, Attribute.PA, pfn);
    pages.enter(kind.pattern);
    process.rssAnon++;
    kind.served++;
    return true;
  }

  /** The area that holds the page, if its first touches are alike. */
  #areaOf({ vmas }: Process, vpn: Vpn): Vma | null {
    const last = this.#area;
    if (last !== null && vmas === this.#areas && vpn >= last.start && vpn < last.end) return last;
    const vma = findVma(vmas, vpn);
    if (vma === undefined || vma.backing !== 'anon' || vma.pkey !== 0 || this.mappings.wantsHuge(vma)) return null;
    this.#area = vma;
    this.#areas = vmas;
    return vma;
  }

  /** The handler begins to serve a fault. Not null: `handled` wants to know how it went. */
  watch(): Account | null {
    return this.#learning === null ? null : new Account(this.probe);
  }

  handled(account: Account, verdict: FaultVerdict): void {
    const kind = this.#learning;
    this.#learning = null;
    if (kind === null || verdict !== MINOR) return;
    account.close();
    kind.account = account;
    this.#pages?.read(kind.pattern);
    this.#askAwaited(kind);
  }

  /** Charges what was served. */
  settle(): void {
    for (const kind of this.#kinds) {
      if (kind.served === 0) continue;
      kind.account?.charge(kind.served);
      kind.served = 0;
    }
  }
}

const kindOf = ({ read, write, exec }: Vma, writes: boolean): number =>
  (writes ? KindBit.Writes : 0) | (read ? KindBit.Read : 0) | (write ? KindBit.Write : 0) | (exec ? KindBit.Exec : 0);
