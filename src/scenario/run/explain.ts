/** Why an `expect` failed, in values: both sides of a comparison as they are. */
import type { Expression } from '../language/ast';
import { type Environment, evaluate } from './evaluate';
import { formatValue } from './values';

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

export function explainComparison(condition: Expression, environment: Environment): string {
  if (condition.kind === 'binary' && COMPARISONS.has(condition.operator)) {
    const left = formatValue(evaluate(condition.left, environment), 'decimal');
    const right = formatValue(evaluate(condition.right, environment), 'decimal');
    return `${left} ${condition.operator} ${right} does not hold`;
  }
  if (condition.kind === 'binary' && condition.operator === '&&') {
    const left = explainComparison(condition.left, environment);
    const right = explainComparison(condition.right, environment);
    return `${left}; ${right}`;
  }
  return `it is ${formatValue(evaluate(condition, environment), 'decimal')}`;
}
