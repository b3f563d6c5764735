/**
 * The hardware walker of tree-shaped tables: what an x86 processor does on a TLB miss (Intel SDM vol. 3A §4.5, §4.10.3).
 *
 * One loop over the format table reads an entry per level; it stops where an entry is not present, has a reserved bit
 * set, or maps a page. Walk caches (one a level that points to tables) are asked from the deepest up; a hit gives the
 * next table and the rights so far. A walk that started in a walk cache and found a reason to fault is abandoned and
 * made again from the root, because a cached upper entry may be stale; so every fault is decided, and counted, from the
 * root. Walk caches are filled and promoted only by walks that end in a translation.
 */
import { asPfn, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import type { HardwareCosts } from '../../core/costs';
import type { WalkPurpose } from '../../core/events';
import type { Hasher } from '../../core/hash';
import { type Probe, Signal } from '../../core/probe';
import type { TypedArray } from '../../core/state';
import { AssociativeCache } from '../../mmu/associativeCache';
import { Access, type RightsTable, TlbFlag } from '../../mmu/rights';
import { type Walker, type WalkResult, WalkStatus } from '../../mmu/walker';
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { entriesOf, pagesPerEntry, type PagingFormat } from '../format';
import { frameOf, HIGH, LOW, RESERVED_LOW_OF_LEAF, reservedHigh } from '../x86/entry';

export interface WalkerOptions {
  /** Geometry of the walk caches, root's first; one for each level but the last. */
  caches: readonly { entries: number; ways: number }[];
  /** `hit`: only the deepest hit becomes most recently used. `all`: every cache is asked and every hit promoted. */
  promote: 'hit' | 'all';
  physicalBits: number;
}

const PATH_RIGHTS = TlbFlag.Write | TlbFlag.User;

export class RadixWalker implements Walker {
  readonly result: WalkResult = {
    status: WalkStatus.NotPresent,
    pfn: asPfn(0),
    pageSize: 0,
    flags: 0,
    references: 0,
    cycles: 0,
    level: 0,
  };
  readonly walkCaches: { caches: readonly AssociativeCache[]; flush(): void };
  readonly #caches: readonly AssociativeCache[];
  readonly #last: number;
  /** Per level: 1 / pages an entry covers, and the index mask. */
  readonly #scale: Float64Array;
  readonly #mask: Int32Array;
  readonly #leafSize: Int32Array;
  readonly #reservedHigh: number;
  /** Table and rights met at each level of the walk that runs. Scratch: no state. */
  readonly #tables: Float64Array;
  readonly #rights: Int32Array;
  readonly #entries: Int32Array;

  constructor(
    format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly rights: RightsTable,
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
    private readonly options: WalkerOptions,
  ) {
    const levels = format.levels;
    this.#last = levels.length - 1;
    this.#scale = Float64Array.from(levels, (l) => 1 / pagesPerEntry(l));
    this.#mask = Int32Array.from(levels, (l) => entriesOf(l) - 1);
    this.#leafSize = Int32Array.from(levels, (l) => l.leafSize ?? -1);
    this.#reservedHigh = reservedHigh(options.physicalBits);
    this.#tables = new Float64Array(levels.length + 1);
    this.#rights = new Int32Array(levels.length + 1);
    this.#entries = new Int32Array(levels.length);
    this.#caches = options.caches.map((c, i) => new AssociativeCache(`PWC ${levels[i].name}`, c.entries, c.ways));
    this.walkCaches = { caches: this.#caches, flush: () => this.#caches.forEach((c) => c.clear()) };
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    let start = this.#startLevel(root, vpn);
    let confirmed = false;
    let status = this.#read(vpn, start, access, user, retry ? 'retry' : 'translate');
    if (status !== WalkStatus.Mapped && start > 0) {
      this.probe.counters[Counter.AbandonedReferences] += this.result.references;
      this.probe.counters[Counter.OtherWalkCycles] += this.result.cycles;
      this.#reportEnd('abandoned');
      this.#fromRoot(root);
      start = 0;
      confirmed = true;
      status = this.#read(vpn, 0, access, user, 'confirm');
    }
    if (status === WalkStatus.Mapped) {
      this.#finish(access === Access.Write);
      this.#reportEnd('mapped');
      this.#updateCaches(vpn, start, confirmed);
    } else this.#reportEnd('fault');
    return status;
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    this.#fromRoot(root);
    const status = this.#read(vpn, 0, Access.Write, user, 'dirty');
    if (status === WalkStatus.Mapped) this.#finish(true);
    this.#reportEnd(status === WalkStatus.Mapped ? 'mapped' : 'fault');
    return status;
  }

  #fromRoot(root: Pfn): void {
    this.#tables[0] = root;
    this.#rights[0] = PATH_RIGHTS;
  }

  /** Asks the walk caches, deepest first, and sets where the walk starts. */
  #startLevel(root: Pfn, vpn: Vpn): number {
    this.#fromRoot(root);
    const all = this.options.promote === 'all';
    let start = 0;
    for (let level = this.#last - 1; level >= 0; level--) {
      const cache = this.#caches[level];
      const tag = Math.floor(vpn * this.#scale[level]);
      const at = cache.peek(tag, 0);
      this.probe.counters[Counter.LookupCycles] += this.costs.walk_cache_lookup;
      if (this.probe.recorder !== null)
        this.probe.recorder.emit({
          kind: 'walkCacheLookup',
          structure: cache.name,
          level,
          tag,
          hit: at >= 0,
          table: at >= 0 ? asPfn(cache.frame[at]) : undefined,
        });
      if (at < 0) continue;
      if (start === 0) {
        start = level + 1;
        this.#tables[start] = cache.frame[at];
        this.#rights[start] = cache.flags[at];
      }
      if (!all) break;
    }
    return start;
  }

  /** Reads entries from level `start` down; leaves the path in the scratch arrays and the verdict in `result`. */
  #read(vpn: Vpn, start: number, access: Access, user: number, purpose: WalkPurpose): WalkStatus {
    const r = this.result;
    const probe = this.probe;
    r.references = 0;
    r.cycles = 0;
    if (probe.recorder !== null) {
      const startedFrom = start === 0 ? 'CR3' : this.#caches[start - 1].name;
      const table = asPfn(this.#tables[start]);
      probe.recorder.emit({ kind: 'walkStart', purpose, vpn, startLevel: start, table, startedFrom });
      probe.recorder.indent();
    }
    for (let level = start; ; level++) {
      const table = asPfn(this.#tables[level]);
      const index = (vpn * this.#scale[level]) & this.#mask[level];
      const base = this.memory.base(table);
      // A table outside memory, or never written, reads as zeroes: not present.
      const low = base < 0 ? 0 : this.memory.pool.words[base + 2 * index];
      const high = base < 0 ? 0 : this.memory.pool.words[base + 2 * index + 1];
      if (probe.watches.physicalReads && probe.watches.readsFrame(table)) probe.signal(Signal.Watch);
      r.references++;
      r.cycles += this.costs.table_read;
      r.level = level;
      this.#entries[level] = index;
      if (probe.recorder !== null)
        probe.recorder.emit({ kind: 'tableRead', level, table, index, low, high, cycles: this.costs.table_read });
      if ((low & LOW.P) === 0) return (r.status = WalkStatus.NotPresent);
      const leafSize = this.#leafSize[level];
      const leaf = level === this.#last || (low & LOW.PS) !== 0;
      if ((high & (this.#reservedHigh | this.rights.reservedHigh)) !== 0) return (r.status = WalkStatus.Reserved);
      if (leaf && (leafSize < 0 || (low & RESERVED_LOW_OF_LEAF[leafSize]) !== 0))
        return (r.status = WalkStatus.Reserved);
      const path = this.#rights[level];
      const allowed = (low & LOW.RW ? TlbFlag.Write : 0) | (low & LOW.US ? TlbFlag.User : 0);
      const combined = (path & allowed) | (path & TlbFlag.NoExecute) | (high & HIGH.NX ? TlbFlag.NoExecute : 0);
      if (!leaf) {
        this.#tables[level + 1] = frameOf(low, high);
        this.#rights[level + 1] = combined;
        continue;
      }
      r.pageSize = leafSize;
      // Inside a huge page the low bits of the page number select the frame; bit 12 of a huge leaf is PAT, not frame.
      const pages = 1 / this.#scale[level];
      const first = leafSize === 0 ? frameOf(low, high) : frameOf(low & ~0x1fff, high);
      r.pfn = asPfn(first + (leafSize === 0 ? 0 : vpn % pages));
      r.flags = combined | (low & LOW.D ? TlbFlag.Dirty : 0) | (low & LOW.G ? TlbFlag.Global : 0);
      return (r.status = this.rights.allows(r.flags, access, user) ? WalkStatus.Mapped : WalkStatus.Rights);
    }
  }

  /** Sets A in every entry that the walk used, and D in the leaf for a write. */
  #finish(write: boolean): void {
    const leaf = this.result.level;
    for (let level = leaf - this.result.references + 1; level <= leaf; level++) {
      const set = LOW.A | (write && level === leaf ? LOW.D : 0);
      const table = asPfn(this.#tables[level]);
      const base = this.memory.base(table);
      const at = base + 2 * this.#entries[level];
      const low = this.memory.pool.words[at];
      if ((low & set) === set) continue;
      this.memory.pool.touch(base / PAGE_WORDS);
      this.memory.pool.words[at] = low | set;
      if (this.probe.watches.physicalWrites && this.probe.watches.writesFrame(table)) this.probe.signal(Signal.Watch);
      if (this.probe.recorder === null) continue;
      const fresh = set & ~low;
      const bits = [fresh & LOW.A ? 'A' : '', fresh & LOW.D ? 'D' : ''].join(' ').trim();
      const high = this.memory.pool.words[at + 1];
      this.probe.recorder.emit({
        kind: 'hardwareWrite',
        level,
        table,
        index: this.#entries[level],
        bits,
        low: low | set,
        high,
      });
    }
    if (write) this.result.flags |= TlbFlag.Dirty;
  }

  /**
   * After a walk that mapped: the hit that was used (or every hit) is promoted, what was read is entered. Only a walk that
   * was `confirmed` from the root can find its tags there already.
   */
  #updateCaches(vpn: Vpn, start: number, confirmed: boolean): void {
    const counters = this.probe.counters;
    const lowest = this.options.promote === 'all' ? 0 : Math.max(0, start - 1);
    for (let level = lowest; level < start; level++) {
      const hit = this.#caches[level].find(Math.floor(vpn * this.#scale[level]), 0) >= 0;
      counters[Counter.WalkCaches + 2 * level + (hit ? 0 : 1)]++;
    }
    for (let level = start; level < this.#last; level++) counters[Counter.WalkCaches + 2 * level + 1]++;
    for (let level = start; level < this.result.level; level++) {
      const cache = this.#caches[level];
      const tag = Math.floor(vpn * this.#scale[level]);
      const stale = confirmed ? cache.find(tag, 0) : -1;
      if (stale >= 0) {
        cache.frame[stale] = this.#tables[level + 1];
        cache.flags[stale] = this.#rights[level + 1];
        continue;
      }
      cache.fill(tag, 0, this.#tables[level + 1], this.#rights[level + 1]);
      if (this.probe.recorder !== null)
        this.probe.recorder.emit({
          kind: 'walkCacheFill',
          structure: cache.name,
          level,
          tag,
          table: asPfn(this.#tables[level + 1]),
          evicted: cache.evictedTag >= 0 ? cache.evictedTag : undefined,
        });
    }
  }

  #reportEnd(outcome: 'mapped' | 'fault' | 'abandoned'): void {
    if (this.probe.recorder === null) return;
    const { references, cycles, pfn, pageSize } = this.result;
    this.probe.recorder.outdent();
    const mapped = outcome === 'mapped';
    this.probe.recorder.emit({
      kind: 'walkEnd',
      outcome,
      references,
      cycles,
      pfn: mapped ? pfn : undefined,
      pageSize: mapped ? pageSize : undefined,
    });
  }

  save(): readonly TypedArray[] {
    return this.#caches.flatMap((c) => c.save());
  }

  load(saved: readonly TypedArray[]): void {
    const each = saved.length / this.#caches.length;
    this.#caches.forEach((c, i) => c.load(saved.slice(i * each, (i + 1) * each)));
  }

  hash(into: Hasher): void {
    for (const c of this.#caches) c.hash(into);
  }
}
