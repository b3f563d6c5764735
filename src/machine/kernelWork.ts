/**
 * Kernel work by class, group and function: what flame graphs are made of.
 *
 * The counters charge instructions to the class of work and to the function that runs, and do not know its callers, so there
 * are three levels: the class, the group that the function belongs to, and the function. They add up to `kernel.instructions`,
 * with those of the host below a guest, where there is one, to `nested.instructions`.
 */
import { Counter } from './core/counters';
import { FUNCTION_GROUPS, FUNCTION_NAMES } from './core/functions';
import type { Probe, WorkClass } from './core/probe';

/** Instructions of one function in one class of work; none are left out but zeroes. */
export interface KernelWork {
  /** `page_fault`, `system_call`, `timer`, `other`, `host`. */
  work: string;
  /** Whose function it is. */
  group: string;
  name: string;
  instructions: number;
}

const CLASSES: readonly [WorkClass, string][] = [
  [Counter.KernelPageFault, 'page_fault'],
  [Counter.KernelSystemCall, 'system_call'],
  [Counter.KernelTimer, 'timer'],
  [Counter.KernelOther, 'other'],
  [Counter.HostWork, 'host'],
];
const GROUP_TITLES = { kernel: 'kernel', basic: 'emt_basic', customizable: 'emt_customizable', fpt: 'driver' } as const;
const GROUPS = Object.keys(GROUP_TITLES) as (keyof typeof GROUP_TITLES)[];
const groupOf = (name: string): string =>
  GROUP_TITLES[GROUPS.find((group) => name in FUNCTION_GROUPS[group]) ?? 'kernel'];

/** In the order of classes, then of functions. */
export function kernelWork(probe: Probe): KernelWork[] {
  return CLASSES.flatMap(([counter, work]) =>
    FUNCTION_NAMES.map((name, i) => ({
      work,
      group: groupOf(name),
      name,
      instructions: Math.round(probe.instructionsOf(i, counter)),
    })).filter(({ instructions }) => instructions !== 0),
  );
}
