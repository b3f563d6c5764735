/**
 * Scans of a range (EMT-Linux ECPT_interface.h): inside a cluster the next entry is a step of the pointer; behind it a look-up
 * hashes again. An absent cluster is stepped over without one, but larger holes are not skipped: an empty 2 MiB range takes 64
 * look-ups where the neutral iterator takes 512.
 */
import { addPages, alignDown, minVpn, type Vpn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import type { Probe } from '../../../core/probe';
import type { Tdb } from '../../../emt/driver';
import type { TobjIterator } from '../../../emt/iterator';
import type { Tobj } from '../../../emt/tobj';
import { Cluster, CLUSTER_PAGES, ENTRY_PAGES, entryOf, isNone } from '../layout';
import type { Objects } from './objects';

/** What an iterator remembers in `table`: nothing, or that there is no cluster. */
const enum Place {
  Unknown = -1,
  Absent = -2,
}

export class Scan {
  constructor(
    private readonly objects: Objects,
    private readonly probe: Probe,
  ) {}

  get #epoch(): number {
    return this.probe.counters[Counter.TablesUnlinked];
  }

  /**
   * Looks for an object from the iterator's place on, but no further than to the end of one cluster. True: it is at the place, its
   * page size is the answer of `sizeOf`, and its cluster at hand. False: there was none up to the place.
   */
  find(tdb: Tdb, it: TobjIterator): boolean {
    this.#reach(tdb, it);
    const size = this.sizeOf(it);
    const end = minVpn(it.end, addPages(it.base as Vpn, CLUSTER_PAGES[size]));
    if (it.table === (Place.Absent as number)) {
      it.steps += end - it.vpn - 1;
      it.vpn = end;
      return false;
    }
    const { ways } = this.objects;
    for (let first = true; ; first = false) {
      const entry = entryOf(it.vpn, size);
      if (!first) {
        it.steps++;
        this.probe.tableRead();
      }
      if (!isNone(ways.low(entry), ways.high(entry))) return true;
      // Below an entry of a larger size that is none there may be smaller pages.
      if (size > 0) return this.#below(tdb, it, size);
      it.vpn = minVpn(addPages(it.vpn, 1), end);
      if (it.vpn === end) return false;
    }
  }

  /** Page size of what the iterator's cluster holds. */
  sizeOf(it: TobjIterator): number {
    return it.level & 3;
  }

  /** Makes the cluster for the place the one at hand, if it is remembered, or by a look-up. */
  #reach(tdb: Tdb, it: TobjIterator): void {
    const size = this.sizeOf(it);
    const known =
      it.table !== (Place.Unknown as number) &&
      it.epoch === this.#epoch &&
      it.vpn >= it.base &&
      it.vpn < it.base + CLUSTER_PAGES[size];
    if (!known) {
      this.#search(tdb, it);
      return;
    }
    it.steps++;
    if (it.table === (Place.Absent as number)) return;
    this.objects.ways.resume(tdb.root, it.table, it.level >> 3, (it.level & 4) !== 0);
    this.probe.tableRead();
  }

  /** Larger sizes are asked once for each of their pages, and only where there are any. */
  #search(tdb: Tdb, it: TobjIterator): void {
    it.lookups++;
    if (it.epoch !== this.#epoch || it.vpn >= it.baseOnlyTo)
      for (let size = 2; size > 0; size--) {
        if (!this.objects.reach(tdb.root, it.vpn, size)) continue;
        const entry = entryOf(it.vpn, size);
        if (isNone(this.objects.ways.low(entry), this.objects.ways.high(entry))) continue;
        this.#remember(it, size);
        return;
      }
    this.#small(tdb, it);
  }

  #small(tdb: Tdb, it: TobjIterator): void {
    it.baseOnlyTo = addPages(alignDown(it.vpn, ENTRY_PAGES[1]), ENTRY_PAGES[1]);
    if (this.objects.reach(tdb.root, it.vpn, 0)) this.#remember(it, 0);
    else {
      it.level = 0;
      it.table = Place.Absent;
      it.base = alignDown(it.vpn, Cluster.Entries);
      it.epoch = this.#epoch;
    }
  }

  #below(tdb: Tdb, it: TobjIterator, size: number): boolean {
    it.table = Place.Unknown;
    it.lookups++;
    for (let smaller = size - 1; smaller > 0; smaller--) {
      if (!this.objects.reach(tdb.root, it.vpn, smaller)) continue;
      const entry = entryOf(it.vpn, smaller);
      if (isNone(this.objects.ways.low(entry), this.objects.ways.high(entry))) continue;
      this.#remember(it, smaller);
      return true;
    }
    this.#small(tdb, it);
    return this.find(tdb, it);
  }

  #remember(it: TobjIterator, size: number): void {
    const { ways } = this.objects;
    it.level = size | (ways.inTarget ? 4 : 0) | (ways.way << 3);
    it.table = ways.clusterNumber;
    it.base = alignDown(it.vpn, CLUSTER_PAGES[size]);
    it.epoch = this.#epoch;
  }

  /** Makes the iterator's cluster the one at hand again, behind work on another address space. */
  goBack(tdb: Tdb, it: TobjIterator): void {
    this.objects.ways.resume(tdb.root, it.table, it.level >> 3, (it.level & 4) !== 0);
  }

  /** Nothing of this address space has moved: what was written was another's, or the iterator's own cluster. */
  keepPlace(it: TobjIterator): void {
    it.epoch = this.#epoch;
  }

  /** The iterator's cluster has become empty: the rest of it is stepped over. */
  emptied(it: TobjIterator): void {
    if (this.sizeOf(it) === 0) it.table = Place.Absent;
    else it.table = Place.Unknown;
    it.epoch = this.#epoch;
  }

  /** Behind the object that `find` has found. */
  advance(it: TobjIterator): void {
    const pages = ENTRY_PAGES[this.sizeOf(it)];
    it.vpn = addPages(alignDown(it.vpn, pages), pages);
  }

  next(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    it.objects++;
    if (this.find(tdb, it)) {
      this.objects.take(it.vpn, this.sizeOf(it), out);
      this.advance(it);
    } else this.objects.clear(out, from);
  }

  peek(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    if (this.find(tdb, it)) this.objects.take(it.vpn, this.sizeOf(it), out);
    else this.objects.clear(out, from);
    it.vpn = from;
  }
}
