/**
 * What a debugger watches: data of the machine whose use is to stop a run.
 *
 * Host-side, no part of the machine's state. The machine asks at its slow paths alone: where a table entry or other
 * physical bytes are read by the walker or written, where a page is looked up, where a register is loaded. Pages have a
 * filter besides, that the hot loop asks for every lead: two compares for pages outside of all that is watched, a bit for
 * those between. All else costs nothing until what is watched is used. An answer may be too often yes (a neighbour in the
 * same frame, pages that share a bit), never too rarely; the exact question is asked of the recorded tick.
 */
import type { Pfn, Vpn } from './addresses';

/** Bits of an access mask: reads 1, writes 2, instruction fetches 4 (1 << access kind). */
export type Watch =
  | {
      kind: 'physical';
      /** Byte addresses, end exclusive. */ start: number;
      end: number;
      read: boolean;
      write: boolean;
    }
  | { kind: 'page'; first: Vpn; /** Inclusive. */ last: Vpn; accesses: number }
  | { kind: 'register'; name: WatchedRegister };

export type WatchedRegister = 'cr0' | 'cr2' | 'cr3' | 'cr4' | 'efer' | 'pkru';

const FRAME_BYTES = 4096;

export const enum PageBits {
  Words = 128,
  Mask = Words - 1,
}

export class Watches {
  /** True if any physical watch is there that reads, or writes, may meet: what hot code asks first. */
  physicalReads = false;
  physicalWrites = false;
  pages = false;
  registers = false;
  /** No page below the first or above the second is watched. */
  lowestPage = 0;
  highestPage = -1;
  /** A page between them is watched only if its bit is set: bits 0 to 4 of its number say which of word (bits 5 to 11). */
  readonly pageBits = new Int32Array(PageBits.Words);
  #list: readonly Watch[] = [];

  get list(): readonly Watch[] {
    return this.#list;
  }

  set(list: readonly Watch[]): void {
    this.#list = list;
    this.physicalReads = list.some((w) => w.kind === 'physical' && w.read);
    this.physicalWrites = list.some((w) => w.kind === 'physical' && w.write);
    this.pages = list.some((w) => w.kind === 'page');
    this.registers = list.some((w) => w.kind === 'register');
    this.#filterPages(list.flatMap((w) => (w.kind === 'page' ? [w] : [])));
  }

  #filterPages(watches: readonly { first: Vpn; last: Vpn }[]): void {
    this.lowestPage = Math.min(Infinity, ...watches.map((w) => w.first));
    this.highestPage = Math.max(-1, ...watches.map((w) => w.last));
    this.pageBits.fill(0);
    for (const { first, last } of watches)
      for (let vpn: number = first; vpn <= last && vpn < first + 32 * PageBits.Words; vpn++)
        this.pageBits[(vpn >>> 5) & PageBits.Mask] |= 1 << (vpn & 31);
  }

  /** False only if no access to the page is watched. */
  mayWatch(vpn: number): boolean {
    return (
      vpn >= this.lowestPage &&
      vpn <= this.highestPage &&
      ((this.pageBits[(vpn >>> 5) & PageBits.Mask] >>> (vpn & 31)) & 1) !== 0
    );
  }

  readsFrame(pfn: Pfn): boolean {
    return this.#list.some((w) => w.kind === 'physical' && w.read && inFrame(w, pfn));
  }

  writesFrame(pfn: Pfn): boolean {
    return this.#list.some((w) => w.kind === 'physical' && w.write && inFrame(w, pfn));
  }

  /** True if accesses of one of these kinds to the page are watched. */
  page(vpn: Vpn, accesses: number): boolean {
    return this.#list.some(
      (w) => w.kind === 'page' && (w.accesses & accesses) !== 0 && w.first <= vpn && vpn <= w.last,
    );
  }

  register(name: WatchedRegister): boolean {
    return this.#list.some((w) => w.kind === 'register' && w.name === name);
  }
}

const inFrame = (w: { start: number; end: number }, pfn: Pfn): boolean =>
  w.start < (pfn + 1) * FRAME_BYTES && w.end > pfn * FRAME_BYTES;
