/** Who runs: `process`, `switch`. */
import type { ProcessStatement, SwitchStatement } from '../../language/ast';
import { EvaluationError } from '../evaluate';
import type { Execution } from '../execution';
import { symbol } from '../values';

export function process(x: Execution, { name: { name }, range }: ProcessStatement): void {
  if (!x.machine.kernel.createProcess(name)) throw new EvaluationError('there is no memory for the root table', range);
  x.bind(name, symbol(name));
  x.next();
}

export function switchTo(x: Execution, { name }: SwitchStatement): void {
  x.machine.kernel.switchTo(name.name);
  x.next();
}
