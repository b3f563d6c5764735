/**
 * What is plotted over the tape, as a table: which counters make which curve. A curve that has nothing to show in the
 * whole run (a kind of fault that never came, a TLB that nobody asked) is left out of the plot, and a plot without curves
 * is left out.
 */
import { PAGE_BYTES } from '../../machine/core/addresses';
import { Counter } from '../../machine/core/counters';
import type { Machine } from '../../machine/machine';
import { tableFrames } from '../../machine/paging/format';
import { tableKinds, walkCacheCounter, walkCacheNames } from '../../machine/statistics';
import type { Plot } from '../../protocol/statistics';
import { FREE_FRAMES, SWAP_USED, type SeriesReading } from '../../timeline/series';

/** `of` for each `per`, both counted over a stretch of ticks: a rate, or a mean. */
interface Ratio {
  name: string;
  of(c: SeriesReading): number;
  per(c: SeriesReading): number;
}
/** What it is, or what has come together, at a tick. */
interface Level {
  name: string;
  at(c: SeriesReading): number;
}

interface PlotHead extends Pick<Plot, 'id' | 'title' | 'explanation' | 'unit'> {}

export type PlotMetric = PlotHead &
  ({ kind: 'ratio'; curves: Ratio[] } | { kind: 'level'; shape: Plot['shape']; curves: Level[] });

const counter =
  (at: number) =>
  (c: SeriesReading): number =>
    c[at];
const level = (name: string, at: number, factor = 1): Level => ({ name, at: (c) => c[at] * factor });

/** Misses among look-ups; the counter behind that of the hits is that of the misses. */
const missRate = (name: string, hits: number): Ratio => ({
  name,
  of: counter(hits + 1),
  per: (c) => c[hits] + c[hits + 1],
});

/** Walks of any outcome have cycles, but only those that end in a translation are counted with their references. */
const perWalk = (name: string, of: Counter): Ratio => ({ name, of: counter(of), per: counter(Counter.Walks) });

export function plotMetrics(machine: Machine): PlotMetric[] {
  const { format } = machine.scheme;
  const { frameCount } = machine.memory;
  return [
    {
      id: 'misses',
      title: 'Miss rates',
      explanation: 'Look-ups of each TLB and walk cache that did not find what they were asked for.',
      unit: 'share',
      kind: 'ratio',
      curves: [
        missRate('L1D TLB', Counter.L1dHits),
        missRate('L1I TLB', Counter.L1iHits),
        missRate('STLB', Counter.StlbHits),
        ...walkCacheNames(machine).map((name, i) =>
          missRate(`${format.hashed === undefined ? 'PWC' : 'CWC'} ${name}`, walkCacheCounter(format, i)),
        ),
        missRate('nested TLB', Counter.NestedTlbHits),
      ],
    },
    {
      id: 'latency',
      title: 'Walk latency',
      explanation: 'Mean cycles of a walk that ended in a translation.',
      unit: 'cycles',
      kind: 'ratio',
      curves: [perWalk('cycles a walk', Counter.WalkCycles)],
    },
    {
      id: 'references',
      title: 'References a walk',
      explanation: 'Mean number of table entries that such a walk read.',
      unit: 'references',
      kind: 'ratio',
      curves: [perWalk('references a walk', Counter.WalkReferences)],
    },
    {
      id: 'faults',
      title: 'Page faults',
      explanation: 'All until then, by kind.',
      unit: 'count',
      kind: 'level',
      shape: 'stack',
      curves: [
        level('minor', Counter.FaultsMinor),
        level('major', Counter.FaultsMajor),
        level('copy on write', Counter.FaultsCow),
        level('huge page', Counter.FaultsThp),
        level('protection', Counter.FaultsProtection),
        level('spurious', Counter.FaultsSpurious),
        level('fatal', Counter.FaultsFatal),
      ],
    },
    {
      id: 'tables',
      title: 'Page-table memory',
      explanation: 'Bytes in tables of processes, by level.',
      unit: 'bytes',
      kind: 'level',
      shape: 'stack',
      curves: tableKinds(format).map(({ name, frames }, i) =>
        level(name, Counter.TablesByLevel + i, frames * PAGE_BYTES),
      ),
    },
    {
      id: 'hostTables',
      title: 'Host page-table memory',
      explanation: 'Bytes in the tables that the host keeps for the guest, by level.',
      unit: 'bytes',
      kind: 'level',
      shape: 'stack',
      curves: (format.host?.levels ?? []).map(({ name }, i) =>
        level(name, Counter.NestedTablesByLevel + i, tableFrames(format.host ?? format, i) * PAGE_BYTES),
      ),
    },
    {
      id: 'exits',
      title: 'VM exits',
      explanation: 'All until then: walks that met a guest frame which the host had not given memory.',
      unit: 'count',
      kind: 'level',
      shape: 'lines',
      curves: [level('EPT violations', Counter.NestedViolations)],
    },
    {
      id: 'memory',
      title: 'Physical memory',
      explanation: 'Bytes in frames that somebody has, and in slots of the swap device.',
      unit: 'bytes',
      kind: 'level',
      shape: 'lines',
      curves: [
        { name: 'in use', at: (c) => (frameCount - c[FREE_FRAMES]) * PAGE_BYTES },
        level('swapped out', SWAP_USED, PAGE_BYTES),
      ],
    },
    {
      id: 'kernel',
      title: 'Kernel instructions',
      explanation: 'All until then, by what the kernel was called for.',
      unit: 'instructions',
      kind: 'level',
      shape: 'stack',
      curves: [
        level('page faults', Counter.KernelPageFault),
        level('system calls', Counter.KernelSystemCall),
        level('timer', Counter.KernelTimer),
        level('other', Counter.KernelOther),
        level('host below the guest', Counter.HostWork),
      ],
    },
    {
      id: 'cuckoo',
      title: 'Cuckoo tables',
      explanation: 'All until then: clusters that made room for another, and clusters that resizes moved.',
      unit: 'count',
      kind: 'level',
      shape: 'lines',
      curves: [
        level('kicks', Counter.EcptKicks),
        level('moved by resizes', Counter.EcptMigrated),
        level('resizes', Counter.EcptResizes),
      ],
    },
  ];
}
