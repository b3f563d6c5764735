/**
 * A chunk of a trace as bytes, and the views of those bytes that a run takes.
 *
 * A header of HEADER_BYTES, then columns, each aligned to its width, so that what is read from a file is used where it
 * lies: packed accesses (4 bytes each), pages of the leads (4 bytes above the lowest page, or 8 where they are further
 * apart), places of the leads (2), line steps (none if all are equal, else 1, 2, 4 or 8), and the line of every 256th
 * access, from which the steps are added up. Only pages of 4 bytes are copied, for they are doubles in a chunk. The
 * order of bytes is the machine's: a file never travels.
 */
import { type AccessChunk, CHUNK_ACCESSES } from '../machine/core/accessChunk';
import { checksumOf } from './checksum';

/** 32-bit words of the header. */
const enum Word {
  Checksum = 0,
  Length = 1,
  Leads = 2,
  PageBytes = 3,
  LineBytes = 4,
  Writes = 5,
  Execs = 6,
}
/** 64-bit words of the header, behind the former. */
const enum Double {
  LowestPage = 4,
  FirstLine = 5,
  /** Lines from an access to the next, if all are equal. */
  LineStep = 6,
}
const HEADER_BYTES = 56;

const ANCHOR_SHIFT = 8;

type Width = 1 | 2 | 4 | 8;
type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

interface View<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

const WIDTHS: Record<Width, View<Column>> = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array };

export class StoredChunk implements AccessChunk {
  readonly length: number;
  readonly packed: Int32Array;
  readonly leads: Uint16Array;
  readonly leadCount: number;
  readonly leadVpn: Float64Array;
  readonly filling = 0;
  /** Its own, for pages that do not lie in the bytes; nobody's once the chunk is not used any more. */
  readonly room: Float64Array | undefined;
  readonly writes: number;
  readonly execs: number;
  readonly #firstLine: number;
  readonly #lineStep: number;
  readonly #steps: Column | undefined;
  readonly #anchors: Float64Array;

  /**
   * `bytes` are what `encodeChunk` made, at a multiple of eight in their buffer. `room`: where the pages may lie, of
   * CHUNK_ACCESSES elements; of a chunk that nobody uses any more.
   */
  constructor(bytes: Uint8Array, room?: Float64Array) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 4);
    const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 8);
    this.length = words[Word.Length];
    this.leadCount = words[Word.Leads];
    this.writes = words[Word.Writes];
    this.execs = words[Word.Execs];
    const pageBytes = words[Word.PageBytes] as 4 | 8;
    const lineBytes = words[Word.LineBytes] as Width | 0;
    const columns = new Columns(bytes.buffer, bytes.byteOffset);
    this.packed = columns.take(Int32Array, this.length);
    const pages = columns.take(WIDTHS[pageBytes], this.leadCount);
    this.leads = columns.take(Uint16Array, this.leadCount);
    this.#steps = lineBytes === 0 ? undefined : columns.take(WIDTHS[lineBytes], this.length);
    this.#anchors = columns.take(Float64Array, lineBytes === 0 ? 0 : anchorsOf(this.length));
    this.#firstLine = doubles[Double.FirstLine];
    this.#lineStep = doubles[Double.LineStep];
    if (pages instanceof Float64Array) this.leadVpn = pages;
    else {
      this.room = room ?? new Float64Array(CHUNK_ACCESSES);
      this.leadVpn = raised(pages as Uint32Array, doubles[Double.LowestPage], this.room);
    }
  }

  /** Line of the trace text that access `at` comes from. */
  lineAt(at: number): number {
    const steps = this.#steps;
    if (steps === undefined) return this.#firstLine + at * this.#lineStep;
    const anchor = at >>> ANCHOR_SHIFT;
    let line = this.#anchors[anchor];
    for (let i = (anchor << ANCHOR_SHIFT) + 1; i <= at; i++) line += steps[i];
    return line;
  }
}

/** The bytes of a chunk. `lines` never go down. */
export function encodeChunk(chunk: AccessChunk, lines: Float64Array): Uint8Array {
  const { length, packed, leads, leadCount, leadVpn } = chunk;
  const { lowest, pageBytes } = measurePages(leadVpn, leadCount);
  const { lineBytes, lineStep } = measureLines(lines, length);
  const bytes = new Uint8Array(endOf(length, leadCount, pageBytes, lineBytes));
  const columns = new Columns(bytes.buffer, 0);
  columns.take(Int32Array, length).set(packed.subarray(0, length));
  const pages = columns.take(WIDTHS[pageBytes], leadCount);
  if (pages instanceof Float64Array) pages.set(leadVpn.subarray(0, leadCount));
  else for (let i = 0; i < leadCount; i++) pages[i] = leadVpn[i] - lowest;
  columns.take(Uint16Array, leadCount).set(leads.subarray(0, leadCount));
  if (lineBytes !== 0) {
    const steps = columns.take(WIDTHS[lineBytes], length);
    for (let i = 1; i < length; i++) steps[i] = lines[i] - lines[i - 1];
    const anchors = columns.take(Float64Array, anchorsOf(length));
    for (let i = 0; i < anchors.length; i++) anchors[i] = lines[i << ANCHOR_SHIFT];
  }
  writeHeader(bytes, chunk, { pageBytes, lineBytes, lowest, firstLine: lines[0], lineStep });
  return bytes;
}

/** Whether the bytes, read from a file, are what was written. */
export function isSound(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || bytes.length % 8 !== 0) return false;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return words[Word.Checksum] === checksumOf(words, 1);
}

interface Measures {
  pageBytes: 4 | 8;
  lineBytes: Width | 0;
  lowest: number;
  firstLine: number;
  lineStep: number;
}

function writeHeader(bytes: Uint8Array, chunk: AccessChunk, measures: Measures): void {
  const words = new Int32Array(bytes.buffer);
  const doubles = new Float64Array(bytes.buffer);
  words[Word.Length] = chunk.length;
  words[Word.Leads] = chunk.leadCount;
  words[Word.PageBytes] = measures.pageBytes;
  words[Word.LineBytes] = measures.lineBytes;
  words[Word.Writes] = chunk.writes;
  words[Word.Execs] = chunk.execs;
  doubles[Double.LowestPage] = measures.lowest;
  doubles[Double.FirstLine] = measures.firstLine;
  doubles[Double.LineStep] = measures.lineStep;
  words[Word.Checksum] = checksumOf(words, 1);
}

function measurePages(pages: Float64Array, count: number): { lowest: number; pageBytes: 4 | 8 } {
  let lowest = Infinity;
  let highest = 0;
  for (let i = 0; i < count; i++) {
    if (pages[i] < lowest) lowest = pages[i];
    if (pages[i] > highest) highest = pages[i];
  }
  return { lowest, pageBytes: highest - lowest < 2 ** 32 ? 4 : 8 };
}

function measureLines(lines: Float64Array, length: number): { lineBytes: Width | 0; lineStep: number } {
  let least = Infinity;
  let most = 0;
  for (let i = 1; i < length; i++) {
    const step = lines[i] - lines[i - 1];
    if (step < least) least = step;
    if (step > most) most = step;
  }
  if (least >= most) return { lineBytes: 0, lineStep: most };
  return { lineBytes: most < 2 ** 8 ? 1 : most < 2 ** 16 ? 2 : most < 2 ** 32 ? 4 : 8, lineStep: 0 };
}

const anchorsOf = (length: number): number => ((length - 1) >>> ANCHOR_SHIFT) + 1;

function endOf(length: number, leads: number, pageBytes: 4 | 8, lineBytes: Width | 0): number {
  const { place } = new Columns(new ArrayBuffer(0), 0);
  place(4, length);
  place(pageBytes, leads);
  place(2, leads);
  if (lineBytes !== 0) {
    place(lineBytes, length);
    place(8, anchorsOf(length));
  }
  return place(8, 0);
}

/** Hands out the columns of a chunk in their order. */
class Columns {
  #end = HEADER_BYTES;

  constructor(
    private readonly buffer: ArrayBufferLike,
    private readonly start: number,
  ) {}

  /** Where a column of `count` elements of `width` bytes begins. */
  readonly place = (width: number, count: number): number => {
    const at = Math.ceil(this.#end / width) * width;
    this.#end = at + count * width;
    return at;
  };

  take<T>(view: View<T>, count: number): T {
    return new view(this.buffer, this.start + this.place(view.BYTES_PER_ELEMENT, count), count);
  }
}

/** Of one type alone, because a loop over any column is ten times as slow. */
function raised(pages: Uint32Array, by: number, room: Float64Array): Float64Array {
  for (let i = 0; i < pages.length; i++) room[i] = by + pages[i];
  return room;
}
