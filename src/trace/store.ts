/**
 * A loaded trace in memory: compact, seekable, immutable.
 *
 * Chunks of CHUNK_RECORDS accesses in typed arrays; only the last one may be shorter. 14 bytes an access as a rule
 * (18 where the lines of a chunk are spread over more than 65,536). A replay loop takes the arrays of a chunk; the
 * debugger asks for single records. Position i is the i-th access; a modify takes two positions, read then write.
 */
import { AccessKind, kindOf, unpack, type TraceRecord } from './record';

/** Long enough for a hot loop to pay off, short enough to be one unit of work. */
export const CHUNK_RECORDS = 16384;
const CHUNK_SHIFT = 14;

export interface TraceChunk {
  readonly length: number;
  /** Page number of the first byte, 0 … 2^52 − 1. */
  readonly vpn: Float64Array;
  /** See record.ts. */
  readonly packed: Int32Array;
  readonly firstLine: number;
  /** Line of each access, less `firstLine`. */
  readonly lines: Uint16Array | Uint32Array;
}

export interface AccessCounts {
  reads: number;
  writes: number;
  execs: number;
}

export class TraceStore {
  readonly length: number;
  /** Memory held by the arrays. */
  readonly bytes: number;

  constructor(
    readonly chunks: readonly TraceChunk[],
    readonly counts: Readonly<AccessCounts>,
  ) {
    this.length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    this.bytes = chunks.reduce((sum, c) => sum + c.vpn.byteLength + c.packed.byteLength + c.lines.byteLength, 0);
  }

  /** The chunk that holds access `index`; its place in it is `index % CHUNK_RECORDS`. */
  chunkOf(index: number): TraceChunk {
    return this.chunks[Math.floor(index / CHUNK_RECORDS)];
  }

  recordAt(index: number): TraceRecord {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`access ${index} of ${this.length}`);
    const chunk = this.chunkOf(index);
    const at = index % CHUNK_RECORDS;
    return unpack(chunk.vpn[at], chunk.packed[at], chunk.firstLine + chunk.lines[at]);
  }
}

/** Fills a store from the front; `finish` ends its life. */
export class TraceStoreBuilder {
  length = 0;
  private readonly chunks: TraceChunk[] = [];
  private readonly counts = { reads: 0, writes: 0, execs: 0 };
  private vpn = new Float64Array(0);
  private packed = new Int32Array(0);
  private readonly lines = new Uint32Array(CHUNK_RECORDS);
  private firstLine = 0;

  /** Lines never go down from one access to the next. */
  append(vpn: number, packed: number, line: number): void {
    const at = this.length & (CHUNK_RECORDS - 1);
    if (at === 0) this.startChunk(line);
    this.vpn[at] = vpn;
    this.packed[at] = packed;
    this.lines[at] = line - this.firstLine;
    this.length++;
  }

  finish(): TraceStore {
    const last = this.length - (this.chunks.length << CHUNK_SHIFT);
    if (last > 0) this.seal(last);
    return new TraceStore(this.chunks, this.counts);
  }

  private startChunk(line: number): void {
    if (this.length > 0) this.seal(CHUNK_RECORDS);
    this.vpn = new Float64Array(CHUNK_RECORDS);
    this.packed = new Int32Array(CHUNK_RECORDS);
    this.firstLine = line;
  }

  private seal(length: number): void {
    const whole = length === CHUNK_RECORDS;
    const lines = this.lines.subarray(0, length);
    const packed = whole ? this.packed : this.packed.slice(0, length);
    this.chunks.push({
      length,
      vpn: whole ? this.vpn : this.vpn.slice(0, length),
      packed,
      firstLine: this.firstLine,
      lines: lines[length - 1] <= 0xffff ? Uint16Array.from(lines) : lines.slice(),
    });
    for (const access of packed) {
      const kind = kindOf(access);
      if (kind === AccessKind.read) this.counts.reads++;
      else if (kind === AccessKind.write) this.counts.writes++;
      else this.counts.execs++;
    }
  }
}
