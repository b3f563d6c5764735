/**
 * The expression half of the syntax tree (ast.ts has the statements and re-exports all of this). The same expressions
 * serve `expect`, `print`, `let`, conditions of breakpoints, log messages, watches and hovers.
 */

export interface Position {
  line: number;
  column: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Node {
  range: Range;
}

/** A name that is not itself an expression: one that a statement binds, or a member. */
export interface Identifier extends Node {
  name: string;
}

// ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────────

export type Expression =
  | NumberLiteral
  | DecimalLiteral
  | StringLiteral
  | BooleanLiteral
  | NameExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | RangeExpression
  | MissingExpression;

/** An unsigned 64-bit integer. */
export interface NumberLiteral extends Node {
  kind: 'number';
  value: bigint;
  /** As written: `0x5555_5540_0000`, `64MiB`. */
  text: string;
}

/** A number with a fraction: only `theta` takes one. */
export interface DecimalLiteral extends Node {
  kind: 'decimal';
  value: number;
  text: string;
}

export interface StringLiteral extends Node {
  kind: 'string';
  value: string;
}

export interface BooleanLiteral extends Node {
  kind: 'boolean';
  value: boolean;
}

export interface NameExpression extends Node {
  kind: 'name';
  name: string;
}

export interface MemberExpression extends Node {
  kind: 'member';
  object: Expression;
  property: Identifier;
}

export interface IndexExpression extends Node {
  kind: 'index';
  object: Expression;
  index: Expression;
}

/** `walk(heap)`, `ecpt.way(4KiB, 1)`: the callee is a name or a member of one. */
export interface CallExpression extends Node {
  kind: 'call';
  callee: Expression;
  args: Expression[];
}

export type UnaryOperator = '-' | '~' | '!' | '+';

export interface UnaryExpression extends Node {
  kind: 'unary';
  operator: UnaryOperator;
  operand: Expression;
}

export type BinaryOperator = ArithmeticOperator | ComparisonOperator | BitwiseOperator | LogicalOperator;
export type ArithmeticOperator = '*' | '/' | '%' | '+' | '-' | '<<' | '>>';
export type ComparisonOperator = '<' | '<=' | '>' | '>=' | 'in' | '==' | '!=';
export type BitwiseOperator = '&' | '^' | '|';
export type LogicalOperator = '&&' | '||';

/** For `in`, the right side is a range or a region. */
export interface BinaryExpression extends Node {
  kind: 'binary';
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}

export interface ConditionalExpression extends Node {
  kind: 'conditional';
  condition: Expression;
  then: Expression;
  otherwise: Expression;
}

/** `from .. limit` (`form` `to`, the limit excluded) or `from for size`. Binds tighter than comparisons, looser than shifts. */
export interface RangeExpression extends Node {
  kind: 'range';
  form: 'to' | 'for';
  from: Expression;
  /** The excluded end, or the size. */
  limit: Expression;
}

/** What stands where an expression should be and could not be read. */
export interface MissingExpression extends Node {
  kind: 'missing';
}

// ── Templates ────────────────────────────────────────────────────────────────────────────────────────────────────

/** A string with `{expression}` parts, for `print` and log messages. `{{` and `}}` are braces. */
export interface Template extends Node {
  kind: 'template';
  parts: TemplatePart[];
}

export type TemplatePart = TemplateText | TemplateValue;

export interface TemplateText extends Node {
  kind: 'text';
  text: string;
}

export interface TemplateValue extends Node {
  kind: 'value';
  expression: Expression;
}
