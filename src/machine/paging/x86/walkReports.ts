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

  /** `probe`: of hashed tables. */
  read(
    level: number,
    table: Pfn,
    index: number,
    low: number,
    high: number,
    cycles: number,
    probe?: ProbeOutcome,
  ): void {
    const from = this.tableReads?.answer;
    this.probe.recorder?.emit({ kind: 'tableRead', level, table, index, low, high, cycles, from, probe });
  }

  /** `fresh`: A and D as far as they were clear. */
  write(level: number, table: Pfn, index: number, fresh: number, low: number, high: number): void {
    const bits = [fresh & LOW.A ? 'A' : '', fresh & LOW.D ? 'D' : ''].join(' ').trim();
    this.probe.recorder?.emit({ kind: 'hardwareWrite', level, table, index, bits, low, high });
  }

  /** `evictedTag`: −1 if nothing had to go. */
  fill(cache: AssociativeCache, level: number, tag: number, table: Pfn, evictedTag: number): void {
    const evicted = evictedTag < 0 ? undefined : evictedTag;
    this.probe.recorder?.emit({ kind: 'walkCacheFill', structure: cache.name, level, tag, table, evicted });
  }

  end({ status, references, cycles, pfn, pageSize }: Readonly<WalkResult>): void {
    const mapped = status === WalkStatus.Mapped;
    this.#end(mapped ? 'mapped' : 'fault', references, cycles, mapped ? pfn : undefined, mapped ? pageSize : undefined);
  }

  /** A walk that began with something remembered, and is made again without. */
  abandoned({ references, cycles }: Readonly<WalkResult>): void {
    this.#end('abandoned', references, cycles, undefined, undefined);
  }

  #end(
    outcome: 'mapped' | 'fault' | 'abandoned',
    references: number,
    cycles: number,
    pfn: Pfn | undefined,
    pageSize: number | undefined,
  ): void {
    this.probe.recorder?.outdent();
    this.probe.recorder?.emit({ kind: 'walkEnd', outcome, references, cycles, pfn, pageSize });
  }
}
