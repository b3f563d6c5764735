/** Hardware state by hand: `flush tlb`, `invept`, `invlpg`, `pkru`, `set`. */
import { vpnOfAddress } from '../../../machine/core/addresses';
import type { InvlpgStatement, PkruStatement, SetStatement } from '../../language/ast';
import { assign } from '../assign';
import { EvaluationError, number } from '../evaluate';
import type { Execution } from '../execution';

export function flush(x: Execution): void {
  x.machine.mmu.flushAll();
  x.next();
}

/** INVEPT on the running CPU: what a host does after it has changed its tables. */
export function invept(x: Execution): void {
  x.machine.mmu.invept();
  x.next();
}

export function invlpg(x: Execution, { address }: InvlpgStatement): void {
  x.machine.mmu.invlpg(vpnOfAddress(number(address, x.environment)));
  x.next();
}

/** WRPKRU on the running CPU. */
export function pkru(x: Execution, { value }: PkruStatement): void {
  const refused = x.names.setRegister('pkru', number(value, x.environment));
  if (refused !== undefined) throw new EvaluationError(refused, value.range);
  x.next();
}

export function set(x: Execution, { target, value }: SetStatement): void {
  const refused = assign(target, number(value, x.environment), x.environment, x.names);
  if (refused !== undefined) throw new EvaluationError(refused, target.range);
  x.next();
}
