/** Address spaces to look at: what views need of a machine that runs, and all that there is of a snapshot. */
import type { Pfn } from '../core/addresses';
import type { ReadableMemory } from '../memory/readable';
import type { Inspector } from './inspector';

export interface AddressSpace {
  /** Names it in memory references and tree rows, for as long as there is a session. */
  readonly id: number;
  readonly name: string;
  /** Its root table. */
  readonly root: Pfn;
  /** A few words about it, for a row. */
  readonly note: string;
}

export interface AddressSpaces {
  readonly inspector: Inspector;
  readonly memory: ReadableMemory;
  readonly spaces: readonly AddressSpace[];
  /** The one that addresses without a space are of; undefined before there is any. */
  readonly space: AddressSpace | undefined;
  /** The table that a walk starts from now: that of `space`, or what a person loaded into CR3. */
  readonly root: Pfn;
  /** Of a guest: the tables below it, whose addresses are guest-physical. */
  readonly below?: AddressSpaces;
}
