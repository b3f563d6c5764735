/**
 * From a host's bytes to a trace that can be replayed: peel gzip, recognise the format, read, collect.
 *
 * Everything streams; memory holds the store, the set of distinct pages, and one piece of the file. Promises to
 * resolve, or to reject with a TraceError, for any bytes; and to close the stream when it is done with it, also early.
 */
import { HostSource, type ByteSource, type ByteStream } from './bytes';
import { Collector, type Selection } from './collector';
import { noRecords, nothingLeft, tooLarge } from './errors';
import type { Footprint } from './footprint';
import { countLines, type LineCounts, type TraceFormat, type TraceReader } from './format';
import { gunzip } from './gunzip';
import { peek } from './peek';
import { inferRegions, type InferredRegion } from './regions';
import { HEAD_BYTES, formatById, recogniseContainer, recogniseFormat, type Compression } from './registry';
import type { TraceStore } from './store';

export interface TraceSource {
  /** For messages. */
  name: string;
  stream: AsyncIterable<Uint8Array> | ByteStream;
  /** Size of the file, if the host knows it: only progress uses it. */
  sizeBytes?: number;
}

export interface LoadOptions extends Partial<Selection> {
  /** Id of a format, if a person named it; otherwise the content decides. */
  format?: string;
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
}

export interface LoadProgress {
  /** Bytes of the file as it lies on disk. */
  bytesRead: number;
  totalBytes?: number;
}

export interface LoadedTrace {
  name: string;
  format: Pick<TraceFormat, 'id' | 'title'>;
  compression: Compression;
  store: TraceStore;
  /** All lines that were read, skipped ones included. */
  lines: LineCounts;
  /** What the kept part touches; see collector.ts for what belongs to it. */
  footprint: Footprint;
  regions: InferredRegion[];
  /** Sentences for a person, e.g. about a last line that was cut short. */
  notes: string[];
  /** True if the limit ended the reading: the file may go on. */
  limited: boolean;
  bytesRead: number;
}

/** Enough for every magic number of a container. */
const CONTAINER_BYTES = 16;

/** How much text behind a senseless line is decompressed to find out whether the file is damaged: about a second. */
const CHECKED_BYTES = 1 << 28;

export async function loadTrace(source: TraceSource, options: LoadOptions = {}): Promise<LoadedTrace> {
  const { name, stream, sizeBytes } = source;
  const {
    limit = Infinity,
    skip = 0,
    instructions = true,
    addressBits = 48,
    format: formatId,
    signal,
    onProgress,
  } = options;
  const onBytes = (bytesRead: number) => onProgress?.({ bytesRead, totalBytes: sizeBytes });
  const file = new HostSource(name, stream, { signal, onBytes });
  let bytes: ByteSource = file;
  try {
    const outer = await peek(file, CONTAINER_BYTES);
    const compression = recogniseContainer(name, outer.head);
    bytes = compression === 'gzip' ? gunzip(outer.source, name) : outer.source;
    const inner = await peek(bytes, HEAD_BYTES);
    const format = formatId === undefined ? recogniseFormat(name, inner.head, compression) : formatById(name, formatId);
    const collector = new Collector(name, { limit, skip, instructions, addressBits });
    const reader = format.createReader(collector);
    await readAll(inner.source, reader, collector).catch(async (error: unknown) => {
      if (compression !== 'none') await checkTheRest(bytes);
      throw error;
    });
    return { ...finished(name, collector, reader, skip), name, format, compression, bytesRead: file.bytesRead };
  } finally {
    await bytes.close();
  }
}

async function readAll(bytes: ByteSource, reader: TraceReader, collector: Collector): Promise<void> {
  while (!collector.full) {
    const piece = await bytes.next();
    try {
      if (piece === undefined) return reader.end();
      reader.push(piece);
    } catch (error) {
      // The one RangeError that can come from here is an array buffer that the engine could not allocate.
      throw error instanceof RangeError ? tooLarge(collector.source, countLines(reader.lines), error) : error;
    }
  }
}

/**
 * Damage in a compressed file can turn into nonsense text before the decompressor notices it. Reads on without
 * looking, so that the person is told about the damaged file and not about a line that nobody wrote.
 */
async function checkTheRest(bytes: ByteSource): Promise<void> {
  let checked = 0;
  while (checked < CHECKED_BYTES) {
    const piece = await bytes.next();
    if (piece === undefined) return;
    checked += piece.length;
  }
}

function finished(name: string, collector: Collector, reader: TraceReader, skip: number) {
  const { lines } = reader;
  const accesses = countLines(lines) - lines.other;
  if (accesses === 0 && !collector.full) throw noRecords(name, countLines(lines));
  const store = collector.store.finish();
  if (skip > 0 && store.length === 0 && !collector.full) throw nothingLeft(name, skip, collector.skipped);
  const pages = collector.footprint.touchedPages();
  return {
    store,
    lines,
    footprint: collector.footprint.finish(pages, lines.other),
    regions: inferRegions(pages),
    notes: [...reader.notes],
    limited: collector.full,
  };
}
