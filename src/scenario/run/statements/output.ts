/** What the scenario says to the person: `expect`, `print`, `break`, `mark`; and `let`, which says it to the scenario. */
import { Signal } from '../../../machine/core/probe';
import type { BreakStatement, ExpectStatement, Expression, LetStatement, PrintStatement } from '../../language/ast';
import { evaluate, EvaluationError, renderTemplate } from '../evaluate';
import type { Execution } from '../execution';
import { explainFailure } from '../explain';
import { truth, type Value } from '../values';
import { fail, pass } from './outcome';

export function expect(x: Execution, { condition, range, message }: ExpectStatement): void {
  const seen = x.look(() => truth(evaluate(condition, x.environment)));
  if ('problem' in seen) fail(x, range, message?.value, { text: seen.problem });
  else if (seen.value) pass(x);
  else fail(x, range, message?.value, explainFailure(condition, x.environment));
  x.next();
}

export function print(x: Execution, { text: template, range }: PrintStatement): void {
  const seen = x.look(() => renderTemplate(template, x.environment));
  const text = 'problem' in seen ? seen.problem : seen.value;
  x.machine.probe.recorder?.emit({ kind: 'output', category: 'print', text });
  x.onOutput?.({ kind: 'print', text, ...x.place(range) });
  x.next();
}

export function breakHere(x: Execution, { condition, label }: BreakStatement): void {
  const holds = x.look(() => condition === undefined || truth(evaluate(condition, x.environment)));
  if ('value' in holds && holds.value) {
    x.machine.probe.signal(Signal.Break);
    x.machine.probe.recorder?.emit({ kind: 'output', category: 'break', text: label?.value ?? 'break' });
  }
  x.next();
}

/** A mark does nothing: it is a place that one finds again. */
export function mark(x: Execution): void {
  x.next();
}

export function letName(x: Execution, { name, value }: LetStatement): void {
  if (!x.given.has(name.name)) x.bind(name.name, constant(x, value));
  x.next();
}

/** A constant is plain data: what an object shows would go on changing under its name. */
function constant(x: Execution, expression: Expression): Value {
  const value = evaluate(expression, x.environment);
  if (typeof value !== 'object' || value.type !== 'object') return value;
  if (value.number !== undefined) return value.number;
  throw new EvaluationError('a constant is a number, a string or a range; bind one of its members', expression.range);
}
