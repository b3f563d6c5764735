/** Radix tables and walks as plain nodes: reads the bytes that the walker and the driver read, and changes nothing. */
import { asPfn, formatPhysical, LEAF_SIZE_NAMES, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import type { ReadableMemory } from '../../memory/readable';
import {
  entriesOf,
  entryAddressIn,
  indexOf,
  isTranslatable,
  mapsBasePages,
  pagesPerEntry,
  type PagingFormat,
  rootFrame,
  rootLevel,
  rootRegister,
  tableBytes,
  tableFrames,
} from '../format';
import type {
  CensusOptions,
  EntryFieldNode,
  EntryNode,
  HardwareNow,
  Inspector,
  LeafNode,
  LeafOptions,
  LevelTables,
  MappingRun,
  RootSource,
  TableCensus,
  WalkNode,
} from '../inspector';
import {
  ENTRY_BITS,
  type EntryBit,
  frameOf,
  highWord,
  leafFrame,
  levelBelow,
  LOW,
  lowWord,
  rawOf,
  RESERVED_LOW_OF_LEAF,
  reservedHigh,
} from '../x86/entry';
import type { KernelSpace } from '../x86/kernelSpace';
import type { MapCounts, MapStretch } from '../map/counts';
import { TreeMap } from '../map/treeMap';
import { runsOf } from '../runs';
import { TableGraph } from './graph';

/** Bit 58 of an entry that may point to a flattened table. */
const FLATTENED_BIT: EntryBit = {
  name: 'FLAT',
  member: 'flattened',
  bit: 58,
  set: 'points to a flattened table',
  clear: 'points to a normal table',
  where: 'upper',
};

export interface InspectorOptions {
  /** Physical address width: frame bits above it are reserved. */
  physicalBits: number;
  /** What processes share with it is left out of their tables and mappings. */
  kernel?: KernelSpace | null;
  /** The CPU as it stands; absent where there is none. */
  hardware?: HardwareNow;
  /** What an entry means that is neither present nor empty, for whoever knows the software that wrote it. */
  absent?(low: number, high: number): string | undefined;
}

export class TreeInspector implements Inspector {
  readonly #reservedHigh: number;
  readonly #bitsByLevel: EntryBit[][] = [];
  readonly #map: TreeMap;

  constructor(
    readonly format: PagingFormat,
    protected readonly memory: ReadableMemory,
    private readonly options: InspectorOptions,
  ) {
    this.#reservedHigh = reservedHigh(options.physicalBits) | (format.reservedHigh ?? 0);
    const { kernel } = options;
    this.#map = new TreeMap(format, memory, {
      reservedHigh: format.entryBytes === 4 ? 0 : this.#reservedHigh,
      hides: kernel ? (table, level, index) => kernel.hides(table, level, index) : undefined,
    });
  }

  rootTable(root: Pfn): { table: Pfn; level: number } {
    return { table: rootFrame(root), level: rootLevel(this.format, root) };
  }

  #isBase(level: number): boolean {
    return mapsBasePages(this.format.levels[level]);
  }

  entry(table: Pfn, level: number, index: number): EntryNode {
    const address = entryAddressIn(this.format, table, index);
    const high = this.format.entryBytes === 4 ? 0 : this.memory.readWord(address + 4);
    return this.decodeWords(this.memory.readWord(address), high, table, level, index);
  }

  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode {
    return this.decodeWords(lowWord(raw), highWord(raw), table, level, index);
  }

  /** An entry's words as they lie in memory. */
  protected decodeWords(low: number, high: number, table: Pfn, level: number, index: number): EntryNode {
    const address = entryAddressIn(this.format, table, index);
    const { name, leafSize } = this.format.levels[level];
    const present = (low & LOW.P) !== 0;
    const leaf = present && (this.#isBase(level) || (low & LOW.PS) !== 0);
    const childLevel = levelBelow(this.format, level, high);
    const pageSize = leaf ? (leafSize ?? 0) : 0;
    const frame = leaf ? leafFrame(pageSize, low, high) : frameOf(low, high);
    return {
      level,
      levelName: name,
      table,
      index,
      address,
      raw: rawOf(low, high),
      present,
      leaf,
      frame,
      pageSize,
      childLevel,
      flags: this.#flags(low, high, level, leaf),
      meaning: this.#meaning(low, high, present, leaf, pageSize, frame, childLevel),
    };
  }

  #meaning(
    low: number,
    high: number,
    present: boolean,
    leaf: boolean,
    pageSize: number,
    frame: Pfn,
    childLevel: number,
  ): string {
    if (low === 0 && high === 0) return 'empty';
    if (!present) return this.options.absent?.(low, high) ?? "not present (the other bits are software's)";
    if (!leaf) return `${this.#isWide(childLevel) ? 'flattened ' : ''}table at ${formatPhysical(frame * PAGE_BYTES)}`;
    return `page frame 0x${frame.toString(16)} (${LEAF_SIZE_NAMES[pageSize]})`;
  }

  /** Tables of the level are flattened. */
  #isWide(level: number): boolean {
    return level >= 0 && this.format.levels[level].wide === true;
  }

  #flags(low: number, high: number, level: number, leaf: boolean): string {
    const names: string[] = [];
    for (const b of this.#bits(level, leaf))
      if ((b.bit < 32 ? low >>> b.bit : high >>> (b.bit - 32)) & 1) names.push(b.name);
    return names.join(' ');
  }

  /**
   * The flags that an entry of a level has: bit 7 is no flag of a page's entry, bit 63 is in the second word, bit 58 is one where it
   * says what the table is.
   */
  #bits(level: number, leaf: boolean): EntryBit[] {
    const bits = (this.#bitsByLevel[level] ??= ENTRY_BITS.filter(
      (b) => (b.bit !== 7 || !this.#isBase(level)) && b.bit < 8 * this.format.entryBytes,
    ));
    return leaf || this.format.levels[level].flattened === undefined ? bits : [...bits, FLATTENED_BIT];
  }

  fields(entry: EntryNode): EntryFieldNode[] {
    const bits = this.#bits(entry.level, entry.leaf).map((b): EntryFieldNode => {
      const value = (entry.raw >> BigInt(b.bit)) & 1n;
      return { name: b.name, highBit: b.bit, lowBit: b.bit, value, meaning: value ? b.set : b.clear };
    });
    const part = (name: string, highBit: number, lowBit: number, meaning: (v: bigint) => string): EntryFieldNode => {
      const value = (entry.raw >> BigInt(lowBit)) & ((1n << BigInt(highBit - lowBit + 1)) - 1n);
      return { name, highBit, lowBit, value, meaning: meaning(value) };
    };
    return [
      ...bits.filter((b) => b.lowBit < 12),
      part('software', 11, 9, () => 'free for the operating system'),
      ...this.#addressParts(entry).map(([name, high, low, meaning]) => part(name, high, low, meaning)),
      ...bits.filter((b) => b.lowBit >= 12),
    ];
  }

  /** What lies above bit 11, XD apart. */
  #addressParts({ leaf, pageSize, level }: EntryNode): [string, number, number, (value: bigint) => string][] {
    const at = (shift: bigint) => (v: bigint) => `physical address 0x${(v << shift).toString(16)}`;
    const zero = (): string => 'must be 0';
    if (this.format.entryBytes === 4 && leaf && pageSize > 0)
      return [
        ['PAT', 12, 12, () => 'with PWT and PCD: the memory type'],
        ['frame 39:32', 20, 13, at(32n)],
        ['reserved', 21, 21, zero],
        ['frame', 31, 22, at(22n)],
      ];
    if (this.format.entryBytes === 4) return [['frame', 31, 12, at(12n)]];
    if (this.format.reservedHigh !== undefined)
      return [
        ['frame', 51, 12, at(12n)],
        ['reserved', 62, 52, zero],
      ];
    const softwareTop = leaf || this.format.levels[level].flattened === undefined ? 58 : 57;
    return [
      ['frame', 51, 12, at(12n)],
      ['software high', softwareTop, 52, () => 'free for the operating system'],
      ['protection key', 62, 59, (v) => `key ${v}`],
    ];
  }

  walk(root: Pfn, vpn: Vpn, source: RootSource = 'hardware'): WalkNode {
    const steps: EntryNode[] = [];
    const node = { steps, write: true, user: true, exec: true };
    if (!isTranslatable(vpn, this.format)) return { ...node, outcome: 'notCanonical' };
    let { table, level } = this.rootTable(root);
    for (;;) {
      const step = this.#step(root, table, level, indexOf(vpn, this.format.levels[level]), source);
      steps.push(step);
      if (!step.present) return { ...node, outcome: 'notPresent' };
      if (this.isReserved(step)) return { ...node, outcome: 'reserved' };
      const rights = this.rightsOf(step);
      node.write &&= rights.write;
      node.user &&= rights.user;
      node.exec &&= rights.exec;
      table = step.frame;
      if (!step.leaf) {
        level = step.childLevel;
        continue;
      }
      const inside = vpn % pagesPerEntry(this.format.levels[level]);
      return { ...node, outcome: 'mapped', pfn: asPfn(step.frame + inside), pageSize: step.pageSize };
    }
  }

  /** An entry as a walk from that root finds it. */
  #step(root: Pfn, table: Pfn, level: number, index: number, source: RootSource): EntryNode {
    if (this.format.levels[level].inRegisters !== true || source === 'memory') return this.entry(table, level, index);
    const kept = this.options.hardware?.keptRootEntry(root, index);
    const entry =
      kept === undefined ? this.entry(table, level, index) : this.decodeWords(kept.low, kept.high, table, level, index);
    return { ...entry, register: rootRegister(this.format, index) };
  }

  /** What the entry gives to a path through it. */
  rightsOf({ level, raw }: EntryNode): { write: boolean; user: boolean; exec: boolean } {
    if (this.format.levels[level].withoutRights) return { write: true, user: true, exec: true };
    return { write: (raw & 2n) !== 0n, user: (raw & 4n) !== 0n, exec: raw >> 63n === 0n };
  }

  /** A present entry that the hardware refuses. */
  isReserved({ raw, leaf, level }: EntryNode): boolean {
    const low = lowWord(raw);
    const { hardware } = this.options;
    if ((highWord(raw) & (this.#reservedHigh | (hardware?.reservedHigh() ?? 0))) !== 0) return true;
    const { leafSize, reservedLow = 0, reservedHigh = 0 } = this.format.levels[level];
    if ((low & reservedLow) !== 0 || (highWord(raw) & reservedHigh) !== 0) return true;
    return leaf && (leafSize === undefined || (low & RESERVED_LOW_OF_LEAF[leafSize]) !== 0);
  }

  used(table: Pfn, level: number): number[] {
    const indices: number[] = [];
    this.#eachUsed(table, level, (index) => indices.push(index));
    return indices;
  }

  fill(table: Pfn, level: number): number {
    let count = 0;
    this.#eachUsed(table, level, () => count++);
    return count;
  }

  #eachUsed(table: Pfn, level: number, found: (index: number) => void): void {
    const words = this.format.entryBytes / 4;
    const entries = entriesOf(this.format.levels[level]);
    const entriesPerFrame = PAGE_BYTES / this.format.entryBytes;
    const { flatRoot = 0 } = this.format;
    const kernel = level === 0 || level === flatRoot ? this.options.kernel : undefined;
    // Tables larger than a frame lie in consecutive ones.
    for (let n = 0; n * PAGE_BYTES < tableBytes(this.format, level); n++) {
      const frame = this.memory.frameWords(asPfn(table + n));
      if (frame === undefined) continue;
      for (let i = 0; i < Math.min(entriesPerFrame, entries); i++)
        if (frame[words * i] !== 0 || (words === 2 && frame[2 * i + 1] !== 0))
          if (!kernel?.hides(table, level, n * entriesPerFrame + i)) found(n * entriesPerFrame + i);
    }
  }

  *mappings(root: Pfn, options: { coalesce: boolean; shared?: LeafOptions['shared'] }): Iterable<MappingRun> {
    // Of two roots, the one that user mode walks says what the program may do.
    const seen = this.options.kernel?.userRoot(root) ?? root;
    yield* runsOf(this.leaves(seen, { shared: options.shared ?? 'each' }), options.coalesce);
  }

  leaves(root: Pfn, options: LeafOptions): Iterable<LeafNode> {
    return new TableGraph(this, options).leaves(root);
  }

  census(root: Pfn, { entries = false, ...options }: CensusOptions = {}): TableCensus {
    return new TableGraph(this, { ...options, shared: 'once' }).census(root, entries);
  }

  summarise(root: Pfn, stretch: MapStretch, atOnce?: number): MapCounts {
    return this.#map.summarise(this.options.kernel?.userRoot(root) ?? root, stretch, atOnce);
  }

  tablesByLevel(root: Pfn): LevelTables[] {
    const { levels } = this.format;
    const rows = this.#map.tables(root).map((count, level) => ({
      name: levels[level].name,
      count,
      bytes: count * tableFrames(this.format, level) * PAGE_BYTES,
    }));
    return rows.filter(({ count }) => count > 0);
  }
}
