/**
 * The MMU driver of the flat table: one array in consecutive frames, made whole when its process begins. Nothing is allocated,
 * and nothing can fail, at a fault; but what is not mapped costs as much memory as what is, and finding out that nothing is
 * mapped means reading entry by entry.
 *
 * Only the iterator is better than the architecture-neutral one: it reads on where that looks up each page anew.
 */
import { addPages, asPfn, minVpn, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { type Probe, Signal } from '../../core/probe';
import type { BasicFunctions, CustomizableFunctions, Errno, MmuDriver, Tdb } from '../../emt/driver';
import { tableOwner } from '../../emt/gather';
import type { TobjIterator } from '../../emt/iterator';
import type { Tobj } from '../../emt/tobj';
import type { BuddyAllocator } from '../../memory/buddy';
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { type PagingFormat, tableFrames } from '../format';
import { attributesOf, type EntryAttributes } from '../x86/attributes';
import type { TlbService } from '../x86/tlbService';

/** Entries of 8 bytes in a frame. */
const ENTRIES = PAGE_WORDS / 2;
const PAGE_SIZES = [1];

export class LinearDriver implements MmuDriver {
  readonly name = 'linear';
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly #attributes: EntryAttributes;
  /** Frames of a table, as a power of two. */
  readonly #order: number;
  readonly #counters: Float64Array;

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly buddy: BuddyAllocator,
    private readonly tlb: TlbService,
    private readonly probe: Probe,
  ) {
    this.#attributes = attributesOf(format);
    this.#order = Math.log2(tableFrames(format, 0));
    this.#counters = probe.counters;
    this.basic = this.#basicFunctions();
    this.overrides = {
      tobjIterNext: (tdb, iterator, out) => this.#next(tdb, iterator, out),
      tobjIterPeek: (tdb, iterator, out) => this.#peek(tdb, iterator, out),
      addrRangeVoid: (tdb, start, end) => this.#isVoid(tdb, start, end),
    };
  }

  #basicFunctions(): BasicFunctions {
    const { tobjReadAttr, tobjWriteAttr } = this.#attributes;
    return {
      tobjInit: (tobj, vpn) => take(tobj, vpn, 0, 0),
      tobjReadAttr,
      tobjWriteAttr,
      tobjCopy: (from, to) => {
        take(to, from.vpn, from.word0, from.word1);
        to.pages = from.pages;
      },
      tdbFindTobj: (tdb, vpn, out) => this.#read(tdb, vpn, out),
      tdbUpdateTobj: (tdb, tobj, old) => this.#update(tdb, tobj, old),
      tdbRemoveTobj: (tdb, tobj, old) => {
        this.#read(tdb, tobj.vpn, old);
        if (old.word0 !== 0 || old.word1 !== 0) this.#write(tdb, tobj.vpn, 0, 0);
      },
      tdbPageSizes: () => PAGE_SIZES,
      tdbStats: () => {
        const tables = this.#counters[Counter.TablesByLevel];
        return { tablesByLevel: [tables], bytes: tables * tableFrames(this.format, 0) * PAGE_BYTES };
      },
      tsvcInit: () => undefined,
      tsvcCreateTdb: (id) => this.#create(id),
      tsvcDestroyTdb: (tdb) => {
        this.tlb.forget(tdb);
        this.#counters[Counter.TablesByLevel]--;
        this.buddy.free(tdb.root, 'PTE table', tableOwner(0));
      },
      tsvcSwitchTdb: (tdb) => this.tlb.switchTo(tdb),
      tsvcReadTdb: () => this.tlb.readRoot(),
      // Tables stay as long as their database: no flush has to reach CPUs that are idle.
      tsvcFlushTlb: (tdb, start, end) => this.tlb.flushRange(tdb, start, end, false),
    };
  }

  /** The whole table at once: `null` if there are not so many frames in a row. Frames of it are backed when they are written. */
  #create(id: number): Tdb | null {
    const root = this.buddy.allocate(this.#order, 'PTE table', tableOwner(0));
    if (root === -1) return null;
    this.#counters[Counter.TablesByLevel]++;
    return { id, root };
  }

  #update(tdb: Tdb, tobj: Tobj, old: Tobj): Errno {
    if (tobj.pages !== 1) return 'EINVAL';
    this.#read(tdb, tobj.vpn, old);
    this.#write(tdb, tobj.vpn, tobj.word0, tobj.word1);
    return 'ok';
  }

  #read(tdb: Tdb, vpn: Vpn, out: Tobj): void {
    const base = this.memory.base(frameOf(tdb, vpn));
    const at = base + 2 * (vpn % ENTRIES);
    const { words } = this.memory.pool;
    take(out, vpn, base < 0 ? 0 : words[at], base < 0 ? 0 : words[at + 1]);
    this.probe.tableRead();
  }

  #write(tdb: Tdb, vpn: Vpn, low: number, high: number): void {
    const { memory, probe } = this;
    const frame = frameOf(tdb, vpn);
    const base = memory.back(frame);
    const at = base + 2 * (vpn % ENTRIES);
    const { words } = memory.pool;
    const oldLow = words[at];
    const oldHigh = words[at + 1];
    memory.pool.touch(base / PAGE_WORDS);
    words[at] = low;
    words[at + 1] = high;
    probe.tableWrite();
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder === null) return;
    const change = { oldLow, oldHigh, newLow: low | 0, newHigh: high | 0 };
    probe.recorder.emit({ kind: 'entryWrite', level: 0, table: tdb.root, index: vpn, ...change });
  }

  // ---- ranges -------------------------------------------------------------------------------------------------------

  /** The first page at or behind `from` that is mapped, or the end of what was looked at: of the frame, or of the range. */
  #seek(tdb: Tdb, from: Vpn, end: Vpn): Vpn {
    const stop = minVpn(end, addPages(from, ENTRIES - (from % ENTRIES)));
    const base = this.memory.base(frameOf(tdb, from));
    let vpn: number = from;
    if (base < 0) vpn = stop;
    else {
      const { words } = this.memory.pool;
      let at = base + 2 * (from % ENTRIES);
      for (; vpn < stop && words[at] === 0 && words[at + 1] === 0; at += 2) vpn++;
    }
    this.probe.tableReads(vpn - from + (vpn < stop ? 1 : 0));
    return vpn as Vpn;
  }

  #next(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    it.objects++;
    if (this.#find(tdb, it, out)) it.vpn = addPages(out.vpn, 1);
    else take(out, from, 0, 0);
  }

  #peek(tdb: Tdb, it: TobjIterator, out: Tobj): void {
    const from = it.vpn;
    if (!this.#find(tdb, it, out)) take(out, from, 0, 0);
    it.vpn = from;
  }

  /** Looks for an object from the iterator's place on, no further than one frame of the table; the place follows. */
  #find(tdb: Tdb, it: TobjIterator, out: Tobj): boolean {
    if (it.table !== tdb.root) {
      it.table = tdb.root;
      it.lookups++;
    }
    const stop = minVpn(it.end, addPages(it.vpn, ENTRIES - (it.vpn % ENTRIES)));
    it.vpn = this.#seek(tdb, it.vpn, it.end);
    if (it.vpn === stop) return false;
    const at = this.memory.base(frameOf(tdb, it.vpn)) + 2 * (it.vpn % ENTRIES);
    const { words } = this.memory.pool;
    take(out, it.vpn, words[at], words[at + 1]);
    return true;
  }

  #isVoid(tdb: Tdb, start: Vpn, end: Vpn): boolean {
    for (let vpn = start; vpn < end;) {
      const stop = minVpn(end, addPages(vpn, ENTRIES - (vpn % ENTRIES)));
      vpn = this.#seek(tdb, vpn, end);
      if (vpn < stop) return false;
    }
    return true;
  }
}

/** Frame of the table that has the page's entry. */
const frameOf = ({ root }: Tdb, vpn: Vpn): Pfn => asPfn(root + Math.floor(vpn / ENTRIES));

function take(out: Tobj, vpn: Vpn, word0: number, word1: number): void {
  out.vpn = vpn;
  out.pages = 1;
  out.word0 = word0;
  out.word1 = word1;
}
