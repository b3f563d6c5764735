/**
 * The MMU driver of the hashed page table: the 15 basic functions and what costs nothing more. Everything else is EMT's
 * architecture-neutral default, so that this file is all that an operating system needs for the scheme.
 */
import { asPfn, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { type Probe, Signal } from '../../core/probe';
import type { BasicFunctions, CustomizableFunctions, Errno, MmuDriver, Tdb } from '../../emt/driver';
import { tableOwner } from '../../emt/gather';
import { Attribute, type Tobj } from '../../emt/tobj';
import type { SoftwareParts } from '../scheme';
import { readAttribute64, writeAttribute64 } from '../x86/attributes64';
import { homeOf, MAX_PROBES, SLOT_WORDS, slotBits } from './format';

const OWNER = tableOwner(0);
const SLOTS_PER_FRAME = PAGE_BYTES / (4 * SLOT_WORDS);

export class HashedDriver implements MmuDriver {
  readonly name = 'hashed';
  readonly basic: BasicFunctions;
  readonly overrides: Partial<CustomizableFunctions>;
  readonly #log2: number;
  readonly #probe: Probe;

  constructor(private readonly parts: SoftwareParts) {
    const { tlb, probe } = parts;
    this.#log2 = slotBits(parts.memory.frameCount);
    this.#probe = probe;
    const frames = (): number => probe.counters[Counter.TablesByLevel];
    this.basic = {
      tobjInit: clear,
      tobjReadAttr: readAttribute64,
      tobjWriteAttr: writeAttribute64,
      tobjCopy: (from, to) => void Object.assign(to, from),
      tdbFindTobj: (tdb, vpn, out) => this.#find(tdb, vpn, out),
      tdbUpdateTobj: (tdb, tobj, old) => this.#update(tdb, tobj, old),
      tdbRemoveTobj: (tdb, tobj, old) => this.#remove(tdb, tobj, old),
      tdbPageSizes: () => [1],
      tdbStats: () => ({ tablesByLevel: [frames()], bytes: frames() * PAGE_BYTES }),
      tsvcInit: () => undefined,
      tsvcCreateTdb: (id) => this.#create(id),
      tsvcDestroyTdb: (tdb) => this.#destroy(tdb),
      tsvcSwitchTdb: (tdb) => tlb.switchTo(tdb),
      tsvcReadTdb: () => tlb.readRoot(),
      tsvcFlushTlb: (tdb, start, end) => tlb.flushRange(tdb, start, end, false),
    };
    this.overrides = {
      tobjIsSwap: (tobj) => readAttribute64(tobj, Attribute.SWAP) !== 0,
      tobjToSwap: (_tdb, tobj) => readAttribute64(tobj, Attribute.SWAP) - 1,
      swapToTobj: (tobj, slot) => writeAttribute64(tobj, Attribute.SWAP, slot + 1),
      walkCacheFlush: () => undefined,
    };
  }

  // ---- the slots ----------------------------------------------------------------------------------------------------

  get #mask(): number {
    return 2 ** this.#log2 - 1;
  }

  #frame(root: Pfn, slot: number): Pfn {
    return asPfn(root + Math.floor(slot / SLOTS_PER_FRAME));
  }

  /** A word of a slot: 0 and 1 are the page number + 1, 2 and 3 the entry. */
  #word(root: Pfn, slot: number, word: number): number {
    const base = this.parts.memory.base(this.#frame(root, slot));
    return base < 0 ? 0 : this.parts.memory.pool.words[base + (slot % SLOTS_PER_FRAME) * SLOT_WORDS + word];
  }

  /** The page of a slot; −1 if it is empty. */
  #pageAt(root: Pfn, slot: number): number {
    return (this.#word(root, slot, 0) >>> 0) + this.#word(root, slot, 1) * 4294967296 - 1;
  }

  /** The slot of a page, or the empty one where it would be; −1 if there is neither within reach. */
  #seek(root: Pfn, vpn: Vpn): number {
    this.#probe.hash();
    const home = homeOf(vpn, this.#log2);
    for (let i = 0; i < MAX_PROBES; i++) {
      const slot = (home + i) & this.#mask;
      this.#probe.tableRead();
      const page = this.#pageAt(root, slot);
      if (page === vpn || page < 0) return slot;
    }
    return -1;
  }

  #write(root: Pfn, slot: number, page: number, low: number, high: number): void {
    const { memory, probe } = this.parts;
    const frame = this.#frame(root, slot);
    const base = memory.back(frame);
    memory.pool.touch(base >> 10);
    const at = base + (slot % SLOTS_PER_FRAME) * SLOT_WORDS;
    const { words } = memory.pool;
    const [oldLow, oldHigh] = [words[at + 2], words[at + 3]];
    words[at] = (page + 1) | 0;
    words[at + 1] = Math.floor((page + 1) / 4294967296);
    words[at + 2] = low;
    words[at + 3] = high;
    probe.tableWrite();
    probe.tableWrite();
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder !== null)
      probe.recorder.emit({
        kind: 'entryWrite',
        level: 0,
        table: root,
        index: 2 * slot + 1,
        oldLow,
        oldHigh,
        newLow: low | 0,
        newHigh: high | 0,
      });
  }

  // ---- objects ------------------------------------------------------------------------------------------------------

  #take(root: Pfn, slot: number, vpn: Vpn, out: Tobj): boolean {
    clear(out, vpn);
    if (slot < 0 || this.#pageAt(root, slot) < 0) return false;
    out.word0 = this.#word(root, slot, 2);
    out.word1 = this.#word(root, slot, 3);
    return true;
  }

  #find({ root }: Tdb, vpn: Vpn, out: Tobj): void {
    this.#take(root, this.#seek(root, vpn), vpn, out);
  }

  #update({ root }: Tdb, tobj: Tobj, old: Tobj): Errno {
    if (tobj.pages !== 1) return 'EINVAL';
    const slot = this.#seek(root, tobj.vpn);
    if (slot < 0) return 'ENOMEM';
    this.#take(root, slot, tobj.vpn, old);
    if (tobj.word0 !== 0 || tobj.word1 !== 0) this.#write(root, slot, tobj.vpn, tobj.word0, tobj.word1);
    else if (this.#pageAt(root, slot) >= 0) this.#vacate(root, slot);
    return 'ok';
  }

  #remove({ root }: Tdb, tobj: Tobj, old: Tobj): void {
    const slot = this.#seek(root, tobj.vpn);
    if (this.#take(root, slot, tobj.vpn, old)) this.#vacate(root, slot);
  }

  /** Empties a slot, and moves up what was pushed past it (Knuth, 6.4 algorithm R): copied first, and only then gone. */
  #vacate(root: Pfn, slot: number): void {
    let hole = slot;
    for (let next = (hole + 1) & this.#mask; ; next = (next + 1) & this.#mask) {
      this.#probe.tableRead();
      const page = this.#pageAt(root, next);
      if (page < 0) break;
      const home = homeOf(page, this.#log2);
      // It may go to the hole unless its home lies between the hole and its place.
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      this.#write(root, hole, page, this.#word(root, next, 2), this.#word(root, next, 3));
      hole = next;
    }
    this.#write(root, hole, -1, 0, 0);
  }

  // ---- address spaces -----------------------------------------------------------------------------------------------

  get #order(): number {
    return this.#log2 - Math.log2(SLOTS_PER_FRAME);
  }

  #create(id: number): Tdb | null {
    const root = this.parts.buddy.allocate(this.#order, 'hashed table', OWNER);
    if (root === -1) return null;
    this.#probe.counters[Counter.TablesByLevel] += 2 ** this.#order;
    return { id, root };
  }

  #destroy(tdb: Tdb): void {
    this.parts.tlb.forget(tdb);
    this.#probe.counters[Counter.TablesByLevel] -= 2 ** this.#order;
    this.parts.buddy.free(tdb.root, 'hashed table', OWNER);
  }
}

function clear(tobj: Tobj, vpn: Vpn): void {
  tobj.vpn = vpn;
  tobj.pages = 1;
  tobj.word0 = 0;
  tobj.word1 = 0;
}
