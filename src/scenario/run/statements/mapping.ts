/** System calls on a range of the address space: `mmap`, `munmap`. */
import { vpnOfAddress } from '../../../machine/core/addresses';
import type { MmapStatement, MunmapStatement } from '../../language/ast';
import { EvaluationError, number, range } from '../evaluate';
import type { Execution } from '../execution';
import { region } from '../values';
import { callDone, callFailed, continued } from './outcome';

export function mmap(x: Execution, statement: MmapStatement): void {
  if (continued(x)) return;
  const size = number(statement.size, x.environment);
  const at = statement.at === undefined ? undefined : number(statement.at, x.environment);
  if (size % 4096n !== 0n || (at ?? 0n) % 4096n !== 0n)
    throw new EvaluationError('addresses and sizes of mappings are multiples of 4096', statement.range);
  const { read, write, exec } = statement.protection;
  const result = x.machine.kernel.mmap({
    pages: Number(size >> 12n),
    read,
    write,
    exec,
    at: at === undefined ? undefined : vpnOfAddress(at),
    populate: statement.populate !== undefined,
  });
  if (!result.ok) return callFailed(x, `mmap: ${result.error}: ${result.text}`, statement.range);
  const { name } = statement.name;
  x.bind(name, region(name, BigInt(result.start) << 12n, BigInt(result.end) << 12n));
  callDone(x);
}

export function munmap(x: Execution, { target }: MunmapStatement): void {
  if (continued(x)) return;
  const { start, end } = range(target, x.environment);
  if (start % 4096n !== 0n || end <= start)
    return callFailed(x, 'munmap: EINVAL: the range must start at a page and not be empty', target.range);
  x.machine.kernel.munmap(vpnOfAddress(start), vpnOfAddress(end + 4095n));
  callDone(x);
}
