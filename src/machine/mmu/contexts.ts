/**
 * The TLBs and walk caches of one CPU as PCIDs divide them, and what instructions drop of them (Intel SDM vol. 3A §4.10).
 *
 * The caches themselves know which entries a look-up may find: those of one PCID, and global ones. Going to another PCID
 * is a pass over them, made only when an access needs it: a kernel that goes in and out between two accesses (page-table
 * isolation) makes none. `settle` changes nothing that an instruction or a look-up could tell.
 */
import { PAGES_OF_SIZE, type Vpn } from '../core/addresses';
import { ANY_PCID, type AssociativeCache } from './associativeCache';

/** A page size that a TLB holds entries of. */
export interface TlbPlace {
  readonly tlb: AssociativeCache;
  /** Code of the size. */
  readonly size: number;
}

export class Contexts {
  /** PCID in CR3; 0 while CR4.PCIDE is off. */
  current = 0;
  /** PCID whose entries the caches' look-ups find. */
  #tagged = 0;
  readonly #all: readonly AssociativeCache[];

  constructor(
    readonly tlbs: readonly AssociativeCache[],
    /** What the TLBs hold, in their order and from the smallest size up. */
    private readonly places: readonly TlbPlace[],
    private readonly walkCaches: readonly AssociativeCache[],
    /** Told of each TLB that has dropped a page by `dropPage`. */
    private readonly dropped: (tlb: AssociativeCache, vpn: Vpn) => void,
    /** Entries of 2 MiB are halves of pages of 4 MiB: what is dropped of one is dropped of both. */
    private readonly halves = false,
  ) {
    this.#all = [...tlbs, ...walkCaches];
  }

  /** Look-ups would find another PCID's entries: `settle` before the next. */
  get pending(): boolean {
    return this.current !== this.#tagged;
  }

  settle(): void {
    if (!this.pending) return;
    for (const cache of this.#all) cache.retag(this.#tagged, this.current);
    this.#tagged = this.current;
  }

  /** The caches have been loaded, and `settle` had been called before they were saved. */
  loaded(pcid: number): void {
    this.current = this.#tagged = pcid;
  }

  /** PCID of an entry of one of the caches; ANY_PCID for a global one. */
  pcidOf(cache: AssociativeCache, i: number): number {
    return cache.pcidOf(i, this.#tagged);
  }

  /** Drops all that translates a page for a PCID, in whatever size, and global pages too if asked. */
  dropPage(vpn: Vpn, pcid: number, global: boolean): void {
    for (const { tlb, size } of this.places) {
      if (size > 0 && tlb.huge[size] === 0) continue;
      const key = size === 0 ? vpn : Math.floor(vpn / PAGES_OF_SIZE[size]);
      let found = this.#dropKey(tlb, key, size, pcid, global);
      if (this.halves && size === 1) found = this.#dropKey(tlb, otherHalf(key), size, pcid, global) || found;
      if (found) this.dropped(tlb, vpn);
    }
  }

  #dropKey(tlb: AssociativeCache, key: number, size: number, pcid: number, global: boolean): boolean {
    const easy = pcid === this.#tagged && global;
    const at = easy ? tlb.peek(key, size) : tlb.findOf(key, size, pcid, this.#tagged, global);
    if (at < 0) return false;
    tlb.invalidate(at);
    // A global entry and one of the PCID may both be there, unless look-ups find both.
    const other = easy ? -1 : tlb.findOf(key, size, pcid, this.#tagged, global);
    if (other >= 0) tlb.invalidate(other);
    return true;
  }

  /** Drops the translations of a PCID, or of ANY_PCID, and its walk-cache entries; global pages too if asked. */
  drop(pcid: number, global: boolean): void {
    for (const tlb of this.tlbs) tlb.drop(pcid, this.#tagged, global);
    this.dropWalkCaches(pcid);
  }

  dropWalkCaches(pcid: number): void {
    for (const cache of this.walkCaches)
      if (pcid === ANY_PCID) cache.clear();
      else cache.drop(pcid, this.#tagged, true);
  }
}

/** The other 2 MiB of a page of 4 MiB. */
const otherHalf = (key: number): number => key + 1 - 2 * (key % 2);
