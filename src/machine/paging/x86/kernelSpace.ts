/**
 * The kernel's half of every address space: its text, and the direct map of all memory (Linux Documentation/arch/x86/
 * x86_64/mm.rst; arch/x86/mm/init.c `init_mem_mapping`).
 *
 * The kernel's database has the number 0 and a root of its own, and each process's root has the same upper entries, so
 * that a system call changes no tables. Its tables lie in the first MiB, which the buddy allocator never hands out:
 * they take no frame from programs, and are counted apart (`Counter.KernelTables`).
 *
 * **Page-table isolation** (arch/x86/mm/pti.c) gives each process two roots in adjacent frames. The kernel's, which is the
 * database's root, maps everything; but what is below it for user mode must not be executed, so that a return without a
 * switch fails at once. The user's, in the frame behind, has the user half, and of the kernel nothing but a page of entry
 * code in the CPU entry area. What is written to one root for user space is written to the other.
 */
import { addPages, asPfn, PAGE_BYTES, type Pfn, type Vpn, vpnOfAddress } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { type Probe, Signal } from '../../core/probe';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { entriesOf, indexOf, isFlatRoot, pagesPerEntry, type PagingFormat, rootFrame } from '../format';
import type { KernelHalf } from '../kernelHalf';
import { frameOf, HIGH, highOf, LOW, lowOf } from './entry';

/** Of the first MiB: tables from this frame up, and the frame of the entry code. */
const FIRST_TABLE = 16;
export const ENTRY_CODE = asPfn(255);
const RESERVED_FRAMES = 256;

export const KERNEL_TEXT = vpnOfAddress(0xffff_ffff_8100_0000n);
/** One page of 2 MiB at the start of memory: the model's kernel has no bytes. */
export const KERNEL_TEXT_PAGES = 512;
export const ENTRY_AREA = vpnOfAddress(0xffff_fe00_0000_0000n);
/** Where the direct map begins, by address width. */
const DIRECT_MAP: Readonly<Record<number, Vpn>> = {
  48: vpnOfAddress(0xffff_8880_0000_0000n),
  57: vpnOfAddress(0xff11_0000_0000_0000n),
};

/** `_KERNPG_TABLE`, `__PAGE_KERNEL` and `__PAGE_KERNEL_ROX` of Linux, G aside. */
const KERNEL_TABLE = LOW.P | LOW.RW | LOW.A | LOW.D;
export const KERNEL_DATA = { low: LOW.P | LOW.RW | LOW.A | LOW.D, high: HIGH.NX };
export const KERNEL_CODE = { low: LOW.P | LOW.A | LOW.D, high: 0 };

export class KernelSpace implements KernelHalf {
  readonly id = 0;
  readonly reservedFrames = RESERVED_FRAMES;
  readonly isMutable = false;
  readonly root: Pfn = asPfn(FIRST_TABLE);
  /** Root entries of the kernel's half. */
  readonly #entries: number;
  #next = FIRST_TABLE;

  /** `null` for a scheme whose tables or addresses leave no room for a kernel as Linux has it on x86-64. */
  static for(format: PagingFormat, memory: PhysicalMemory, probe: Probe, isolated: boolean): KernelSpace | null {
    if (!KernelSpace.suits(format, memory.frameCount * PAGE_BYTES)) return null;
    return new KernelSpace(format, memory, probe, isolated);
  }

  /**
   * The scheme's normal tables are single frames of 8-byte entries, its addresses those of x86-64, and there is a first MiB. The
   * kernel's own tree has no flattened tables, as in EMT-Linux (init_mm stays radix).
   */
  static suits({ entryBytes, addressBits, levels, hashed }: PagingFormat, memoryBytes: number): boolean {
    const tables = hashed === undefined && entryBytes === 8;
    const small = tables && levels.every((l) => l.bits <= 9 || l.wide === true);
    return small && addressBits in DIRECT_MAP && memoryBytes >= RESERVED_FRAMES * PAGE_BYTES;
  }

  private constructor(
    private readonly format: PagingFormat,
    private readonly memory: PhysicalMemory,
    private readonly probe: Probe,
    /** Page-table isolation is on. */
    readonly isolated: boolean,
  ) {
    this.#entries = entriesOf(format.levels[0]) / 2;
    this.#table();
    // With isolation nothing of the kernel is global but what both roots have: it would outlive the switch.
    const global = isolated ? 0 : LOW.G;
    this.#map(DIRECT_MAP[format.addressBits], memory.frameCount, asPfn(0), KERNEL_DATA.low | global, KERNEL_DATA.high);
    this.#map(KERNEL_TEXT, KERNEL_TEXT_PAGES, asPfn(0), KERNEL_CODE.low | global, KERNEL_CODE.high);
    if (isolated) this.#map(ENTRY_AREA, 1, ENTRY_CODE, KERNEL_CODE.low | LOW.G, KERNEL_CODE.high);
    probe.counters[Counter.KernelTables] = this.#next - FIRST_TABLE;
  }

  // ---- roots of processes -----------------------------------------------------------------------------------------

  /** Frames of a process's root, as a power of two. */
  get rootOrder(): number {
    return this.isolated ? 1 : 0;
  }

  /** The root that user mode walks. */
  userRoot(root: Pfn): Pfn {
    return this.isolated && root !== this.root ? asPfn(root + 1 - (root % 2)) : root;
  }

  rootIn(root: Pfn, user: number): Pfn {
    return asPfn(root - (root % 2) + user);
  }

  entryText(user: number): string {
    return user === 0 ? 'kernel entry: CR3 ← the kernel’s root' : 'return to user mode: CR3 ← its own root';
  }

  switchOn(): void {
    // CR3 is all that trees are walked from.
  }

  /** A new process's root, empty and backed: enters the kernel's half. */
  share(root: Pfn): void {
    if (isFlatRoot(root)) {
      this.#shareFlat(rootFrame(root));
      return;
    }
    for (let index = this.#entries; index < 2 * this.#entries; index++) this.#copy(root, index);
    if (!this.isolated) return;
    this.memory.back(this.userRoot(root));
    this.#copy(this.userRoot(root), indexOf(ENTRY_AREA, this.format.levels[0]));
    this.probe.counters[Counter.KernelTables]++;
  }

  /** A flattened root has the entries of the tables that the kernel's root entries point to (EMT-Linux's `pgd_ctor`). */
  #shareFlat(table: Pfn): void {
    const entries = 2 * this.#entries;
    for (let index = this.#entries; index < entries; index++) {
      const above = this.#read(this.root, index);
      if ((above.low & LOW.P) === 0) continue;
      const below = frameOf(above.low, above.high);
      for (let i = 0; i < entries; i++) {
        const { low, high } = this.#read(below, i);
        if (low !== 0 || high !== 0) this.#write(table, index * entries + i, low, high);
      }
    }
  }

  /** A process's root is given back. */
  unshare(): void {
    if (this.isolated) this.probe.counters[Counter.KernelTables]--;
  }

  /**
   * An entry is about to be written to a process's root: with isolation, writes it to the user's root too. Returns the
   * high word for the kernel's.
   */
  mirror(root: Pfn, index: number, low: number, high: number): number {
    if (!this.isolated || index >= this.#entries) return high;
    const user = this.userRoot(root);
    this.#write(user, index, low, high);
    if (this.probe.watches.physicalWrites && this.probe.watches.writesFrame(user)) this.probe.signal(Signal.Watch);
    const present = LOW.P | LOW.US;
    return (low & present) === present ? high | HIGH.NX : high;
  }

  // ---- views ------------------------------------------------------------------------------------------------------

  /** The entry is the kernel's own in a process's root: views of the process leave it out. */
  hides(table: Pfn, level: number, index: number): boolean {
    const root = level === 0 || level === this.format.flatRoot;
    if (!root || table === this.root) return false;
    const { low, high } = level === 0 ? this.#readUpper(index) : this.#readBelow(index);
    if ((low & LOW.P) === 0) return false;
    const own = this.#read(table, index);
    return (own.low & LOW.P) !== 0 && frameOf(own.low, own.high) === frameOf(low, high);
  }

  /** The kernel's own root entry, or nothing where the user's are. */
  #readUpper(index: number): { low: number; high: number } {
    return index < this.#entries ? { low: 0, high: 0 } : this.#read(this.root, index);
  }

  /** The entry of the kernel's tables that a flattened root has at an index. */
  #readBelow(index: number): { low: number; high: number } {
    const entries = 2 * this.#entries;
    const above = this.#readUpper(Math.floor(index / entries));
    return (above.low & LOW.P) === 0 ? above : this.#read(frameOf(above.low, above.high), index % entries);
  }

  // ---- tables -----------------------------------------------------------------------------------------------------

  #table(): Pfn {
    const pfn = asPfn(this.#next++);
    this.memory.back(pfn);
    return pfn;
  }

  /** Maps consecutive pages in the largest sizes that fit. */
  #map(start: Vpn, pages: number, pfn: Pfn, low: number, high: number): void {
    for (let done = 0; done < pages;) {
      const vpn = addPages(start, done);
      let table = this.root;
      for (let level = 0; ; level++) {
        const format = this.format.levels[level];
        const covered = pagesPerEntry(format);
        const index = indexOf(vpn, format);
        const frame = asPfn(pfn + done);
        if (format.leafSize !== undefined && frame % covered === 0 && done + covered <= pages) {
          const huge = covered > 1 ? LOW.PS : 0;
          this.#write(table, index, lowOf(frame, low | huge), highOf(frame, high));
          done += covered;
          break;
        }
        const entry = this.#read(table, index);
        if ((entry.low & LOW.P) === 0) {
          const next = this.#table();
          this.#write(table, index, lowOf(next, KERNEL_TABLE), highOf(next, 0));
          table = next;
        } else table = frameOf(entry.low, entry.high);
      }
    }
  }

  #copy(root: Pfn, index: number): void {
    const { low, high } = this.#read(this.root, index);
    if (low !== 0 || high !== 0) this.#write(root, index, low, high);
  }

  #read(table: Pfn, index: number): { low: number; high: number } {
    const address = table * 4096 + index * this.format.entryBytes;
    return { low: this.memory.readWord(address), high: this.memory.readWord(address + 4) };
  }

  #write(table: Pfn, index: number, low: number, high: number): void {
    const address = table * 4096 + index * this.format.entryBytes;
    this.memory.writeWord(address, low);
    this.memory.writeWord(address + 4, high);
  }
}

/** Pages of the direct map, for views and tests: `undefined` for a width that has none. */
export const directMapStart = (addressBits: number): Vpn | undefined => DIRECT_MAP[addressBits];

/** The kernel's half of a scheme whose tables are trees. */
export const treeKernel = (kernel: KernelHalf | null): KernelSpace | null =>
  kernel instanceof KernelSpace ? kernel : null;
