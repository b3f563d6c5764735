/**
 * The page allocator (mm/page_alloc.c): one buddy zone a memory node. Whoever asks names the node it would like; other nodes
 * help out in order of their distance, which is that of their numbers.
 *
 * Every block knows who it was allocated for (`owner`, a number that only callers understand), so that an entry that somebody
 * edited cannot make the kernel free, or follow, a frame of somebody else.
 */
import { asPfn, type Pfn } from '../core/addresses';
import type { Hasher } from '../core/hash';
import type { Probe } from '../core/probe';
import type { Stateful, TypedArray } from '../core/state';
import { BuddyZone, FrameState, MAX_ORDER, type OrderInfo, orderOf, OWNER, RESERVED_FRAMES, STATE } from './buddyZone';
import type { PhysicalMemory } from './physicalMemory';

export { FrameState, MAX_ORDER, type OrderInfo, RESERVED_FRAMES };

const LARGEST = 1 << MAX_ORDER;

export class BuddyAllocator implements Stateful<readonly TypedArray[]> {
  /** By node. */
  readonly zones: readonly BuddyZone[];
  readonly #framesPerNode: number;

  /**
   * Memory is divided evenly, in whole blocks of the largest order; the last node has the rest. `reserved`: frames from 0 on that are
   * never handed out; they must lie in the first node.
   */
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly probe: Probe,
    nodes = 1,
    reserved = RESERVED_FRAMES,
  ) {
    const { frameCount } = memory;
    this.#framesPerNode = nodes === 1 ? frameCount : Math.floor(frameCount / nodes / LARGEST) * LARGEST;
    if (this.#framesPerNode === 0) throw new Error(`${nodes} nodes need at least ${nodes * LARGEST} frames`);
    this.zones = Array.from({ length: nodes }, (_, i) => {
      const end = i === nodes - 1 ? frameCount : (i + 1) * this.#framesPerNode;
      return new BuddyZone(memory, probe, i * this.#framesPerNode, end, reserved);
    });
  }

  get freeFrames(): number {
    let sum = 0;
    for (const zone of this.zones) sum += zone.freeFrames;
    return sum;
  }

  /** Free blocks per order, untouched ones included, of one node or of all. */
  orders(node?: number): OrderInfo[] {
    const zones = node === undefined ? this.zones : [this.zones[node]];
    const all = zones.map((zone) => zone.orders());
    return all[0].map(({ order }) => ({ order, freeBlocks: all.reduce((sum, o) => sum + o[order].freeBlocks, 0) }));
  }

  nodeOf(pfn: Pfn): number {
    return Math.min(this.zones.length - 1, Math.floor(pfn / this.#framesPerNode));
  }

  /**
   * First frame of a block of 2^order frames (orders up to 30) that read as zero, or −1 if there is none. `owner` is a number that only
   * the caller understands; whoever frees the block must know it.
   */
  allocate(order: number, purpose: string, owner = 0, node = 0): Pfn | -1 {
    const { zones } = this;
    const near = zones[node].allocate(order, purpose, owner, order);
    if (near !== -1) return near;
    for (let distance = 1; distance < zones.length; distance++) {
      const far = zones[(node + distance) % zones.length].allocate(order, purpose, owner, order);
      if (far !== -1) return far;
    }
    this.probe.recorder?.emit({ kind: 'frame', action: 'fail', pfn: asPfn(0), order, purpose });
    return -1;
  }

  /** As `allocate`, from that node alone. */
  allocateOn(node: number, order: number, purpose: string, owner = 0): Pfn | -1 {
    return this.zones[node].allocate(order, purpose, owner, order);
  }

  /** A frame broken out of a free block of at least that order, so that the block is no more; −1 if there is none. */
  allocateBreaking(order: number, purpose: string, owner = 0): Pfn | -1 {
    for (const zone of this.zones) {
      const pfn = zone.allocate(0, purpose, owner, order);
      if (pfn !== -1) return pfn;
    }
    return -1;
  }

  /** Gives a block back. False, and nothing done, if the frame is not the head of a block allocated for `owner`. */
  free(pfn: Pfn, purpose: string, owner = 0): boolean {
    if (!this.belongsTo(pfn, owner)) return false;
    this.zones[this.nodeOf(pfn)].free(pfn, purpose);
    return true;
  }

  /** Makes of an allocated block blocks of single frames, each of which is freed by itself. */
  split(pfn: Pfn): void {
    const order = orderOf(this.memory.record(pfn, STATE));
    const owner = this.memory.record(pfn, OWNER);
    for (let i = 0; i < 1 << order; i++) {
      this.memory.setRecord(asPfn(pfn + i), STATE, FrameState.Allocated);
      this.memory.setRecord(asPfn(pfn + i), OWNER, owner);
    }
  }

  /** Makes one block of 2^order allocated single frames of the same owner. The first frame must be aligned. */
  join(pfn: Pfn, order: number): void {
    this.memory.setRecord(pfn, STATE, FrameState.Allocated | (order << 4));
    for (let i = 1; i < 1 << order; i++) {
      this.memory.setRecord(asPfn(pfn + i), STATE, FrameState.None);
      this.memory.setRecord(asPfn(pfn + i), OWNER, 0);
    }
  }

  /** True if the frame is the head of a block that was allocated for `owner`. */
  belongsTo(pfn: Pfn, owner: number): boolean {
    return (this.memory.record(pfn, STATE) & 15) === FrameState.Allocated && this.memory.record(pfn, OWNER) === owner;
  }

  save(): readonly TypedArray[] {
    return this.zones.flatMap((zone) => zone.save());
  }
  load(saved: readonly TypedArray[]): void {
    const each = saved.length / this.zones.length;
    this.zones.forEach((zone, i) => zone.load(saved.slice(i * each, (i + 1) * each)));
  }
  hash(into: Hasher): void {
    for (const zone of this.zones) zone.hash(into);
  }
}
