/**
 * The pages of a snapshot: records of a 64-bit physical address (little-endian, a multiple of 4,096) and the page's 4,096
 * bytes, ascending. What is not among them is not known: it reads as zero, and `holds` says that it is not there.
 */
import { asPfn, PAGE_BYTES, type Pfn } from '../machine/core/addresses';
import type { ReadableMemory } from '../machine/memory/readable';
import { SnapshotError } from './errors';

export const RECORD_BYTES = 8 + PAGE_BYTES;
/** Physical addresses have at most 52 bits. */
const HIGHEST = 2 ** 52;

export class SnapshotMemory implements ReadableMemory {
  readonly sizeBytes: number;
  readonly #pages: ReadonlyMap<Pfn, Int32Array>;

  constructor(pages: ReadonlyMap<Pfn, Int32Array>, ramBytes = 0) {
    this.#pages = pages;
    let last = -1;
    for (const pfn of pages.keys()) last = Math.max(last, pfn);
    this.sizeBytes = Math.max(ramBytes, (last + 1) * PAGE_BYTES);
  }

  get frames(): Iterable<Pfn> {
    return this.#pages.keys();
  }

  frameWords(pfn: Pfn): Int32Array | undefined {
    return this.#pages.get(pfn);
  }

  readonly seenChanges = 0;

  /** Nothing in a snapshot changes. */
  version(): number {
    return 0;
  }

  holds(address: number): boolean {
    return this.#pages.has(pageOf(address));
  }

  readWord(address: number): number {
    return this.#pages.get(pageOf(address))?.[(address % PAGE_BYTES) >>> 2] ?? 0;
  }

  readBytes(address: number, count: number): Uint8Array {
    let length = 0;
    while (length < count && this.holds(address + length))
      length = Math.min(count, length + PAGE_BYTES - ((address + length) % PAGE_BYTES));
    return Uint8Array.from({ length }, (_, i) => {
      const at = address + i;
      return this.readWord(at - (at % 4)) >>> ((at % 4) * 8);
    });
  }
}

const pageOf = (address: number): Pfn => asPfn(Math.floor(address / PAGE_BYTES));

/** From the uncompressed bytes of the page file; `count` is what the description says it holds. */
export function parsePages(source: string, bytes: Uint8Array, count: number): Map<Pfn, Int32Array> {
  const records = Math.floor(bytes.length / RECORD_BYTES);
  if (bytes.length % RECORD_BYTES !== 0)
    throw new SnapshotError(source, `it ends in the middle of page ${records + 1} of ${count}: it was cut short`);
  if (records !== count)
    throw new SnapshotError(source, `it holds ${records} pages; the snapshot's JSON says ${count}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages = new Map<Pfn, Int32Array>();
  let before = -1;
  for (let record = 0; record < records; record++) {
    const at = record * RECORD_BYTES;
    const address = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    if (address % PAGE_BYTES !== 0 || address >= HIGHEST)
      throw new SnapshotError(source, `record ${record} is of 0x${address.toString(16)}, which is no page's address`);
    if (address <= before)
      throw new SnapshotError(source, `record ${record} (0x${address.toString(16)}) is not in ascending order`);
    before = address;
    const words = new Int32Array(PAGE_BYTES / 4);
    for (let i = 0; i < words.length; i++) words[i] = view.getInt32(at + 8 + 4 * i, true);
    pages.set(pageOf(address), words);
  }
  return pages;
}
