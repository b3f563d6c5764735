/** 8-byte entries of tables that hold nothing but leaves, as plain nodes: what hashed schemes show of theirs. */
import { asPfn, LEAF_SIZE_NAMES, type Pfn } from '../../core/addresses';
import type { ReadableMemory } from '../../memory/readable';
import { entryAddressIn, type PagingFormat } from '../format';
import type { EntryFieldNode, EntryNode } from '../inspector';
import { ENTRY_BITS, highWord, leafFrame, LOW, lowWord, rawOf, RESERVED_LOW_OF_LEAF, reservedHigh } from './entry';

export class LeafNodes {
  readonly #reservedHigh: number;

  constructor(
    private readonly format: PagingFormat,
    private readonly memory: ReadableMemory,
    physicalBits: number,
    /** What an entry means that is not present; `undefined` if it is empty. */
    private readonly absent: (low: number, high: number) => string | undefined,
  ) {
    this.#reservedHigh = reservedHigh(physicalBits);
  }

  entry(table: Pfn, level: number, index: number): EntryNode {
    const address = entryAddressIn(this.format, table, index);
    return this.#decode(this.memory.readWord(address), this.memory.readWord(address + 4), table, level, index);
  }

  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode {
    return this.#decode(lowWord(raw), highWord(raw), table, level, index);
  }

  #decode(low: number, high: number, table: Pfn, level: number, index: number): EntryNode {
    const { name, leafSize = 0 } = this.format.levels[level];
    const present = (low & LOW.P) !== 0;
    const frame = leafFrame(leafSize, low, high);
    const meaning = present
      ? `page frame 0x${frame.toString(16)} (${LEAF_SIZE_NAMES[leafSize]})`
      : (this.absent(low, high) ?? 'empty');
    return {
      level,
      levelName: name,
      table,
      index,
      address: entryAddressIn(this.format, table, index),
      raw: rawOf(low, high),
      present,
      leaf: present,
      flags: this.#bits(leafSize)
        .filter(({ bit }) => ((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) !== 0)
        .map((b) => b.name)
        .join(' '),
      frame: asPfn(frame),
      pageSize: leafSize,
      // Nothing below a leaf, and all that is here are leaves.
      childLevel: level,
      meaning,
    };
  }

  /** Bit 7 is no flag of a base page's entry. */
  #bits(leafSize: number): typeof ENTRY_BITS {
    return leafSize === 0 ? ENTRY_BITS.filter((b) => b.bit !== 7) : ENTRY_BITS;
  }

  /** `own`: what the scheme keeps in bits 58 to 52, highest first. */
  fields(entry: EntryNode, own: readonly EntryFieldNode[]): EntryFieldNode[] {
    const bits = this.#bits(entry.pageSize).map((b): EntryFieldNode => {
      const value = (entry.raw >> BigInt(b.bit)) & 1n;
      return { name: b.name, highBit: b.bit, lowBit: b.bit, value, meaning: value ? b.set : b.clear };
    });
    const part = (name: string, highBit: number, lowBit: number, meaning: string): EntryFieldNode => ({
      name,
      highBit,
      lowBit,
      value: fieldOf(entry.raw, highBit, lowBit),
      meaning,
    });
    const frame = part('frame', 51, 12, `physical address 0x${(fieldOf(entry.raw, 51, 12) << 12n).toString(16)}`);
    const key = part('protection key', 62, 59, `key ${fieldOf(entry.raw, 62, 59)}`);
    const software = part('software', 11, 9, 'free for the operating system');
    return [...bits, software, frame, ...own, key].sort((a, b) => b.highBit - a.highBit);
  }

  /** A present entry that the hardware refuses. */
  isReserved({ raw, pageSize }: EntryNode): boolean {
    return this.refuses(lowWord(raw), highWord(raw), pageSize);
  }

  /** The same of an entry's words. */
  refuses(low: number, high: number, pageSize: number): boolean {
    return (high & this.#reservedHigh) !== 0 || (low & RESERVED_LOW_OF_LEAF[pageSize]) !== 0;
  }

  /** What a leaf says may be done: of these schemes nothing else does. */
  rightsOf({ raw }: EntryNode): { write: boolean; user: boolean; exec: boolean } {
    const low = lowWord(raw);
    return { write: (low & LOW.RW) !== 0, user: (low & LOW.US) !== 0, exec: raw >> 63n === 0n };
  }
}

export const fieldOf = (raw: bigint, highBit: number, lowBit: number): bigint =>
  (raw >> BigInt(lowBit)) & ((1n << BigInt(highBit - lowBit + 1)) - 1n);
