/** The machine's counters as a value of the expression language: `stats` and everything below it. */
import { FUNCTION_NAMES } from '../../../machine/core/functions';
import type { Machine } from '../../../machine/machine';
import { statistics, type Statistics } from '../../../machine/statistics';
import type { MemberValue, ObjectValue } from '../values';

export const statisticsValue = (machine: Machine): ObjectValue =>
  record('statistics', withUncalled(statistics(machine)));

/** The counters with functions that never ran: in an expression they are 0, not an error. */
function withUncalled(counters: Statistics): Statistics {
  const none = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, { calls: 0, instructions: 0 }]));
  const { kernel } = counters;
  return { ...counters, kernel: { ...kernel, byFunction: { ...none, ...kernel.byFunction } } };
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
