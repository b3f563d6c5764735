/**
 * Cuckoo walk tables: what tells the hardware which ways to probe (EMT-Linux ECPT_CWT.c).
 *
 * An entry is a cache line of 64 headers of one byte, for 64 *sections*: the range of a 2 MiB cluster (16 MiB) in the PMD's
 * tables, that of a 1 GiB cluster (8 GiB) in the PUD's. A header says which page sizes are in the section, and of the cluster of
 * the section's own size the way. Presence is a superset: nothing clears what a 4 KiB cluster has set. Bits 5 to 7 of headers
 * 0 to 5 are the tag, those of 61 to 63 the number of headers that are not empty.
 *
 * Two ways each, never resized and without kicks: if both slots are taken the hint is not kept, and walks of that range
 * stay complete ones.
 */
import { asPfn, type Pfn } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { type Probe, Signal } from '../../../core/probe';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { type Descriptors, tableFrame, tableLog2, tableWord } from '../descriptor';
import type { WayHash } from '../hash';
import {
  CWT_NAMES,
  CWT_WAYS,
  type CwtKind,
  CwtOf,
  cwtHeader,
  cwtTag,
  Header,
  isEmptyLine,
  lineHasTag,
  readHeader,
  readHeaderCount,
  wayBits,
  writeHeader,
  writeHeaderCount,
  writeLineTag,
} from '../cwt';
import { pageOfTag } from '../layout';
import type { BlockSource } from './blocks';
import type { KernelData } from './kernelData';

export class Cwts {
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly descriptors: Descriptors,
    private readonly hash: WayHash,
    private readonly data: KernelData,
    private readonly blocks: BlockSource,
    private readonly probe: Probe,
    /** Entries of a way: of the PMD's tables, of the PUD's. */
    private readonly entries: readonly [number, number],
    /** Row of the counters of tables. */
    private readonly row: number,
  ) {}

  /** Builds the four tables of an address space. False if memory is short: then none is built. */
  build(root: Pfn): boolean {
    for (let index = 0; index < 2 * CWT_WAYS; index++) {
      const log2 = Math.log2(this.entries[index >> 1]);
      const table = this.blocks.allocate(root, Math.max(0, log2 - 6), this.row);
      if (table === -1) {
        this.destroy(root);
        return false;
      }
      this.descriptors.setCwt(root, index, tableWord(table, log2));
    }
    return true;
  }

  destroy(root: Pfn): void {
    for (let index = 0; index < 2 * CWT_WAYS; index++) {
      const word = this.descriptors.cwt(root, index);
      if (tableLog2(word) === 0) continue;
      this.blocks.free(root, tableFrame(word), Math.max(0, tableLog2(word) - 6), this.row);
      this.descriptors.setCwt(root, index, 0);
    }
  }

  /** A cluster is in that way now: new, kicked or migrated. */
  placed(root: Pfn, user: number, size: number, tag: number, way: number): void {
    const vpn = pageOfTag(tag, size);
    const has = size === 0 ? Header.Has4K : size === 1 ? Header.Has2M : Header.Has1G;
    this.#change(root, user, CwtOf.Pud, vpn, size === 2 ? Header.Way : 0, has | (size === 2 ? wayBits(way) : 0));
    if (size < 2)
      this.#change(root, user, CwtOf.Pmd, vpn, size === 1 ? Header.Way : 0, has | (size === 1 ? wayBits(way) : 0));
  }

  /** The last entry of a cluster is gone. Of a 4 KiB cluster nothing is cleared, of a 2 MiB one only what names its way. */
  removed(root: Pfn, user: number, size: number, tag: number): void {
    if (size === 0) return;
    const has = size === 1 ? Header.Has2M : Header.Has1G;
    this.#change(root, user, size === 1 ? CwtOf.Pmd : CwtOf.Pud, pageOfTag(tag, size), has | Header.Way, 0);
  }

  #change(root: Pfn, user: number, kind: CwtKind, vpn: number, clear: number, set: number): void {
    const tag = cwtTag(vpn, kind);
    const index = cwtHeader(vpn, kind);
    if (!this.#find(root, user, kind, tag)) {
      if (set === 0 || !this.#enter(root, user, kind, tag)) return;
    }
    const words = this.memory.pool.words;
    const before = readHeader(words, this.#at, index);
    const after = (before & ~clear) | set;
    if (after === before) return;
    this.memory.pool.touch(this.#at >> 10);
    writeHeader(words, this.#at, index, after);
    const count = readHeaderCount(words, this.#at) + (before === 0 ? 1 : 0) - (after === 0 ? 1 : 0);
    writeHeaderCount(words, this.#at, count);
    if (count === 0) {
      words.fill(0, this.#at, this.#at + 16);
      this.descriptors.setCwtOccupancy(root, this.#index, this.descriptors.cwtOccupancy(root, this.#index) - 1);
    }
    this.probe.tableWrite();
    if (this.probe.watches.physicalWrites && this.probe.watches.writesFrame(this.#frame))
      this.probe.signal(Signal.Watch);
    if (this.probe.recorder !== null)
      this.probe.recorder.emit({
        kind: 'cwtWrite',
        address: this.#frame * 4096 + 4 * (this.#at % 1024) + index,
        table: CWT_NAMES[kind],
        tag,
        header: index,
        before,
        after,
      });
  }

  /** The line that was found or entered: its place in the pool, its frame, the descriptor's index of its table. */
  #at = 0;
  #frame = asPfn(0);
  #index = 0;

  #locate(root: Pfn, user: number, kind: CwtKind, way: number, tag: number): number {
    this.#index = kind * CWT_WAYS + way;
    const word = this.descriptors.cwt(root, this.#index);
    const log2 = tableLog2(word);
    if (log2 === 0) return -1;
    const slot = this.hash.index(tag, log2, user * 2 * CWT_WAYS + this.#index);
    this.#frame = asPfn(tableFrame(word) + (slot >>> 6));
    this.probe.hash();
    this.probe.tableRead();
    const base = this.memory.base(this.#frame);
    this.#at = base < 0 ? -1 : base + (slot & 63) * 16;
    return slot;
  }

  #find(root: Pfn, user: number, kind: CwtKind, tag: number): boolean {
    for (let way = 0; way < CWT_WAYS; way++) {
      if (this.#locate(root, user, kind, way, tag) < 0 || this.#at < 0) continue;
      if (lineHasTag(this.memory.pool.words, this.#at, tag)) return true;
    }
    return false;
  }

  #enter(root: Pfn, user: number, kind: CwtKind, tag: number): boolean {
    let free = 0;
    for (let way = 0; way < CWT_WAYS; way++) {
      if (this.#locate(root, user, kind, way, tag) < 0) return false;
      if (this.#at < 0 || isEmptyLine(this.memory.pool.words, this.#at)) free |= 1 << way;
    }
    if (free === 0) {
      this.probe.counters[Counter.CwtFull]++;
      this.probe.note('both slots of the cuckoo walk table are taken: the hint is not kept');
      return false;
    }
    const way = free === 3 ? this.data.random(2) : free - 1;
    const slot = this.#locate(root, user, kind, way, tag);
    const base = this.memory.back(this.#frame);
    this.memory.pool.touch(base >> 10);
    this.#at = base + (slot & 63) * 16;
    writeLineTag(this.memory.pool.words, this.#at, tag);
    this.descriptors.setCwtOccupancy(root, this.#index, this.descriptors.cwtOccupancy(root, this.#index) + 1);
    return true;
  }
}
