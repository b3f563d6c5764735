/** Expressions whose values are worth showing beside their lines at a stop. */
import type { Expression, Range, ScenarioFile, Statement } from './ast';
import { blocksOf } from './visit';

export interface InlineExpression {
  /** Where it stands, or, of a name that is bound there, the name. */
  range: Range;
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const MAX_EXPRESSIONS = 100;

/**
 * In lines from `first` to `stopped`, both from 0: of what came before the place at which the run stands, on the way to it.
 * Other tests have machines of their own, so their values are not these.
 */
export function inlineExpressions({ statements }: ScenarioFile, first: number, stopped: number): InlineExpression[] {
  const found: Range[] = [];
  const visit = (statement: Statement): void => {
    const { start, end } = statement.range;
    if (start.line > stopped || end.line < first) return;
    if (statement.kind === 'test' && end.line < stopped) return;
    if (start.line >= first) found.push(...worthShowing(statement));
    for (const block of blocksOf(statement)) block.statements.forEach(visit);
  };
  statements.forEach(visit);
  return found.slice(-MAX_EXPRESSIONS).map((range) => ({ range }));
}

function worthShowing(statement: Statement): Range[] {
  switch (statement.kind) {
    case 'let':
    case 'for':
      return [statement.name.range];
    case 'mmap':
      return [statement.name.range];
    case 'expect':
      return sides(statement.condition);
    case 'set':
      return [statement.target.range];
    case 'print':
      return statement.text.parts.flatMap((part) => (part.kind === 'value' ? simple(part.expression) : []));
    default:
      return [];
  }
}

/** What a condition compares: the right side is written there already, as a rule. */
function sides(condition: Expression): Range[] {
  if (condition.kind === 'unary' && condition.operator === '!') return sides(condition.operand);
  if (condition.kind !== 'binary') return simple(condition);
  const { operator, left, right } = condition;
  if (operator === '&&' || operator === '||') return [...sides(left), ...sides(right)];
  return COMPARISONS.has(operator) ? [...simple(left), ...simple(right)] : simple(condition);
}

/** Not literals: they are what they are. */
const simple = (expression: Expression): Range[] =>
  ['number', 'decimal', 'string', 'boolean', 'missing'].includes(expression.kind) ? [] : [expression.range];
