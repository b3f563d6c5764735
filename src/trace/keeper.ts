/**
 * Finds an earlier import of the same file, or sees to it that this one is found later.
 *
 * An import is of a place and a selection: these name the file it is kept in, so that a newer version of the text
 * replaces what was kept of the older one. The stamp inside says of which version it is. All of it is a help and never a
 * condition: whatever fails here, the trace is loaded.
 */
import type { ShelfOptions } from './chunkShelf';
import type { Selection } from './collector';
import { openKept, writeSummary } from './keptTrace';
import type { LoadedTrace, TraceSource } from './load';
import type { TraceFiles, TraceIdentity } from './traceFiles';

/** About ten million accesses. */
const MEMORY_BYTES = 64 << 20;
/** About a million accesses or 16 MB of text, which take a tenth of a second to import. */
const KEEP_FROM_BYTES = 8 << 20;

export interface KeepOptions {
  /** Without it everything is in memory, and nothing is kept. */
  files?: TraceFiles;
  /** Bytes of an imported trace that stay in memory although there are files. */
  memoryBytes?: number;
  /** From how many bytes on an imported trace is worth keeping. */
  keepFromBytes?: number;
}

export class Keeper {
  private constructor(
    private readonly source: TraceSource,
    private readonly options: KeepOptions,
    private readonly name: string | undefined,
    private readonly identity: TraceIdentity | undefined,
  ) {}

  static async of(source: TraceSource, selection: Selection & { format?: string }, options: KeepOptions) {
    const identity = options.files && (await source.identify?.());
    const { format, limit, skip, instructions, addressBits } = selection;
    const name = identity && JSON.stringify([identity.place, format, limit, skip, instructions, addressBits]);
    return new Keeper(source, options, name, identity);
  }

  /** The earlier import, if there is one of this very file. */
  reopen(): LoadedTrace | undefined {
    if (this.name === undefined || this.identity === undefined) return undefined;
    const file = this.options.files?.open(this.name);
    const trace = file && openKept(file, this.source.name, this.identity.stamp);
    if (trace === undefined) file?.dispose();
    return trace;
  }

  /** Where the chunks of a new import go. */
  get shelf(): Omit<ShelfOptions, 'source'> {
    const { files, memoryBytes = MEMORY_BYTES, keepFromBytes = KEEP_FROM_BYTES } = this.options;
    return {
      memoryBytes,
      fileFrom: this.name === undefined ? memoryBytes : keepFromBytes,
      createFile: files && (() => files.create(this.name)),
    };
  }

  /** Takes note of a finished import. */
  async keep(trace: LoadedTrace): Promise<void> {
    const { shelf } = trace.store;
    // A file that was written to while it was read: what was imported is of neither version.
    const unchanged = this.identity !== undefined && (await this.source.identify?.())?.stamp === this.identity.stamp;
    if (unchanged && shelf.file !== undefined) {
      try {
        writeSummary(shelf.file, trace, this.identity.stamp);
        shelf.file.keep();
      } catch {
        // The host has no room for it; the chunks that are in the file stay readable.
      }
    }
    shelf.settle();
  }
}
