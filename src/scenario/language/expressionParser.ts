/** Expressions by precedence climbing, with C's precedence; `in` is as `<`, and a range binds just tighter than that. */
import type { BinaryOperator, Expression, Identifier, UnaryOperator } from './ast';
import type { Cursor } from './cursor';
import { stringValue, tokenRange, type Token } from './lexer';
import { spanning } from './positions';

const enum Level {
  Conditional = 1,
  LogicalOr,
  LogicalAnd,
  Or,
  Xor,
  And,
  Equality,
  Relation,
  Range,
  Shift,
  Sum,
  Product,
  Unary,
}

const BINARY: Readonly<Record<BinaryOperator, Level>> = {
  '||': Level.LogicalOr,
  '&&': Level.LogicalAnd,
  '|': Level.Or,
  '^': Level.Xor,
  '&': Level.And,
  '==': Level.Equality,
  '!=': Level.Equality,
  '<': Level.Relation,
  '<=': Level.Relation,
  '>': Level.Relation,
  '>=': Level.Relation,
  in: Level.Relation,
  '<<': Level.Shift,
  '>>': Level.Shift,
  '+': Level.Sum,
  '-': Level.Sum,
  '*': Level.Product,
  '/': Level.Product,
  '%': Level.Product,
};
const UNARY: readonly UnaryOperator[] = ['-', '~', '!', '+'];

const isBinary = (text: string): text is BinaryOperator => Object.hasOwn(BINARY, text);

/** A whole expression. `what` names it in the error if there is none: `an address`. */
export function parseExpressionAt(cursor: Cursor, what = 'an expression'): Expression {
  cursor.startExpression();
  return climb(cursor, Level.Conditional, what);
}

function climb(cursor: Cursor, minimum: Level, what: string): Expression {
  let left = parseUnary(cursor, what);
  while (!cursor.failed) {
    const next = extend(cursor, left, minimum);
    if (!next) break;
    left = next;
  }
  return left;
}

/** `left` with the operator that follows it, if it binds at least as tightly as `minimum`. */
function extend(cursor: Cursor, left: Expression, minimum: Level): Expression | undefined {
  const { kind, text } = cursor.current;
  if (kind !== 'operator' && kind !== 'name') return undefined;
  if (text === '?' && minimum <= Level.Conditional) return parseConditional(cursor, left);
  if ((text === '..' || text === 'for') && minimum <= Level.Range) return parseRange(cursor, left);
  if (!isBinary(text) || BINARY[text] < minimum || !cursor.countPart()) return undefined;
  cursor.advance();
  const right = climb(cursor, BINARY[text] + 1, `a value after \`${text}\``);
  return { kind: 'binary', operator: text, left, right, range: spanning(left.range, right.range) };
}

function parseConditional(cursor: Cursor, condition: Expression): Expression | undefined {
  if (!cursor.countPart()) return undefined;
  cursor.advance();
  const then = climb(cursor, Level.Conditional, 'a value after `?`');
  cursor.expectOperator(':', 'and the other value');
  const otherwise = climb(cursor, Level.Conditional, 'a value after `:`');
  return { kind: 'conditional', condition, then, otherwise, range: spanning(condition.range, otherwise.range) };
}

function parseRange(cursor: Cursor, from: Expression): Expression | undefined {
  if (!cursor.countPart()) return undefined;
  const form = cursor.advance().text === 'for' ? 'for' : 'to';
  const limit = climb(cursor, Level.Shift, form === 'for' ? 'a size after `for`' : 'an address after `..`');
  return { kind: 'range', form, from, limit, range: spanning(from.range, limit.range) };
}

function parseUnary(cursor: Cursor, what: string): Expression {
  const operator = UNARY.find((text) => cursor.atOperator(text));
  if (!operator) return parsePostfix(cursor, what);
  if (!cursor.countPart()) return cursor.missing();
  const token = cursor.advance();
  const operand = parseUnary(cursor, `a value after \`${operator}\``);
  return { kind: 'unary', operator, operand, range: spanning(tokenRange(token), operand.range) };
}

function parsePostfix(cursor: Cursor, what: string): Expression {
  let expression = parsePrimary(cursor, what);
  for (;;) {
    const next = parseSuffix(cursor, expression);
    if (!next) return expression;
    expression = next;
  }
}

/** `.member`, `(arguments)` or `[index]`. */
function parseSuffix(cursor: Cursor, object: Expression): Expression | undefined {
  if (cursor.atOperator('.')) {
    if (!cursor.countPart()) return undefined;
    cursor.advance();
    const property = parseIdentifier(cursor, 'a member’s name after `.`');
    return { kind: 'member', object, property, range: spanning(object.range, property.range) };
  }
  if (cursor.atOperator('(')) {
    if (!cursor.countPart()) return undefined;
    cursor.advance();
    const args = parseArguments(cursor);
    return { kind: 'call', callee: object, args, range: cursor.rangeFrom(object.range) };
  }
  if (cursor.atOperator('[')) {
    if (!cursor.countPart()) return undefined;
    cursor.advance();
    const index = climb(cursor, Level.Conditional, 'an index');
    cursor.expectOperator(']', 'after the index');
    return { kind: 'index', object, index, range: cursor.rangeFrom(object.range) };
  }
  return undefined;
}

function parseArguments(cursor: Cursor): Expression[] {
  const args: Expression[] = [];
  if (cursor.takeOperator(')')) return args;
  do args.push(climb(cursor, Level.Conditional, 'an argument'));
  while (cursor.takeOperator(','));
  cursor.expectOperator(')', 'after the arguments');
  return args;
}

function parsePrimary(cursor: Cursor, what: string): Expression {
  if (cursor.failed || !cursor.countPart()) return cursor.missing();
  const literal = literalOf(cursor.current);
  if (literal) {
    cursor.advance();
    return literal;
  }
  const open = cursor.takeOperator('(');
  if (!open) {
    const missing = cursor.missing();
    cursor.expected(what);
    return missing;
  }
  const inner = climb(cursor, Level.Conditional, what);
  cursor.expectOperator(')', 'to close the parenthesis');
  return { ...inner, range: cursor.rangeFrom(open) };
}

function literalOf(token: Token): Expression | undefined {
  const range = tokenRange(token);
  switch (token.kind) {
    case 'number':
      return { kind: 'number', value: token.value ?? 0n, text: token.text, range };
    case 'decimal':
      return { kind: 'decimal', value: Number(token.text), text: token.text, range };
    case 'string':
      return { kind: 'string', value: stringValue(token), range };
    case 'name':
      if (token.text === 'true' || token.text === 'false')
        return { kind: 'boolean', value: token.text === 'true', range };
      return { kind: 'name', name: token.text, range };
    default:
      return undefined;
  }
}

/** A plain name. */
export function parseIdentifier(cursor: Cursor, what: string): Identifier {
  if (cursor.failed || cursor.current.kind !== 'name') {
    const { range } = cursor.missing();
    cursor.expected(what);
    return { name: '', range };
  }
  const token = cursor.advance();
  return { name: token.text, range: tokenRange(token) };
}
