/** What hardware walkers tell the recorder: nothing while nobody records. Hot code looks first whether somebody does. */
import type { Pfn, Vpn } from '../../core/addresses';
import type { TableReads } from '../../caches/tableReads';
import type { ProbeOutcome, WalkPurpose } from '../../core/events';
import type { Probe } from '../../core/probe';
import type { AssociativeCache } from '../../mmu/associativeCache';
import { type WalkResult, WalkStatus } from '../../mmu/walker';
import { LOW } from './entry';

export class WalkReports {
  /** `tableReads`: the data caches that the walker reads through, if there are any. */
  constructor(
    private readonly probe: Probe,
    private readonly tableReads: TableReads | null,
  ) {}

  /** `at`: entry that was found, or −1; `answer`: what it says, where that is more than a table. */
  lookup(cache: AssociativeCache, level: number, tag: number, at: number, answer?: string): void {
    const hit = at >= 0;
    const table = hit ? (cache.frameOf(at) as Pfn) : undefined;
    this.probe.recorder?.emit({ kind: 'walkCacheLookup', structure: cache.name, level, tag, hit, table, answer });
  }

  start(purpose: WalkPurpose, vpn: Vpn, startLevel: number, table: Pfn, startedFrom: string): void {
    this.probe.recorder?.emit({ kind: 'walkStart', purpose, vpn, startLevel, table, startedFrom });
    this.probe.recorder?.indent();
  }

  /** `probe`: of hashed tables. `host`: of a guest's tables, the frame that the entry lies in. */
  read(
    level: number,
    table: Pfn,
    index: number,
    low: number,
    high: number,
    cycles: number,
    probe?: ProbeOutcome,
    host?: Pfn,
  ): void {
    const from = this.tableReads?.answer;
    this.probe.recorder?.emit({ kind: 'tableRead', level, table, index, low, high, cycles, from, probe, host });
  }

  /** The root's entry, taken from a register; `table`: that CR3 names. */
  register(table: Pfn, index: number, low: number, high: number): void {
    this.probe.recorder?.emit({ kind: 'registerRead', table, index, low, high });
  }

  /** `fresh`: A and D as far as they were clear. */
  write(level: number, table: Pfn, index: number, fresh: number, low: number, high: number, host?: Pfn): void {
    const bits = [fresh & LOW.A ? 'A' : '', fresh & LOW.D ? 'D' : ''].join(' ').trim();
    this.probe.recorder?.emit({ kind: 'hardwareWrite', level, table, index, bits, low, high, host });
  }

  /** `evictedTag`: −1 if nothing had to go. */
  fill(cache: AssociativeCache, level: number, tag: number, table: Pfn, evictedTag: number): void {
    const evicted = evictedTag < 0 ? undefined : evictedTag;
    this.probe.recorder?.emit({ kind: 'walkCacheFill', structure: cache.name, level, tag, table, evicted });
  }

  /** `exit`: the guest is left in the middle of it; `guest`: the page's frame, if the machine is a guest. */
  end({ status, references, cycles, pfn, pageSize }: Readonly<WalkResult>, exit = false, guest?: Pfn): void {
    const mapped = status === WalkStatus.Mapped;
    if (mapped) this.#end('mapped', references, cycles, pfn, pageSize, guest);
    else this.#end(exit ? 'exit' : 'fault', references, cycles);
  }

  /** A walk that began with something remembered, and is made again without. */
  abandoned({ references, cycles }: Readonly<WalkResult>): void {
    this.#end('abandoned', references, cycles);
  }

  #end(
    outcome: 'mapped' | 'fault' | 'abandoned' | 'exit',
    references: number,
    cycles: number,
    pfn?: Pfn,
    pageSize?: number,
    guest?: Pfn,
  ): void {
    this.probe.recorder?.outdent();
    this.probe.recorder?.emit({ kind: 'walkEnd', outcome, references, cycles, pfn, pageSize, guest });
  }
}
