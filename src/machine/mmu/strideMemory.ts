/**
 * The memory that the loop in `wasm/stride.ts` works in. TLBs, walk caches and simulated memory are moved there for good: the rest
 * of the machine goes on with the same bytes through its typed arrays. Simulated memory that has outgrown its room gets a
 * new one, twice as large as what it needs; a memory is never enlarged, because that would detach the arrays of whoever holds one.
 */
import type { AccessChunk } from '../core/accessChunk';
import type { Watches } from '../core/watch';
import type { PagedStore } from '../memory/pagedStore';
import { RECORD_WORDS } from '../memory/physicalMemory';
import type { AssociativeCache } from './associativeCache';
import type { RightsTable } from './rights';
import { STRIDE_CODE } from './strideCode';
import type { TreeWalk } from './walker';
import { type Answer, At, CacheWord, LevelWord, TablesWord } from './wasm/layout';

const WASM_PAGE_BYTES = 65536;
const MOST_BYTES = 2 ** 32 - WASM_PAGE_BYTES;
const STORE_ROOM = 2;

export interface StrideCaches {
  data: AssociativeCache;
  code: AssociativeCache;
  second: AssociativeCache;
  tree: TreeWalk | null;
}

type Run = (
  lead: number,
  from: number,
  to: number,
  leadCount: number,
  shift: number,
  user: number,
  may: number,
  root: number,
  reserved: number,
  given: number,
) => number;

let code: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  if (code === undefined) {
    const bytes = Uint8Array.from({ length: STRIDE_CODE.length / 2 }, (_, i) =>
      Number.parseInt(STRIDE_CODE.slice(2 * i, 2 * i + 2), 16),
    );
    code = new WebAssembly.Module(bytes);
  }
  return code;
}

const bytesIn = ({ words }: PagedStore): number => STORE_ROOM * words.byteLength;

export class StrideMemory {
  /** See `run` of wasm/stride.ts. */
  readonly run: Run;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #places: Uint16Array;
  readonly #tree: TreeWalk | null;
  /** Whose columns lie there, from which lead on. */
  #chunk: AccessChunk | null = null;
  #filling = 0;
  #firstLead = 0;

  /** Throws where the host has no memory for it or does not compile, or it would be larger than such a memory can be. */
  constructor(caches: StrideCaches) {
    const { data, code, second, tree } = caches;
    const walkCaches = (tree?.levels ?? []).flatMap(({ cache }) => cache ?? []);
    // One structure may be two of them.
    const moving = [...new Set([data, code, second, ...walkCaches])];
    const stores = tree === null ? [] : [tree.memory.records, tree.memory.pool];
    const cacheBytes = moving.reduce((sum, { bytes }) => sum + bytes, 0);
    // Marks are read sixteen at once: behind the last there is something.
    const all = At.Free + cacheBytes + 16 + stores.reduce((sum, store) => sum + bytesIn(store), 0);
    if (all > MOST_BYTES) throw new RangeError('more simulated memory than fits');
    const pages = Math.ceil(all / WASM_PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    // Before anything is moved: a host may refuse to compile.
    this.run = new WebAssembly.Instance(compiled(), { env: { memory } }).exports.run as Run;
    const { buffer } = memory;
    this.#words = new Int32Array(buffer, 0, At.Free / 4);
    this.#doubles = new Float64Array(buffer, 0, At.Free / 8);
    this.#places = new Uint16Array(buffer, 0, At.Free / 2);
    this.#tree = tree;
    let at: number = At.Free;
    for (const cache of moving) {
      cache.moveTo(buffer, at);
      at += cache.bytes;
    }
    at += 16;
    for (const store of stores) {
      const bytes = bytesIn(store);
      store.moveTo(new Int32Array(buffer, at, bytes / 4));
      at += bytes;
    }
    this.#describe(data, At.Data);
    this.#describe(code, At.Code);
    this.#describe(second, At.Second);
    if (tree !== null) this.#describeTables(tree);
  }

  #describe(cache: AssociativeCache, at: number): void {
    const word = at / 4;
    this.#words[word + CacheWord.Slots] = cache.slots.byteOffset;
    this.#words[word + CacheWord.Heads] = cache.heads.byteOffset;
    this.#words[word + CacheWord.Ring] = cache.ring.byteOffset;
    this.#words[word + CacheWord.Marks] = cache.marks.byteOffset;
    this.#words[word + CacheWord.Entries] = cache.entries;
    this.#words[word + CacheWord.Sets] = cache.sets;
    this.#words[word + CacheWord.Mask] = cache.mask;
    this.#words[word + CacheWord.Ways] = cache.ways;
    this.#words[word + CacheWord.MarkWords] = cache.markWords;
  }

  #describeTables({ levels, first, memory }: TreeWalk): void {
    const word = At.Tables / 4;
    this.#words[word + TablesWord.Count] = levels.length;
    this.#words[word + TablesWord.First] = first;
    this.#words[word + TablesWord.Records] = memory.records.words.byteOffset;
    this.#words[word + TablesWord.RecordCount] = memory.records.words.length / RECORD_WORDS;
    this.#words[word + TablesWord.Pool] = memory.pool.words.byteOffset;
    levels.forEach(({ shift, indexMask, cache }, i) => {
      const level = At.Levels / 4 + i * LevelWord.Count;
      this.#words[level + LevelWord.Shift] = shift;
      this.#words[level + LevelWord.IndexMask] = indexMask;
      if (cache !== null) this.#describe(cache, 4 * (level + LevelWord.Cache));
    });
  }

  /** False: the simulated memory has outgrown its room, and lies elsewhere. */
  get isCurrent(): boolean {
    if (this.#tree === null) return true;
    const { records, pool } = this.#tree.memory;
    const { buffer } = this.#words;
    return records.words.buffer === buffer && pool.words.buffer === buffer;
  }

  /** Brings the leads of a chunk there, from number `lead` on. */
  bring(chunk: AccessChunk, lead: number): void {
    if (chunk === this.#chunk && chunk.filling === this.#filling && lead >= this.#firstLead) return;
    const { packed, leads, leadVpn, leadCount } = chunk;
    this.#chunk = chunk;
    this.#filling = chunk.filling;
    this.#firstLead = lead;
    const words = this.#words;
    for (let i = lead; i < leadCount; i++) words[At.Leads / 4 + i] = packed[leads[i]];
    this.#places.set(leads.subarray(lead, leadCount), At.Places / 2 + lead);
    this.#doubles.set(leadVpn.subarray(lead, leadCount), At.Pages / 8 + lead);
  }

  allow({ quickMask, quickWant }: RightsTable): void {
    const words = this.#words;
    for (let i = 0; i < quickMask.length; i++) {
      words[At.QuickMask / 4 + i] = quickMask[i];
      words[At.QuickWant / 4 + i] = quickWant[i];
    }
  }

  watch({ lowestPage, highestPage, pageBits }: Watches): void {
    this.#doubles[At.LowestWatched / 8] = lowestPage;
    this.#doubles[At.HighestWatched / 8] = highestPage;
    this.#words.set(pageBits, At.WatchedPages / 4);
  }

  setAddresses(lowerEnd: number, upperStart: number): void {
    this.#doubles[At.LowerEnd / 8] = lowerEnd;
    this.#doubles[At.UpperStart / 8] = upperStart;
  }

  answer(word: Answer): number {
    return this.#words[At.Answer / 4 + word];
  }

  /** Page of the access that `answer(Answer.End)` wants walked for. */
  get walkPage(): number {
    return this.#doubles[At.WalkPage / 8];
  }

  /** Walks that started at a level since they were last taken. */
  takeWalksFrom(level: number): number {
    const at = At.WalksFrom / 4 + level;
    const walks = this.#words[at];
    this.#words[at] = 0;
    return walks;
  }
}
