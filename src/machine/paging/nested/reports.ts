/** What the second dimension of a walk tells the recorder: nothing while nobody records. */
import type { TableReads } from '../../caches/tableReads';
import { formatPhysical, type Pfn, physicalOf } from '../../core/addresses';
import type { Probe } from '../../core/probe';
import type { AssociativeCache } from '../../mmu/associativeCache';
import type { VmExit } from '../host';
import { Ept } from './entry';

export class HostReports {
  /** `tableReads`: the data caches that the walker reads through, if there are any. */
  constructor(
    private readonly probe: Probe,
    private readonly tableReads: TableReads | null = null,
  ) {}

  /** `pageSize`: of a nested TLB's answer; a walk cache answers with a table. */
  lookup(cache: AssociativeCache, guestLevel: number, gfn: Pfn, at: number, pageSize: number): void {
    const { recorder } = this.probe;
    if (recorder === null) return;
    const frame = at < 0 ? 0 : cache.frameOf(at);
    const answer = pageSize < 0 ? `table at ${formatPhysical(frame * 4096)}` : `host frame 0x${frame.toString(16)}`;
    const hit = at >= 0;
    recorder.emit({
      kind: 'hostLookup',
      structure: cache.name,
      guestLevel,
      gfn,
      hit,
      answer: hit ? answer : undefined,
    });
  }

  fill(cache: AssociativeCache, gfn: Pfn, tag: number, text: string): void {
    this.probe.recorder?.emit({ kind: 'hostFill', structure: cache.name, gfn, tag, text });
  }

  start(guestLevel: number, gfn: Pfn, startLevel: number, table: Pfn, startedFrom: string): void {
    this.probe.recorder?.emit({ kind: 'hostWalkStart', guestLevel, gfn, startLevel, table, startedFrom });
    this.probe.recorder?.indent();
  }

  read(
    guestLevel: number,
    gfn: Pfn,
    level: number,
    table: Pfn,
    index: number,
    low: number,
    high: number,
    cycles: number,
  ): void {
    const from = this.tableReads?.answer;
    this.probe.recorder?.emit({ kind: 'hostRead', guestLevel, gfn, level, table, index, low, high, cycles, from });
  }

  write(level: number, table: Pfn, index: number, fresh: number, low: number, high: number): void {
    const bits = [fresh & Ept.A ? 'A' : '', fresh & Ept.D ? 'D' : ''].join(' ').trim();
    this.probe.recorder?.emit({ kind: 'hostWrite', level, table, index, bits, low, high });
  }

  end(
    guestLevel: number,
    gfn: Pfn,
    outcome: 'mapped' | 'violation' | 'abandoned',
    references: number,
    pfn?: Pfn,
    pageSize?: number,
  ): void {
    this.probe.recorder?.outdent();
    this.probe.recorder?.emit({ kind: 'hostWalkEnd', guestLevel, gfn, outcome, references, pfn, pageSize });
  }

  exit({ gfn, offset, qualification, guestLevel, misconfigured }: Readonly<VmExit>, software: boolean): void {
    this.probe.recorder?.emit({
      kind: 'eptViolation',
      misconfigured,
      gfn,
      offset,
      guestLevel,
      qualification,
      software,
    });
  }
}

export const tableText = (table: number): string => `table at ${formatPhysical(physicalOf(table as Pfn))}`;
