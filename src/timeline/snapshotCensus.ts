/**
 * How many bytes saved states hold together. What several share is counted once; of what each has for itself, arrays
 * are exact and the few small records beside them are an allowance.
 */
import type { TypedArray } from '../machine/core/state';
import { ByteCensus } from '../machine/memory/chunkVersion';
import type { RunSnapshot } from '../scenario/run/run';

/** An array of the engine beside its bytes; the records of a snapshot. */
const ARRAY_BYTES = 160;
const RECORD_BYTES = 2048;

export class SnapshotCensus {
  readonly #chunks = new ByteCensus();

  /** Bytes that this state adds to those counted before. */
  add({ machine }: RunSnapshot): number {
    const { memory, buddy, mmu, small } = machine;
    return (
      RECORD_BYTES +
      this.#chunks.add(memory.records.chunks) +
      this.#chunks.add(memory.pool.chunks) +
      [memory.small, buddy, mmu, small].reduce((sum, list) => sum + arrayBytes(list), 0)
    );
  }
}

const arrayBytes = (list: readonly TypedArray[]): number =>
  list.reduce((sum, array) => sum + array.byteLength + ARRAY_BYTES, 0);
