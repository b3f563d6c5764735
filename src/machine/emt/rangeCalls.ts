/** Calls of the customizable functions that work on ranges: iterator, huge page, address range. */
import { formatVirtual, type Vpn } from '../core/addresses';
import { BasicCalls } from './basicCalls';
import { F, rangeText } from './calls';
import type { CopyPolicy, Errno, RangeResult, RangeRights, Tdb, VmaView } from './driver';
import type { TlbGather } from './gather';
import type { TobjIterator } from './iterator';
import type { Tobj } from './tobj';

const upTo = (next: Vpn): string => `done up to ${formatVirtual(next)}`;

export abstract class RangeCalls extends BasicCalls {
  // ---- iterator ---------------------------------------------------------------------------------------------------

  tobjIterInit(tdb: Tdb, start: Vpn, end: Vpn): TobjIterator {
    this.call(F.tobjIterInit, this.probe.recorder !== null ? rangeText(start, end) : '', '', this.by.tobjIterInit);
    return this.custom.tobjIterInit(tdb, start, end);
  }

  tobjIterHasNext(iterator: TobjIterator): boolean {
    const more = this.custom.tobjIterHasNext(iterator);
    this.call(F.tobjIterHasNext, '', more ? 'true' : 'false', this.by.tobjIterHasNext);
    return more;
  }

  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    const from = this.probe.recorder !== null ? formatVirtual(iterator.vpn) : '';
    const outer = this.enter(F.tobjIterNext, this.by.tobjIterNext, from);
    this.custom.tobjIterNext(tdb, iterator, out);
    this.leave(F.tobjIterNext, outer, this.probe.recorder !== null ? formatVirtual(out.vpn) : '', iterator);
  }

  tobjIterPeek(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    const from = this.probe.recorder !== null ? formatVirtual(iterator.vpn) : '';
    const outer = this.enter(F.tobjIterPeek, this.by.tobjIterPeek, from);
    this.custom.tobjIterPeek(tdb, iterator, out);
    this.leave(F.tobjIterPeek, outer, this.probe.recorder !== null ? formatVirtual(out.vpn) : '', iterator);
  }

  tobjIterSeek(iterator: TobjIterator, vpn: Vpn): void {
    this.custom.tobjIterSeek(iterator, vpn);
    this.call(F.tobjIterSeek, this.probe.recorder !== null ? formatVirtual(vpn) : '', '', this.by.tobjIterSeek);
  }

  tobjIterEnd(iterator: TobjIterator): void {
    this.custom.tobjIterEnd(iterator);
    this.call(F.tobjIterEnd, '', '', this.by.tobjIterEnd);
  }

  // ---- huge page --------------------------------------------------------------------------------------------------

  thpEligible(tdb: Tdb, tobj: Tobj, pages: number, vma: VmaView): boolean {
    const text = this.probe.recorder !== null ? `${formatVirtual(tobj.vpn)}, ${pages} pages` : '';
    const outer = this.enter(F.thpEligible, this.by.thpEligible, text);
    const eligible = this.custom.thpEligible(tdb, tobj, pages, vma);
    this.leave(F.thpEligible, outer, eligible ? 'true' : 'false');
    return eligible;
  }

  decPageSize(tdb: Tdb, pages: number): number {
    const outer = this.enter(F.decPageSize, this.by.decPageSize, this.probe.recorder !== null ? `${pages} pages` : '');
    const smaller = this.custom.decPageSize(tdb, pages);
    this.leave(F.decPageSize, outer, this.probe.recorder !== null ? `${smaller} pages` : '');
    return smaller;
  }

  hugePromote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const outer = this.enter(F.hugePromote, this.by.hugePromote, this.#at(huge));
    const error = this.custom.hugePromote(tdb, huge, gather);
    this.leave(F.hugePromote, outer, error === 'ok' ? '' : error);
    return error;
  }

  hugeDemote(tdb: Tdb, huge: Tobj, gather: TlbGather): Errno {
    const outer = this.enter(F.hugeDemote, this.by.hugeDemote, this.#at(huge));
    const error = this.custom.hugeDemote(tdb, huge, gather);
    this.leave(F.hugeDemote, outer, error === 'ok' ? '' : error);
    return error;
  }

  hugeClear(tdb: Tdb, huge: Tobj, old: Tobj, gather: TlbGather): void {
    const outer = this.enter(F.hugeClear, this.by.hugeClear, this.#at(huge));
    this.custom.hugeClear(tdb, huge, old, gather);
    this.leave(F.hugeClear, outer);
  }

  hugeSplitPrepare(tdb: Tdb, huge: Tobj): Errno {
    const outer = this.enter(F.hugeSplitPrepare, this.by.hugeSplitPrepare, this.#at(huge));
    const error = this.custom.hugeSplitPrepare(tdb, huge);
    this.leave(F.hugeSplitPrepare, outer, error === 'ok' ? '' : error);
    return error;
  }

  #at(tobj: Tobj): string {
    return this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '';
  }

  // ---- address range ----------------------------------------------------------------------------------------------

  addrRangeVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean {
    const outer = this.#enterRange(F.addrRangeVoid, this.by.addrRangeVoid, start, end);
    const isVoid = this.custom.addrRangeVoid(tdb, start, end);
    this.leave(F.addrRangeVoid, outer, isVoid ? 'true' : 'false');
    return isVoid;
  }

  addrRangeRemove(tdb: Tdb, start: Vpn, end: Vpn, limit: number, gather: TlbGather): Vpn {
    const outer = this.#enterRange(F.addrRangeRemove, this.by.addrRangeRemove, start, end);
    const next = this.custom.addrRangeRemove(tdb, start, end, limit, gather);
    this.leave(F.addrRangeRemove, outer, this.probe.recorder !== null ? upTo(next) : '');
    return next;
  }

  addrRangeProtect(tdb: Tdb, start: Vpn, end: Vpn, rights: RangeRights, limit: number, gather: TlbGather): Vpn {
    const outer = this.#enterRange(F.addrRangeProtect, this.by.addrRangeProtect, start, end);
    const next = this.custom.addrRangeProtect(tdb, start, end, rights, limit, gather);
    this.leave(F.addrRangeProtect, outer, this.probe.recorder !== null ? upTo(next) : '');
    return next;
  }

  addrRangeCopy(
    from: Tdb,
    to: Tdb,
    start: Vpn,
    end: Vpn,
    policy: CopyPolicy,
    limit: number,
    gather: TlbGather,
  ): RangeResult {
    const outer = this.#enterRange(F.addrRangeCopy, this.by.addrRangeCopy, start, end);
    const result = this.custom.addrRangeCopy(from, to, start, end, policy, limit, gather);
    this.#leaveRange(F.addrRangeCopy, outer, result);
    return result;
  }

  addrRangeMove(tdb: Tdb, start: Vpn, end: Vpn, to: Vpn, limit: number, gather: TlbGather): RangeResult {
    const outer = this.#enterRange(F.addrRangeMove, this.by.addrRangeMove, start, end);
    const result = this.custom.addrRangeMove(tdb, start, end, to, limit, gather);
    this.#leaveRange(F.addrRangeMove, outer, result);
    return result;
  }

  addrRangeFreeTables(tdb: Tdb, start: Vpn, end: Vpn, floor: Vpn, ceiling: Vpn, gather: TlbGather): void {
    const outer = this.#enterRange(F.addrRangeFreeTables, this.by.addrRangeFreeTables, start, end);
    this.custom.addrRangeFreeTables(tdb, start, end, floor, ceiling, gather);
    this.leave(F.addrRangeFreeTables, outer);
  }

  #enterRange(index: number, which: 'default' | 'driver' | 'kernel', start: Vpn, end: Vpn): number {
    return this.enter(index, which, this.probe.recorder !== null ? rangeText(start, end) : '');
  }

  #leaveRange(index: number, outer: number, { next, error }: RangeResult): void {
    const text = this.probe.recorder === null ? '' : error === 'ok' ? upTo(next) : `${error}, ${upTo(next)}`;
    this.leave(index, outer, text);
  }
}
