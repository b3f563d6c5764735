/**
 * The chunks of a trace as bytes, by number: in memory up to a budget, the others in a file of the host.
 *
 * Promises that the file is a help and never a condition: where there is none, or it fails while it is written,
 * everything is in memory. Once chunks are only in the file and it cannot be read, `read` throws a TraceError.
 */
import { lostChunk, type TraceError } from './errors';
import { isSound } from './storedChunk';
import type { TraceFile } from './traceFiles';

export interface ShelfOptions {
  /** Name of the trace, for messages. */
  source: string;
  /** Bytes of chunks that stay in memory although there is a file. */
  memoryBytes: number;
  /** Once there are more bytes than this, a file is asked for. */
  fileFrom: number;
  createFile?: () => TraceFile | undefined;
}

export class ChunkShelf {
  #offsets: number[] = [0];
  #inMemory: (Uint8Array | undefined)[] = [];
  #bytesInMemory = 0;
  #file: TraceFile | undefined;
  #mayCreate: boolean;
  /** Chunks whose bytes are known to be sound, by number: looking at a chunk costs half of reading it. */
  readonly #sound: boolean[] = [];

  constructor(private readonly options: ShelfOptions) {
    this.#mayCreate = options.createFile !== undefined;
  }

  /** The chunks that a file begins with. */
  static of(file: TraceFile, offsets: Iterable<number>, source: string): ChunkShelf {
    const shelf = new ChunkShelf({ source, memoryBytes: 0, fileFrom: Infinity });
    shelf.#file = file;
    shelf.#offsets = [...offsets];
    return shelf;
  }

  /** Where each chunk begins in the file, and where the last one ends. */
  get offsets(): readonly number[] {
    return this.#offsets;
  }

  get count(): number {
    return this.#offsets.length - 1;
  }

  /** Of all chunks, wherever they are. */
  get bytes(): number {
    return this.#offsets[this.count];
  }

  /** The file, if every chunk is in it. */
  get file(): TraceFile | undefined {
    return this.#file;
  }

  append(chunk: Uint8Array): void {
    const { fileFrom, memoryBytes } = this.options;
    const end = this.bytes + chunk.length;
    if (this.#mayCreate && end > fileFrom) this.#startFile();
    this.#write(chunk);
    const held = this.#file === undefined || this.#bytesInMemory + chunk.length <= memoryBytes;
    this.#inMemory.push(held ? chunk : undefined);
    if (held) this.#bytesInMemory += chunk.length;
    this.#sound[this.count] = true;
    this.#offsets.push(end);
  }

  read(index: number): Uint8Array {
    return this.#inMemory[index] ?? this.#fromFile(index);
  }

  /** Lets go of the file if nothing is in it alone. */
  settle(): void {
    if (this.#bytesInMemory === this.bytes) this.#dropFile();
  }

  dispose(): void {
    this.#dropFile();
    this.#inMemory = [];
  }

  #startFile(): void {
    this.#mayCreate = false;
    this.#file = this.options.createFile?.();
    for (const chunk of this.#inMemory) if (chunk !== undefined) this.#write(chunk);
  }

  #write(chunk: Uint8Array): void {
    try {
      this.#file?.append(chunk);
    } catch {
      this.#retreat();
    }
  }

  /** The file cannot grow, for want of room as a rule: what is only there comes back into memory. */
  #retreat(): void {
    for (let i = 0; i < this.#inMemory.length; i++) this.#inMemory[i] ??= this.#fromFile(i);
    this.#bytesInMemory = this.bytes;
    this.#dropFile();
  }

  #fromFile(index: number): Uint8Array {
    const offset = this.#offsets[index];
    try {
      if (this.#file === undefined) throw new Error('the trace was closed');
      const bytes = this.#file.read(offset, this.#offsets[index + 1] - offset);
      this.#sound[index] ||= isSound(bytes);
      if (this.#sound[index]) return bytes;
    } catch (error) {
      throw this.#lost(error);
    }
    throw this.#lost(new Error('its content was changed'));
  }

  #lost(cause: unknown): TraceError {
    // The next launch must not find it.
    this.#file?.discard();
    return lostChunk(this.options.source, cause);
  }

  #dropFile(): void {
    this.#file?.dispose();
    this.#file = undefined;
  }
}
