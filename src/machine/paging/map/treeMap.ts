/**
 * Maps of trees: tables are gone through from the root, and only those of the stretch. A table whose pages all lie in one
 * cell is counted as a whole, so that a coarse map of millions of pages adds up numbers of tables.
 *
 * A frame's worth of entries that map base pages is counted once and kept until the frame changes (`version`). What has
 * to be looked at in one go is bounded: what is over is told as unknown, and is looked at the next time. So the first map
 * of a very large process comes in parts, and every one at once.
 *
 * Tables may form a graph. A table that is counted as a whole is counted once for each level and each set of rights that
 * it is come to with; where it must be divided among cells there are no more visits than cells.
 */
import { MapField } from '../../../protocol/map';
import { asPfn, PAGE_BYTES, type Pfn } from '../../core/addresses';
import type { ReadableMemory } from '../../memory/readable';
import { mapsBasePages, pagesPerEntry, type PagingFormat, rootFrame, rootLevel, tableFrames } from '../format';
import { frameOf, LOW, levelBelow, RESERVED_LOW_OF_LEAF } from '../x86/entry';
import { ABSENT, addKind, leafKind, MapCounts, type MapStretch, PathRight, rightsOf } from './counts';

/** Entries that one question looks at beyond what is kept: some 5 to 10 ms. Upper tables are not kept: they come on top. */
const ENTRIES_AT_ONCE = 600_000;
const UPPER_ENTRIES_AT_ONCE = 4_000_000;
/** Of kept counts, so many that a process of 32 million pages fits. */
const MOST_KEPT = 70_000;

interface Kept {
  version: number;
  counts: Float64Array;
}

interface Level {
  pages: number;
  entries: number;
  frames: number;
  base: boolean;
  leafSize: number | undefined;
  reservedLow: number;
  reservedHigh: number;
  withoutRights: boolean;
}

export interface TreeMapOptions {
  /** Bits of a high word that must be 0. */
  reservedHigh: number;
  /** The entry is not the address space's own, but the kernel's. */
  hides?(table: Pfn, level: number, index: number): boolean;
}

export class TreeMap {
  readonly #kept = new Map<number, Map<number, Kept>>();
  readonly #levels: Level[];
  /** Words of an entry, and entries of a frame. */
  readonly #words: number;
  readonly #entriesPerFrame: number;
  /** Of the question that is being answered: what may still be looked at, and tables counted as a whole. */
  #left = 0;
  #leftAbove = 0;
  #wholes = new Map<number, Float64Array>();
  /** `seenChanges` of the memory that they are of. */
  #wholesAt = -1;
  #counts = new MapCounts({ first: 0, cellPages: 1, cells: 0 });

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: ReadableMemory,
    private readonly options: TreeMapOptions,
  ) {
    this.#words = format.entryBytes / 4;
    this.#entriesPerFrame = PAGE_BYTES / format.entryBytes;
    this.#levels = format.levels.map((level, i) => ({
      pages: pagesPerEntry(level),
      entries: 2 ** level.bits,
      frames: tableFrames(format, i),
      base: mapsBasePages(level),
      leafSize: level.leafSize,
      reservedLow: level.reservedLow ?? 0,
      reservedHigh: level.reservedHigh ?? 0,
      withoutRights: level.withoutRights === true,
    }));
  }

  summarise(root: Pfn, stretch: MapStretch, entriesAtOnce = ENTRIES_AT_ONCE): MapCounts {
    this.#left = entriesAtOnce;
    this.#leftAbove = UPPER_ENTRIES_AT_ONCE;
    // What is below a table is as it was for as long as nothing of it has changed.
    if (!this.#counts.complete || this.#wholesAt !== this.memory.seenChanges) this.#wholes = new Map();
    this.#wholesAt = this.memory.seenChanges;
    const counts = (this.#counts = new MapCounts(stretch));
    this.#spread(rootFrame(root), rootLevel(this.format, root), 0, PathRight.All, 1);
    return counts;
  }

  /** How many tables there are of each level, none counted twice. What no walk can reach is not looked through. */
  tables(root: Pfn): number[] {
    const seen = this.#levels.map(() => new Set<number>());
    const first = rootLevel(this.format, root);
    const queue: [table: number, level: number][] = [[rootFrame(root), first]];
    seen[first].add(rootFrame(root));
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [table, level] = next;
      const { frames, base, entries } = this.#levels[level];
      if (base) continue;
      const perFrame = Math.min(entries, this.#entriesPerFrame);
      for (let n = 0; n < frames; n++) {
        const words = this.memory.frameWords(asPfn(table + n));
        if (words === undefined) continue;
        for (let i = 0; i < perFrame; i++) {
          const low = words[this.#words * i];
          const high = this.#words === 2 ? words[2 * i + 1] : 0;
          if ((low & (LOW.P | LOW.PS)) !== LOW.P || this.#isReserved(level, low, high)) continue;
          if (level === first && this.options.hides?.(asPfn(table), level, n * perFrame + i)) continue;
          const child = levelBelow(this.format, level, high);
          const frame = frameOf(low, high);
          if (seen[child].has(frame)) continue;
          seen[child].add(frame);
          queue.push([frame, child]);
        }
      }
    }
    return seen.map((tables) => tables.size);
  }

  /** A table whose pages may lie in several cells. */
  #spread(table: number, level: number, base: number, rights: number, depth: number): void {
    const { frames, entries, pages } = this.#levels[level];
    const counts = this.#counts;
    counts.addTable(base);
    const perFrame = Math.min(entries, this.#entriesPerFrame);
    const reach = perFrame * pages;
    const from = Math.max(0, Math.floor((counts.first - base) / reach));
    const to = Math.min(frames, Math.ceil((counts.last - base) / reach));
    for (let n = from; n < to; n++) {
      const start = base + n * reach;
      const cell = this.#levels[level].base ? counts.cellOf(start, reach) : -1;
      if (cell >= 0) this.#unit(table + n, level, rights, depth, counts.counts, cell * MapField.Count);
      else this.#entries(table, n, level, start, rights, depth);
    }
  }

  /** The entries of one frame of a table, one by one; neighbours that are alike go into the cells together. */
  #entries(table: number, n: number, level: number, start: number, rights: number, depth: number): void {
    const words = this.memory.frameWords(asPfn(table + n));
    if (words === undefined) return;
    const { pages, entries, base } = this.#levels[level];
    const counts = this.#counts;
    const hides = depth === 1 ? this.options.hides : undefined;
    const perFrame = Math.min(entries, this.#entriesPerFrame);
    const from = Math.max(0, Math.floor((counts.first - start) / pages));
    const to = Math.min(perFrame, Math.ceil((counts.last - start) / pages));
    let run = 0;
    let kind = NONE;
    for (let i = from; i <= to; i++) {
      const low = i < to ? words[this.#words * i] : 0;
      const high = i < to && this.#words === 2 ? words[2 * i + 1] : 0;
      const shown = (low !== 0 || high !== 0) && hides?.(asPfn(table), level, n * perFrame + i) !== true;
      const next = shown ? this.#kindOf(level, rights, low, high, depth) : NONE;
      if (next !== kind || kind < 0) {
        if (kind >= 0) counts.addRun(start + run * pages, (i - run) * pages, kind);
        kind = next;
        run = i;
      }
      if (next === TABLE && !base) this.#child(level, start + i * pages, rights, low, high, depth);
    }
  }

  /** What a table that an entry points to holds. */
  #child(level: number, place: number, rights: number, low: number, high: number, depth: number): void {
    const child = levelBelow(this.format, level, high);
    const own = this.#below(level, rights, low, high);
    const frame = frameOf(low, high);
    const cell = this.#counts.cellOf(place, this.#levels[level].pages);
    if (cell >= 0) this.#counts.addAll(cell, this.#whole(frame, child, own, depth + 1));
    else this.#spread(frame, child, place, own, depth + 1);
  }

  /** What an entry that is not zero counts as (`leafKind`), or that it leads to a table. */
  #kindOf(level: number, rights: number, low: number, high: number, depth: number): number {
    if ((low & LOW.P) === 0 || this.#isReserved(level, low, high)) return ABSENT;
    const { base, leafSize } = this.#levels[level];
    if (!base && (low & LOW.PS) === 0) return TABLE;
    return leafKind(leafSize ?? 0, this.#below(level, rights, low, high), low, depth);
  }

  /** Rights that are left behind an entry. */
  #below(level: number, rights: number, low: number, high: number): number {
    return this.#levels[level].withoutRights ? rights : rights & rightsOf(low, high);
  }

  #isReserved(level: number, low: number, high: number): boolean {
    const { reservedLow, reservedHigh, leafSize, base } = this.#levels[level];
    if ((high & (this.options.reservedHigh | reservedHigh)) !== 0 || (low & reservedLow) !== 0) return true;
    if (!base && (low & LOW.PS) === 0) return false;
    return leafSize === undefined || (low & RESERVED_LOW_OF_LEAF[leafSize]) !== 0;
  }

  /** All that is below a table. */
  #whole(table: number, level: number, rights: number, depth: number): Float64Array {
    const key = keyOf(table, level, rights, depth);
    const known = this.#wholes.get(key);
    if (known !== undefined) return known;
    const total = new Float64Array(MapField.Count);
    total[MapField.Tables] = 1;
    // A table that leads back to itself ends at the last level.
    const { frames, base } = this.#levels[level];
    for (let n = 0; n < frames; n++)
      if (base) this.#unit(table + n, level, rights, depth, total, 0);
      else this.#sum(table + n, level, rights, depth, total);
    this.#wholes.set(key, total);
    return total;
  }

  #sum(frame: number, level: number, rights: number, depth: number, total: Float64Array): void {
    this.memory.version(asPfn(frame));
    const words = this.memory.frameWords(asPfn(frame));
    if (words === undefined) return;
    const { pages, entries } = this.#levels[level];
    const perFrame = Math.min(entries, this.#entriesPerFrame);
    if (this.#leftAbove < 0) {
      total[MapField.Unknown] += perFrame * pages;
      return;
    }
    this.#leftAbove -= perFrame;
    for (let i = 0; i < perFrame; i++) {
      const low = words[this.#words * i];
      const high = this.#words === 2 ? words[2 * i + 1] : 0;
      if (low === 0 && high === 0) continue;
      const kind = this.#kindOf(level, rights, low, high, depth);
      if (kind !== TABLE) {
        addKind(total, 0, pages, kind);
        continue;
      }
      const own = this.#below(level, rights, low, high);
      const child = levelBelow(this.format, level, high);
      // What is kept of the many tables of base pages is their whole: no sum and no place in `#wholes` for each.
      if (this.#levels[child].base && this.#levels[child].frames === 1) {
        total[MapField.Tables]++;
        this.#unit(frameOf(low, high), child, own, depth + 1, total, 0);
        continue;
      }
      const below = this.#whole(frameOf(low, high), child, own, depth + 1);
      for (let f = 0; f < MapField.Count; f++) total[f] += below[f];
    }
  }

  /** A frame of entries that map base pages: from what is kept, or counted now. Adds to `into` from `at` on. */
  #unit(frame: number, level: number, rights: number, depth: number, into: Float64Array, at: number): void {
    const version = this.memory.version(asPfn(frame));
    const same = this.#keptFor(level, rights, depth);
    let kept = same.get(frame);
    if (kept?.version !== version) {
      const words = this.memory.frameWords(asPfn(frame));
      if (words === undefined) return;
      if (this.#left < 0) {
        into[at + MapField.Unknown] += Math.min(this.#levels[level].entries, this.#entriesPerFrame);
        this.#counts.complete = false;
        return;
      }
      kept = { version, counts: this.#count(words, level, rights, depth) };
      same.set(frame, kept);
    }
    const { counts } = kept;
    for (let f = 0; f < MapField.Count; f++) into[at + f] += counts[f];
  }

  /** What is kept of frames that are come to alike: small numbers are what a map finds fast. */
  #keptFor(level: number, rights: number, depth: number): Map<number, Kept> {
    const key = (level * 8 + rights) * 8 + depth;
    let same = this.#kept.get(key);
    if (same === undefined) this.#kept.set(key, (same = new Map<number, Kept>()));
    else if (same.size > MOST_KEPT) same.clear();
    return same;
  }

  /** Entries that are alike follow one another, mostly: what they count as is worked out once. */
  #count(words: Int32Array, level: number, rights: number, depth: number): Float64Array {
    const counts = new Float64Array(MapField.Count);
    const perFrame = Math.min(this.#levels[level].entries, this.#entriesPerFrame);
    this.#left -= perFrame;
    const wide = this.#words === 2;
    const highMask = this.options.reservedHigh | HIGH_FLAGS;
    const { reservedLow } = this.#levels[level];
    let run = 0;
    let lastLow = 0;
    let lastHigh = 0;
    let kind = -1;
    for (let i = 0; i < perFrame; i++) {
      const low = words[wide ? 2 * i : i];
      const high = wide ? words[2 * i + 1] : 0;
      if (low === 0 && high === 0) continue;
      const flagsLow = low & (LOW_FLAGS | reservedLow);
      const flagsHigh = high & highMask;
      if (kind < 0 || flagsLow !== lastLow || flagsHigh !== lastHigh) {
        if (run > 0) addKind(counts, 0, run, kind);
        run = 0;
        lastLow = flagsLow;
        lastHigh = flagsHigh;
        kind = this.#kindOf(level, rights, low, high, depth);
      }
      run++;
    }
    if (run > 0) addKind(counts, 0, run, kind);
    return counts;
  }
}

/** Beside kinds of leaves: an entry that is zero, and one that leads to a table. */
const NONE = -1;
const TABLE = -2;

const LOW_FLAGS = 0xfff;
/** XD: of the high word nothing else is a flag here. */
const HIGH_FLAGS = 1 << 31;

/** Frames have 40 bits, levels and depths less than 16 values, rights 8. */
const keyOf = (frame: number, level: number, rights: number, depth: number): number =>
  ((frame * 16 + level) * 8 + rights) * 8 + depth;
