/** System calls on the address space: `mmap`, `munmap`, `mprotect`, `mremap`, `brk`, `madvise`, `pkey`. */
import { type Vpn, vpnOfAddress } from '../../../machine/core/addresses';
import type {
  BrkStatement,
  Expression,
  MadviseStatement,
  MmapStatement,
  MprotectStatement,
  MremapStatement,
  MunmapStatement,
  PkeyStatement,
  Range,
} from '../../language/ast';
import { EvaluationError, number, range } from '../evaluate';
import type { Execution } from '../execution';
import { region } from '../values';
import { callDone, callFailed, continued } from './outcome';

/** What a call of the kernel answers. */
type Answer = { ok: true } | { ok: false; error: string; text: string };

/** The call is made: its steps follow, or it has failed. */
export function answered(x: Execution, name: string, answer: Answer, where: Range): void {
  if (answer.ok) callDone(x);
  else callFailed(x, `${name}: ${answer.error}: ${answer.text}`, where);
}

/** The pages of a range; `undefined` if there are none, and the statement has failed. */
export function pagesOf(x: Execution, name: string, target: Expression): { start: Vpn; end: Vpn } | undefined {
  const { start, end } = range(target, x.environment);
  if (start % 4096n === 0n && end > start) return { start: vpnOfAddress(start), end: vpnOfAddress(end + 4095n) };
  callFailed(x, `${name}: EINVAL: the range must start at a page and not be empty`, target.range);
  return undefined;
}

const bindPages = (x: Execution, name: string, start: Vpn, end: Vpn): void =>
  x.bind(name, region(name, BigInt(start) << 12n, BigInt(end) << 12n));

export function mmap(x: Execution, statement: MmapStatement): void {
  if (continued(x)) return;
  const size = number(statement.size, x.environment);
  const at = statement.at === undefined ? undefined : number(statement.at, x.environment);
  if (size % 4096n !== 0n || (at ?? 0n) % 4096n !== 0n)
    throw new EvaluationError('addresses and sizes of mappings are multiples of 4096', statement.range);
  const { read, write, exec } = statement.protection;
  const { backing, hugePages } = statement;
  const result = x.machine.kernel.mmap({
    pages: Number(size >> 12n),
    read,
    write,
    exec,
    backing: backing.type,
    name: backing.name?.value,
    at: at === undefined ? undefined : vpnOfAddress(at),
    huge: hugePages === undefined ? 'default' : hugePages.text === 'thp' ? 'wanted' : 'unwanted',
    populate: statement.populate !== undefined,
    stack: statement.stack !== undefined,
  });
  if (result.ok) bindPages(x, statement.name.name, result.start, result.end);
  answered(x, 'mmap', result, statement.range);
}

export function munmap(x: Execution, { target }: MunmapStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'munmap', target);
  if (pages !== undefined) answered(x, 'munmap', x.machine.kernel.munmap(pages.start, pages.end), target.range);
}

export function mprotect(x: Execution, { target, protection }: MprotectStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'mprotect', target);
  if (pages === undefined) return;
  const { read, write, exec } = protection;
  answered(x, 'mprotect', x.machine.kernel.mprotect(pages.start, pages.end, { read, write, exec }), target.range);
}

/** A region that is named as a whole is afterwards where its mapping is. */
export function mremap(x: Execution, { target, size, at }: MremapStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'mremap', target);
  if (pages === undefined) return;
  const wanted = number(size, x.environment);
  const place = at === undefined ? undefined : number(at, x.environment);
  if (wanted % 4096n !== 0n || (place ?? 0n) % 4096n !== 0n)
    return callFailed(x, 'mremap: EINVAL: addresses and sizes of mappings are multiples of 4096', size.range);
  const result = x.machine.kernel.mremap(
    pages.start,
    pages.end,
    Number(wanted >> 12n),
    place === undefined ? undefined : vpnOfAddress(place),
  );
  if (result.ok && target.kind === 'name') bindPages(x, target.name, result.start, result.end);
  answered(x, 'mremap', result, target.range);
}

/** The heap segment is `mm.heap`. */
export function brk(x: Execution, { size }: BrkStatement): void {
  if (continued(x)) return;
  const bytes = number(size, x.environment);
  answered(x, 'brk', x.machine.kernel.brk(Number((bytes + 4095n) >> 12n)), size.range);
}

export function madvise(x: Execution, { target, advice }: MadviseStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'madvise', target);
  if (pages !== undefined)
    answered(x, 'madvise', x.machine.kernel.madvise(pages.start, pages.end, advice.text), target.range);
}

export function pkey(x: Execution, { target, key }: PkeyStatement): void {
  if (continued(x)) return;
  const pages = pagesOf(x, 'pkey', target);
  if (pages === undefined) return;
  const value = number(key, x.environment);
  if (value > 15n) return callFailed(x, 'pkey: EINVAL: there are keys 0 to 15', key.range);
  answered(x, 'pkey', x.machine.kernel.pkeyProtect(pages.start, pages.end, Number(value)), target.range);
}
