/** Entries of base pages where the tables on the way are there, found and written as `Tables` does, but uncounted. */
import { asPfn, type Pfn, type Vpn } from '../../../core/addresses';
import { type Probe, Signal } from '../../../core/probe';
import type { Tdb, UncountedPages } from '../../../emt/driver';
import { tableOwner } from '../../../emt/gather';
import type { Tobj } from '../../../emt/tobj';
import type { BuddyAllocator } from '../../../memory/buddy';
import { PAGE_WORDS } from '../../../memory/pagedStore';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { entriesOf, pagesPerEntry, type PagingFormat } from '../../format';
import { frameOf, LOW } from '../../x86/entry';

export class UncountedEntries implements UncountedPages {
  readonly #last: number;
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  /** An entry is 2^this words; of a 4-byte entry there is no high word, and the mask is 0. */
  readonly #entryShift: number;
  readonly #highMask: number;
  /** The table that the entry was found in, and its low word in the pool. */
  #table: Pfn = asPfn(0);
  #at = 0;

  /** Of a tree that has the same levels everywhere. */
  constructor(
    { levels, entryBytes }: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly buddy: BuddyAllocator,
    private readonly probe: Probe,
  ) {
    this.#last = levels.length - 1;
    this.#scale = Float64Array.from(levels, (level) => 1 / pagesPerEntry(level));
    this.#mask = Int32Array.from(levels, (level) => entriesOf(level) - 1);
    this.#entryShift = entryBytes === 8 ? 1 : 0;
    this.#highMask = entryBytes === 8 ? -1 : 0;
  }

  findVoid(tdb: Tdb, vpn: Vpn): boolean {
    const { memory, buddy } = this;
    const { words } = memory.pool;
    const last = this.#last;
    let table: Pfn = tdb.root;
    for (let level = 0; ; level++) {
      const base = memory.base(table);
      if (base < 0) return false;
      const at = base + (((vpn * this.#scale[level]) & this.#mask[level]) << this.#entryShift);
      const low = words[at];
      const high = words[at + 1] & this.#highMask;
      if (level === last) {
        this.#table = table;
        this.#at = at;
        return (low | high) === 0;
      }
      if ((low & (LOW.P | LOW.PS)) !== LOW.P) return false;
      table = asPfn(frameOf(low, high));
      if (!buddy.belongsTo(table, tableOwner(level + 1))) return false;
    }
  }

  enter({ word0, word1 }: Tobj): void {
    const { pool } = this.memory;
    pool.touch(Math.floor(this.#at / PAGE_WORDS));
    pool.words[this.#at] = word0;
    if (this.#highMask !== 0) pool.words[this.#at + 1] = word1;
    const { watches } = this.probe;
    if (watches.physicalWrites && watches.writesFrame(this.#table)) this.probe.signal(Signal.Watch);
  }

  read(out: Tobj): void {
    const { words } = this.memory.pool;
    out.pages = 1;
    out.word0 = words[this.#at];
    out.word1 = words[this.#at + 1] & this.#highMask;
  }
}
