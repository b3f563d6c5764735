/**
 * What two runs of the same thing are compared by: the counters that differ between translation schemes, each with a
 * title and a unit, as a table of data. The command line's `compare` and the Compare view show the same rows.
 *
 * Counters of walks that this table does not name (a scheme's or a memory model's own) are found in the statistics by
 * themselves: what is counted for walks is a cost of translation, whatever it is called.
 */
import type { ComparedRow, MeasureUnit } from '../protocol/compare';
import type { Statistics } from './statistics';

export type { ComparedRow } from '../protocol/compare';

export interface Measure {
  /** Path in the statistics, or the name of what is derived from them. Stable. */
  id: string;
  group: string;
  title: string;
  unit: MeasureUnit;
  /** True of what a program sees: schemes that do the same thing agree on it. */
  visible?: true;
  /** Undefined where the scheme has no such thing. */
  of(statistics: Statistics): number | undefined;
}

const share = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);

type Row = [id: string, title: string, of: Measure['of'], unit?: MeasureUnit];

const group = (name: string, rows: readonly Row[], visible?: true): Measure[] =>
  rows.map(([id, title, of, unit = 'count']) => ({ id, group: name, title, unit, of, ...(visible && { visible }) }));

export const MEASURES: readonly Measure[] = [
  ...group('program', [['accesses.total', 'accesses', (s) => s.accesses.total]], true),
  ...group(
    'page faults',
    [
      ['faults.total', 'page faults', (s) => s.faults.total],
      ['faults.minor', 'minor', (s) => s.faults.minor],
      ['faults.major', 'major', (s) => s.faults.major],
      ['faults.cow', 'copy-on-write', (s) => s.faults.cow],
      ['faults.thp', 'huge page', (s) => s.faults.thp],
      ['faults.protection', 'protection', (s) => s.faults.protection],
      ['faults.spurious', 'spurious', (s) => s.faults.spurious],
      ['faults.fatal', 'fatal', (s) => s.faults.fatal],
    ],
    true,
  ),
  ...group('TLB misses', [
    ['tlb.l1d.misses', 'L1 data', (s) => s.tlb.l1d.misses],
    ['tlb.l1i.misses', 'L1 instruction', (s) => s.tlb.l1i.misses],
    ['tlb.stlb.misses', 'second level', (s) => s.tlb.stlb.misses],
  ]),
  ...group('walks', [
    ['walks.count', 'walks', (s) => s.walks.count],
    ['walks.references', 'memory references', (s) => s.walks.references],
    ['walks.referencesPerWalk', 'references per walk', (s) => share(s.walks.references, s.walks.count), 'ratio'],
    ['walks.longest', 'longest walk', (s) => s.walks.longest],
    ['walks.cycles', 'cycles', (s) => s.walks.cycles, 'cycles'],
    ['walks.cyclesPerWalk', 'cycles per walk', (s) => share(s.walks.cycles, s.walks.count), 'ratio'],
    ['walks.dirtyAssists', 'dirty assists', (s) => s.walks.dirtyAssists],
    ['walks.abandonedReferences', 'references of abandoned walks', (s) => s.walks.abandonedReferences],
    ['faults.references', 'references of walks that faulted', (s) => s.faults.references],
  ]),
  ...group('page tables', [
    ['tables.bytes', 'bytes of tables', (s) => s.tables.bytes, 'bytes'],
    ['tables.count', 'tables', (s) => s.tables.count],
    ['tables.flattened', 'flattened tables', (s) => s.tables.flattened],
    ['tables.fallbacks', 'flattened tables that found no block', (s) => s.tables.fallbacks],
    ['ecpt.kicks', 'cuckoo kicks', (s) => s.ecpt?.kicks],
    ['ecpt.resizes', 'resizes', (s) => s.ecpt?.resizes],
  ]),
  ...group('kernel', [
    ['kernel.instructions', 'kernel instructions', (s) => s.kernel.instructions],
    ['kernel.tableReads', 'entries read', (s) => s.kernel.tableReads],
    ['kernel.tableWrites', 'entries written', (s) => s.kernel.tableWrites],
  ]),
  ...group('flushes', [
    ['flushes.total', 'flushes', (s) => s.flushes.total],
    ['flushes.pages', 'pages flushed', (s) => s.flushes.pages],
    ['flushes.shootdowns', 'shootdowns', (s) => s.flushes.shootdowns],
    ['flushes.ipis', 'interrupts to other CPUs', (s) => s.flushes.ipis],
    ['flushes.forced', 'forced by flattened tables', (s) => s.flushes.forced],
  ]),
  ...group('time', [
    ['cycles', 'cycles', (s) => s.cycles, 'cycles'],
    ['instructionsPerCycle', 'instructions per cycle', (s) => s.instructionsPerCycle, 'ratio'],
  ]),
];

/** `latencyMean` → `latency mean`. */
const words = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

/** Numbers of `walks` that no row above names, by path; what is counted level by level is left to other views. */
export function otherWalkMeasures(statistics: Statistics): Measure[] {
  const found: Measure[] = [];
  const known = new Set(MEASURES.map(({ id }) => id));
  const look = (value: unknown, path: readonly string[]): void => {
    const id = path.join('.');
    if (typeof value === 'number' && !known.has(id)) {
      const title = path.slice(1).map(words).join(' ');
      found.push({ id, group: 'walks', title, unit: 'count', of: (s) => numberAt(s, path) });
    } else if (typeof value === 'object' && value !== null && !path.at(-1)?.endsWith('ByLevel'))
      for (const [name, inner] of Object.entries(value)) look(inner, [...path, name]);
  };
  look(statistics.walks, ['walks']);
  return found;
}

function numberAt(statistics: Statistics, path: readonly string[]): number | undefined {
  let value: unknown = statistics;
  for (const name of path)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** Rows of which at least one run has a number other than 0; `undefined` for a run that there is not. */
export function compareStatistics(runs: readonly (Statistics | undefined)[]): ComparedRow[] {
  const others = new Map(runs.flatMap((s) => (s === undefined ? [] : otherWalkMeasures(s))).map((m) => [m.id, m]));
  const last = MEASURES.findLastIndex((m) => m.group === 'walks') + 1;
  const measures = [...MEASURES.slice(0, last), ...others.values(), ...MEASURES.slice(last)];
  const rows = measures.map(({ id, group, title, unit, visible, of }): ComparedRow => {
    const values = runs.map((s) => (s === undefined ? null : (of(s) ?? null)));
    const ran = values.filter((_, i) => runs[i] !== undefined);
    const differs = new Set(ran).size > 1;
    return { id, group, title, unit, values, differs, disagrees: differs && visible === true };
  });
  return rows.filter(({ values }) => values.some((v) => v !== null && v !== 0));
}
