/** Radix tables and walks as plain nodes: reads the bytes that the walker and the driver read, and changes nothing. */
import {
  addPages,
  asPfn,
  asVpn,
  formatPhysical,
  isCanonical,
  PAGE_SIZE_NAMES,
  type Pfn,
  type Vpn,
  signExtendPage,
} from '../../core/addresses';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { entriesOf, indexOf, pagesPerEntry, type PagingFormat } from '../format';
import type { EntryFieldNode, EntryNode, Inspector, MappingRun, WalkNode } from '../inspector';
import {
  ENTRY_BITS,
  frameOf,
  HIGH,
  highWord,
  LOW,
  lowWord,
  RESERVED_LOW_OF_LEAF,
  rawOf,
  reservedHigh,
} from '../x86/entry';
import type { KernelSpace } from '../x86/kernelSpace';

export class RadixInspector implements Inspector {
  readonly #last: number;
  readonly #reservedHigh: number;

  constructor(
    readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    physicalBits: number,
    /** What processes share with it is left out of their tables and mappings. */
    private readonly kernel: KernelSpace | null = null,
  ) {
    this.#last = format.levels.length - 1;
    this.#reservedHigh = reservedHigh(physicalBits);
  }

  entry(table: Pfn, level: number, index: number): EntryNode {
    const address = table * 4096 + index * this.format.entryBytes;
    return this.#decode(this.memory.readWord(address), this.memory.readWord(address + 4), table, level, index);
  }

  decode(raw: bigint, table: Pfn, level: number, index: number): EntryNode {
    return this.#decode(lowWord(raw), highWord(raw), table, level, index);
  }

  #decode(low: number, high: number, table: Pfn, level: number, index: number): EntryNode {
    const address = table * 4096 + index * this.format.entryBytes;
    const { name, leafSize } = this.format.levels[level];
    const present = (low & LOW.P) !== 0;
    const leaf = present && (level === this.#last || (low & LOW.PS) !== 0);
    const pageSize = leaf ? (leafSize ?? 0) : 0;
    const frame = frameOf(leaf && pageSize > 0 ? low & ~0x1fff : low, high);
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
      flags: this.#flags(low, high, level),
      meaning: this.#meaning(low, high, present, leaf, pageSize, frame),
    };
  }

  #meaning(low: number, high: number, present: boolean, leaf: boolean, pageSize: number, frame: Pfn): string {
    if (low === 0 && high === 0) return 'empty';
    if (!present) return "not present (the other bits are software's)";
    if (!leaf) return `table at ${formatPhysical(frame * 4096)}`;
    return `page frame 0x${frame.toString(16)} (${PAGE_SIZE_NAMES[pageSize]})`;
  }

  #flags(low: number, high: number, level: number): string {
    const names: string[] = [];
    for (const b of ENTRY_BITS) {
      if (b.bit === 7 && level === this.#last) continue;
      if (b.bit < 32 ? low & (1 << b.bit) : high & HIGH.NX) names.push(b.name);
    }
    return names.join(' ');
  }

  fields(entry: EntryNode): EntryFieldNode[] {
    const bits = ENTRY_BITS.filter((b) => b.bit !== 7 || entry.level !== this.#last).map((b): EntryFieldNode => {
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
      part('frame', 51, 12, (v) => `physical address 0x${(v << 12n).toString(16)}`),
      part('software high', 58, 52, () => 'free for the operating system'),
      part('protection key', 62, 59, (v) => `key ${v}`),
      ...bits.filter((b) => b.lowBit >= 12),
    ];
  }

  walk(root: Pfn, vpn: Vpn): WalkNode {
    const steps: EntryNode[] = [];
    const node = { steps, write: true, user: true, exec: true };
    if (!isCanonical(vpn, this.format.addressBits)) return { ...node, outcome: 'notCanonical' };
    let table = root;
    for (let level = 0; ; level++) {
      const step = this.entry(table, level, indexOf(vpn, this.format.levels[level]));
      steps.push(step);
      if (!step.present) return { ...node, outcome: 'notPresent' };
      if (this.#reserved(step)) return { ...node, outcome: 'reserved' };
      node.write &&= (step.raw & 2n) !== 0n;
      node.user &&= (step.raw & 4n) !== 0n;
      node.exec &&= step.raw >> 63n === 0n;
      table = step.frame;
      if (!step.leaf) continue;
      const inside = vpn % pagesPerEntry(this.format.levels[level]);
      return { ...node, outcome: 'mapped', pfn: asPfn(step.frame + inside), pageSize: step.pageSize };
    }
  }

  #reserved(entry: EntryNode): boolean {
    const low = Number(entry.raw & 0xffffffffn);
    const high = Number(entry.raw >> 32n);
    if ((high & this.#reservedHigh) !== 0) return true;
    if (!entry.leaf) return false;
    const size = this.format.levels[entry.level].leafSize;
    return size === undefined || (low & RESERVED_LOW_OF_LEAF[size]) !== 0;
  }

  used(table: Pfn, level: number): number[] {
    const base = this.memory.base(table);
    if (base < 0) return [];
    const words = this.memory.pool.words;
    const indices: number[] = [];
    for (let i = 0; i < entriesOf(this.format.levels[level]); i++)
      if (words[base + 2 * i] !== 0 || words[base + 2 * i + 1] !== 0)
        if (level > 0 || this.kernel === null || !this.kernel.hides(table, level, i)) indices.push(i);
    return indices;
  }

  *mappings(root: Pfn, options: { coalesce: boolean }): Iterable<MappingRun> {
    let run: MappingRun | undefined;
    // Of two roots, the one that user mode walks says what the program may do.
    const seen = this.kernel === null ? root : this.kernel.userRoot(root);
    for (const leaf of this.#leaves(seen, 0, asVpn(0), true, true, true)) {
      if (run !== undefined && options.coalesce && continues(run, leaf)) {
        run = { ...run, pages: run.pages + leaf.pages };
        continue;
      }
      if (run !== undefined) yield run;
      run = leaf;
    }
    if (run !== undefined) yield run;
  }

  *#leaves(table: Pfn, level: number, base: Vpn, write: boolean, user: boolean, exec: boolean): Iterable<MappingRun> {
    const format = this.format.levels[level];
    for (const index of this.used(table, level)) {
      const entry = this.entry(table, level, index);
      if (!entry.present || this.#reserved(entry)) continue;
      const w = write && (entry.raw & 2n) !== 0n;
      const u = user && (entry.raw & 4n) !== 0n;
      const x = exec && entry.raw >> 63n === 0n;
      const pages = pagesPerEntry(format);
      const vpn = signExtendPage(addPages(base, index * pages), this.format.addressBits);
      if (!entry.leaf) yield* this.#leaves(entry.frame, level + 1, vpn, w, u, x);
      else
        yield {
          vpn,
          pages,
          pfn: entry.frame,
          pageSize: entry.pageSize,
          write: w,
          user: u,
          exec: x,
          flags: entry.flags,
        };
    }
  }
}

function continues(run: MappingRun, leaf: MappingRun): boolean {
  return (
    run.vpn + run.pages === leaf.vpn &&
    run.pfn + run.pages === leaf.pfn &&
    run.pageSize === leaf.pageSize &&
    run.flags === leaf.flags &&
    run.write === leaf.write &&
    run.user === leaf.user &&
    run.exec === leaf.exec
  );
}
