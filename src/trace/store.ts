/**
 * A loaded trace: compact, seekable, immutable.
 *
 * Chunks of CHUNK_ACCESSES accesses, of which only the last may be shorter, lie encoded on a shelf (see storedChunk.ts
 * and chunkShelf.ts); a few are in use as views. A replay loop takes the columns of a chunk; the debugger asks for single
 * records. Position i is the i-th access; a modify takes two positions, read then write.
 */
import { CHUNK_ACCESSES, pageOf, ScratchChunk } from '../machine/core/accessChunk';
import { ChunkShelf, type ShelfOptions } from './chunkShelf';
import { unpack, type TraceRecord } from './record';
import { encodeChunk, StoredChunk } from './storedChunk';

/** Accesses by kind. */
export interface AccessCounts {
  reads: number;
  writes: number;
  execs: number;
}

/** As many chunks stay in use as a cursor that goes to and fro between checkpoints needs. */
const CHUNKS_IN_USE = 8;

export class TraceStore {
  /** Chunks in use, the one used last in front. */
  readonly #inUse: { index: number; chunk: StoredChunk }[] = [];

  constructor(
    readonly shelf: ChunkShelf,
    readonly length: number,
    readonly counts: Readonly<AccessCounts>,
  ) {}

  /** Bytes of all chunks, in memory or in a file. */
  get bytes(): number {
    return this.shelf.bytes;
  }

  /**
   * The chunk that holds access `index`; its place in it is `index % CHUNK_ACCESSES`. It is valid until as many others have been
   * asked for as stay in use.
   */
  chunkOf(index: number): StoredChunk {
    const wanted = Math.floor(index / CHUNK_ACCESSES);
    const last = this.#inUse[0];
    return last?.index === wanted ? last.chunk : this.#use(wanted);
  }

  recordAt(index: number): TraceRecord {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`access ${index} of ${this.length}`);
    const chunk = this.chunkOf(index);
    const at = index % CHUNK_ACCESSES;
    return unpack(pageOf(chunk, at), chunk.packed[at], chunk.lineAt(at));
  }

  /** Lets go of memory and files. The store is of no use afterwards. */
  dispose(): void {
    this.#inUse.length = 0;
    this.shelf.dispose();
  }

  #use(index: number): StoredChunk {
    const known = this.#inUse.findIndex((entry) => entry.index === index);
    const [entry] = known < 0 ? [] : this.#inUse.splice(known, 1);
    const used = entry ?? { index, chunk: new StoredChunk(this.shelf.read(index), this.#room()) };
    this.#inUse.unshift(used);
    return used.chunk;
  }

  /** Of the chunk that has to go for another; `undefined` while none has to. A run through a trace would make much garbage. */
  #room(): Float64Array | undefined {
    return this.#inUse.length < CHUNKS_IN_USE ? undefined : this.#inUse.pop()?.chunk.room;
  }
}

const IN_MEMORY: ShelfOptions = { source: 'trace', memoryBytes: Infinity, fileFrom: Infinity };

/** Fills a store from the front; `finish` ends its life. */
export class TraceStoreBuilder {
  readonly #shelf: ChunkShelf;
  readonly #counts = { reads: 0, writes: 0, execs: 0 };
  readonly #chunk = new ScratchChunk();
  readonly #lines = new Float64Array(CHUNK_ACCESSES);

  constructor(options: ShelfOptions = IN_MEMORY) {
    this.#shelf = new ChunkShelf(options);
  }

  /** Lines never go down from one access to the next. */
  append(vpn: number, packed: number, line: number): void {
    if (this.#chunk.length === CHUNK_ACCESSES) this.#seal();
    this.#lines[this.#chunk.length] = line;
    this.#chunk.append(vpn, packed);
  }

  finish(): TraceStore {
    const length = this.#shelf.count * CHUNK_ACCESSES + this.#chunk.length;
    if (this.#chunk.length > 0) this.#seal();
    return new TraceStore(this.#shelf, length, this.#counts);
  }

  /** Instead of `finish`: nobody wants the trace any more. */
  dispose(): void {
    this.#shelf.dispose();
  }

  #seal(): void {
    const { length, writes, execs } = this.#chunk;
    this.#counts.reads += length - writes - execs;
    this.#counts.writes += writes;
    this.#counts.execs += execs;
    this.#shelf.append(encodeChunk(this.#chunk, this.#lines));
    this.#chunk.clear();
  }
}
