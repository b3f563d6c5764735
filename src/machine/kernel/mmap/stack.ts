/** Stacks grow down to an access below them (mm/mmap.c `expand_downwards`), but keep their guard gap. */
import { formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import type { Process } from '../process';
import { firstEndingAbove, linearIndex, STACK_GUARD_PAGES, type Vma } from '../vma';

const EXPAND_STACK = functionIndex('expand_stack');

/** RLIMIT_STACK's usual 8 MiB, in pages. */
export const STACK_LIMIT_PAGES = 2048;

/** The stack above the page, grown down to it; `undefined` if there is none, or it may not grow so far. */
export function expandStack(process: Process, vpn: Vpn, probe: Probe): Vma | undefined {
  const at = firstEndingAbove(process.vmas, vpn);
  const vma = process.vmas[at];
  if (vma === undefined || !vma.stack || vma.end - vpn > STACK_LIMIT_PAGES) return undefined;
  const below = process.vmas[at - 1];
  // Another stack below may end directly beside this one: they are the same thread's no more than other areas are.
  if (below !== undefined && vpn - below.end < STACK_GUARD_PAGES) return undefined;
  const grown = { ...vma, start: vpn, pgoff: linearIndex(vma, vpn) };
  process.vmas = process.vmas.map((v, i) => (i === at ? grown : v));
  probe.call(EXPAND_STACK, 'kernel', probe.recorder !== null ? formatVirtual(vpn) : '');
  return grown;
}
