/**
 * State that can be saved, restored and hashed.
 *
 * Everything the machine remembers is in parts that implement `Stateful`; nothing that matters lives in closures,
 * generators or iteration orders. `save` returns a value that later changes of the part cannot alter.
 */
import type { Hasher } from './hash';

export interface Stateful<S> {
  save(): S;
  load(saved: S): void;
  hash(into: Hasher): void;
}

export type TypedArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** Small typed arrays (TLBs, counters) that are copied whole, into one array of bytes: a save is one allocation. */
export class ArrayState implements Stateful<readonly TypedArray[]> {
  readonly #parts: readonly Uint8Array[];
  readonly #sizeBytes: number;

  constructor(arrays: readonly TypedArray[]) {
    this.#parts = arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
    this.#sizeBytes = arrays.reduce((sum, a) => sum + a.byteLength, 0);
  }

  /** Always one array. */
  save(): readonly TypedArray[] {
    const saved = new Uint8Array(this.#sizeBytes);
    let at = 0;
    for (const part of this.#parts) {
      saved.set(part, at);
      at += part.length;
    }
    return [saved];
  }

  load([saved]: readonly TypedArray[]): void {
    let at = 0;
    for (const part of this.#parts) part.set(saved.subarray(at, (at += part.length)));
  }

  hash(into: Hasher): void {
    for (const part of this.#parts) into.bytes(part);
  }
}
