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

export type TypedArray = Int8Array | Uint8Array | Int16Array | Int32Array | Uint32Array | Float64Array;

/** Small typed arrays (TLBs, counters) that are copied whole. */
export class ArrayState implements Stateful<readonly TypedArray[]> {
  constructor(private readonly arrays: readonly TypedArray[]) {}

  save(): readonly TypedArray[] {
    return this.arrays.map((a) => a.slice());
  }

  load(saved: readonly TypedArray[]): void {
    for (let i = 0; i < this.arrays.length; i++) this.arrays[i].set(saved[i]);
  }

  hash(into: Hasher): void {
    for (const a of this.arrays) into.bytes(new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  }
}
