/** Why an `expect` failed, in values: both sides of a comparison as they are. */
import type { Expression } from '../language/ast';
import { type Environment, evaluate } from './evaluate';
import type { Compared } from './state';
import { formatValue } from './values';

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

export interface Explanation {
  /** A sentence. */
  text: string;
  compared?: Compared;
}

export function explainFailure(condition: Expression, environment: Environment): Explanation {
  return { text: explainComparison(condition, environment), compared: comparedIn(condition, environment) };
}

function comparedIn(condition: Expression, environment: Environment): Compared | undefined {
  if (condition.kind !== 'binary' || !COMPARISONS.has(condition.operator)) return undefined;
  const [actual, expected] = [condition.left, condition.right].map((side) =>
    formatValue(evaluate(side, environment), 'decimal'),
  );
  return { actual, operator: condition.operator, expected };
}

function explainComparison(condition: Expression, environment: Environment): string {
  const compared = comparedIn(condition, environment);
  if (compared !== undefined) return `${compared.actual} ${compared.operator} ${compared.expected} does not hold`;
  if (condition.kind === 'binary' && condition.operator === '&&') {
    const left = explainComparison(condition.left, environment);
    const right = explainComparison(condition.right, environment);
    return `${left}; ${right}`;
  }
  return `it is ${formatValue(evaluate(condition, environment), 'decimal')}`;
}
