/**
 * The file form of an imported trace, so that a later launch reads no text.
 *
 * The chunks come first, as they were appended during the import; then what is known of the trace as a whole (JSON), the
 * index of the chunks, and a trailer of TRAILER_BYTES by which everything is found. The trailer is written last and
 * checksums what is before it but the chunks, which have their own. A file that is not exactly so is not opened.
 */
import { CHUNK_ACCESSES } from '../machine/core/accessChunk';
import { checksumOf } from './checksum';
import { ChunkShelf } from './chunkShelf';
import type { LoadedTrace } from './load';
import { TraceStore } from './store';
import type { TraceFile } from './traceFiles';

/** Goes up whenever the layout changes, or an import of the same text gives something else. */
const FORMAT_VERSION = 1;
const MAGIC = 'ptscope trace\r\n\x1a';
/** Reads differently where the order of bytes is another. */
const BYTE_ORDER = 0x01020304;

const TRAILER_BYTES = 64;
/** 64-bit words of the trailer. */
const enum Double {
  Summary = 0,
  SummaryBytes = 1,
  Chunks = 2,
  FileBytes = 3,
}
/** 32-bit words of the trailer; the magic begins at byte 48. */
const enum Word {
  Checksum = 8,
  Version = 9,
  ByteOrder = 10,
  TrailerChecksum = 11,
}
const MAGIC_AT = 48;

/** What is written of a trace besides its chunks. */
type Summary = Omit<LoadedTrace, 'store' | 'name' | 'footprint' | 'reopened'> & {
  /** What the text's file looked like when it was read. */
  stamp: string;
  length: number;
  counts: LoadedTrace['store']['counts'];
  footprint: Omit<LoadedTrace['footprint'], 'lowest' | 'highest'>;
  /** Bigints have no JSON. */
  lowest?: string;
  highest?: string;
};

/** Completes the file in which the trace's chunks are. Throws what the file throws. */
export function writeSummary(file: TraceFile, trace: LoadedTrace, stamp: string): void {
  const { store, format, compression, lines, regions, notes, limited, bytesRead } = trace;
  const { lowest, highest, ...footprint } = trace.footprint;
  const summary: Summary = {
    stamp,
    length: store.length,
    counts: store.counts,
    format: { id: format.id, title: format.title },
    compression,
    lines,
    footprint,
    lowest: lowest?.toString(),
    highest: highest?.toString(),
    regions,
    notes,
    limited,
    bytesRead,
  };
  const text = padded(new TextEncoder().encode(JSON.stringify(summary)));
  const index = Float64Array.from(store.shelf.offsets);
  const bytes = new Uint8Array(text.length + index.byteLength + TRAILER_BYTES);
  const trailerAt = bytes.length - TRAILER_BYTES;
  bytes.set(text);
  bytes.set(new Uint8Array(index.buffer), text.length);
  bytes.set(new TextEncoder().encode(MAGIC), trailerAt + MAGIC_AT);
  const doubles = new Float64Array(bytes.buffer, trailerAt);
  const words = new Int32Array(bytes.buffer, trailerAt);
  doubles[Double.Summary] = file.size;
  doubles[Double.SummaryBytes] = text.length;
  doubles[Double.Chunks] = store.shelf.count;
  doubles[Double.FileBytes] = file.size + bytes.length;
  words[Word.Checksum] = checksumOf(new Int32Array(bytes.buffer, 0, trailerAt / 4));
  words[Word.Version] = FORMAT_VERSION;
  words[Word.ByteOrder] = BYTE_ORDER;
  words[Word.TrailerChecksum] = checksumOf(words, 0, Word.TrailerChecksum);
  file.append(bytes);
}

/** The trace that the file holds, if it is sound and was made of the text that has this stamp. Never throws. */
export function openKept(file: TraceFile, name: string, stamp: string): LoadedTrace | undefined {
  try {
    return open(file, name, stamp);
  } catch {
    return undefined;
  }
}

function open(file: TraceFile, name: string, stamp: string): LoadedTrace | undefined {
  const trailer = readTrailer(file);
  if (trailer === undefined) return undefined;
  const { summaryAt, summaryBytes, chunks, checksum } = trailer;
  const bytes = file.read(summaryAt, file.size - TRAILER_BYTES - summaryAt);
  if (checksumOf(new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)) !== checksum) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(0, summaryBytes));
  const { stamp: stamped, length, counts, lowest, highest, footprint, ...rest } = JSON.parse(text) as Summary;
  if (stamped !== stamp || Math.ceil(length / CHUNK_ACCESSES) !== chunks) return undefined;
  const offsets = new Float64Array(bytes.buffer, bytes.byteOffset + summaryBytes, chunks + 1);
  return {
    ...rest,
    name,
    store: new TraceStore(ChunkShelf.of(file, offsets, name), length, counts),
    footprint: { ...footprint, lowest: bigintOf(lowest), highest: bigintOf(highest) },
    reopened: true,
  };
}

function readTrailer(file: TraceFile) {
  if (file.size < TRAILER_BYTES || file.size % 8 !== 0) return undefined;
  const bytes = file.read(file.size - TRAILER_BYTES, TRAILER_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, TRAILER_BYTES / 4);
  const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, TRAILER_BYTES / 8);
  const magic = new TextDecoder().decode(bytes.subarray(MAGIC_AT));
  const sound =
    magic === MAGIC &&
    words[Word.ByteOrder] === BYTE_ORDER &&
    words[Word.Version] === FORMAT_VERSION &&
    words[Word.TrailerChecksum] === checksumOf(words, 0, Word.TrailerChecksum) &&
    doubles[Double.FileBytes] === file.size;
  if (!sound) return undefined;
  return {
    summaryAt: doubles[Double.Summary],
    summaryBytes: doubles[Double.SummaryBytes],
    chunks: doubles[Double.Chunks],
    checksum: words[Word.Checksum],
  };
}

/** Spaces behind the text up to a multiple of eight: JSON does not mind, and what follows is aligned. */
function padded(text: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

const bigintOf = (text: string | undefined): bigint | undefined => (text === undefined ? undefined : BigInt(text));
