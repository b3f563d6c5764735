/** Calls of the 15 basic functions: every driver has its own. */
import { formatVirtual, type Pfn, type Vpn } from '../core/addresses';
import { EmtCalls, F, rangeText } from './calls';
import type { BasicFunctions, Errno, Tdb, TdbStats } from './driver';
import { type Attribute, ATTRIBUTE_NAMES, type Tobj } from './tobj';

export abstract class BasicCalls extends EmtCalls implements BasicFunctions {
  // ---- translation object ---------------------------------------------------------------------------------------

  tobjInit(tobj: Tobj, vpn: Vpn): void {
    this.basic.tobjInit(tobj, vpn);
    this.call(F.tobjInit, this.probe.recorder !== null ? formatVirtual(vpn) : '');
  }

  tobjReadAttr(tobj: Tobj, key: Attribute): number {
    const value = this.basic.tobjReadAttr(tobj, key);
    const text = this.probe.recorder !== null ? `0x${value.toString(16)}` : '';
    this.call(F.tobjReadAttr, this.probe.recorder !== null ? ATTRIBUTE_NAMES[key] : '', text);
    return value;
  }

  tobjWriteAttr(tobj: Tobj, key: Attribute, value: number): void {
    this.basic.tobjWriteAttr(tobj, key, value);
    this.call(F.tobjWriteAttr, this.probe.recorder !== null ? `${ATTRIBUTE_NAMES[key]}, 0x${value.toString(16)}` : '');
  }

  tobjCopy(from: Tobj, to: Tobj): void {
    this.basic.tobjCopy(from, to);
    this.call(F.tobjCopy);
  }

  // ---- database ---------------------------------------------------------------------------------------------------

  tdbFindTobj(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    const outer = this.enter(F.tdbFindTobj, 'driver', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    this.basic.tdbFindTobj(tdb, vpn, out);
    this.leave(F.tdbFindTobj, outer);
  }

  tdbUpdateTobj(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    const outer = this.enter(F.tdbUpdateTobj, 'driver', this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '');
    const result = this.basic.tdbUpdateTobj(tdb, tobj, old);
    this.leave(F.tdbUpdateTobj, outer, result === 'ok' ? '' : result);
    return result;
  }

  tdbRemoveTobj(tdb: Tdb, tobj: Tobj, old: Tobj): void {
    const outer = this.enter(F.tdbRemoveTobj, 'driver', this.probe.recorder !== null ? formatVirtual(tobj.vpn) : '');
    this.basic.tdbRemoveTobj(tdb, tobj, old);
    this.leave(F.tdbRemoveTobj, outer);
  }

  tdbPageSizes(tdb: Tdb): readonly number[] {
    this.call(F.tdbPageSizes);
    return this.basic.tdbPageSizes(tdb);
  }

  tdbStats(tdb: Tdb): TdbStats {
    this.call(F.tdbStats);
    return this.basic.tdbStats(tdb);
  }

  // ---- service ----------------------------------------------------------------------------------------------------

  tsvcInit(): void {
    this.call(F.tsvcInit);
    this.basic.tsvcInit();
  }

  tsvcCreateTdb(id: number): Tdb | null {
    const outer = this.enter(F.tsvcCreateTdb, 'driver', `${id}`);
    const tdb = this.basic.tsvcCreateTdb(id);
    this.leave(F.tsvcCreateTdb, outer, tdb === null ? 'ENOMEM' : '');
    return tdb;
  }

  tsvcDestroyTdb(tdb: Tdb): void {
    const outer = this.enter(F.tsvcDestroyTdb, 'driver', `${tdb.id}`);
    this.basic.tsvcDestroyTdb(tdb);
    this.leave(F.tsvcDestroyTdb, outer);
  }

  tsvcSwitchTdb(tdb: Tdb): void {
    const outer = this.enter(F.tsvcSwitchTdb, 'driver', `${tdb.id}`);
    this.basic.tsvcSwitchTdb(tdb);
    this.leave(F.tsvcSwitchTdb, outer);
  }

  tsvcReadTdb(): Pfn {
    this.call(F.tsvcReadTdb);
    return this.basic.tsvcReadTdb();
  }

  tsvcFlushTlb(tdb: Tdb, start: Vpn, end: Vpn): void {
    const outer = this.enter(F.tsvcFlushTlb, 'driver', this.probe.recorder !== null ? rangeText(start, end) : '');
    this.basic.tsvcFlushTlb(tdb, start, end);
    this.leave(F.tsvcFlushTlb, outer);
  }
}
