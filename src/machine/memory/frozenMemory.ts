/**
 * Physical memory as it was at a save, for looking at single words of it while the machine has gone on. Pages are made from
 * the snapshot when they are asked for, and some of them are kept.
 */
import { asPfn, PAGE_BYTES, type Pfn } from '../core/addresses';
import { CHUNK_PAGES, materialisePages } from './chunkVersion';
import { PAGE_WORDS } from './pageWords';
import type { StoreSnapshot } from './pagedStore';
import { type MemorySnapshot, type PhysicalMemory, RECORD_SLOT, RECORD_WORDS } from './physicalMemory';

const KEPT_PAGES = 256;
const ZEROES = new Int32Array(PAGE_WORDS);

export class FrozenMemory {
  readonly #records: FrozenStore;
  readonly #pool: FrozenStore;

  constructor(snapshot: MemorySnapshot) {
    this.#records = new FrozenStore(snapshot.records);
    this.#pool = new FrozenStore(snapshot.pool);
  }

  /** A frame's 1,024 words; all zero where nothing was kept. For reading, until the next question. */
  frameWords(pfn: Pfn): Int32Array {
    const at = pfn * RECORD_WORDS + RECORD_SLOT;
    const slot = this.#records.page(Math.floor(at / PAGE_WORDS))[at % PAGE_WORDS] - 1;
    return slot < 0 ? ZEROES : this.#pool.page(slot);
  }

  /** 32-bit word at a physical address (a multiple of 4). */
  readWord(address: number): number {
    return this.frameWords(asPfn(Math.floor(address / PAGE_BYTES)))[(address % PAGE_BYTES) >>> 2];
  }

  /** True if some bytes are no longer what they were. */
  differs(memory: PhysicalMemory, address: number, bytes: number): boolean {
    for (let at = address; at < address + bytes; at += 4) if (memory.readWord(at) !== this.readWord(at)) return true;
    return false;
  }

  frameDiffers(memory: PhysicalMemory, pfn: Pfn): boolean {
    const before = this.frameWords(pfn);
    const now = memory.frameWords(pfn) ?? ZEROES;
    if (before === now) return false;
    for (let i = 0; i < PAGE_WORDS; i++) if (before[i] !== now[i]) return true;
    return false;
  }
}

class FrozenStore {
  readonly #pages = new Map<number, Int32Array>();

  constructor(private readonly snapshot: StoreSnapshot) {}

  page(page: number): Int32Array {
    const { used, chunks } = this.snapshot;
    const version = chunks[Math.floor(page / CHUNK_PAGES)] ?? null;
    if (page >= used || version === null) return ZEROES;
    const kept = this.#pages.get(page);
    if (kept !== undefined) return kept;
    const words = new Int32Array(PAGE_WORDS);
    const place = page % CHUNK_PAGES;
    materialisePages(version, [place], words, -place * PAGE_WORDS);
    if (this.#pages.size >= KEPT_PAGES) this.#pages.clear();
    this.#pages.set(page, words);
    return words;
  }
}
