/**
 * What a trace touches, in numbers: lines by kind, page crossings, distinct pages and larger regions, the lowest and
 * highest byte, sizes. The rules are facts/trace-rules.md; a modify is one line here, as it is in the file.
 */
import { PAGE_BYTES, addressOf, asVpn } from '../machine/core/addresses';
import { Operation, type LineCounts } from './format';
import { PageSet, PageUse, type TouchedPages } from './pageSet';

/** Distinct 4 KiB pages, and the aligned larger regions that hold them. */
export interface Spread {
  pages4K: number;
  regions2M: number;
  regions1G: number;
  regions512G: number;
}

export interface ByOperation<T> {
  fetches: T;
  loads: T;
  stores: T;
  modifies: T;
}

export interface Footprint {
  lines: LineCounts;
  /** Lines whose access touches two pages. */
  crossingLines: ByOperation<number>;
  data: Spread;
  instructions: Spread;
  all: Spread;
  /** First and last byte touched by anything; absent if nothing was. */
  lowest?: bigint;
  highest?: bigint;
  /** Lines by access size in bytes. */
  sizes: ByOperation<Record<number, number>>;
}

const DATA = PageUse.read | PageUse.write;
/** What an operation does to its pages, by Operation. */
const USE = [PageUse.exec, PageUse.read, PageUse.write, DATA];
const SIZE_SLOTS = PAGE_BYTES + 1;

/** Takes the operations of a trace one by one. */
export class FootprintBuilder {
  private readonly pages = new PageSet();
  private readonly crossing = [0, 0, 0, 0];
  private readonly sizes = new Float64Array(4 * SIZE_SLOTS);
  private lowVpn = Infinity;
  private lowOffset = 0;
  private highVpn = -1;
  private highOffset = 0;
  // The page that was touched last, for data and for fetches apart: most accesses stay on it.
  private dataVpn = -1;
  private dataUse = 0;
  private fetchVpn = -1;

  add(operation: Operation, vpn: number, offset: number, sizeBytes: number): void {
    this.sizes[operation * SIZE_SLOTS + sizeBytes]++;
    this.touch(operation, vpn);
    let lastVpn = vpn;
    let lastOffset = offset + sizeBytes - 1;
    if (lastOffset >= PAGE_BYTES) {
      lastVpn++;
      lastOffset -= PAGE_BYTES;
      this.crossing[operation]++;
      this.touch(operation, lastVpn);
    }
    if (vpn < this.lowVpn || (vpn === this.lowVpn && offset < this.lowOffset)) {
      this.lowVpn = vpn;
      this.lowOffset = offset;
    }
    if (lastVpn > this.highVpn || (lastVpn === this.highVpn && lastOffset > this.highOffset)) {
      this.highVpn = lastVpn;
      this.highOffset = lastOffset;
    }
  }

  touchedPages(): TouchedPages {
    return this.pages.sorted();
  }

  finish(pages: TouchedPages, otherLines: number): Footprint {
    const sizes = byOperation((operation) => this.sizesOf(operation));
    const lines = byOperation((operation) => sum(Object.values(this.sizesOf(operation))));
    const touched = this.pages.size > 0;
    return {
      lines: { ...lines, other: otherLines },
      crossingLines: byOperation((operation) => this.crossing[operation]),
      data: spreadOf(pages, DATA),
      instructions: spreadOf(pages, PageUse.exec),
      all: spreadOf(pages, DATA | PageUse.exec),
      lowest: touched ? addressOf(asVpn(this.lowVpn), this.lowOffset) : undefined,
      highest: touched ? addressOf(asVpn(this.highVpn), this.highOffset) : undefined,
      sizes,
    };
  }

  private touch(operation: Operation, vpn: number): void {
    const use = USE[operation];
    if (operation === Operation.fetch) {
      if (vpn === this.fetchVpn) return;
      this.fetchVpn = vpn;
    } else {
      if (vpn === this.dataVpn && (use & ~this.dataUse) === 0) return;
      this.dataUse = vpn === this.dataVpn ? this.dataUse | use : use;
      this.dataVpn = vpn;
    }
    this.pages.touch(vpn, use);
  }

  private sizesOf(operation: Operation): Record<number, number> {
    const histogram: Record<number, number> = {};
    for (let size = 1; size < SIZE_SLOTS; size++) {
      const count = this.sizes[operation * SIZE_SLOTS + size];
      if (count > 0) histogram[size] = count;
    }
    return histogram;
  }
}

function byOperation<T>(of: (operation: Operation) => T): ByOperation<T> {
  return {
    fetches: of(Operation.fetch),
    loads: of(Operation.load),
    stores: of(Operation.store),
    modifies: of(Operation.modify),
  };
}

function spreadOf({ vpns, uses }: TouchedPages, wanted: number): Spread {
  const pages = vpns.filter((_, i) => (uses[i] & wanted) !== 0);
  return {
    pages4K: pages.length,
    regions2M: distinctBlocks(pages, 2 ** 9),
    regions1G: distinctBlocks(pages, 2 ** 18),
    regions512G: distinctBlocks(pages, 2 ** 27),
  };
}

/** In how many aligned blocks of `blockPages` pages the pages, in ascending order, lie. */
function distinctBlocks(pages: Float64Array, blockPages: number): number {
  let blocks = 0;
  let last = -1;
  for (const vpn of pages) {
    const block = Math.floor(vpn / blockPages);
    if (block !== last) blocks++;
    last = block;
  }
  return blocks;
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
