/** What a walker tells the recorder; whoever calls has looked whether there is one. */
import type { Pfn, Vpn } from '../../core/addresses';
import type { HardwareCosts } from '../../core/costs';
import type { WalkPurpose } from '../../core/events';
import type { Probe } from '../../core/probe';
import type { AssociativeCache } from '../../mmu/associativeCache';
import type { WalkResult } from '../../mmu/walker';
import { LOW } from '../x86/entry';

export class WalkReports {
  constructor(
    private readonly probe: Probe,
    private readonly costs: HardwareCosts,
  ) {}

  /** `at`: entry that was found, or −1. */
  lookup(cache: AssociativeCache, level: number, tag: number, at: number): void {
    const hit = at >= 0;
    const table = hit ? (cache.frameOf(at) as Pfn) : undefined;
    this.probe.recorder?.emit({ kind: 'walkCacheLookup', structure: cache.name, level, tag, hit, table });
  }

  start(purpose: WalkPurpose, vpn: Vpn, startLevel: number, table: Pfn, startedFrom: string): void {
    this.probe.recorder?.emit({ kind: 'walkStart', purpose, vpn, startLevel, table, startedFrom });
    this.probe.recorder?.indent();
  }

  read(level: number, table: Pfn, index: number, low: number, high: number): void {
    const cycles = this.costs.table_read;
    this.probe.recorder?.emit({ kind: 'tableRead', level, table, index, low, high, cycles });
  }

  /** `fresh`: A and D as far as they were clear. */
  write(level: number, table: Pfn, index: number, fresh: number, low: number, high: number): void {
    const bits = [fresh & LOW.A ? 'A' : '', fresh & LOW.D ? 'D' : ''].join(' ').trim();
    this.probe.recorder?.emit({ kind: 'hardwareWrite', level, table, index, bits, low, high });
  }

  fill(cache: AssociativeCache, level: number, tag: number, table: Pfn, evictedTag: number): void {
    const evicted = evictedTag < 0 ? undefined : evictedTag;
    this.probe.recorder?.emit({ kind: 'walkCacheFill', structure: cache.name, level, tag, table, evicted });
  }

  end(outcome: 'mapped' | 'fault' | 'abandoned', { references, cycles, pfn, pageSize }: Readonly<WalkResult>): void {
    if (this.probe.recorder === null) return;
    this.probe.recorder.outdent();
    const found = outcome === 'mapped' ? { pfn, pageSize } : { pfn: undefined, pageSize: undefined };
    this.probe.recorder.emit({ kind: 'walkEnd', outcome, references, cycles, ...found });
  }
}
