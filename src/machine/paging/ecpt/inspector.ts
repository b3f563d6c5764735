/** Cuckoo tables and walks as plain nodes: reads the bytes that the walker and the driver read, and changes nothing. */
import { addPages, asPfn, type Pfn, type Vpn } from '../../core/addresses';
import type { ProbeOutcome } from '../../core/events';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { extendPage, isTranslatable, type PagingFormat } from '../format';
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
import { HashedMap, type SlotTable } from '../map/hashedMap';
import { runsOf } from '../runs';
import { LeafNodes } from '../x86/leafNodes';
import {
  Descriptors,
  isKernelDescriptor,
  KERNEL_DESCRIPTOR,
  KERNEL_START,
  tableFrame,
  tableLog2,
  WayNumbers,
} from './descriptor';
import { makeHash, type WayHash } from './hash';
import type { EcptKernel } from './kernel';
import {
  Cluster,
  ENTRY_PAGES,
  entryOf,
  hasTag,
  isEmptySlot,
  isHardwareEmpty,
  isNone,
  pageOfTag,
  readCount,
  readTag,
  SLOTS_PER_FRAME,
  tagOf,
} from './layout';
import type { EcptOptions } from './format';

/** No table of this model has more slots: a table word that says so is none. */
const MAX_LOG2 = 28;

interface Place {
  table: Pfn;
  slot: number;
  inTarget: boolean;
}

export class EcptInspector implements Inspector {
  readonly #entries: LeafNodes;
  readonly #descriptors: Descriptors;
  readonly #numbers: WayNumbers;
  readonly #hash: WayHash;
  readonly #map: HashedMap;

  constructor(
    readonly format: PagingFormat,
    options: EcptOptions,
    private readonly memory: PhysicalMemory,
    physicalBits: number,
    private readonly kernel: EcptKernel | null = null,
  ) {
    const absent = (low: number, high: number): string | undefined =>
      isNone(low, high)
        ? low === 0 && high === 0
          ? undefined
          : "empty (its upper bits are the cluster's)"
        : "not present (the other bits are software's)";
    this.#entries = new LeafNodes(format, memory, physicalBits, absent);
    this.#descriptors = new Descriptors(memory);
    this.#numbers = new WayNumbers(options.ways);
    this.#hash = makeHash(options.hash);
    this.#map = new HashedMap(memory);
  }

  /** No table is the root: what CR3 names is where the descriptors of the ways lie. */
  rootTable(root: Pfn): { table: Pfn; level: number } {
    return { table: root, level: this.format.levels.length - 1 };
  }

  entry(table: Pfn, level: number, index: number): EntryNode {
    return this.#entries.entry(table, level, index);
  }

  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode {
    return this.#entries.decode(raw, table, level, index);
  }

  /** As of any x86 entry, but for the bits that are the cluster's. */
  fields(entry: EntryNode): EntryFieldNode[] {
    const own = Number((entry.raw >> 52n) & 31n);
    const place = entry.index % Cluster.Entries;
    const isTag = place < Cluster.TagEntries;
    const cluster: EntryFieldNode = {
      name: isTag ? `tag ${5 * place + 4}:${5 * place}` : 'count',
      highBit: 56,
      lowBit: 52,
      value: BigInt(own),
      meaning: isTag ? `bits ${5 * place} to ${5 * place + 4} of the cluster's tag` : 'entries of the cluster in use',
    };
    const spare: EntryFieldNode = {
      name: 'software high',
      highBit: 58,
      lowBit: 57,
      value: (entry.raw >> 57n) & 3n,
      meaning: 'spare; device memory',
    };
    return this.#entries.fields(entry, [spare, cluster]);
  }

  #sizeOf(level: number): number {
    return this.format.levels[level].leafSize ?? 0;
  }

  #levelOf(size: number): number {
    return this.format.levels.findIndex((l) => l.leafSize === size);
  }

  /** The table of a way; `undefined` if it is not built, or what is there is no table. */
  #table(root: Pfn, way: number): { table: Pfn; log2: number } | undefined {
    const word = this.#descriptors.table(root, way);
    const log2 = tableLog2(word);
    const table = tableFrame(word);
    if (log2 === 0 || log2 > MAX_LOG2 || table >= this.memory.frameCount) return undefined;
    return { table, log2 };
  }

  /** Where a tag is looked for in a way. */
  #locate(root: Pfn, way: number, tag: number): Place | undefined {
    const old = this.#table(root, way);
    if (old === undefined) return undefined;
    const slot = this.#hash.index(tag, old.log2, way);
    if (slot >= this.#descriptors.pointer(root, way)) return { table: old.table, slot, inTarget: false };
    const target = this.#table(root, this.#numbers.target(way));
    if (target === undefined) return undefined;
    return { table: target.table, slot: this.#hash.index(tag, target.log2, way), inTarget: true };
  }

  /** Index of a slot's words in the pool, or −1. */
  #wordsAt(table: Pfn, slot: number): number {
    const base = this.memory.base(asPfn(table + Math.floor(slot / SLOTS_PER_FRAME)));
    return base < 0 ? -1 : base + (slot % SLOTS_PER_FRAME) * Cluster.Words;
  }

  rootOf(root: Pfn, vpn: Vpn): Pfn {
    return vpn >= KERNEL_START ? (this.kernel?.loaded ?? KERNEL_DESCRIPTOR) : root;
  }

  /** All ways are probed, without hints; the one that answers is the last step. */
  walk(root: Pfn, vpn: Vpn): WalkNode {
    const node = { steps: [] as EntryNode[], write: true, user: true, exec: true };
    if (!isTranslatable(vpn, this.format)) return { ...node, outcome: 'notCanonical' };
    const user = vpn >= KERNEL_START ? 0 : 1;
    const from = this.rootOf(root, vpn);
    let found: EntryNode | undefined;
    for (let size = 0; size < 3; size++)
      for (let relative = 0; relative < this.#numbers.ways[size]; relative++) {
        const step = this.#probe(from, vpn, size, this.#numbers.first(user, size) + relative);
        if (step === undefined) continue;
        if (step.probe?.matches !== true || (found !== undefined && found.pageSize >= size)) node.steps.push(step);
        else {
          if (found !== undefined) node.steps.push(found);
          found = step;
        }
      }
    if (found === undefined) return { ...node, outcome: 'notPresent' };
    node.steps.push(found);
    if (!found.present) return { ...node, outcome: 'notPresent' };
    if (this.#entries.isReserved(found)) return { ...node, outcome: 'reserved' };
    const rights = this.#entries.rightsOf(found);
    const inside = vpn % ENTRY_PAGES[this.#sizeOf(found.level)];
    return { ...node, ...rights, outcome: 'mapped', pfn: asPfn(found.frame + inside), pageSize: found.pageSize };
  }

  #probe(root: Pfn, vpn: Vpn, size: number, way: number): EntryNode | undefined {
    const tag = tagOf(vpn, size);
    const place = this.#locate(root, way, tag);
    if (place === undefined) return undefined;
    const at = this.#wordsAt(place.table, place.slot);
    const { words } = this.memory.pool;
    const entry = entryOf(vpn, size);
    const matches =
      at >= 0 && hasTag(words, at, tag) && !isHardwareEmpty(words[at + 2 * entry], words[at + 2 * entry + 1]);
    const probe: ProbeOutcome = {
      way: this.#numbers.relative(way),
      slot: place.slot,
      matches,
      inTarget: place.inTarget,
    };
    return { ...this.entry(place.table, this.#levelOf(size), place.slot * Cluster.Entries + entry), probe };
  }

  /** The descriptor is no table of entries: see `tables`. */
  used(): number[] {
    return [];
  }
  fill(): number {
    return 0;
  }

  tables(root: Pfn): HashedTable[] {
    const user = isKernelDescriptor(root) ? 0 : 1;
    const found: HashedTable[] = [];
    this.format.levels.forEach(({ name }, level) => {
      const first = this.#numbers.first(user, this.#sizeOf(level));
      for (let relative = 0; relative < this.#numbers.waysOf(this.#sizeOf(level)); relative++)
        found.push(...this.#tablesOfWay(root, first + relative, `${name} way ${relative}`));
    });
    return found;
  }

  #tablesOfWay(root: Pfn, way: number, name: string): HashedTable[] {
    const own = this.#table(root, way);
    if (own === undefined) return [];
    const firstSlot = this.#descriptors.pointer(root, way);
    const occupied = this.#descriptors.occupancy(root, way);
    const common = {
      level: this.#levelOf(this.#numbers.sizeOf(way)),
      way: this.#numbers.relative(way),
      slotBytes: Cluster.Bytes,
    };
    const slots = 2 ** own.log2;
    const targetWay = this.#numbers.target(way);
    const target = this.#descriptors.isQueued(root, way) ? this.#table(root, targetWay) : undefined;
    const queued = this.#descriptors.isQueued(root, way) && firstSlot === 0 ? 'a resize is wanted' : '';
    const moving = target === undefined || firstSlot === 0 ? queued : `rehash pointer at ${firstSlot} of ${slots}`;
    const table: HashedTable = { ...common, name, table: own.table, slots, occupied, firstSlot, note: moving };
    if (target === undefined || firstSlot === 0) return [table];
    return [
      table,
      {
        ...common,
        name: `${name} (new)`,
        table: target.table,
        slots: 2 ** target.log2,
        occupied: this.#descriptors.occupancy(root, targetWay),
        firstSlot: 0,
        note: 'what it is resized to',
      },
    ];
  }

  *slots(table: HashedTable, { from = 0, to = table.slots } = {}): Iterable<HashedSlot> {
    const size = this.#sizeOf(table.level);
    const { words } = this.memory.pool;
    for (let slot = Math.max(from, table.firstSlot); slot < Math.min(to, table.slots); slot++) {
      const at = this.#wordsAt(table.table, slot);
      if (at < 0) {
        slot = (Math.floor(slot / SLOTS_PER_FRAME) + 1) * SLOTS_PER_FRAME - 1;
        continue;
      }
      if (isEmptySlot(words, at)) continue;
      const tag = readTag(words, at);
      const first = pageOfTag(tag, size);
      const entries = Array.from({ length: Cluster.Entries }, (_, i) => i)
        .filter((i) => !isNone(words[at + 2 * i], words[at + 2 * i + 1]))
        .map((i) => ({
          vpn: extendPage(addPages(first, i * ENTRY_PAGES[size]), this.format),
          entry: this.entry(table.table, table.level, slot * Cluster.Entries + i),
        }));
      const note = `tag 0x${tag.toString(16)}, ${readCount(words, at)} of ${Cluster.Entries}`;
      yield { slot, vpn: extendPage(first, this.format), note, entries };
    }
  }

  mappings(root: Pfn, { coalesce }: { coalesce: boolean }): Iterable<MappingRun> {
    return runsOf(this.leaves(root, { shared: 'each' }), coalesce);
  }

  *leaves(root: Pfn, options: LeafOptions): Iterable<LeafNode> {
    const leaves: LeafNode[] = [];
    for (const table of this.tables(root)) {
      const pages = ENTRY_PAGES[this.#sizeOf(table.level)];
      for (const { entries } of this.slots(table))
        for (const { vpn, entry } of entries) {
          if (!entry.present || (options.ignoreReserved !== true && this.#entries.isReserved(entry))) continue;
          leaves.push({ vpn, pages, entry, ...this.#entries.rightsOf(entry), paths: 1 });
        }
    }
    leaves.sort((a, b) => a.vpn - b.vpn || b.pages - a.pages);
    let end = -1;
    for (const leaf of leaves) {
      // A duplicate, or what a larger page hides.
      if (leaf.vpn < end) continue;
      yield leaf;
      end = leaf.vpn + leaf.pages;
    }
  }

  census(root: Pfn, options: Pick<LeafOptions, 'ignoreReserved'> = {}): TableCensus {
    const census: TableCensus = { tables: this.format.levels.map(() => 0), leaves: [0, 0, 0, 0], userLeaves: 0 };
    for (const { level } of this.tables(root)) census.tables[level]++;
    for (const { entry, user } of this.leaves(root, { ...options, shared: 'each' })) {
      census.leaves[entry.pageSize]++;
      if (user) census.userLeaves++;
    }
    return census;
  }

  summarise(root: Pfn, stretch: MapStretch, atOnce?: number): MapCounts {
    const tables = this.tables(root).map(({ table, slots, firstSlot, level }): SlotTable => {
      const size = this.#sizeOf(level);
      return {
        ...{ table, slots, firstSlot, slotWords: Cluster.Words, entries: Cluster.Entries, entryWord: 0 },
        ...{ entryPages: ENTRY_PAGES[size], size },
        pageAt: (words, at) => (isEmptySlot(words, at) ? -1 : pageOfTag(readTag(words, at), size)),
        isNone,
        isReserved: (low, high) => this.#entries.refuses(low, high, size),
      };
    });
    return this.#map.summarise(tables, stretch, atOnce);
  }

  tablesByLevel(root: Pfn): LevelTables[] {
    return levelTables(this.format, this.tables(root));
  }
}
