/** `read`, `write`, `exec`: one access, or the next one of a pattern. */
import { offsetOfAddress, PAGE_BYTES, vpnOfAddress, wrapPage } from '../../../machine/core/addresses';
import type { AccessKind } from '../../../machine/core/events';
import { Access } from '../../../machine/mmu/rights';
import type { AccessStatement } from '../../language/ast';
import { number } from '../evaluate';
import type { Execution } from '../execution';
import { accessBytes, distance, startPattern } from '../patterns';
import { accessDone, accessFailed } from './outcome';

export const KIND_CODE: Record<AccessKind, Access> = { read: Access.Read, write: Access.Write, exec: Access.Exec };

/** In user mode, unless the statement says `as kernel`. */
export const userMode = ({ asKernel }: AccessStatement): 0 | 1 => (asKernel === undefined ? 1 : 0);

export function access(x: Execution, statement: AccessStatement): void {
  if (statement.pattern !== undefined && x.state.activity === null)
    x.begin(startPattern(statement, statement.pattern, x.environment, x.seed));
  const { activity } = x.state;
  const pattern = activity?.kind === 'pattern' ? activity : undefined;
  const base = pattern?.start ?? number(statement.target, x.environment);
  const from = offsetOfAddress(base) + (pattern === undefined ? 0 : distance(pattern, x.at));
  const page = wrapPage(vpnOfAddress(base) + Math.floor(from / PAGE_BYTES));
  const size = pattern?.sizeBytes ?? accessBytes(statement, x.environment);
  if (!x.machine.access(KIND_CODE[statement.operation], page, from % PAGE_BYTES, size, userMode(statement)))
    return accessFailed(x);
  accessDone(x, pattern?.count ?? 1);
}
