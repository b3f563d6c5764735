/**
 * A file of an imported trace on disk, read and written synchronously through one descriptor, from the system's page
 * cache as a rule. Whatever happens to its name meanwhile, the descriptor goes on reading what it was opened on.
 */
import { closeSync, fstatSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { TraceFile } from '../trace/traceFiles';

export interface DiskFileNames {
  /** What it is called now; undefined if it has no name any more. */
  now?: string;
  /** What it is called once it is kept; undefined if it cannot be. */
  kept?: string;
}

export class DiskFile implements TraceFile {
  #size: number;
  #descriptor: number | undefined;

  constructor(
    descriptor: number,
    private readonly names: DiskFileNames,
    private readonly onKept: () => void = () => undefined,
  ) {
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
    if (this.#temporary) process.once('exit', this.dispose);
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length)
      written += writeSync(this.#open, bytes, written, bytes.length - written, this.#size + written);
    this.#size += bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(length);
    let got = 0;
    while (got < length) {
      const more = readSync(this.#open, bytes, got, length - got, offset + got);
      if (more === 0) throw new Error('its file was cut short');
      got += more;
    }
    return bytes;
  }

  keep(): void {
    const { now, kept } = this.names;
    if (now === undefined || kept === undefined) return;
    try {
      renameSync(now, kept);
      this.names.now = kept;
      process.off('exit', this.dispose);
      this.onKept();
    } catch {
      // Some systems do not rename over a file that another process reads: that one stays, and this one is temporary.
    }
  }

  discard(): void {
    const { now } = this.names;
    this.names.now = undefined;
    if (now !== undefined) remove(now);
  }

  readonly dispose = (): void => {
    if (this.#descriptor === undefined) return;
    const temporary = this.#temporary;
    process.off('exit', this.dispose);
    try {
      closeSync(this.#descriptor);
    } catch {
      // It is closed, or never will be.
    }
    this.#descriptor = undefined;
    if (temporary) this.discard();
  };

  get #temporary(): boolean {
    return this.names.now !== undefined && this.names.now !== this.names.kept;
  }

  get #open(): number {
    if (this.#descriptor === undefined) throw new Error('its file is closed');
    return this.#descriptor;
  }
}

/** Deletes what may not be there, or may not be deleted. */
export function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A later sweep may be luckier.
  }
}
