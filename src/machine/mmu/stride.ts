/**
 * The stretches of a run in which nothing happens but what caches and tables answer: hits of both levels, and walks that change
 * nothing in the tables and map a page of 4 KiB. Most of a real program is that, so its loop is small and flat, and lies
 * where nothing stands between it and its data (wasm/stride.ts); whatever is out of the ordinary (a fault, a right that
 * is missing, an A or D bit to set, a huge page, a page that is watched, an access that crosses pages) it leaves to the
 * translator, untouched.
 *
 * It is a shortcut through `Translator`, not a second opinion: state and counters after it are those that the translator's own
 * way would have left, which tests hold for random programs (test/machine/mmu, test/machine/replay).
 */
import { type AccessChunk, packedKind } from '../core/accessChunk';
import { type Pfn, type Vpn, wrapPage } from '../core/addresses';
import type { HardwareCosts } from '../core/costs';
import { Counter } from '../core/counters';
import { type Probe, Signal } from '../core/probe';
import { EntryData } from './associativeCache';
import type { Access, RightsTable } from './rights';
import type { Sides } from './sides';
import { StrideMemory } from './strideMemory';
import { countLongWalk, type Tally, TallyOf } from './tally';
import type { TlbLevel } from './tlbLevel';
import { type Walker, WalkStatus } from './walker';
import { Answer, LoopEnd, May } from './wasm/layout';

/** Why a stride ended. */
export const enum StrideEnd {
  /** At the end of the run. */
  Done,
  /** At an access that the translator has to make. */
  Other,
  /** At an access that missed both levels and has been walked for, in vain or to a huge page: `Walker.result` tells. */
  Walked,
  /** Behind an access in which something armed was seen. */
  Fired,
}

/** The loop has not been given what a walk found. */
const NOT_WALKED = -1;

export interface StrideParts {
  l1d: TlbLevel;
  l1i: TlbLevel;
  stlb: TlbLevel;
  /** An entry that leaves the second level leaves the first too. */
  strict: boolean;
  rights: RightsTable;
  walker: Walker;
  probe: Probe;
  tally: Tally;
  /** Between these lie the pages that no address has. */
  lowerEnd: number;
  upperStart: number;
}

export class Stride {
  end: StrideEnd = StrideEnd.Done;
  /** Number of the lead at the place where it ended. */
  lead = 0;
  /** Of the strides since `begin`: data look-ups that missed the first level, and those that the second then answered. */
  misses = 0;
  secondHits = 0;
  /** Place of the last access that walked; −1 if none did. */
  walkedAt = -1;

  /** Misses, too, are for a stride: a page of 4 KiB has a place in both levels, leaves one without touching the other, and LRU says for which. */
  readonly #misses: boolean;
  #memory: StrideMemory | null = null;
  /** By level: walks that were counted in a memory that there is another for. */
  readonly #kept = new Int32Array(TallyOf.Levels);
  /** The host cannot have the loop: there are no strides. */
  #refused = false;

  constructor(private readonly parts: StrideParts) {
    const { l1d, l1i, stlb, strict } = parts;
    this.#misses =
      !strict &&
      [l1d, l1i, stlb].every((level) => level.bySize[0] !== null) &&
      l1d.small.replacer === null &&
      stlb.small.replacer === null;
  }

  /** Forgets what the strides before have counted. */
  begin(): void {
    this.walkedAt = -1;
    this.misses = this.secondHits = 0;
    for (let level = this.#levels - 1; level >= 0; level--) this.#takeWalksFrom(level);
  }

  /** The loop's own walks that started at a level, since they were last taken. */
  #takeWalksFrom(level: number): number {
    const walks = this.#kept[level] + (this.#memory?.takeWalksFrom(level) ?? 0);
    this.#kept[level] = 0;
    return walks;
  }

  get #levels(): number {
    return this.parts.walker.treeWalk?.levels.length ?? 0;
  }

  /** Adds the loop's own walks to the counters. */
  countWalks(counters: Float64Array, costs: HardwareCosts): void {
    const { tally } = this.parts;
    const last = this.#levels - 1;
    for (let start = last; start >= 0; start--) {
      const walks = this.#takeWalksFrom(start);
      if (walks === 0) continue;
      const references = last - start + 1;
      counters[Counter.LookupCycles] += walks * Math.min(references, last) * costs.walk_cache_lookup;
      counters[Counter.WalkCycles] += walks * references * costs.table_read;
      // What level `start` − 1's walk cache knew, those below it did not.
      if (start > 0) counters[Counter.WalkCaches + 2 * start - 2] += walks;
      for (let level = start; level < last; level++) counters[Counter.WalkCaches + 2 * level + 1] += walks;
      tally.walks[tally.width * last + references] += walks;
    }
  }

  /** Memory with everything in it that the loop needs, wherever that has gone since; `null`: there is none. */
  #ready(): StrideMemory | null {
    if (this.#memory?.isCurrent || this.#refused) return this.#memory;
    const { l1d, l1i, stlb, walker, lowerEnd, upperStart } = this.parts;
    for (let level = this.#levels - 1; level >= 0; level--) this.#kept[level] = this.#takeWalksFrom(level);
    try {
      const tree = walker.treeWalk ?? null;
      this.#memory = new StrideMemory({ data: l1d.small, code: l1i.small, second: stlb.small, tree });
      this.#memory.setAddresses(lowerEnd, upperStart);
    } catch {
      // The translator makes every access itself: as right, and slower.
      this.#refused = true;
      this.#memory = null;
    }
    return this.#memory;
  }

  /**
   * Makes leads of `chunk` from number `lead` on, at place `from`, and passes over the repeats between them, of which nothing
   * is known but that they change nothing. Returns the place where it ended.
   */
  run(
    chunk: AccessChunk,
    from: number,
    lead: number,
    to: number,
    shift: number,
    user: number,
    sides: Sides,
    root: Pfn,
    globalPages: boolean,
    hugePages: boolean,
  ): number {
    this.end = StrideEnd.Other;
    this.lead = lead;
    const memory = this.#ready();
    if (memory === null) return from;
    const { packed, leads, leadVpn, leadCount } = chunk;
    const { probe, rights, walker } = this.parts;
    const { watches } = probe;
    const tree = walker.treeWalk ?? null;
    const reserved = tree === null ? 0 : tree.reservedHigh | rights.reservedHigh;
    let may = globalPages ? May.GlobalPages : 0;
    if (this.#misses) {
      may |= May.SearchSet;
      if (!hugePages && (probe.armed & Signal.TlbMiss) === 0) may |= May.Miss;
      if (tree !== null && !watches.physicalReads) may |= May.Walk;
    }
    if (watches.pages) {
      may |= May.Watched;
      memory.watch(watches);
    }
    memory.allow(rights);
    memory.bring(chunk, lead);
    let number = lead;
    let at = from;
    let until = to;
    let given = NOT_WALKED;
    let dataLead = -1;
    let codeLead = -1;
    for (;;) {
      at = memory.run(number, at, until, leadCount, shift, user, may, root, reserved, given);
      number = memory.answer(Answer.Lead);
      this.misses += memory.answer(Answer.Misses);
      this.secondHits += memory.answer(Answer.SecondHits);
      const walkedAt = memory.answer(Answer.WalkedAt);
      if (walkedAt >= 0) this.walkedAt = walkedAt;
      const lastData = memory.answer(Answer.DataLead);
      if (lastData >= 0) dataLead = lastData;
      const lastCode = memory.answer(Answer.CodeLead);
      if (lastCode >= 0) codeLead = lastCode;
      const end: LoopEnd = memory.answer(Answer.End);
      if (end === LoopEnd.Done) {
        this.end = until < to ? StrideEnd.Fired : StrideEnd.Done;
        break;
      }
      if (end === LoopEnd.Other) break;
      const kind: Access = memory.answer(Answer.WalkKind);
      this.walk(root, memory.walkPage as Vpn, kind, user, false);
      const { result } = walker;
      if (result.status !== WalkStatus.Mapped || result.pageSize !== 0) {
        this.end = StrideEnd.Walked;
        break;
      }
      given = result.pfn * EntryData.Scale + result.flags;
      // The access is finished, and no other made.
      if (probe.fired !== 0) until = at + 1;
    }
    if (codeLead >= 0) sides.code.page = wrapPage(leadVpn[codeLead] + shift);
    if (dataLead >= 0) {
      sides.data.page = wrapPage(leadVpn[dataLead] + shift);
      sides.data.kind = packedKind(packed[leads[dataLead]]);
    }
    this.lead = number;
    return at;
  }

  /** Walks, and counts a walk that ended in a translation. */
  walk(root: Pfn, vpn: Vpn, kind: Access, user: number, retry: boolean): void {
    const { walker, probe, tally } = this.parts;
    if (walker.walk(root, vpn, kind, user, retry) !== WalkStatus.Mapped) return;
    const { references, level, cycles } = walker.result;
    probe.counters[Counter.WalkCycles] += cycles;
    if (references < tally.width) tally.walks[tally.width * level + references]++;
    else countLongWalk(probe.counters, references);
  }
}
