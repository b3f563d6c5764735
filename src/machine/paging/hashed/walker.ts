/** The hardware walker of the hashed page table: slot after slot from the page's own, until one has it or is empty. */
import { asPfn, PAGE_BYTES, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import type { WalkPurpose } from '../../core/events';
import { Signal } from '../../core/probe';
import { Access, TlbFlag } from '../../mmu/rights';
import { noWalkYet, StatelessWalker, type Walker, WalkStatus } from '../../mmu/walker';
import { type HardwareParts, PHYSICAL_BITS } from '../scheme';
import { frameOf, HIGH, LOW, reservedHigh } from '../x86/entry';
import { WalkReports } from '../x86/walkReports';
import { homeOf, MAX_PROBES, SLOT_WORDS, slotBits } from './format';

const SLOTS_PER_FRAME = PAGE_BYTES / (4 * SLOT_WORDS);

export class HashedWalker extends StatelessWalker implements Walker {
  readonly result = noWalkYet();
  readonly isTree = false;
  readonly walkCaches = [];
  readonly #log2: number;
  readonly #reports: WalkReports;
  readonly #reservedHigh = reservedHigh(PHYSICAL_BITS);

  constructor(private readonly parts: HardwareParts) {
    super();
    this.#log2 = slotBits(parts.memory.frameCount);
    this.#reports = new WalkReports(parts.probe, parts.tableReads);
  }

  walk(root: Pfn, vpn: Vpn, access: Access, user: number, retry: boolean): WalkStatus {
    const { counters } = this.parts.probe;
    counters[Counter.LookupCycles] += this.parts.costs.hash;
    const status = this.#descend(root, vpn, access, user, retry ? 'retry' : 'translate');
    if (status === WalkStatus.Mapped) counters[Counter.ReferencesByLevel] += this.result.references;
    return status;
  }

  setDirty(root: Pfn, vpn: Vpn, user: number): WalkStatus {
    return this.#descend(root, vpn, Access.Write, user, 'dirty');
  }

  #descend(root: Pfn, vpn: Vpn, access: Access, user: number, purpose: WalkPurpose): WalkStatus {
    const { memory, probe, costs, tableReads } = this.parts;
    const { result } = this;
    const home = homeOf(vpn, this.#log2);
    const mask = 2 ** this.#log2 - 1;
    if (probe.recorder !== null) this.#reports.start(purpose, vpn, 0, root, `CR3: slot ${home} of ${mask + 1}`);
    result.references = result.cycles = 0;
    let status = WalkStatus.NotPresent;
    for (let i = 0; i < MAX_PROBES; i++) {
      const slot = (home + i) & mask;
      const frame = asPfn(root + Math.floor(slot / SLOTS_PER_FRAME));
      const base = memory.base(frame);
      const at = base + (slot % SLOTS_PER_FRAME) * SLOT_WORDS;
      const { words } = memory.pool;
      const page = base < 0 ? -1 : (words[at] >>> 0) + words[at + 1] * 4294967296 - 1;
      const cycles = tableReads?.read(0, frame, (slot % SLOTS_PER_FRAME) * 4 * SLOT_WORDS) ?? costs.table_read;
      result.references++;
      result.cycles += cycles;
      if (probe.watches.physicalReads && probe.watches.readsFrame(frame)) probe.signal(Signal.Watch);
      if (probe.recorder !== null)
        this.#reports.read(0, root, 2 * slot + 1, base < 0 ? 0 : words[at + 2], base < 0 ? 0 : words[at + 3], cycles, {
          way: 0,
          slot,
          matches: page === vpn,
          inTarget: false,
        });
      if (page !== vpn && page >= 0) continue;
      if (page === vpn) status = this.#judge(root, slot, at + 2, access, user);
      break;
    }
    result.status = status;
    this.#reports.end(result);
    return status;
  }

  #judge(root: Pfn, slot: number, at: number, access: Access, user: number): WalkStatus {
    const { memory, rights, probe } = this.parts;
    const { result } = this;
    const low = memory.pool.words[at];
    const high = memory.pool.words[at + 1];
    if ((low & LOW.P) === 0) return WalkStatus.NotPresent;
    if ((high & (this.#reservedHigh | rights.reservedHigh)) !== 0) return WalkStatus.Reserved;
    const flags =
      ((low >>> 1) & (TlbFlag.Write | TlbFlag.User)) |
      ((high >>> 31) * TlbFlag.NoExecute) |
      ((low & LOW.D) >>> 3) |
      ((low & LOW.G) >>> 4) |
      ((high >>> (HIGH.PKEY_SHIFT - TlbFlag.KeyShift)) & TlbFlag.KeyMask);
    result.flags = flags;
    if (!rights.allows(flags, access, user)) return WalkStatus.Rights;
    result.pfn = frameOf(low, high);
    if (access === Access.Write) result.flags |= TlbFlag.Dirty;
    const set = access === Access.Write ? LOW.A | LOW.D : LOW.A;
    if ((low & set) === set) return WalkStatus.Mapped;
    memory.pool.touch(at >> 10);
    memory.pool.words[at] = low | set;
    const frame = asPfn(root + Math.floor(slot / SLOTS_PER_FRAME));
    if (probe.watches.physicalWrites && probe.watches.writesFrame(frame)) probe.signal(Signal.Watch);
    if (probe.recorder !== null) this.#reports.write(0, root, 2 * slot + 1, set & ~low, low | set, high);
    return WalkStatus.Mapped;
  }
}
