/**
 * Kernel work as folded stacks, one line a function, for flame graphs.
 *
 * The counters charge instructions to the function that runs and do not know its callers, so a stack has two frames: the
 * group that a function belongs to, and the function. They add up to `kernel.instructions`.
 */
import { FUNCTION_GROUPS } from '../../machine/core/functions';
import type { Machine } from '../../machine/machine';
import { statistics } from '../../machine/statistics';

const GROUP_TITLES = { kernel: 'kernel', basic: 'emt_basic', customizable: 'emt_customizable' } as const;

export function foldedStacks(machine: Machine): string {
  const { byFunction } = statistics(machine).kernel;
  const groups = Object.entries(GROUP_TITLES) as [keyof typeof GROUP_TITLES, string][];
  return Object.entries(byFunction)
    .map(([name, { instructions }]) => {
      const title = groups.find(([group]) => name in FUNCTION_GROUPS[group])?.[1] ?? 'kernel';
      return `${title};${name} ${Math.round(instructions)}\n`;
    })
    .join('');
}
