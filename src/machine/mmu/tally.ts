/** What a run of accesses adds to the counters at its end, so that the loop does not count one by one. */
import { type AccessChunk, packedKind } from '../core/accessChunk';
import { Counter } from '../core/counters';
import { Access } from './rights';
import type { Sides } from './sides';

export const enum TallyOf {
  /** More levels, and more references of a walk in a tree, than a format has. */
  Levels = 8,
  /** More references than a walk in hashed tables makes. */
  Probes = 32,
}

export class Tally {
  /** More than a walk has references. */
  readonly width: number;
  /** Walks that ended in a translation, at width × `WalkResult.level` + references. */
  readonly walks: Int32Array;

  /** `isTree`: each reference of a walk is one level's. `paths`: the walker's, if it has any. */
  constructor(
    private readonly isTree: boolean,
    private readonly paths?: readonly (readonly number[])[],
  ) {
    this.width = isTree ? TallyOf.Levels : TallyOf.Probes;
    this.walks = new Int32Array(TallyOf.Levels * this.width);
  }

  clear(): void {
    this.walks.fill(0);
  }

  /** Counts the walks, and forgets them. */
  countWalks(counters: Float64Array): void {
    for (let i = 0; i < this.walks.length; i++) {
      const walks = this.walks[i];
      if (walks === 0) continue;
      this.walks[i] = 0;
      const level = Math.floor(i / this.width);
      const references = i % this.width;
      counters[Counter.Walks] += walks;
      counters[Counter.WalkReferences] += walks * references;
      if (references > counters[Counter.WalkLongest]) counters[Counter.WalkLongest] = references;
      if (!this.isTree) continue;
      const path = this.paths?.[level];
      const last = path === undefined ? level : path.length - 1;
      for (let i = last - references + 1; i <= last; i++)
        counters[Counter.ReferencesByLevel + (path === undefined ? i : path[i])] += walks;
    }
  }
}

/** A walk of more references than a tally has room for. */
export function countLongWalk(counters: Float64Array, references: number): void {
  counters[Counter.Walks]++;
  counters[Counter.WalkReferences] += references;
  if (references > counters[Counter.WalkLongest]) counters[Counter.WalkLongest] = references;
}

/** Counts accesses from … to − 1, all of which lie on one page; with `pageOnly` their translations alone. */
export function countAccesses(
  counters: Float64Array,
  chunk: AccessChunk,
  from: number,
  to: number,
  pageOnly: boolean,
  { data, code }: Sides,
  secondHits: number,
): void {
  let { writes, execs } = chunk;
  if (writes + execs > 0) {
    // Those inside are counted, or those outside taken away: whichever are fewer.
    if (to - from <= chunk.length >> 1) {
      writes = countKind(chunk, from, to, Access.Write);
      execs = countKind(chunk, from, to, Access.Exec);
    } else {
      writes -= countKind(chunk, 0, from, Access.Write) + countKind(chunk, to, chunk.length, Access.Write);
      execs -= countKind(chunk, 0, from, Access.Exec) + countKind(chunk, to, chunk.length, Access.Exec);
    }
  }
  const reads = to - from - writes - execs;
  if (!pageOnly) {
    counters[Counter.Reads] += reads;
    counters[Counter.Writes] += writes;
    counters[Counter.Execs] += execs;
  }
  counters[Counter.Translations] += to - from;
  counters[Counter.StlbHits] += secondHits;
  counters[Counter.StlbMisses] += data.misses + code.misses - secondHits;
  counters[Counter.L1dHits] += reads + writes - data.misses - data.refused;
  counters[Counter.L1dMisses] += data.misses;
  counters[Counter.L1iHits] += execs - code.misses - code.refused;
  counters[Counter.L1iMisses] += code.misses;
}

function countKind({ packed, writes, execs }: AccessChunk, from: number, to: number, kind: Access): number {
  if ((kind === Access.Write ? writes : execs) === 0) return 0;
  let n = 0;
  for (let i = from; i < to; i++) if (packedKind(packed[i]) === kind) n++;
  return n;
}
