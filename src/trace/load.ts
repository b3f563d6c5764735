/**
 * From a host's bytes to a trace that can be replayed: peel gzip, recognise the format, read, collect. Where the host
 * has files for it, a long trace is kept when it has been read, and the next load of the same file opens that instead.
 *
 * Everything streams; memory holds a bounded part of the store, the set of distinct pages, and one piece of the file.
 * Promises to resolve, or to reject with a TraceError, for any bytes; and to close the stream when it is done with it,
 * also early. Whoever gets a trace disposes of its store.
 */
import { HostSource, type ByteSource, type ByteStream } from './bytes';
import { Collector, type Selection } from './collector';
import { noRecords, nothingLeft, tooLarge } from './errors';
import type { Footprint } from './footprint';
import { countLines, type LineCounts, type TraceFormat, type TraceReader } from './format';
import { gunzip } from './gunzip';
import { Keeper, type KeepOptions } from './keeper';
import { peek } from './peek';
import { inferRegions, type InferredRegion } from './regions';
import { HEAD_BYTES, formatById, recogniseContainer, recogniseFormat, type Compression } from './registry';
import type { TraceStore } from './store';
import type { TraceIdentity } from './traceFiles';

export interface TraceSource {
  /** For messages. */
  name: string;
  stream: AsyncIterable<Uint8Array> | ByteStream;
  /** Size of the file, if the host knows it: only progress uses it. */
  sizeBytes?: number;
  /** What the file is and looks like now; undefined if the host cannot tell when it changes. Rejects never. */
  identify?(): Promise<TraceIdentity | undefined>;
}

export interface LoadOptions extends Partial<Selection>, KeepOptions {
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
  /** True if an earlier import was opened instead of reading the text. */
  reopened: boolean;
}

/** Enough for every magic number of a container. */
const CONTAINER_BYTES = 16;

/** How much text behind a senseless line is decompressed to find out whether the file is damaged: about a second. */
const CHECKED_BYTES = 1 << 28;

export async function loadTrace(source: TraceSource, options: LoadOptions = {}): Promise<LoadedTrace> {
  const { name, stream, sizeBytes } = source;
  const { signal, onProgress, format } = options;
  const { limit = Infinity, skip = 0, instructions = true, addressBits = 48 } = options;
  const selection = { format, limit, skip, instructions, addressBits };
  const onBytes = (bytesRead: number) => onProgress?.({ bytesRead, totalBytes: sizeBytes });
  const file = new HostSource(name, stream, { signal, onBytes });
  const keeper = await Keeper.of(source, selection, options);
  const earlier = keeper.reopen();
  if (earlier !== undefined) {
    await file.close();
    return earlier;
  }
  const collector = new Collector(name, selection, keeper.shelf);
  try {
    const trace = await importInto(collector, file, format);
    await keeper.keep(trace);
    return trace;
  } catch (error) {
    collector.store.dispose();
    throw error;
  }
}

async function importInto(collector: Collector, file: HostSource, formatId: string | undefined): Promise<LoadedTrace> {
  const name = collector.source;
  let bytes: ByteSource = file;
  try {
    const outer = await peek(file, CONTAINER_BYTES);
    const compression = recogniseContainer(name, outer.head);
    bytes = compression === 'gzip' ? gunzip(outer.source, name) : outer.source;
    const inner = await peek(bytes, HEAD_BYTES);
    const format = formatId === undefined ? recogniseFormat(name, inner.head, compression) : formatById(name, formatId);
    const reader = format.createReader(collector);
    await readAll(inner.source, reader, collector).catch(async (error: unknown) => {
      if (compression !== 'none') await checkTheRest(bytes);
      throw error;
    });
    return { ...finished(collector, reader), name, format, compression, bytesRead: file.bytesRead, reopened: false };
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

function finished(collector: Collector, reader: TraceReader) {
  const { lines } = reader;
  const { source, selection, skipped } = collector;
  const accesses = countLines(lines) - lines.other;
  if (accesses === 0 && !collector.full) throw noRecords(source, countLines(lines));
  const store = collector.store.finish();
  if (selection.skip > 0 && store.length === 0 && !collector.full) throw nothingLeft(source, selection.skip, skipped);
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
