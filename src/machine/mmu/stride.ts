/**
 * The stretches of a run in which nothing happens but what caches and tables answer: first-level hits, second-level hits, and
 * walks that map a page of 4 KiB. Most of a real program is that, so this loop has been made small and flat, with nothing in
 * it that such accesses do not need; whatever is out of the ordinary (a fault, a right that is missing, a dirty bit to
 * set, a huge page, a page that is watched, an access that crosses pages) it leaves to the translator, untouched.
 *
 * It is a shortcut through `Translator`, not a second opinion: state and counters after it are those that the translator's own
 * way would have left, which tests hold for random programs (test/machine/mmu, test/machine/replay). The ways of a cache are
 * searched, used and filled as `AssociativeCache` does, and a walk that the deepest walk cache answers reads its leaf as
 * `RadixWalker` does; both are written out here, because a call is as dear as what it does.
 */
import { type AccessChunk, packedCrosses, packedKind } from '../core/accessChunk';
import { PageNumbers, type Pfn, type Vpn, wrapPage } from '../core/addresses';
import { Counter } from '../core/counters';
import { type Probe, Signal } from '../core/probe';
import { PageBits } from '../core/watch';
import { PAGE_WORDS } from '../memory/pageWords';
import { EntryData, Mark, markOf } from './associativeCache';
import { combined, frameOf, leafFlags, LOW } from './entry';
import { Access, type RightsTable, TlbFlag } from './rights';
import type { Sides } from './sides';
import { countLongWalk, type Tally } from './tally';
import type { TlbLevel } from './tlbLevel';
import { type LastLevel, type Walker, WalkStatus } from './walker';

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

const NO_WORDS = new Int32Array(0);

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
  /** Added to by each stride; whoever counts clears them. Data look-ups that missed the first level, and what then answered. */
  misses = 0;
  secondHits = 0;
  /** Walks that the deepest walk cache answered and that read the leaf alone. */
  lastLevelWalks = 0;
  /** Place of the last access that walked; −1 if none did. */
  walkedAt = -1;

  /** Misses, too, are for a stride: a page of 4 KiB has a place in both levels, leaves one without touching the other, and LRU says for which. */
  readonly #misses: boolean;

  constructor(private readonly parts: StrideParts) {
    const { l1d, l1i, stlb, strict } = parts;
    this.#misses =
      !strict &&
      [l1d, l1i, stlb].every((level) => level.bySize[0] !== null) &&
      l1d.small.replacer === null &&
      stlb.small.replacer === null;
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
    const { packed, leads, leadVpn, leadCount } = chunk;
    const { probe, rights, walker, lowerEnd, upperStart } = this.parts;
    const { quickMask, quickWant } = rights;
    const passMisses = this.#misses && !hugePages && (probe.armed & Signal.TlbMiss) === 0;
    const passHits = this.#misses;
    const { pages: watching, lowestPage, highestPage, pageBits, physicalReads } = probe.watches;
    const l1i = this.parts.l1i.small;
    const codeSlots = l1i.slots;
    const codeHeads = l1i.heads;
    const codeMask = l1i.mask;
    const codeSets = l1i.sets;
    const l1d = this.parts.l1d.small;
    const slots = l1d.slots;
    const heads = l1d.heads;
    const mask = l1d.mask;
    const sets = l1d.sets;
    const ways = l1d.ways;
    const ring = l1d.ring;
    const entries = l1d.entries;
    const marks = l1d.marks;
    const markWords = l1d.markWords;
    const second = this.parts.stlb.small;
    // Leaves of the last level are read here where the deepest walk cache knows the table.
    const last: LastLevel | null = physicalReads ? null : (walker.lastLevel ?? null);
    const lastCache = last === null ? second : last.cache;
    const lastSlots = lastCache.slots;
    const lastMarks = lastCache.marks;
    const lastHeads = lastCache.heads;
    const lastScale = last === null ? 1 : last.scale;
    const lastMask = last === null ? 0 : last.mask;
    const reserved = last === null ? 0 : last.reservedHigh | rights.reservedHigh;
    const records = last === null ? NO_WORDS : last.memory.records.words;
    const pool = last === null ? NO_WORDS : last.memory.pool.words;
    const secondSlots = second.slots;
    const secondHeads = second.heads;
    const secondMask = second.mask;
    const secondSets = second.sets;
    const secondWays = second.ways;
    const secondRing = second.ring;
    const secondEntries = second.entries;
    const secondMarks = second.marks;
    const secondMarkWords = second.markWords;
    let dataLead = -1;
    let codeLead = -1;
    let number = lead;
    let at = from;
    this.end = StrideEnd.Done;
    while (at < to) {
      const access = packed[at];
      const kind: Access = packedKind(access);
      let vpn = leadVpn[number] + shift;
      if (vpn >= PageNumbers.Count) vpn -= PageNumbers.Count;
      const low = vpn | 0;
      if (
        packedCrosses(access) ||
        (watching &&
          vpn >= lowestPage &&
          vpn <= highestPage &&
          ((pageBits[(low >>> 5) & PageBits.Mask] >>> (low & 31)) & 1) !== 0)
      ) {
        this.end = StrideEnd.Other;
        break;
      }
      const right = 2 * kind + user;
      if (kind === Access.Exec) {
        const head = codeHeads[codeMask >= 0 ? low & codeMask : vpn % codeSets];
        if (codeSlots[2 * head] !== vpn || (codeSlots[2 * head + 1] & quickMask[right]) !== quickWant[right]) {
          this.end = StrideEnd.Other;
          break;
        }
        codeLead = number;
      } else {
        const set = mask >= 0 ? low & mask : vpn % sets;
        const head = heads[set];
        if (slots[2 * head] !== vpn || (slots[2 * head + 1] & quickMask[right]) !== quickWant[right]) {
          // Not what its set was last asked for.
          if (!passHits) {
            this.end = StrideEnd.Other;
            break;
          }
          const mark = markOf(low);
          const pattern = Math.imul(mark, Mark.Ones);
          let found = -1;
          for (let word = 0; word < markWords; word++) {
            const x = marks[set * markWords + word] ^ pattern;
            for (let fits = (x - Mark.Ones) & ~x & Mark.Highs; fits !== 0; fits &= fits - 1) {
              const i = set * ways + 4 * word + ((31 - Math.clz32(fits & -fits)) >>> 3);
              if (slots[2 * i] === vpn && (slots[2 * i + 1] & EntryData.SizeMask) === 0) found = i;
            }
          }
          if (found >= 0) {
            if ((slots[2 * found + 1] & quickMask[right]) !== quickWant[right]) {
              this.end = StrideEnd.Other;
              break;
            }
            if (found !== head) l1d.use(found, set);
          } else {
            if (!passMisses || (vpn >= lowerEnd && vpn < upperStart)) {
              this.end = StrideEnd.Other;
              break;
            }
            const set2 = secondMask >= 0 ? low & secondMask : vpn % secondSets;
            for (let word = 0; word < secondMarkWords; word++) {
              const x = secondMarks[set2 * secondMarkWords + word] ^ pattern;
              for (let fits = (x - Mark.Ones) & ~x & Mark.Highs; fits !== 0; fits &= fits - 1) {
                const i = set2 * secondWays + 4 * word + ((31 - Math.clz32(fits & -fits)) >>> 3);
                if (secondSlots[2 * i] === vpn) found = i;
              }
            }
            let data = -1;
            if (found >= 0) {
              data = secondSlots[2 * found + 1];
              if ((data & quickMask[right]) !== quickWant[right]) {
                this.end = StrideEnd.Other;
                break;
              }
              if (secondHeads[set2] !== found) second.use(found, set2);
              this.misses++;
              this.secondHits++;
            } else {
              if (last !== null) {
                const tag = Math.floor(vpn * lastScale);
                const tagPattern = Math.imul(markOf(tag), Mark.Ones);
                let knows = -1;
                for (let word = 0; word < lastMarks.length; word++) {
                  const x = lastMarks[word] ^ tagPattern;
                  for (let fits = (x - Mark.Ones) & ~x & Mark.Highs; fits !== 0; fits &= fits - 1) {
                    const i = 4 * word + ((31 - Math.clz32(fits & -fits)) >>> 3);
                    if (lastSlots[2 * i] === tag) knows = i;
                  }
                }
                if (knows >= 0) {
                  const table = lastSlots[2 * knows + 1];
                  const record = 4 * Math.floor(table * (1 / EntryData.Scale)) + 3;
                  const slot = record < records.length ? records[record | 0] : 0;
                  if (slot > 0) {
                    const place = (slot - 1) * PAGE_WORDS + 2 * (low & lastMask);
                    const entry = pool[place];
                    const high = pool[place + 1];
                    const flags = combined(table & EntryData.Flags, entry, high) | leafFlags(entry, high);
                    const used = kind === Access.Write ? LOW.P | LOW.A | LOW.D : LOW.P | LOW.A;
                    if (
                      (entry & used) === used &&
                      (high & reserved) === 0 &&
                      (flags & quickMask[right]) === quickWant[right]
                    ) {
                      data = frameOf(entry, high) * EntryData.Scale + (globalPages ? flags : flags & ~TlbFlag.Global);
                      if (lastHeads[0] !== knows) last.cache.use(knows, 0);
                      this.lastLevelWalks++;
                    }
                  }
                }
              }
              this.misses++;
              if (data < 0) {
                this.walk(root, vpn as Vpn, kind, user, false);
                const { result } = walker;
                if (result.status !== WalkStatus.Mapped || result.pageSize !== 0) {
                  this.end = StrideEnd.Walked;
                  this.walkedAt = at;
                  break;
                }
                data = result.pfn * EntryData.Scale + (globalPages ? result.flags : result.flags & ~TlbFlag.Global);
                if (probe.fired !== 0) this.end = StrideEnd.Fired;
              }
              this.walkedAt = at;
              // Enters the second level.
              const victim = secondRing[secondEntries + secondHeads[set2]];
              secondSlots[2 * victim] = vpn;
              secondSlots[2 * victim + 1] = data;
              second.markBytes[4 * set2 * secondMarkWords + victim - set2 * secondWays] = mark;
              secondHeads[set2] = victim;
            }
            const victim = ring[entries + head];
            slots[2 * victim] = vpn;
            slots[2 * victim + 1] = data;
            l1d.markBytes[4 * set * markWords + victim - set * ways] = mark;
            heads[set] = victim;
          }
        }
        dataLead = number;
      }
      number++;
      if (this.end === StrideEnd.Fired) {
        at++;
        break;
      }
      at = number < leadCount && leads[number] < to ? leads[number] : to;
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
