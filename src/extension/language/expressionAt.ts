/** Which expression is meant when a person points at a place: the value as a whole, not one of its letters. */
import type { Analysis } from '../../scenario/language/analysis';
import type { Expression, Position } from '../../scenario/language/ast';
import { expressionsAt, statementAt } from '../../scenario/language/locate';

/** In `heap+0x1000`, the sum: an address is what can be looked at. In `walk(heap).refs == 3`, what stands under the mouse. */
export function expressionAt(analysis: Analysis, position: Position): Expression | undefined {
  const statement = statementAt(analysis, position);
  if (!statement) return undefined;
  const [innermost, ...outer] = expressionsAt(statement, position).reverse();
  if (!innermost || innermost.kind === 'missing') return undefined;
  let chosen: Expression = innermost;
  for (const candidate of outer) {
    if (!isSum(candidate)) break;
    chosen = candidate;
  }
  return chosen;
}

function isSum(expression: Expression): boolean {
  return expression.kind === 'binary' && ['+', '-'].includes(expression.operator);
}
