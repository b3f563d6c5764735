/**
 * The buddy allocator of one memory node: blocks of 2^order frames, orders 0 to 10, split on allocation and merged with
 * their buddies on free, as Linux's mm/page_alloc.c does (`expand`, `__free_one_page`).
 *
 * Memory that was never touched is not on a list: `untouched` is the first frame of a run of whole order-10 blocks, so
 * that a machine of 64 GiB starts in no time. The first MiB is reserved, as on a PC, and what the kernel's image takes behind it;
 * the tail that fills no order-10 block is handed out in smaller ones.
 *
 * Blocks of higher orders are made of consecutive ones of order 10, the first that are free side by side (Linux's
 * `alloc_contig_pages`); they are aligned to 4 MiB only, and become blocks of order 10 again when they are freed.
 *
 * Holds always: a free block's head frame has state Free and its order; its other frames have state None; the buddy of
 * a free block of order below 10 is not a free block of the same order.
 */
import { asPfn, type Pfn } from '../core/addresses';
import type { Hasher } from '../core/hash';
import { type Probe, Signal } from '../core/probe';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { PhysicalMemory } from './physicalMemory';

/** Of the blocks that are kept on lists. */
export const MAX_ORDER = 10;
const LARGEST = 1 << MAX_ORDER;
/** The first MiB. */
export const RESERVED_FRAMES = 256;

/** Words of a frame's record. */
export const STATE = 0;
const NEXT = 1;
const PREVIOUS = 2;
/** Of an allocated block: who it was allocated for; the same word is a list link while the block is free. */
export const OWNER = 1;

export const enum FrameState {
  None,
  Free,
  Allocated,
}

const FREE_LARGEST = FrameState.Free | (MAX_ORDER << 4);

/** Order of the block whose head frame has that state. */
export const orderOf = (state: number): number => (state >>> 4) & 31;

export interface OrderInfo {
  order: number;
  freeBlocks: number;
}

export class BuddyZone implements Stateful<readonly TypedArray[]> {
  /** Per order: head frame + 1 of the free list, 0 if empty. */
  readonly #heads = new Int32Array(MAX_ORDER + 1);
  readonly #counts = new Int32Array(MAX_ORDER + 1);
  /** [0]: first frame never touched, a multiple of 1,024; [1]: free frames in all. */
  readonly #progress = new Float64Array(2);
  readonly #state = new ArrayState([this.#heads, this.#counts, this.#progress]);
  /** End of the whole order-10 blocks. */
  readonly #wholeEnd: number;

  /** Frames `start` … `end` − 1; `start` is a multiple of 1,024. */
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly probe: Probe,
    readonly start: number,
    readonly end: number,
    reserved = RESERVED_FRAMES,
  ) {
    this.#wholeEnd = Math.max(start, Math.floor(end / LARGEST) * LARGEST);
    this.#progress[0] = start;
    if (start === 0 && this.#wholeEnd > 0) {
      this.#progress[0] = Math.min(this.#wholeEnd, Math.ceil(reserved / LARGEST) * LARGEST);
      this.#seed(reserved, this.#progress[0]);
    }
    this.#seed(Math.max(this.#wholeEnd, reserved), end);
    this.#progress[1] += this.#wholeEnd - this.#progress[0];
  }

  get freeFrames(): number {
    return this.#progress[1];
  }

  /** Free blocks per order, untouched ones included. */
  orders(): OrderInfo[] {
    const untouched = (this.#wholeEnd - this.#progress[0]) / LARGEST;
    return Array.from(this.#counts, (n, order) => ({ order, freeBlocks: order === MAX_ORDER ? n + untouched : n }));
  }

  /** See `BuddyAllocator.allocate`. `smallest`: blocks below that order are left alone. */
  allocate(order: number, purpose: string, owner: number, smallest: number): Pfn | -1 {
    const pfn = order > MAX_ORDER ? this.#takeRun(1 << (order - MAX_ORDER)) : this.#take(order, smallest);
    if (pfn === -1) return -1;
    const at = this.memory.touchRecord(pfn);
    const { words } = this.memory.records;
    words[at + STATE] = FrameState.Allocated | (order << 4);
    words[at + OWNER] = owner;
    // Somebody may have poked bytes into the frames while they were free.
    for (let i = 0; i < 1 << order; i++) this.memory.unback(asPfn(pfn + i));
    this.#progress[1] -= 1 << order;
    this.#signalCleared(pfn, order);
    this.probe.recorder?.emit({ kind: 'frame', action: 'allocate', pfn, order, purpose });
    return pfn;
  }

  /** Takes a block off its list, or out of what is untouched, and gives back what of it is too much. */
  #take(order: number, smallest: number): Pfn | -1 {
    let from = Math.max(order, smallest);
    while (from <= MAX_ORDER && this.#heads[from] === 0) from++;
    let pfn: Pfn;
    if (from <= MAX_ORDER) {
      pfn = asPfn(this.#heads[from] - 1);
      this.#unlink(pfn, from);
    } else if (this.#progress[0] < this.#wholeEnd) {
      from = MAX_ORDER;
      pfn = asPfn(this.#progress[0]);
      this.#progress[0] += LARGEST;
    } else return -1;
    while (from > order) {
      from--;
      this.#link(asPfn(pfn + (1 << from)), from);
    }
    return pfn;
  }

  /** Takes the first `blocks` blocks of order 10 that are free one behind the other. */
  #takeRun(blocks: number): Pfn | -1 {
    let start = this.start;
    // What is untouched is free to its end; what is touched has to be looked at.
    for (let pfn = start; pfn < this.#progress[0] && pfn < start + blocks * LARGEST; pfn += LARGEST)
      if (this.memory.record(asPfn(pfn), STATE) !== FREE_LARGEST) start = pfn + LARGEST;
    const end = start + blocks * LARGEST;
    if (end > this.#wholeEnd) return -1;
    for (let pfn = start; pfn < end && pfn < this.#progress[0]; pfn += LARGEST) this.#unlink(asPfn(pfn), MAX_ORDER);
    this.#progress[0] = Math.max(this.#progress[0], end);
    return asPfn(start);
  }

  /** Gives an allocated block back. */
  free(pfn: Pfn, purpose: string): void {
    let order = orderOf(this.memory.record(pfn, STATE));
    for (let i = 0; i < 1 << order; i++) this.memory.unback(asPfn(pfn + i));
    this.probe.recorder?.emit({ kind: 'frame', action: 'free', pfn, order, purpose });
    this.#progress[1] += 1 << order;
    this.#signalCleared(pfn, order);
    this.memory.setRecord(pfn, STATE, FrameState.None);
    this.memory.setRecord(pfn, OWNER, 0);
    let block: number = pfn;
    if (order > MAX_ORDER) {
      for (let i = 0; i < 1 << order; i += LARGEST) this.#link(asPfn(pfn + i), MAX_ORDER);
      return;
    }
    while (order < MAX_ORDER) {
      const buddy = asPfn(block % (2 << order) === 0 ? block + (1 << order) : block - (1 << order));
      if (this.memory.record(buddy, STATE) !== (FrameState.Free | (order << 4))) break;
      this.#unlink(buddy, order);
      block = Math.min(block, buddy);
      order++;
    }
    this.#link(asPfn(block), order);
  }

  /** Frames that change hands lose their bytes: for whoever watches those, a write. */
  #signalCleared(pfn: Pfn, order: number): void {
    if (!this.probe.watches.physicalWrites) return;
    for (let i = 0; i < 1 << order; i++)
      if (this.probe.watches.writesFrame(asPfn(pfn + i))) this.probe.signal(Signal.Watch);
  }

  #link(pfn: Pfn, order: number): void {
    const head = this.#heads[order];
    const at = this.memory.touchRecord(pfn);
    const { words } = this.memory.records;
    words[at + STATE] = FrameState.Free | (order << 4);
    words[at + NEXT] = head;
    words[at + PREVIOUS] = 0;
    if (head !== 0) this.memory.setRecord(asPfn(head - 1), PREVIOUS, pfn + 1);
    this.#heads[order] = pfn + 1;
    this.#counts[order]++;
  }

  #unlink(pfn: Pfn, order: number): void {
    const at = this.memory.touchRecord(pfn);
    const { words } = this.memory.records;
    const next = words[at + NEXT];
    const previous = words[at + PREVIOUS];
    words[at + STATE] = words[at + NEXT] = words[at + PREVIOUS] = 0;
    if (previous === 0) this.#heads[order] = next;
    else this.memory.setRecord(asPfn(previous - 1), NEXT, next);
    if (next !== 0) this.memory.setRecord(asPfn(next - 1), PREVIOUS, previous);
    this.#counts[order]--;
  }

  /** Puts the frames from … to − 1 on the lists as the largest aligned blocks that fit. */
  #seed(from: number, to: number): void {
    let pfn = from;
    while (pfn < to) {
      let order = 0;
      while (order < MAX_ORDER && pfn % (2 << order) === 0 && pfn + (2 << order) <= to) order++;
      this.#link(asPfn(pfn), order);
      this.#progress[1] += 1 << order;
      pfn += 1 << order;
    }
  }

  save(): readonly TypedArray[] {
    return this.#state.save();
  }
  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
  }
  hash(into: Hasher): void {
    this.#state.hash(into);
  }
}
