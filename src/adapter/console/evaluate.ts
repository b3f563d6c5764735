/** Expressions as a person types them, with errors that are for a person. */
import { parseExpression } from '../../scenario/language/parser';
import { evaluate, EvaluationError } from '../../scenario/run/evaluate';
import type { Subject } from '../../scenario/run/subject';
import { type MemberValue, numberOf, type Value } from '../../scenario/run/values';
import { badExpression } from '../errors';

/** A value, or an error whose message is for a person. */
export function evaluateText({ environment }: Pick<Subject, 'environment'>, text: string): Value {
  const { expression, diagnostics } = parseExpression(text);
  if (diagnostics.length > 0) throw badExpression(diagnostics[0].message);
  try {
    return evaluate(expression, environment);
  } catch (error) {
    if (error instanceof EvaluationError) throw badExpression(error.message);
    throw error;
  }
}

/** What is known of the member that an expression ends in: whether it is an address or a count. */
export function memberNamed(subject: Pick<Subject, 'environment'>, expression: string): MemberValue | undefined {
  const { expression: parsed, diagnostics } = parseExpression(expression);
  if (diagnostics.length > 0 || parsed.kind !== 'member') return undefined;
  const value = evaluate(parsed.object, subject.environment);
  const { name } = parsed.property;
  return typeof value === 'object' && value.type === 'object' ? value.members.find((m) => m.name === name) : undefined;
}

export function addressNamed(subject: Subject, text: string, usage: string): bigint {
  if (text.trim() === '') throw badExpression(`Which address? ${usage}, e.g. heap+0x1000 or 0x7fff_1234_5000.`);
  const n = numberOf(evaluateText(subject, text));
  if (n === undefined) throw badExpression(`'${text}' is no address`);
  return n;
}
