/**
 * The kinds of expressions: every name is known, every member exists, every operator gets what it can work on. As in C,
 * truth values and numbers turn into each other; a region is a number (its first address) and a range (all of it).
 * A value of kind `unknown` has been reported already and fits everywhere, so that one mistake makes one error.
 */
import type { BinaryExpression, CallExpression, Expression, MemberExpression, NameExpression } from './ast';
import { checkCanonical } from './checkAddress';
import type { CheckContext } from './checkContext';
import { replacing } from './diagnostics';
import { fold, foldNumber } from './fold';
import { ENUMERATIONS, kindRow, memberOf, titleOf, type Kind } from './kinds';
import { NAMES, nameRow, type NameRow } from './names';
import { didYouMean, nearest } from './nearest';

/** What a place needs. `target` is a range or a region; `number` is an address too. */
export type Wanted = 'any' | 'number' | 'condition' | 'target';

/** Checks an expression and that it fits its place; answers its kind. */
export function checkExpression(context: CheckContext, expression: Expression, wanted: Wanted): Kind {
  const kind = kindOf(context, expression);
  if (!fits(kind, wanted)) reportUnfit(context, expression, kind, wanted);
  return kind;
}

const isNumeric = (kind: Kind): boolean => valueOf(kind) === 'number' || kind === 'boolean';
const valueOf = (kind: Kind): Kind => kindRow(kind)?.value ?? kind;

function fits(kind: Kind, wanted: Wanted): boolean {
  if (kind === 'unknown' || wanted === 'any') return true;
  return wanted === 'target' ? kind === 'range' || kind === 'region' : isNumeric(kind);
}

function reportUnfit(context: CheckContext, expression: Expression, kind: Kind, wanted: Wanted): void {
  const title = titleOf(kind);
  if (wanted === 'target')
    return context.report(
      'wrongKind',
      `A range is needed here (\`A .. B\`, \`A for SIZE\`, or a region), not ${title}.`,
      expression.range,
    );
  const needed = wanted === 'condition' ? 'A condition' : 'A number';
  const hint = wanted === 'condition' && kindRow(kind)?.optional ? ' Compare it with `none`.' : '';
  context.report('wrongKind', `${needed} is needed here, not ${title}.${hint}`, expression.range);
}

function kindOf(context: CheckContext, expression: Expression): Kind {
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return expression.kind;
    case 'decimal':
      context.report('badNumber', 'Numbers are whole; only `theta` takes a fraction.', expression.range);
      return 'unknown';
    case 'name':
      return kindOfName(context, expression);
    case 'member':
      return kindOfMember(context, expression);
    case 'index':
      return kindOfIndex(context, expression);
    case 'call':
      return kindOfCall(context, expression);
    case 'unary':
      checkExpression(context, expression.operand, expression.operator === '!' ? 'condition' : 'number');
      return expression.operator === '!' ? 'boolean' : 'number';
    case 'binary':
      return kindOfBinary(context, expression);
    case 'conditional':
      return kindOfConditional(context, expression);
    case 'range':
      checkExpression(context, expression.from, 'number');
      checkExpression(context, expression.limit, 'number');
      return 'range';
    case 'missing':
      return 'unknown';
  }
}

type Conditional = Extract<Expression, { kind: 'conditional' }>;
type Index = Extract<Expression, { kind: 'index' }>;

function kindOfConditional(context: CheckContext, expression: Conditional): Kind {
  checkExpression(context, expression.condition, 'condition');
  const then = kindOf(context, expression.then);
  const otherwise = kindOf(context, expression.otherwise);
  if (then === otherwise) return then;
  return isNumeric(then) && isNumeric(otherwise) ? 'number' : 'unknown';
}

function kindOfIndex(context: CheckContext, { object, index }: Index): Kind {
  const kind = kindOf(context, object);
  checkExpression(context, index, 'number');
  const element = kindRow(kind)?.element;
  if (element === undefined && kind !== 'unknown')
    context.report('wrongKind', `Only lists have elements, and this is ${titleOf(kind)}.`, object.range);
  return element ?? 'unknown';
}

// ── Names, members, calls ──────────────────────────────────────────────────────────────────────────────────────────

function kindOfName(context: CheckContext, expression: NameExpression): Kind {
  const { name, range } = expression;
  const binding = context.scopes.find(name);
  if (binding) {
    context.refer(range, binding);
    return binding.kind;
  }
  const row = nameRow(name);
  if (!row) return unknownName(context, expression);
  requireSupported(context, row, range);
  if (!row.parameters) return row.kind;
  context.report('notAFunction', `\`${name}\` is a function: \`${signature(row)}\`.`, range);
  return 'unknown';
}

function unknownName(context: CheckContext, { name, range }: NameExpression): Kind {
  if (context.lenient) return 'unknown';
  const suggestion = context.suggest(() => nearest(name, [...context.scopes.names(), ...NAMES.map((row) => row.name)]));
  const fixes = suggestion === undefined ? [] : [replacing(range, suggestion)];
  context.report('unknownName', `\`${name}\` is not known here.${didYouMean(suggestion)}`, range, ...fixes);
  return 'unknown';
}

function requireSupported(context: CheckContext, row: NameRow, range: Expression['range']): void {
  if (!row.supported)
    context.report('laterName', `\`${row.name}\` is not available in this version of ptscope yet.`, range);
}

const signature = (row: NameRow): string => `${row.name}(${row.parameters?.map(({ name }) => name).join(', ') ?? ''})`;

function kindOfMember(context: CheckContext, expression: MemberExpression): Kind {
  const { object, property } = expression;
  const called = functionRow(context, expression);
  if (called !== undefined) {
    context.report('notAFunction', `\`${called.name}\` is a function: \`${signature(called)}\`.`, expression.range);
    return 'unknown';
  }
  const kind = kindOf(context, object);
  if (kind === 'unknown') return 'unknown';
  const row = memberOf(kind, property.name);
  if (row) return row.kind;
  const known = kindRow(kind)?.members.map(({ name }) => name) ?? [];
  const suggestion = context.suggest(() => nearest(property.name, known));
  const fixes = suggestion === undefined ? [] : [replacing(property.range, suggestion)];
  const message = `There is no \`.${property.name}\` in ${titleOf(kind)}.${didYouMean(suggestion)}`;
  context.report('unknownMember', message, property.range, ...fixes);
  return 'unknown';
}

/** The function that is called: `walk`, `ecpt.way`. */
function functionRow(context: CheckContext, callee: Expression): NameRow | undefined {
  if (callee.kind === 'name') return context.scopes.find(callee.name) ? undefined : nameRow(callee.name);
  if (callee.kind !== 'member' || callee.object.kind !== 'name' || context.scopes.find(callee.object.name))
    return undefined;
  return nameRow(`${callee.object.name}.${callee.property.name}`);
}

function kindOfCall(context: CheckContext, { callee, args, range }: CallExpression): Kind {
  const row = functionRow(context, callee);
  if (!row?.parameters) {
    // Say what is wrong with the name itself first; only if it is a good one is calling it the mistake.
    const kind = kindOf(context, callee);
    if (kind !== 'unknown') context.report('notAFunction', `${titleOf(kind)} cannot be called.`, callee.range);
    for (const arg of args) checkExpression(context, arg, 'any');
    return 'unknown';
  }
  requireSupported(context, row, callee.range);
  if (args.length !== row.parameters.length) {
    const count = row.parameters.length;
    const message = `\`${signature(row)}\` takes ${count} ${count === 1 ? 'argument' : 'arguments'}, not ${args.length}.`;
    context.report('wrongArguments', message, range);
    return 'unknown';
  }
  args.forEach((arg, i) => {
    checkExpression(context, arg, 'number');
    if (row.parameters?.[i]?.kind === 'address') checkCanonical(context, arg, foldNumber(arg, context.lookup));
  });
  return row.kind;
}

// ── Operators ──────────────────────────────────────────────────────────────────────────────────────────────────────

function kindOfBinary(context: CheckContext, expression: BinaryExpression): Kind {
  const { operator, left, right } = expression;
  switch (operator) {
    case '&&':
    case '||':
      checkExpression(context, left, 'condition');
      checkExpression(context, right, 'condition');
      return 'boolean';
    case 'in':
      checkExpression(context, left, 'number');
      checkExpression(context, right, 'target');
      return 'boolean';
    case '==':
    case '!=':
      checkComparable(context, expression);
      return 'boolean';
    default:
      checkExpression(context, left, 'number');
      checkExpression(context, right, 'number');
      if (operator === '/' || operator === '%') checkDivisor(context, right);
      return ['<', '<=', '>', '>='].includes(operator) ? 'boolean' : 'number';
  }
}

function checkDivisor(context: CheckContext, divisor: Expression): void {
  if (foldNumber(divisor, context.lookup) === 0n)
    context.report('divisionByZero', 'This divisor is zero.', divisor.range);
}

function checkComparable(context: CheckContext, { left, right, operator, range }: BinaryExpression): void {
  const a = kindOf(context, left);
  const b = kindOf(context, right);
  if (comparable(a, b) || comparable(b, a)) return;
  context.report('wrongKind', `\`${operator}\` cannot compare ${titleOf(a)} with ${titleOf(b)}.`, range);
}

function comparable(a: Kind, b: Kind): boolean {
  if (a === 'unknown' || (isNumeric(a) && isNumeric(b)) || valueOf(a) === valueOf(b)) return true;
  const enumeration = Object.hasOwn(ENUMERATIONS, valueOf(a));
  if (b === 'none') return enumeration || kindRow(a)?.optional === true;
  // An enumeration's value may be given as a string: `fault == "minor"`.
  return enumeration && b === 'string';
}

/** Reports a condition that is the same whatever the machine does. */
export function checkVariable(context: CheckContext, condition: Expression): void {
  const value = fold(condition, context.lookup);
  if (value === undefined) return;
  const truth = value === false || value === 0n ? 'false' : 'true';
  context.report('constantCondition', `This is always ${truth}, whatever the machine does.`, condition.range);
}
