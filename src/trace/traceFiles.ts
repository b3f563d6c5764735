/**
 * What a host may give to keep imported traces in: files for what exceeds the memory budget, and a place where finished
 * ones are found again by later launches. Synchronous, because a run asks for its next chunk in the middle of a burst.
 */

/** A file that grows at its end. Its owner disposes of it. */
export interface TraceFile {
  /** Bytes in it. */
  readonly size: number;
  /** Throws if the host cannot; what was appended before is still there. */
  append(bytes: Uint8Array): void;
  /** Exactly `length` bytes, at a multiple of eight in their buffer. Throws if the host cannot. */
  read(offset: number, length: number): Uint8Array;
  /** The file is complete: from now on `open` finds it. It goes on being readable. Never throws. */
  keep(): void;
  /** The file holds what was never written to it: from now on `open` does not find it. Never throws. */
  discard(): void;
  /** Nothing is read any more; a file that was not kept is gone. Never throws, also the second time. */
  dispose(): void;
}

export interface TraceFiles {
  /** The file that was kept under this name, whatever it holds. Never throws. */
  open(name: string): TraceFile | undefined;
  /** A new file, which replaces the one kept under the name when it is kept itself; without a name it cannot be. Never throws. */
  create(name?: string): TraceFile | undefined;
}

/** What tells whether an earlier import is still one of the same file. */
export interface TraceIdentity {
  /** Where the file is. */
  place: string;
  /** Changes with the file's content: size and times. */
  stamp: string;
}
