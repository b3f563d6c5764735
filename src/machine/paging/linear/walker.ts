/**
 * The hardware walker of the flat table: the page number is the index, so every walk is one read. There is nothing that a walk
 * cache could remember.
 */
import { asPfn, type Pfn, type Vpn } from '../../core/addresses';
import type { TableReads } from '../../caches/tableReads';
import type { HardwareCosts } from '../../core/costs';
import type { WalkPurpose } from '../../core/events';
import { type Probe, Signal } from '../../core/probe';
import type { AssociativeCache } from '../../mmu/associativeCache';
import { Access, type RightsTable, TlbFlag } from '../../mmu/rights';
import { noWalkYet, StatelessWalker, type Walker, WalkStatus } from '../../mmu/walker';
import { PAGE_WORDS } from '../../memory/pagedStore';
import type { PhysicalMemory } from '../../memory/physicalMemory';
import { combined, leafFlags, PATH_RIGHTS } from '../../mmu/entry';
import { frameOf, LOW, reservedHigh } from '../x86/entry';
import { WalkReports } from '../x86/walkReports';

/** Entries of 8 bytes in a frame. */
const ENTRIES = PAGE_WORDS / 2;

export class LinearWalker extends StatelessWalker implements Walker {
  readonly result = noWalkYet();
  readonly walkCaches: readonly AssociativeCache[] = [];
  readonly #reservedHigh: number;
  readonly #reports: WalkReports;

  constructor(
    private readonly memory: PhysicalMemory,
    private readonly rights: RightsTable,
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
    /** Physical address width: frame bits above it are reserved. */
    physicalBits: number,
    private readonly tableReads: TableReads | null,
  ) {
    super();
    this.#reservedHigh = reservedHigh(physicalBits);
    this.#reports = new WalkReports(probe, tableReads);
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    return this.#walk(root, vpn, access, user, retry ? 'retry' : 'translate');
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    return this.#walk(root, vpn, Access.Write, user, 'dirty');
  }

  #walk(root: Pfn, vpn: Vpn, access: Access, user: number, purpose: WalkPurpose): WalkStatus {
    const { probe, memory, result, costs, tableReads } = this;
    const frame = asPfn(root + Math.floor(vpn / ENTRIES));
    const base = memory.base(frame);
    const at = base + 2 * (vpn % ENTRIES);
    const { words } = memory.pool;
    // A part of the table that was never written reads as zeroes: not present.
    const low = base < 0 ? 0 : words[at];
    const high = base < 0 ? 0 : words[at + 1];
    if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
    result.references = 1;
    result.cycles = tableReads?.read(0, frame, 8 * (vpn % ENTRIES)) ?? costs.table_read;
    this.#reports.start(purpose, vpn, 0, root, 'CR3');
    this.#reports.read(0, root, vpn, low, high, result.cycles);
    const status = this.#check(low, high, access, user);
    result.status = status;
    if (status === WalkStatus.Mapped) {
      result.pfn = frameOf(low, high);
      const set = access === Access.Write ? LOW.A | LOW.D : LOW.A;
      if ((low & set) !== set) this.#set(root, vpn, frame, at, set);
      if (access === Access.Write) result.flags |= TlbFlag.Dirty;
    }
    this.#reports.end(result);
    return status;
  }

  #check(low: number, high: number, access: Access, user: number): WalkStatus {
    if ((low & LOW.P) === 0) return WalkStatus.NotPresent;
    if ((high & (this.#reservedHigh | this.rights.reservedHigh)) !== 0) return WalkStatus.Reserved;
    const flags = combined(PATH_RIGHTS, low, high) | leafFlags(low, high);
    this.result.flags = flags;
    return this.rights.allows(flags, access, user) ? WalkStatus.Mapped : WalkStatus.Rights;
  }

  /** Sets bits of the entry; `at`: of its low word in the pool. */
  #set(root: Pfn, vpn: Vpn, frame: Pfn, at: number, set: number): void {
    const { memory, probe } = this;
    const low = memory.pool.words[at];
    memory.pool.touch(Math.floor(at / PAGE_WORDS));
    memory.pool.words[at] = low | set;
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder !== null) this.#reports.write(0, root, vpn, set & ~low, low | set, memory.pool.words[at + 1]);
  }
}
