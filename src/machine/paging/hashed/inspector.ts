/** The hashed page table as plain nodes, read from memory without side effects. */
import { asPfn, asVpn, PAGE_BYTES, PAGE_SHIFT, type Pfn, type Vpn } from '../../core/addresses';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { isTranslatable } from '../format';
import type {
  EntryFieldNode,
  EntryNode,
  HashedSlot,
  HashedTable,
  Inspector,
  LeafNode,
  LeafOptions,
  LevelTables,
  MappingRun,
  TableCensus,
  WalkNode,
} from '../inspector';
import { levelTables } from '../levelTables';
import type { MapCounts, MapStretch } from '../map/counts';
import { HashedMap } from '../map/hashedMap';
import { runsOf } from '../runs';
import { PHYSICAL_BITS } from '../scheme';
import { fieldOf, LeafNodes } from '../x86/leafNodes';
import { HASHED, homeOf, MAX_PROBES, SLOT_WORDS, slotBits } from './format';

const SLOT_BYTES = 4 * SLOT_WORDS;
const SLOTS_PER_FRAME = PAGE_BYTES / SLOT_BYTES;

const isEmpty = (words: Int32Array, at: number): boolean => words[at] === 0 && words[at + 1] === 0;

export class HashedInspector implements Inspector {
  readonly format = HASHED;
  readonly #entries: LeafNodes;
  readonly #log2: number;
  readonly #map: HashedMap;

  constructor(private readonly memory: PhysicalMemory) {
    this.#log2 = slotBits(memory.frameCount);
    this.#map = new HashedMap(memory);
    this.#entries = new LeafNodes(HASHED, memory, PHYSICAL_BITS, (low, high) =>
      low === 0 && high === 0 ? undefined : "not present (the other bits are software's)",
    );
  }

  rootTable(root: Pfn): { table: Pfn; level: number } {
    return { table: root, level: 0 };
  }

  entry(table: Pfn, level: number, index: number): EntryNode {
    return this.#entries.entry(table, level, index);
  }
  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode {
    return this.#entries.decode(raw, table, level, index);
  }

  fields(entry: EntryNode): EntryFieldNode[] {
    const value = fieldOf(entry.raw, 58, 52);
    const meaning = 'free for the operating system';
    return this.#entries.fields(entry, [{ name: 'software high', highBit: 58, lowBit: 52, value, meaning }]);
  }

  /** The page of a slot; −1 if it is empty. */
  #pageAt(root: Pfn, slot: number): number {
    const address = root * PAGE_BYTES + slot * SLOT_BYTES;
    return (this.memory.readWord(address) >>> 0) + this.memory.readWord(address + 4) * 4294967296 - 1;
  }

  walk(root: Pfn, vpn: Vpn): WalkNode {
    const steps: EntryNode[] = [];
    const none = { steps, write: true, user: true, exec: true };
    if (!isTranslatable(vpn, this.format)) return { ...none, outcome: 'notCanonical' };
    const home = homeOf(vpn, this.#log2);
    for (let i = 0; i < MAX_PROBES; i++) {
      const slot = (home + i) % 2 ** this.#log2;
      const page = this.#pageAt(root, slot);
      const probe = { way: 0, slot, matches: page === vpn, inTarget: false };
      const entry = { ...this.entry(root, 0, 2 * slot + 1), probe };
      steps.push(entry);
      if (page < 0) break;
      if (page !== vpn) continue;
      if (!entry.present) break;
      if (this.#entries.isReserved(entry)) return { ...none, outcome: 'reserved' };
      return { steps, ...this.#entries.rightsOf(entry), outcome: 'mapped', pfn: entry.frame, pageSize: 0 };
    }
    return { ...none, outcome: 'notPresent' };
  }

  /** See `tables`. */
  used(): number[] {
    return [];
  }
  fill(): number {
    return 0;
  }

  tables(root: Pfn): HashedTable[] {
    const slots = 2 ** this.#log2;
    const table = {
      name: 'table',
      level: 0,
      way: 0,
      table: root,
      slots,
      slotBytes: SLOT_BYTES,
      firstSlot: 0,
      note: '',
    };
    let occupied = 0;
    for (let first = 0; first < slots; first += SLOTS_PER_FRAME) {
      const words = this.#wordsOf(root, first);
      if (words === undefined) continue;
      for (let i = 0; i < SLOTS_PER_FRAME; i++) if (!isEmpty(words, SLOT_WORDS * i)) occupied++;
    }
    return [{ ...table, occupied }];
  }

  /** Words of the frame that holds a slot; undefined where all of it is empty. */
  #wordsOf(table: Pfn, slot: number): Int32Array | undefined {
    return this.memory.frameWords(asPfn(table + Math.floor(slot / SLOTS_PER_FRAME)));
  }

  *slots({ table, slots }: HashedTable, { from = 0, to = slots } = {}): Iterable<HashedSlot> {
    for (let slot = from; slot < to; slot++) {
      if (this.#wordsOf(table, slot) === undefined) {
        slot = (Math.floor(slot / SLOTS_PER_FRAME) + 1) * SLOTS_PER_FRAME - 1;
        continue;
      }
      const page = this.#pageAt(table, slot);
      if (page < 0) continue;
      const away = (slot - homeOf(page, this.#log2) + slots) % slots;
      const vpn = asVpn(page);
      const entry = this.entry(table, 0, 2 * slot + 1);
      yield { slot, vpn, note: away === 0 ? 'in its own slot' : `${away} behind its own`, entries: [{ vpn, entry }] };
    }
  }

  *leaves(root: Pfn, options: LeafOptions): Iterable<LeafNode> {
    const leaves: LeafNode[] = [];
    for (const table of this.tables(root))
      for (const { vpn, entries } of this.slots(table))
        for (const { entry } of entries)
          if (entry.present && (options.ignoreReserved === true || !this.#entries.isReserved(entry)))
            leaves.push({ vpn, pages: 1, entry, ...this.#entries.rightsOf(entry), paths: 1 });
    yield* leaves.sort((a, b) => a.vpn - b.vpn);
  }

  mappings(root: Pfn, { coalesce }: { coalesce: boolean }): Iterable<MappingRun> {
    return runsOf(this.leaves(root, { shared: 'each' }), coalesce);
  }

  census(root: Pfn, options: Pick<LeafOptions, 'ignoreReserved'> = {}): TableCensus {
    const leaves = [...this.leaves(root, { ...options, shared: 'each' })];
    return { tables: [1], leaves: [leaves.length, 0, 0, 0], userLeaves: leaves.filter((l) => l.user).length };
  }

  summarise(root: Pfn, stretch: MapStretch, atOnce?: number): MapCounts {
    const slots = {
      ...{ table: root, slots: 2 ** this.#log2, firstSlot: 0, slotWords: SLOT_WORDS },
      ...{ entries: 1, entryWord: 2, entryPages: 1, size: 0 },
      pageAt: (words: Int32Array, at: number) => {
        const page = (words[at] >>> 0) + words[at + 1] * 4294967296 - 1;
        return page < 0 ? page : page % 2 ** (this.format.addressBits - PAGE_SHIFT);
      },
      isNone: (low: number, high: number) => low === 0 && high === 0,
      isReserved: (low: number, high: number) => this.#entries.refuses(low, high, 0),
    };
    return this.#map.summarise([slots], stretch, atOnce);
  }

  tablesByLevel(root: Pfn): LevelTables[] {
    return levelTables(this.format, this.tables(root));
  }
}
