/** Kernel work as folded stacks, one line a function, for flame graphs. */
import { kernelWork } from '../../machine/kernelWork';
import type { Machine } from '../../machine/machine';

export const foldedStacks = ({ probe }: Machine): string =>
  kernelWork(probe)
    .map(({ work, group, name, instructions }) => `${work};${group};${name} ${instructions}\n`)
    .join('');
