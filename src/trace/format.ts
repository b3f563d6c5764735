/**
 * What every reader of somebody else's trace offers, and what it is given.
 *
 * A reader gets the payload (decompressed) in pieces of any size and hands operations to a sink. It promises that
 * the way the bytes were cut makes no difference. It keeps no more than one line or record between two pieces.
 */

/** What one record of a trace does. A modify is one instruction's load then store of the same bytes. */
export const enum Operation {
  fetch,
  load,
  store,
  modify,
}

/** Lines (or records, for formats without lines) by kind. `other` is everything that is not an access. */
export interface LineCounts {
  fetches: number;
  loads: number;
  stores: number;
  modifies: number;
  other: number;
}

export interface TraceSink {
  /** Name of the file, for error messages. */
  readonly source: string;
  /**
   * Takes one operation on `sizeBytes` (1 … 4096) bytes from byte `offset` of page `vpn` (0 … 2^52 − 1; not checked
   * for being canonical). `line` counts from 1. Returns false if it wants no more; the reader then stops at once.
   */
  operation(operation: Operation, vpn: number, offset: number, sizeBytes: number, line: number): boolean;
}

export interface TraceReader {
  /** Takes the next piece. Returns false if the sink wants no more. The piece is not kept. */
  push(piece: Uint8Array): boolean;
  /** There are no more pieces: deals with a last line that has no end. */
  end(): void;
  /** Lines read so far, the one that made the sink stop included. */
  readonly lines: LineCounts;
  /** Sentences about what a person might want to know, e.g. a last line that was cut short. */
  readonly notes: readonly string[];
}

export interface TraceFormat {
  /** The word that a scenario's `trace "…" as FORMAT` uses. */
  readonly id: string;
  readonly title: string;
  /** Whether a payload that starts with these bytes is of this format. The name of the file is never asked. */
  sniff(head: Uint8Array): boolean;
  createReader(sink: TraceSink): TraceReader;
}

export const noLines = (): LineCounts => ({ fetches: 0, loads: 0, stores: 0, modifies: 0, other: 0 });

export const countLines = (lines: LineCounts): number =>
  lines.fetches + lines.loads + lines.stores + lines.modifies + lines.other;
