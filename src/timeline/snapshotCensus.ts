/**
 * How many bytes saved states hold together. What several share is counted once; of what each has for itself, arrays
 * are exact and the few small records beside them are an allowance.
 */
import type { TypedArray } from '../machine/core/state';
import { ByteCensus, bytesOf } from '../machine/memory/chunkVersion';
import type { RunSnapshot } from '../scenario/run/run';

/** An array of the engine beside its bytes; the records of a snapshot. */
const ARRAY_BYTES = 160;
const RECORD_BYTES = 2048;

export class SnapshotCensus {
  readonly #chunks = new ByteCensus();
  /** CPUs that did not change between two saves have the same arrays in both. */
  readonly #arrays = new WeakSet<TypedArray>();

  /** Bytes that this state adds to those counted before. */
  add(snapshot: RunSnapshot): number {
    const { stores, arrays } = partsOf(snapshot);
    return (
      RECORD_BYTES +
      stores.reduce((sum, store) => sum + this.#chunks.add(store.chunks), 0) +
      arrays.reduce((sum, list) => sum + this.#bytes(list), 0)
    );
  }

  #bytes(list: readonly TypedArray[]): number {
    const fresh = list.filter((array) => !this.#arrays.has(array));
    for (const array of fresh) this.#arrays.add(array);
    return fresh.reduce((sum, array) => sum + array.byteLength + ARRAY_BYTES, 0);
  }
}

/** What one state holds, whoever shares it. Counts nothing as counted. */
export function ownBytes(snapshot: RunSnapshot): number {
  const { stores, arrays } = partsOf(snapshot);
  return (
    RECORD_BYTES +
    stores.reduce((sum, store) => sum + bytesOf(store.chunks), 0) +
    arrays.flat().reduce((sum, array) => sum + array.byteLength + ARRAY_BYTES, 0)
  );
}

function partsOf({ machine }: RunSnapshot) {
  const { memory, buddy, processors, tlb, small, kernel, caches } = machine;
  const { pages, swap, cache } = kernel.frames;
  const stores = [memory.records, memory.pool, pages, swap.slots, cache.nodes, ...(caches?.lines ?? [])];
  const arrays: (readonly TypedArray[])[] = [
    memory.small,
    buddy,
    tlb,
    small,
    kernel.frames.small,
    swap.small,
    cache.small,
    kernel.clock,
    caches?.small ?? [],
    ...processors,
  ];
  return { stores, arrays };
}
