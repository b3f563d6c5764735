/** The machine's counters as a value of the expression language: `stats` and everything below it. */
import { FUNCTION_NAMES } from '../../../machine/core/functions';
import type { Machine } from '../../../machine/machine';
import { statistics, type Statistics } from '../../../machine/statistics';
import { COUNTED_LEVELS, HOST_LEVELS } from '../../language/statsPaths';
import type { MemberValue, ObjectValue } from '../values';

export const statisticsValue = (machine: Machine): ObjectValue => record('statistics', withUnused(statistics(machine)));

/** The counters with functions that never ran and levels that other schemes have: in an expression they are 0, not an error. */
function withUnused(counters: Statistics): Statistics {
  const none = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, { calls: 0, instructions: 0 }]));
  const { kernel, walks, walkCaches, tables, nested } = counters;
  const { latency } = walks;
  return {
    ...counters,
    kernel: { ...kernel, byFunction: { ...none, ...kernel.byFunction } },
    walks: {
      ...walks,
      referencesByLevel: withLevels(walks.referencesByLevel, 0),
      ...(latency === undefined ? {} : { latency: { ...latency, byLevel: withLevels(latency.byLevel, UNREAD) } }),
    },
    walkCaches: withLevels(walkCaches, { hits: 0, misses: 0 }),
    ...(nested !== undefined && {
      nested: {
        ...nested,
        hostReferencesByLevel: withLevels(nested.hostReferencesByLevel, 0, HOST_LEVELS),
        walkCaches: withLevels(nested.walkCaches, { hits: 0, misses: 0 }, HOST_LEVELS),
      },
    }),
    // A copy would count the slots, which is for whoever asks for them.
    tables: Object.create(tables, {
      byLevel: { value: withLevels(tables.byLevel, 0), enumerable: true },
    }) as Statistics['tables'],
  };
}

/** A level that no walk has read from. */
const UNREAD = { l1: 0, l2: 0, llc: 0, dram: 0, cycles: 0 };

const withLevels = <T>(
  byLevel: Record<string, T>,
  none: T,
  levels: readonly string[] = COUNTED_LEVELS,
): Record<string, T> => ({
  ...Object.fromEntries(levels.map((name) => [name, none])),
  // `PUD+PMD` would be a sum.
  ...Object.fromEntries(Object.entries(byLevel).map(([name, value]) => [name.replace('+', '_'), value])),
});

/** Values that mean nothing as whole numbers; expressions know no others, so these are shown as text. */
const RATIOS = new Set(['instructionsPerCycle']);

/** What a look at every table counts. */
const DEAR = new Set(['slots']);

/** Own names and those of what it was made from. */
function namesIn(data: object): string[] {
  const names: string[] = [];
  for (const name in data) names.push(name);
  return names;
}

/** A nested plain record as an object value. Cycles and instructions may have fractions: they are rounded. */
function record(text: string, data: object): ObjectValue {
  return {
    type: 'object',
    text,
    members: namesIn(data).map((name): MemberValue => ({
      name,
      get: () => {
        const value = (data as Record<string, unknown>)[name];
        if (typeof value === 'number') return RATIOS.has(name) ? value.toFixed(3) : BigInt(Math.round(value));
        return typeof value === 'object' && value !== null ? record(name, value) : String(value);
      },
      as: 'count',
      ...(DEAR.has(name) ? { dear: true } : {}),
    })),
  };
}
