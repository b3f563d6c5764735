/** The machine's counters as a value of the expression language: `stats` and everything below it. */
import { FUNCTION_NAMES } from '../../../machine/core/functions';
import type { Machine } from '../../../machine/machine';
import { statistics, type Statistics } from '../../../machine/statistics';
import { LEVELS } from '../../language/statsPaths';
import type { MemberValue, ObjectValue } from '../values';

export const statisticsValue = (machine: Machine): ObjectValue => record('statistics', withAbsent(statistics(machine)));

const NO_CALLS = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, { calls: 0, instructions: 0 }]));
const NO_LEVELS = Object.fromEntries(LEVELS.map((name) => [name, 0]));
const NO_LOOKUPS = Object.fromEntries(LEVELS.map((name) => [name, { hits: 0, misses: 0 }]));

/**
 * The counters with functions that never ran and levels that the scheme does not have: in an expression they are 0, not an
 * error, so that one file can be run on several schemes.
 */
function withAbsent(counters: Statistics): Statistics {
  const { kernel, walks, tables, walkCaches } = counters;
  return {
    ...counters,
    walks: { ...walks, referencesByLevel: { ...NO_LEVELS, ...walks.referencesByLevel } },
    walkCaches: { ...NO_LOOKUPS, ...walkCaches },
    tables: { ...tables, byLevel: { ...NO_LEVELS, ...tables.byLevel } },
    kernel: { ...kernel, byFunction: { ...NO_CALLS, ...kernel.byFunction } },
  };
}

/** Values that mean nothing as whole numbers; expressions know no others, so these are shown as text. */
const RATIOS = new Set(['instructionsPerCycle']);

/** A nested plain record as an object value. Cycles and instructions may have fractions: they are rounded. */
function record(text: string, data: object): ObjectValue {
  return {
    type: 'object',
    text,
    members: Object.entries(data).map(([name, value]): MemberValue => ({
      name,
      get: () => {
        if (typeof value === 'number') return RATIOS.has(name) ? value.toFixed(3) : BigInt(Math.round(value));
        return typeof value === 'object' && value !== null ? record(name, value as object) : String(value);
      },
      as: 'count',
    })),
  };
}
