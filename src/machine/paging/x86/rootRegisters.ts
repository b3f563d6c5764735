/**
 * The registers that PAE paging keeps a root's four entries in (Intel SDM vol. 3A §4.4.1): a processor fills PDPTE0 to PDPTE3
 * when it executes MOV to CR3, and MOV to CR0 or CR4 where bits change that matter to paging. Walks take the root's entry from
 * its register and read no memory for it, so that a change of the root in memory means nothing until the next load.
 *
 * A load that meets a present entry with a reserved bit is a general-protection fault, and leaves the registers as they were.
 */
import { formatPhysical, type Pfn } from '../../core/addresses';
import type { Hasher } from '../../core/hash';
import type { Probe } from '../../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import type { KeptRoot } from '../../mmu/walker';
import { entriesOf, type PagingFormat } from '../format';
import { frameOf, LOW, reservedHigh } from './entry';

/** The two words of an entry. */
export interface RootEntry {
  low: number;
  high: number;
}

export class RootRegisters implements KeptRoot, Stateful<readonly TypedArray[]> {
  /** Low and high word of each, by number. */
  readonly words: Int32Array;
  readonly #name: string;
  readonly #reserved: RootEntry;
  readonly #state: ArrayState;

  constructor(
    format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly probe: Probe,
    physicalBits: number,
  ) {
    const [level] = format.levels;
    this.words = new Int32Array(2 * entriesOf(level));
    this.#name = level.entryName;
    this.#reserved = {
      low: level.reservedLow ?? 0,
      high: reservedHigh(physicalBits) | (format.reservedHigh ?? 0) | (level.reservedHigh ?? 0),
    };
    this.#state = new ArrayState([this.words]);
  }

  get count(): number {
    return this.words.length / 2;
  }

  entry(index: number): RootEntry {
    return { low: this.words[2 * index], high: this.words[2 * index + 1] };
  }

  refusal(root: Pfn): string | undefined {
    const base = this.memory.base(root);
    for (let i = 0; base >= 0 && i < this.words.length; i += 2) {
      const low = this.memory.pool.words[base + i];
      const high = this.memory.pool.words[base + i + 1];
      if ((low & LOW.P) !== 0 && ((low & this.#reserved.low) | (high & this.#reserved.high)) !== 0)
        return `${this.#name}${i / 2} in the table at ${formatPhysical(root * 4096)} is present and has a reserved bit set`;
    }
    return undefined;
  }

  fill(root: Pfn): void {
    const base = this.memory.base(root);
    // A table outside memory, or never written, reads as zeroes.
    for (let i = 0; i < this.words.length; i++) this.words[i] = base < 0 ? 0 : this.memory.pool.words[base + i];
    if (this.probe.recorder !== null) this.probe.note(`${this.#name} registers are loaded: ${this.#text()}`);
  }

  /** `0: table at 0x5000, the rest not present` */
  #text(): string {
    const texts: string[] = [];
    for (let i = 0; i < this.count; i++) {
      const { low, high } = this.entry(i);
      if ((low & LOW.P) !== 0) texts.push(`${i}: table at ${formatPhysical(frameOf(low, high) * 4096)}`);
    }
    if (texts.length === 0) return 'none is present';
    return texts.join(', ') + (texts.length < this.count ? ', the rest not present' : '');
  }

  save(): readonly TypedArray[] {
    return this.#state.save();
  }
  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
  }
  hash(into: Hasher): void {
    this.#state.hash(into);
  }
}
