/**
 * Contents of one chunk of a paged store (64 pages, 65,536 words) as they were at a save.
 *
 * A version is a full copy, or a list of the words that differ from an earlier version (`null`: all zeroes). It never
 * changes, and snapshots share it. Once the lists since the last full copy weigh about as much as a full copy, the next
 * version is a full one: so a chunk is made from at most twice its size, and a dropped snapshot whose words later
 * versions lean on costs no more than that either.
 */
import { PAGE_WORDS } from './pageWords';

export const CHUNK_PAGES = 64;
export const CHUNK_WORDS = CHUNK_PAGES * PAGE_WORDS;

/** What a version costs beside its words: three small objects of the engine. */
const VERSION_BYTES = 200;

export interface ChunkVersion {
  readonly base: ChunkVersion | null;
  /**
   * Of a full copy: the words from the chunk's start; the rest is zero. Of a list: `count` new values, then their places
   * in the chunk, ascending, two in a word.
   */
  readonly data: Int32Array;
  /** Words in the list; −1 for a full copy. */
  readonly count: number;
  /** Bytes of this list and of all that it leans on, up to the last full copy. */
  readonly weight: number;
  /** Bookkeeping of `ByteCensus`; says nothing about the contents. */
  census: number;
}

/** Changed words of one chunk, while a save collects them. */
export class Changes {
  count = 0;
  readonly #places = new Uint16Array(CHUNK_WORDS);
  readonly #values = new Int32Array(CHUNK_WORDS);

  /** Adds the words of a page that differ from `old`; `place` is the page's first word in the chunk. */
  compare(words: Int32Array, at: number, old: Int32Array, oldAt: number, place: number): void {
    const places = this.#places;
    const values = this.#values;
    let n = this.count;
    // By pairs, since table entries are pairs: half as long as word by word where few entries changed.
    const end = at + PAGE_WORDS;
    const back = oldAt - at;
    for (let i = at; i < end; i += 2) {
      const low = words[i];
      const high = words[i + 1];
      if (((low ^ old[i + back]) | (high ^ old[i + back + 1])) === 0) continue;
      if (low !== old[i + back]) {
        places[n] = place + i - at;
        values[n++] = low;
      }
      if (high !== old[i + back + 1]) {
        places[n] = place + i - at + 1;
        values[n++] = high;
      }
    }
    this.count = n;
  }

  /** The version in which a chunk holds these changes; `base` itself if there are none. Full copies end at word `end`. */
  version(base: ChunkVersion | null, words: Int32Array, start: number, end: number): ChunkVersion | null {
    const n = this.count;
    if (n === 0) return base;
    const bytes = 4 * (n + ((n + 1) >> 1)) + VERSION_BYTES;
    const weight = (base === null || base.count < 0 ? 0 : base.weight) + bytes;
    if (weight > 4 * (end - start)) {
      return { base: null, data: words.slice(start, end), count: -1, weight: 0, census: 0 };
    }
    const data = new Int32Array(n + ((n + 1) >> 1));
    data.set(this.#values.subarray(0, n));
    const places = this.#places;
    places[n] = 0;
    for (let i = 0; i < n; i += 2) data[n + (i >> 1)] = places[i] | (places[i + 1] << 16);
    return { base, data, count: n, weight, census: 0 };
  }
}

const placeAt = ({ data, count }: ChunkVersion, i: number): number => {
  const pair = data[count + (i >> 1)];
  return (i & 1) === 0 ? pair & 0xffff : pair >>> 16;
};

/** Writes a list's words to where the chunk lies in `into`. */
export function applyList(list: ChunkVersion, into: Int32Array, start: number): void {
  const { data, count } = list;
  for (let i = 0; i < count; i++) into[start + placeAt(list, i)] = data[i];
}

/** Pages of the chunk that a list changes, ascending. */
export function pagesOf(list: ChunkVersion): number[] {
  const pages: number[] = [];
  for (let i = 0; i < list.count; i = firstAtOrAfter(list, (pages[pages.length - 1] + 1) * PAGE_WORDS))
    pages.push(Math.floor(placeAt(list, i) / PAGE_WORDS));
  return pages;
}

function firstAtOrAfter(list: ChunkVersion, place: number): number {
  let low = 0;
  let high = list.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeAt(list, middle) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lists between two versions of a chunk, newest first; `undefined` if `to` does not lean on `from`. */
export function listsBetween(from: ChunkVersion | null, to: ChunkVersion | null): ChunkVersion[] | undefined {
  const lists: ChunkVersion[] = [];
  let at = to;
  while (at !== from) {
    if (at === null || at.count < 0) return undefined;
    lists.push(at);
    at = at.base;
  }
  return lists;
}

/** What a version is made of: its last full copy (`null`: zeroes), and the lists since then, newest first. */
function madeOf(version: ChunkVersion | null): { full: ChunkVersion | null; lists: ChunkVersion[] } {
  const lists: ChunkVersion[] = [];
  let full = version;
  while (full !== null && full.count >= 0) {
    lists.push(full);
    full = full.base;
  }
  return { full, lists };
}

/** A version's words, from `into[0]`; all of the chunk is written. */
export function materialise(version: ChunkVersion | null, into: Int32Array): void {
  const { full, lists } = madeOf(version);
  if (full === null) into.fill(0);
  else {
    into.set(full.data);
    into.fill(0, full.data.length);
  }
  for (let i = lists.length - 1; i >= 0; i--) applyList(lists[i], into, 0);
}

/** As `materialise`, of some pages alone; the chunk lies at `into[start]`. */
export function materialisePages(
  version: ChunkVersion | null,
  pages: Iterable<number>,
  into: Int32Array,
  start: number,
): void {
  const { full, lists } = madeOf(version);
  for (const page of pages) {
    const from = page * PAGE_WORDS;
    const to = from + PAGE_WORDS;
    const copied = full === null ? from : Math.max(from, Math.min(to, full.data.length));
    if (full !== null && copied > from) into.set(full.data.subarray(from, copied), start + from);
    into.fill(0, start + copied, start + to);
    for (let i = lists.length - 1; i >= 0; i--) {
      const list = lists[i];
      for (let k = firstAtOrAfter(list, from); k < list.count; k++) {
        const place = placeAt(list, k);
        if (place >= to) break;
        into[start + place] = list.data[k];
      }
    }
  }
}

let censuses = 0;

/**
 * Counts the bytes that snapshots hold together: what several of them share is counted once. Only one census at a time
 * can be added to: a new one takes over.
 */
export class ByteCensus {
  readonly #id = ++censuses;

  /** Bytes that these versions add to what was counted before. */
  add(chunks: readonly (ChunkVersion | null)[]): number {
    let bytes = 8 * chunks.length;
    for (const chunk of chunks) {
      for (let at = chunk; at !== null && at.census !== this.#id; at = at.base) {
        at.census = this.#id;
        bytes += at.data.byteLength + VERSION_BYTES;
      }
    }
    return bytes;
  }
}

/** Bytes of these versions with all that they lean on, whoever else holds it. */
export function bytesOf(chunks: readonly (ChunkVersion | null)[]): number {
  let bytes = 8 * chunks.length;
  for (const chunk of chunks)
    for (let at = chunk; at !== null; at = at.base) bytes += at.data.byteLength + VERSION_BYTES;
  return bytes;
}
