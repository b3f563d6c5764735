/** Two databases behind an EMT without a kernel: what tests of the API work on. */
import assert from 'node:assert/strict';
import { addPages, alignDown, asVpn, type Vpn } from '../../../src/machine/core/addresses';
import { Counter } from '../../../src/machine/core/counters';
import type { Emt } from '../../../src/machine/emt/emt';
import type { Errno, Tdb } from '../../../src/machine/emt/driver';
import { type GatheredObject, newGather, type TlbGather } from '../../../src/machine/emt/gather';
import { Attribute, Tobj } from '../../../src/machine/emt/tobj';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { machine } from '../support';

/** What one page of 4 KiB looks like to a program or to the kernel, whatever the size of the object. */
export type PageView = string;

const RIGHTS = [
  [Attribute.READ, 'r'],
  [Attribute.WRITE, 'w'],
  [Attribute.EXEC, 'x'],
  [Attribute.USER, 'u'],
  [Attribute.ACCESSED, 'A'],
  [Attribute.DIRTY, 'D'],
  [Attribute.PRESENT, 'P'],
] as const;

export class World {
  readonly m: Machine;
  readonly emt: Emt;
  readonly tdbs: readonly [Tdb, Tdb];
  readonly freeAtStart: number;
  readonly tobj = new Tobj();
  readonly old = new Tobj();
  gather: TlbGather = newGather();

  constructor(options: Partial<MachineOptions> = {}) {
    this.m = machine(options);
    this.emt = this.m.emt;
    this.freeAtStart = this.m.buddy.freeFrames;
    const [a, b] = [this.emt.tsvcCreateTdb(1), this.emt.tsvcCreateTdb(2)];
    assert.ok(a !== null && b !== null);
    this.tdbs = [a, b];
    this.emt.tsvcSwitchTdb(a);
  }

  read(key: Attribute): number {
    return this.emt.tobjReadAttr(this.tobj, key);
  }

  /** Makes `tobj` a user page of `pages` at `vpn`. */
  make(vpn: number, pages: number, frame: number, write = true): Tobj {
    const { emt, tobj } = this;
    emt.tobjInit(tobj, asVpn(vpn));
    if (pages > 1) emt.tobjWriteAttr(tobj, Attribute.SIZE, pages);
    emt.tobjWriteAttr(tobj, Attribute.PA, frame);
    emt.tobjWriteAttr(tobj, Attribute.PRESENT, 1);
    emt.tobjWriteAttr(tobj, Attribute.USER, 1);
    emt.tobjWriteAttr(tobj, Attribute.WRITE, write ? 1 : 0);
    return tobj;
  }

  enter(vpn: number, pages = 1, frame = 0x1000 + vpn, tdb = this.tdbs[0]): Errno {
    return this.emt.tdbUpdateTobj(tdb, this.make(vpn, pages, frame), this.old);
  }

  find(vpn: number, tdb = this.tdbs[0]): Tobj {
    this.emt.tdbFindTobj(tdb, asVpn(vpn), this.tobj);
    return this.tobj;
  }

  /** The page at `vpn`: its own frame or slot and what may be done with it. */
  page(vpn: number, tdb: Tdb): PageView {
    this.find(vpn, tdb);
    if (this.read(Attribute.MAPPED) === 0) return '-';
    const slot = this.read(Attribute.SWAP);
    if (slot !== 0) return `slot ${slot - 1}`;
    const inside = vpn - this.tobj.vpn;
    const flags = RIGHTS.map(([key, letter]) => (this.read(key) === 1 ? letter : '-')).join('');
    return `frame ${this.read(Attribute.PA) + inside} ${flags} key ${this.read(Attribute.PKEY)}`;
  }

  /** Demotes huge pages until none reaches over `vpn`. */
  splitAt(tdb: Tdb, vpn: number): void {
    for (;;) {
      this.find(vpn, tdb);
      if (this.read(Attribute.MAPPED) === 0 || this.tobj.vpn === vpn) return;
      assert.equal(this.emt.hugeDemote(tdb, this.tobj, this.gather), 'ok');
    }
  }

  /** Runs a bounded function over the whole of a range; `step` returns where it stopped. */
  all(start: number, end: number, step: (from: Vpn, end: Vpn) => Vpn): void {
    let at = asVpn(start);
    while (at < end) {
      const next = step(at, asVpn(end));
      assert.ok(next > at && next <= end, `a step from ${at} to ${end} came to ${next}`);
      at = next;
    }
  }

  removeAll(tdb: Tdb, start: number, end: number, limit = 1000): void {
    this.splitAt(tdb, start);
    this.splitAt(tdb, end);
    this.all(start, end, (from, to) => this.emt.addrRangeRemove(tdb, from, to, limit, this.gather));
  }

  /** Ends the gather: what was in it, page by page and sorted. */
  finish(tdb: Tdb): string[] {
    this.emt.tlbGatherFinish(tdb, this.gather);
    const seen = this.gather.objects.flatMap(pagesOf).sort();
    this.gather = newGather();
    return seen;
  }

  /** Both databases are emptied of what lies in the ranges and destroyed: every frame must be back. */
  destroy(ranges: readonly (readonly [number, number])[]): void {
    this.emt.tsvcSwitchTdb({ id: 0, root: this.tdbs[0].root });
    for (const tdb of this.tdbs) {
      for (const [start, end] of ranges) this.removeAll(tdb, start, end);
      this.finish(tdb);
      this.emt.tsvcDestroyTdb(tdb);
    }
    assert.equal(this.m.buddy.freeFrames, this.freeAtStart, 'every table is free again');
    for (let level = 0; level < 5; level++) assert.equal(this.counter(Counter.TablesByLevel + level), 0);
  }

  counter(counter: number): number {
    return this.m.probe.counters[counter];
  }

  /** Table entries that software reads while `work` runs. */
  readsOf(work: () => void): number {
    const before = this.counter(Counter.SoftwareReads);
    work();
    return this.counter(Counter.SoftwareReads) - before;
  }

  /** Takes frames away until `free` are left. */
  leaveFree(free: number): void {
    while (this.m.buddy.freeFrames > free) this.m.buddy.allocate(0, 'ballast', 99);
  }
}

const pagesOf = (o: GatheredObject): string[] =>
  Array.from({ length: o.pages }, (_, i) => {
    const what = o.slot >= 0 ? `slot ${o.slot}` : `frame ${o.pfn + i}`;
    return `${o.vpn + i}: ${what}${o.dirty ? ' dirty' : ''}${o.accessed ? ' accessed' : ''}${o.special ? ' special' : ''}`;
  });

export const hugeStart = (vpn: number, pages: number): number => alignDown(asVpn(vpn), pages);
export const after = (vpn: number, pages: number): Vpn => addPages(asVpn(vpn), pages);
