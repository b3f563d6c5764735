/**
 * Evaluates expressions over an environment of names. Pure: what a name or a function means is the environment's.
 * Integers are unsigned and 64 bits wide, as C's `uint64_t`; `&&`, `||` and `?:` evaluate only what they need.
 */
import type { BinaryExpression, Expression, Range, Template } from '../language/ast';
import { equal, formatValue, kindOf, type NumberFormat, numberOf, type RangeValue, truth, type Value } from './values';

export class EvaluationError extends Error {
  constructor(
    message: string,
    readonly range: Range,
  ) {
    super(message);
  }
}

export interface Environment {
  name(name: string): Value | undefined;
  /** `undefined`: no such function. A string: why the arguments are wrong. */
  call(name: string, args: readonly Value[]): Value | string | undefined;
}

const wrap = (n: bigint): bigint => BigInt.asUintN(64, n);

export function evaluate(expression: Expression, environment: Environment): Value {
  const fail = (message: string): never => {
    throw new EvaluationError(message, expression.range);
  };
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'decimal':
      return fail('a number with a fraction cannot be used here');
    case 'string':
    case 'boolean':
      return expression.value;
    case 'name':
      return environment.name(expression.name) ?? fail(`'${expression.name}' is not known here`);
    case 'member': {
      const object = evaluate(expression.object, environment);
      return memberOf(object, expression.property.name) ?? fail(noMember(object, expression.property.name));
    }
    case 'index': {
      const object = evaluate(expression.object, environment);
      const index = number(expression.index, environment);
      return memberOf(object, index.toString()) ?? fail(`there is no element ${index}`);
    }
    case 'call': {
      const name = calleeName(expression.callee);
      const args = expression.args.map((a) => evaluate(a, environment));
      const result = name === undefined ? undefined : environment.call(name, args);
      if (result === undefined) return fail(`there is no function '${name ?? '…'}'`);
      // No function of the language makes a string: it says why the arguments are wrong.
      return typeof result === 'string' ? fail(result) : result;
    }
    case 'unary': {
      if (expression.operator === '!') return !truth(evaluate(expression.operand, environment));
      const n = number(expression.operand, environment);
      if (expression.operator === '-') return wrap(-n);
      return expression.operator === '~' ? wrap(~n) : n;
    }
    case 'binary':
      return binary(expression, environment);
    case 'conditional':
      return truth(evaluate(expression.condition, environment))
        ? evaluate(expression.then, environment)
        : evaluate(expression.otherwise, environment);
    case 'range': {
      const start = number(expression.from, environment);
      const limit = number(expression.limit, environment);
      return { type: 'range', start, end: expression.form === 'for' ? wrap(start + limit) : limit };
    }
    case 'missing':
      return fail('an expression is missing');
  }
}

function calleeName(callee: Expression): string | undefined {
  if (callee.kind === 'name') return callee.name;
  if (callee.kind !== 'member') return undefined;
  const object = calleeName(callee.object);
  return object === undefined ? undefined : `${object}.${callee.property.name}`;
}

/** The value as an unsigned 64-bit integer. */
export function number(expression: Expression, environment: Environment): bigint {
  const value = evaluate(expression, environment);
  const n = numberOf(value);
  if (n === undefined) throw new EvaluationError(`a number is needed here, not ${kindOf(value)}`, expression.range);
  return n;
}

/** The value as a range: a range, a region (all of it), or an area. */
export function range(expression: Expression, environment: Environment): RangeValue {
  const value = evaluate(expression, environment);
  if (typeof value === 'object' && (value.type === 'range' || value.type === 'region'))
    return { type: 'range', start: value.start, end: value.end };
  throw new EvaluationError(`a range or a region is needed here, not ${kindOf(value)}`, expression.range);
}

export function memberOf(value: Value, name: string): Value | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.type === 'object') return value.members.find((m) => m.name === name)?.get();
  if (value.type === 'symbol') return undefined;
  if (name === 'start') return value.start;
  if (name === 'end') return value.end;
  return name === 'size' ? wrap(value.end - value.start) : undefined;
}

function noMember(value: Value, name: string): string {
  if (typeof value === 'object' && value.type === 'symbol' && value.name === 'none')
    return `there is nothing here, so it has no '${name}'`;
  if (typeof value === 'object' && value.type === 'object')
    return `there is no '${name}' here; there is ${value.members
      .map((m) => m.name)
      .slice(0, 12)
      .join(', ')}`;
  return `${kindOf(value)} has no '${name}'`;
}

function binary(expression: BinaryExpression, environment: Environment): Value {
  const { operator, left, right } = expression;
  if (operator === '&&') return truth(evaluate(left, environment)) && truth(evaluate(right, environment));
  if (operator === '||') return truth(evaluate(left, environment)) || truth(evaluate(right, environment));
  if (operator === '==') return equal(evaluate(left, environment), evaluate(right, environment));
  if (operator === '!=') return !equal(evaluate(left, environment), evaluate(right, environment));
  if (operator === 'in') {
    const n = number(left, environment);
    const r = range(right, environment);
    return n >= r.start && n < r.end;
  }
  const a = number(left, environment);
  const b = number(right, environment);
  switch (operator) {
    case '+':
      return wrap(a + b);
    case '-':
      return wrap(a - b);
    case '*':
      return wrap(a * b);
    case '/':
    case '%':
      if (b === 0n) throw new EvaluationError('division by zero', right.range);
      return operator === '/' ? a / b : a % b;
    case '<<':
      return b > 63n ? 0n : wrap(a << b);
    case '>>':
      return b > 63n ? 0n : a >> b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '|':
      return a | b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

export function renderTemplate(template: Template, environment: Environment, format: NumberFormat = 'decimal'): string {
  return template.parts
    .map((p) => (p.kind === 'text' ? p.text : formatValue(evaluate(p.expression, environment), format)))
    .join('');
}
