/**
 * The kernel's own cuckoo tables (kECPT; EMT, OSDI '25 §7.1): one for all processes, with registers of its own, which map the
 * kernel's text and all of memory, the tables themselves among it.
 *
 * In EMT-Linux its ways are static data of the kernel's image (head_64.S). So they are here: behind the first MiB, in frames that
 * the allocator never hands out, as large as what they map needs. Tables that a resize makes come from the allocator. All are
 * counted apart (`Counter.KernelTables`).
 *
 * **Page-table isolation** gives the processor a second, minimal table: the page of entry code and the page with the interrupt
 * descriptors and stacks, which both tables have. The user's own table needs no second: nothing of the kernel is in it. Nothing of
 * the kernel is global then: a translation that outlives the switch would be the other table's.
 */
import { addPages, asPfn, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { Probe } from '../../core/probe';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { RESERVED_FRAMES } from '../../memory/buddy';
import type { KernelHalf } from '../kernelHalf';
import { highOf, LOW, lowOf } from '../x86/entry';
import {
  directMapStart,
  ENTRY_AREA,
  ENTRY_CODE,
  KERNEL_CODE,
  KERNEL_DATA,
  KERNEL_TEXT,
  KERNEL_TEXT_PAGES,
} from '../x86/kernelSpace';
import { Descriptors, ENTRY_DESCRIPTOR, KERNEL_DESCRIPTOR, WayNumbers } from './descriptor';
import type { BlockSource } from './driver/blocks';
import { Cwts } from './driver/cwts';
import { KernelData } from './driver/kernelData';
import { Inserts } from './driver/inserts';
import { Ways } from './driver/ways';
import type { EcptOptions } from './format';
import { makeHash } from './hash';
import { Cluster, ENTRY_PAGES, entryOf, SLOTS_PER_FRAME, tagOf, writeCount, writeTag } from './layout';

/** Kernel data at a physical address; the scheme's addresses have 48 bits. */
export const DIRECT_MAP = directMapStart(48) as Vpn;
/** Interrupt descriptors and entry stacks: eight pages behind the entry code, so in another cluster. */
export const ENTRY_DATA = addPages(ENTRY_AREA, Cluster.Entries);
const ENTRY_DATA_FRAME = asPfn(254);

/** Slots and lines of the minimal table. */
const LEAST = 64;
/** More clusters than this are not made when a machine starts; the direct map then ends below the end of memory. */
const MOST_CLUSTERS = 2 ** 17;
/** A kernel that takes more of memory is left out. */
const LARGEST_SHARE = 0.25;

/** Consecutive pages of one size. */
interface Run {
  vpn: Vpn;
  size: number;
  count: number;
  pfn: Pfn;
  rights: typeof KERNEL_CODE;
}

/** The largest pages that fit, the largest first; `vpn` and `pfn` must be aligned to all of them. */
function* runs(options: EcptOptions, vpn: Vpn, pages: number, pfn: Pfn, rights: typeof KERNEL_CODE): Generator<Run> {
  let done = 0;
  for (let size = 2; size >= 0; size--) {
    const count = options.ways[size] === 0 ? 0 : Math.floor((pages - done) / ENTRY_PAGES[size]);
    if (count > 0) yield { vpn: addPages(vpn, done), size, count, pfn: asPfn(pfn + done), rights };
    done += count * ENTRY_PAGES[size];
  }
}

const entryArea = (options: EcptOptions): Run[] => [
  ...runs(options, ENTRY_AREA, 1, ENTRY_CODE, KERNEL_CODE),
  ...runs(options, ENTRY_DATA, 1, ENTRY_DATA_FRAME, KERNEL_DATA),
];

/** Everything that the kernel maps. */
function image(options: EcptOptions, frames: number, isolated: boolean): Run[] {
  const most = (MOST_CLUSTERS * Cluster.Entries * ENTRY_PAGES[2]) / (options.ways[2] > 0 ? 1 : 512);
  const pages = Math.min(frames, options.ways[1] > 0 ? most : most / 512);
  return [
    ...runs(options, DIRECT_MAP, pages, asPfn(0), KERNEL_DATA),
    ...runs(options, KERNEL_TEXT, KERNEL_TEXT_PAGES, asPfn(0), KERNEL_CODE),
    ...(isolated ? entryArea(options) : []),
  ];
}

/** Slots of the kernel's ways by page size: those of a new way, or enough to be at most half as full as a resize wants. */
function slotsFor(options: EcptOptions, all: readonly Run[]): [number, number, number] {
  const clusters = [0, 0, 0];
  for (const { size, count } of all) clusters[size] += Math.ceil(count / Cluster.Entries) + 1;
  const slots = (size: number): number =>
    Math.max(
      options.entries[size],
      2 ** Math.ceil(Math.log2((2 * clusters[size]) / (Math.max(1, options.ways[size]) * options.resizeAt))),
    );
  return [slots(0), slots(1), slots(2)];
}

/** Of the ways and the walk tables with these sizes. */
function framesOf({ ways, cwtEntries }: EcptOptions, slots: readonly number[]): number {
  const table = (entries: number): number => Math.max(1, entries / SLOTS_PER_FRAME);
  const ofWays = slots.reduce((sum, n, size) => sum + ways[size] * table(n), 0);
  return ofWays + 2 * (table(cwtEntries[0]) + table(cwtEntries[1]));
}

/** Tables of the image, one behind the other. */
class ImageBlocks implements BlockSource {
  constructor(private next: number) {}

  allocate(_root: Pfn, order: number): Pfn {
    const pfn = asPfn(this.next);
    this.next += 2 ** order;
    return pfn;
  }
  free(): void {
    throw new Error('the image of the kernel is made once');
  }
}

export class EcptKernel implements KernelHalf {
  readonly id = 0;
  readonly root = KERNEL_DESCRIPTOR;
  readonly isMutable = true;
  readonly reservedFrames: number;
  /** What loads the registers, and says in which mode the running CPU is: the driver's part. */
  driver: { switchOn(cpu: number, user: number): void; isInUserMode(): boolean } | undefined;

  static framesFor(options: EcptOptions, memoryBytes: number, isolated: boolean): number {
    const all = image(options, Math.floor(memoryBytes / PAGE_BYTES), isolated);
    const minimal = isolated ? framesOf({ ...options, cwtEntries: [LEAST, LEAST] }, [LEAST, 0, 0]) : 0;
    return RESERVED_FRAMES + framesOf(options, slotsFor(options, all)) + minimal;
  }

  static suits(options: EcptOptions, memoryBytes: number, isolated = true): boolean {
    return EcptKernel.framesFor(options, memoryBytes, isolated) * PAGE_BYTES <= LARGEST_SHARE * memoryBytes;
  }

  constructor(
    private readonly options: EcptOptions,
    private readonly memory: PhysicalMemory,
    readonly isolated: boolean,
    private readonly seed: number,
    probe: Probe,
  ) {
    this.reservedFrames = EcptKernel.framesFor(options, memory.sizeBytes, isolated);
    const all = image(options, memory.frameCount, isolated);
    const global = isolated ? 0 : LOW.G;
    this.#build(KERNEL_DESCRIPTOR, { ...options, entries: slotsFor(options, all) }, all, global, RESERVED_FRAMES);
    if (isolated) {
      const small: EcptOptions = { ...options, entries: [LEAST, LEAST, LEAST], cwtEntries: [LEAST, LEAST] };
      const first = RESERVED_FRAMES + framesOf(options, slotsFor(options, all));
      this.#build(ENTRY_DESCRIPTOR, small, entryArea(options), 0, first);
    }
    probe.counters[Counter.KernelTables] = this.reservedFrames - RESERVED_FRAMES + (isolated ? 2 : 1);
  }

  /** Makes the tables of one descriptor, before anything is counted. */
  #build(root: Pfn, options: EcptOptions, all: readonly Run[], global: number, firstFrame: number): void {
    const { memory } = this;
    const probe = new Probe();
    const data = new KernelData(memory, this.seed);
    const blocks = new ImageBlocks(firstFrame);
    const descriptors = new Descriptors(memory);
    const numbers = new WayNumbers(options.ways);
    const hash = makeHash(options.hash);
    const cwts = new Cwts(memory, descriptors, hash, data, blocks, probe, options.cwtEntries, 0);
    const ways = new Ways({
      ...{ options, numbers, memory, descriptors, hash, data, blocks, cwts, probe },
      levelOf: () => 0,
    });
    memory.back(root);
    cwts.build(root);
    // Of the minimal table larger sizes would stay empty.
    for (let size = 0; size < 3; size++)
      if (options.ways[size] > 0 && (root === KERNEL_DESCRIPTOR || size === 0)) ways.build(root, 0, size);
    const inserts = new Inserts(ways);
    for (const run of all) enterRun(ways, inserts, root, run, global);
    data.restart();
  }

  rootIn(root: Pfn): Pfn {
    return root;
  }

  entryText(user: number): string {
    const which = user === 0 ? 'kernel entry: its whole table' : 'return to user mode: the minimal kernel table';
    return `${which}, ${this.options.switch === 'atomic' ? 'with one switch of the register sets' : 'register by register'}`;
  }

  switchOn(cpu: number, user: number): void {
    this.driver?.switchOn(cpu, user);
  }

  /** The descriptor that the running CPU walks for the kernel's addresses. */
  get loaded(): Pfn {
    return this.isolated && this.driver?.isInUserMode() === true ? ENTRY_DESCRIPTOR : KERNEL_DESCRIPTOR;
  }
}

/** Cluster by cluster. */
function enterRun(ways: Ways, inserts: Inserts, root: Pfn, run: Run, global: number): void {
  const { vpn, size, count, pfn, rights } = run;
  const { hand } = ways;
  const pages = ENTRY_PAGES[size];
  for (let done = 0; done < count;) {
    const at = addPages(vpn, done * pages);
    const first = entryOf(at, size);
    const entries = Math.min(Cluster.Entries - first, count - done);
    const tag = tagOf(at, size);
    hand.fill(0);
    for (let i = 0; i < entries; i++) {
      const frame = asPfn(pfn + (done + i) * pages);
      hand[2 * (first + i)] = lowOf(frame, rights.low | global | (size > 0 ? LOW.PS : 0));
      hand[2 * (first + i) + 1] = highOf(frame, rights.high);
    }
    writeTag(hand, 0, tag);
    writeCount(hand, 0, entries);
    if (inserts.place(root, 0, size, tag) !== 'ok') throw new Error('no place for the kernel’s own mappings');
    done += entries;
  }
}
