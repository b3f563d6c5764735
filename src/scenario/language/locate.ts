/** What stands at a place of an analysed text: the starting point of every editor service. */
import type { Analysis } from './analysis';
import type { Expression, Position, Setting, Statement } from './ast';
import { CheckContext } from './checkContext';
import { comparePositions, touches } from './positions';
import { formatOf } from './schemes';
import type { Binding } from './scope';
import { visitExpressions, visitStatements } from './visit';

/** The innermost statement. */
export function statementAt({ file }: Analysis, position: Position): Statement | undefined {
  let found: Statement | undefined;
  visitStatements(file, (statement) => {
    if (touches(statement.range, position)) found = innerOf(statement, position);
  });
  return found;
}

/** In `expect fails read x`, the read. */
const innerOf = (statement: Statement, position: Position): Statement =>
  statement.kind === 'expectFails' && touches(statement.statement.range, position) ? statement.statement : statement;

/** The expressions of a statement at a place, outermost first. */
export function expressionsAt(statement: Statement, position: Position): Expression[] {
  const found: Expression[] = [];
  visitExpressions(statement, (expression) => {
    if (touches(expression.range, position)) found.push(expression);
  });
  return found;
}

export function settingAt({ file }: Analysis, position: Position): Setting | undefined {
  return file.machine?.settings.find(({ range }) => touches(range, position));
}

/** Names that are visible at a place; an inner one hides an outer one. */
export function bindingsAt({ bindings }: Analysis, position: Position): Binding[] {
  const visible = bindings.filter(
    ({ visibleFrom, visibleTo, local }) =>
      local !== true && comparePositions(visibleFrom, position) <= 0 && comparePositions(position, visibleTo) <= 0,
  );
  return [...new Map(visible.map((binding) => [binding.name, binding])).values()];
}

/** A context in which expressions at that place can be looked at again. */
export function contextAt(analysis: Analysis, position: Position): CheckContext {
  const context = new CheckContext(formatOf(analysis.config.scheme));
  for (const binding of bindingsAt(analysis, position)) context.scopes.bind(binding);
  return context;
}
