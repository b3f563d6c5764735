/** Going through a tree: every statement with the blocks in it, every expression with its parts; parents first. */
import type { Block, Expression, Node, ScenarioFile, Statement } from './ast';

/** The blocks that a statement holds, in order. */
export function blocksOf(statement: Statement): Block[] {
  if (statement.kind === 'if') return statement.otherwise ? [statement.then, statement.otherwise] : [statement.then];
  return 'body' in statement && statement.body ? [statement.body] : [];
}

export function visitStatements(file: ScenarioFile, visit: (statement: Statement) => void): void {
  const each = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      visit(statement);
      for (const block of blocksOf(statement)) each(block.statements);
    }
  };
  if (file.machine) visit(file.machine);
  each(file.statements);
}

const EXPRESSION_KINDS: ReadonlySet<string> = new Set<Expression['kind']>([
  ...(['number', 'decimal', 'string', 'boolean', 'name', 'member', 'index'] as const),
  ...(['call', 'unary', 'binary', 'conditional', 'range', 'missing'] as const),
]);

const isNode = (value: unknown): value is Node & { kind?: unknown } =>
  typeof value === 'object' && value !== null && 'range' in value;

const isExpression = (node: Node & { kind?: unknown }): node is Expression =>
  typeof node.kind === 'string' && EXPRESSION_KINDS.has(node.kind);

/** Every expression in a node (a statement without its blocks, or an expression), outermost first. */
export function visitExpressions(node: Node, visit: (expression: Expression) => void): void {
  for (const child of Object.values(node).flat()) {
    if (!isNode(child) || 'statements' in child) continue;
    if (isExpression(child)) visit(child);
    visitExpressions(child, visit);
  }
}
