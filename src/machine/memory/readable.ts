/** What looking at tables needs of a memory: the simulated one has it, and so have the stored pages of a snapshot. */
import type { Pfn } from '../core/addresses';

export interface ReadableMemory {
  /** First address that is certainly not memory. */
  readonly sizeBytes: number;
  /** True if the byte at a physical address can be read. */
  holds(address: number): boolean;
  /** 32-bit word at a physical address (a multiple of 4); 0 where nothing is kept. */
  readWord(address: number): number;
  /** A frame's 1,024 words as they are now; undefined where all of them read as 0. For reading, until memory changes. */
  frameWords(pfn: Pfn): Int32Array | undefined;
  /** Another number whenever the frame's words may have changed since it was last asked for. */
  version(pfn: Pfn): number;
  /** Another number whenever a frame may have changed whose version has been asked for since its last change. */
  readonly seenChanges: number;
  /** Bytes from a physical address on; fewer than asked where memory ends. */
  readBytes(address: number, count: number): Uint8Array;
}
