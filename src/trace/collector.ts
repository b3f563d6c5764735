/**
 * The sink behind every reader: refuses addresses that no machine has, applies skip and limit, splits a modify into
 * its read and its write, and hands what is wanted to the store and the footprint.
 *
 * The footprint describes the lines of which at least one access was kept; fetches that are not kept because
 * instructions are off belong to it as well, once skipping is over.
 */
import { packAccess } from '../machine/core/accessChunk';
import { PAGE_BYTES, addressOf, asVpn, PageNumbers } from '../machine/core/addresses';
import { Access } from '../machine/mmu/rights';
import { badAddress } from './errors';
import { FootprintBuilder } from './footprint';
import { Operation, type TraceSink } from './format';
import { asHalfOfModify } from './record';
import type { ShelfOptions } from './chunkShelf';
import { TraceStoreBuilder } from './store';

export interface Selection {
  /** Accesses to keep at most; a modify is two. Fetches count only if they are kept. */
  limit: number;
  /** Accesses to leave out at the start. */
  skip: number;
  /** Whether fetches are kept. */
  instructions: boolean;
  /** Width of a canonical address: 48, or 57 for five levels. */
  addressBits: 48 | 57;
}

export class Collector implements TraceSink {
  readonly footprint = new FootprintBuilder();
  readonly store: TraceStoreBuilder;
  private readonly half: number;
  private toSkip: number;
  private toKeep: number;

  constructor(
    readonly source: string,
    readonly selection: Selection,
    shelf: Omit<ShelfOptions, 'source'>,
  ) {
    this.store = new TraceStoreBuilder({ ...shelf, source });
    this.half = 2 ** (selection.addressBits - 1) / PAGE_BYTES;
    this.toSkip = selection.skip;
    this.toKeep = selection.limit;
  }

  /** True once the limit is reached. */
  get full(): boolean {
    return this.toKeep <= 0;
  }

  get skipped(): number {
    return this.selection.skip - this.toSkip;
  }

  operation(operation: Operation, vpn: number, offset: number, sizeBytes: number, line: number): boolean {
    const lastVpn = offset + sizeBytes > PAGE_BYTES ? vpn + 1 : vpn;
    if (lastVpn >= this.half && (vpn < PageNumbers.Count - this.half || lastVpn >= PageNumbers.Count)) {
      const address = `0x${addressOf(asVpn(vpn), offset).toString(16)}`;
      throw badAddress(this.source, line, address, this.selection.addressBits);
    }
    let kept = false;
    switch (operation) {
      case Operation.fetch:
        if (this.selection.instructions) kept = this.keep(vpn, packAccess(Access.Exec, offset, sizeBytes), line);
        else kept = this.toSkip === 0;
        break;
      case Operation.load:
        kept = this.keep(vpn, packAccess(Access.Read, offset, sizeBytes), line);
        break;
      case Operation.store:
        kept = this.keep(vpn, packAccess(Access.Write, offset, sizeBytes), line);
        break;
      case Operation.modify: {
        const readKept = this.keep(vpn, asHalfOfModify(packAccess(Access.Read, offset, sizeBytes)), line);
        const writeKept = this.keep(vpn, asHalfOfModify(packAccess(Access.Write, offset, sizeBytes)), line);
        kept = readKept || writeKept;
        break;
      }
    }
    if (kept) this.footprint.add(operation, vpn, offset, sizeBytes);
    return this.toKeep > 0;
  }

  private keep(vpn: number, packed: number, line: number): boolean {
    if (this.toSkip > 0) {
      this.toSkip--;
      return false;
    }
    if (this.toKeep <= 0) return false;
    this.toKeep--;
    this.store.append(vpn, packed, line);
    return true;
  }
}
