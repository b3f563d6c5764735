/**
 * Kernel work as folded stacks, one line a function, for flame graphs.
 *
 * The counters charge instructions to the class of work and to the function that runs, and do not know its callers, so a stack
 * has three frames: the class, the group that the function belongs to, and the function. They add up to `kernel.instructions`.
 */
import { Counter } from '../../machine/core/counters';
import { FUNCTION_GROUPS, FUNCTION_NAMES } from '../../machine/core/functions';
import type { WorkClass } from '../../machine/core/probe';
import type { Machine } from '../../machine/machine';

const CLASSES: readonly [WorkClass, string][] = [
  [Counter.KernelPageFault, 'page_fault'],
  [Counter.KernelSystemCall, 'system_call'],
  [Counter.KernelTimer, 'timer'],
  [Counter.KernelOther, 'other'],
];
const GROUP_TITLES = { kernel: 'kernel', basic: 'emt_basic', customizable: 'emt_customizable' } as const;
const GROUPS = Object.keys(GROUP_TITLES) as (keyof typeof GROUP_TITLES)[];

export function foldedStacks({ probe }: Machine): string {
  const lines = CLASSES.flatMap(([work, title]) =>
    FUNCTION_NAMES.map((name, i) => {
      const group = GROUPS.find((each) => name in FUNCTION_GROUPS[each]) ?? 'kernel';
      const instructions = Math.round(probe.instructionsOf(i, work));
      return instructions === 0 ? '' : `${title};${GROUP_TITLES[group]};${name} ${instructions}\n`;
    }),
  );
  return lines.join('');
}
