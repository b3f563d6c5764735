/** Work that the kernel does on demand: `promote`, `demote`, `khugepaged`, `rehash`, `migrate`, `swapout`, `reclaim`, `fragment`, `iterate`. */
import type {
  FragmentStatement,
  IterateStatement,
  MigrateStatement,
  PromoteStatement,
  ReclaimStatement,
  RehashStatement,
} from '../../language/ast';
import { number } from '../evaluate';
import type { Execution } from '../execution';
import { answered, pagesOf } from './mapping';
import { callDone, callFailed, continued } from './outcome';

/** Work on a range that needs nothing but the range. */
export function onRange(x: Execution, { kind, target, asKernel }: PromoteStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, kind, target);
  if (pages === undefined) return;
  const { kernel } = x.machine;
  const { start, end } = pages;
  if (asKernel !== undefined && (kind === 'promote' || kind === 'demote'))
    answered(x, kind, kernel.changeKernelPages(kind, start, end), target.range);
  else if (kind === 'promote') answered(x, kind, kernel.promote(start, end), target.range);
  else if (kind === 'demote') answered(x, kind, kernel.demote(start, end), target.range);
  else answered(x, kind, kernel.swapOut(start, end), target.range);
}

export function rehash(x: Execution, { batches }: RehashStatement): void {
  if (continued(x)) return;
  x.machine.kernel.rehash(batches === undefined ? 1 : Number(number(batches, x.environment)));
  callDone(x);
}

export function khugepaged(x: Execution): void {
  if (continued(x)) return;
  x.machine.kernel.khugepaged();
  callDone(x);
}

export function migrate(x: Execution, { target, node }: MigrateStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'migrate', target);
  if (pages === undefined) return;
  const wanted = Number(number(node, x.environment));
  answered(x, 'migrate', x.machine.kernel.migrate(pages.start, pages.end, wanted), node.range);
}

export function reclaim(x: Execution, { count, range: where }: ReclaimStatement): void {
  if (continued(x)) return;
  if (count === undefined) return callFailed(x, 'reclaim tables: not available in this version', where);
  x.machine.kernel.reclaim(Number(number(count, x.environment)));
  callDone(x);
}

export function fragment(x: Execution, { order, free }: FragmentStatement): void {
  if (continued(x)) return;
  const wanted = number(order, x.environment);
  if (wanted > 10n) return callFailed(x, 'fragment: EINVAL: blocks have orders 0 to 10', order.range);
  x.machine.kernel.fragment(Number(wanted), Number(number(free, x.environment)));
  callDone(x);
}

export function iterate(x: Execution, { target, using }: IterateStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'iterate', target);
  if (pages === undefined) return;
  x.machine.kernel.iterate(pages.start, pages.end, using?.text);
  callDone(x);
}
