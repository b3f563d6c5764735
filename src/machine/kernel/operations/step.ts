/** One step of whatever operation is going on. */
import type { KernelCore } from '../core';
import type { Reclaimer } from '../reclaim/reclaimer';
import { stepCollapse } from './collapse';
import { type ForkPolicy, stepFork } from './fork';
import { stepKernelPages } from './kernelPages';
import { stepMove } from './move';
import type { Operation, Stepped } from './operation';
import { stepFragment, stepIterate, stepReclaim, stepRehash } from './others';
import { stepPopulate } from './populate';
import { stepProtect } from './protect';
import { stepScan } from './scan';
import { stepTruncate, stepUnmap } from './unmap';

export function stepOperation(
  core: KernelCore,
  operation: Operation,
  reclaimer: Reclaimer,
  forkPolicy: ForkPolicy,
): Stepped {
  switch (operation.kind) {
    case 'unmap':
      return stepUnmap(core, operation);
    case 'populate':
      return stepPopulate(core, operation);
    case 'protect':
      return stepProtect(core, operation);
    case 'move':
      return stepMove(core, operation);
    case 'fork':
      return stepFork(core, operation, forkPolicy);
    case 'scan':
      return stepScan(core, operation);
    case 'collapse':
      return stepCollapse(core, operation);
    case 'reclaim':
      return stepReclaim(reclaimer, operation);
    case 'iterate':
      return stepIterate(core, operation);
    case 'fragment':
      return stepFragment(core, operation);
    case 'kernelPages':
      return stepKernelPages(core, operation);
    case 'rehash':
      return stepRehash(core, operation);
    case 'truncate':
      return stepTruncate(core, operation);
  }
}
