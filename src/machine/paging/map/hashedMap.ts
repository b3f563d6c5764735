/**
 * Maps of hashed tables: neighbours in a table are no neighbours in the address space, so all slots are gone through,
 * whatever the stretch. What a frame of slots holds is worked out once and kept as runs until the frame changes.
 */
import { asPfn, PAGE_BYTES, type Pfn } from '../../core/addresses';
import type { ReadableMemory } from '../../memory/readable';
import { LOW } from '../x86/entry';
import { ABSENT, leafKind, MapCounts, type MapStretch, PathRight, rightsOf } from './counts';

/** Frames of slots that one question works out beyond what is kept. */
const FRAMES_AT_ONCE = 1500;
const FRAME_WORDS = PAGE_BYTES / 4;

/** A table of slots, and how its slots read. */
export interface SlotTable {
  table: Pfn;
  slots: number;
  /** Slots from this one on count. */
  firstSlot: number;
  slotWords: number;
  /** Entries of a slot, the words before the first, and pages of each. */
  entries: number;
  entryWord: number;
  entryPages: number;
  /** Page-size code of its leaves. */
  size: number;
  /** First page of the slot whose words begin at an index; −1 if it is empty. */
  pageAt(words: Int32Array, at: number): number;
  isNone(low: number, high: number): boolean;
  isReserved(low: number, high: number): boolean;
}

/** Runs of a frame, three numbers each: first page, pages, kind. */
interface Kept {
  version: number;
  /** Slots before this one did not count. */
  firstSlot: number;
  runs: Float64Array;
}

export class HashedMap {
  readonly #kept = new Map<Pfn, Kept>();

  constructor(private readonly memory: ReadableMemory) {}

  summarise(tables: readonly SlotTable[], stretch: MapStretch, framesAtOnce = FRAMES_AT_ONCE): MapCounts {
    const counts = new MapCounts(stretch);
    let left = framesAtOnce;
    const used = new Set<Pfn>();
    for (const table of tables) {
      const perFrame = FRAME_WORDS / table.slotWords;
      for (let n = Math.floor(table.firstSlot / perFrame); n * perFrame < table.slots; n++) {
        const frame = asPfn(table.table + n);
        const words = this.memory.frameWords(frame);
        if (words === undefined) continue;
        used.add(frame);
        const firstSlot = Math.max(0, table.firstSlot - n * perFrame);
        const version = this.memory.version(frame);
        let kept = this.#kept.get(frame);
        if (kept?.version !== version || kept.firstSlot !== firstSlot) {
          if (left-- <= 0) {
            counts.complete = false;
            continue;
          }
          kept = { version, firstSlot, runs: runsOf(table, words, firstSlot, Math.min(perFrame, table.slots)) };
          this.#kept.set(frame, kept);
        }
        const { runs } = kept;
        for (let i = 0; i < runs.length; i += 3) counts.addRun(runs[i], runs[i + 1], runs[i + 2]);
      }
    }
    if (this.#kept.size > 2 * used.size + 1024)
      for (const frame of this.#kept.keys()) if (!used.has(frame)) this.#kept.delete(frame);
    return counts;
  }
}

/** Neighbouring entries of a slot that are alike are one run. */
function runsOf(table: SlotTable, words: Int32Array, firstSlot: number, slots: number): Float64Array {
  const { slotWords, entries, entryWord, entryPages, size } = table;
  const runs: number[] = [];
  for (let slot = firstSlot; slot < slots; slot++) {
    const at = slot * slotWords;
    const page = table.pageAt(words, at);
    if (page < 0) continue;
    for (let i = 0; i < entries; i++) {
      const low = words[at + entryWord + 2 * i];
      const high = words[at + entryWord + 2 * i + 1];
      if (table.isNone(low, high)) continue;
      const mapped = (low & LOW.P) !== 0 && !table.isReserved(low, high);
      // All tables are read at once: what a walk takes is one round.
      const kind = mapped ? leafKind(size, rightsOf(low, high) & PathRight.All, low, 1) : ABSENT;
      const start = page + i * entryPages;
      const last = runs.length - 3;
      if (last >= 0 && runs[last] + runs[last + 1] === start && runs[last + 2] === kind) runs[last + 1] += entryPages;
      else runs.push(start, entryPages, kind);
    }
  }
  return Float64Array.from(runs);
}
