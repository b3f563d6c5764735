/**
 * Text to tree. Recovery is per line: a statement that cannot be read becomes an `invalid` one with one error, and
 * reading goes on at the next line; a block that a bad line opens is still read as a block. No input makes it throw.
 */
import type { Block, Expression, Identifier, InvalidStatement, Range, ScenarioFile, Statement } from './ast';
import { Cursor } from './cursor';
import { replacing, type Diagnostic } from './diagnostics';
import { parseExpressionAt } from './expressionParser';
import { tokenize, tokenRange, type Token } from './lexer';
import { parseMachineBlock } from './machineParser';
import { didYouMean, nearest } from './nearest';
import { rangeOf, spanning } from './positions';
import { STATEMENT_PARSERS } from './statementParsers';
import { blocksOf } from './visit';

export interface ParseResult {
  file: ScenarioFile;
  diagnostics: Diagnostic[];
}

export function parse(text: string): ParseResult {
  const tokens = tokenize(text);
  const cursor = new Cursor(tokens);
  const statements: Statement[] = [];
  for (;;) {
    parseStatements(cursor, statements);
    if (cursor.current.kind === 'end') break;
    const brace = cursor.advance();
    cursor.report('unmatchedBrace', 'This `}` closes nothing.', tokenRange(brace));
  }
  const end = tokenRange(cursor.current);
  const file: ScenarioFile = { kind: 'file', statements, range: spanning(rangeOf(0, 0, 0), end) };
  const machine = statements.find((statement) => statement.kind === 'machine');
  if (machine) {
    file.machine = machine;
    file.statements = statements.filter((statement) => statement !== machine);
  }
  return { file, diagnostics: cursor.diagnostics };
}

export interface ExpressionResult {
  expression: Expression;
  diagnostics: Diagnostic[];
}

/** One expression and nothing else: a condition, a watch, a hover. */
export function parseExpression(text: string): ExpressionResult {
  const cursor = new Cursor(tokenize(text).filter(({ kind }) => kind !== 'newline'));
  const expression = parseExpressionAt(cursor);
  if (!cursor.atLineEnd()) cursor.expected('an operator or the end of the expression');
  return { expression, diagnostics: cursor.diagnostics };
}

/** Statements up to a `}` (left standing) or the end of the text. */
function parseStatements(cursor: Cursor, statements: Statement[]): void {
  for (;;) {
    while (cursor.current.kind === 'newline') cursor.advance();
    if (cursor.current.kind === 'end' || cursor.atOperator('}')) return;
    statements.push(parseLine(cursor));
  }
}

function parseLine(cursor: Cursor): Statement {
  const start = cursor.current;
  const statement = parseStatement(cursor);
  const readable = !cursor.failed;
  if (readable && (cursor.atLineEnd() || cursor.atLineStart() || cursor.atOperator('}'))) return statement;
  if (readable) expectLineEnd(cursor);
  const body = recover(cursor);
  cursor.failed = false;
  // A whole statement with something behind it stays what it is: its names and blocks are still of use.
  return readable && !body ? statement : invalidStatement(statement, body, cursor.rangeFrom(start));
}

function invalidStatement(statement: Statement, body: Block | undefined, range: Range): InvalidStatement {
  const invalid: InvalidStatement = { kind: 'invalid', keyword: statement.keyword, range };
  const name = boundName(statement);
  if (name && name.name !== '') invalid.name = name;
  const blocks = body ? [...blocksOf(statement), body] : blocksOf(statement);
  if (blocks.length > 0) invalid.body = { statements: blocks.flatMap((block) => block.statements), range };
  return invalid;
}

/** The name that a statement binds. */
function boundName(statement: Statement): Identifier | undefined {
  const binds = ['mmap', 'process', 'fork', 'let', 'for'].includes(statement.kind) && 'name' in statement;
  return binds && statement.name && 'name' in statement.name ? statement.name : undefined;
}

function expectLineEnd(cursor: Cursor): void {
  const token = cursor.current;
  if (token.problem) return cursor.expected('the end of the line');
  const range = tokenRange(token);
  const startsStatement = token.kind === 'name' && Object.hasOwn(STATEMENT_PARSERS, token.text);
  const advice = startsStatement ? ' Each statement stands on a line of its own.' : '';
  cursor.fail('trailingText', `\`${token.text}\` does not belong to the statement before it.${advice}`, range);
}

function parseStatement(cursor: Cursor): Statement {
  const start = cursor.current;
  if (start.kind === 'name' && start.text === 'machine') return parseMachineBlock(cursor, cursor.advance());
  if (start.kind === 'name' && Object.hasOwn(STATEMENT_PARSERS, start.text)) {
    cursor.advance();
    const context = {
      cursor,
      block: () => parseBlock(cursor),
      statement: () => parseInner(cursor),
    };
    return STATEMENT_PARSERS[start.text](context, start);
  }
  reportUnknown(cursor, start);
  return { kind: 'invalid', keyword: start.text, range: tokenRange(start) };
}

/** The statement after `expect fails`: not another `expect`, so that this cannot recurse. */
function parseInner(cursor: Cursor): Statement {
  const start = cursor.current;
  const simple = start.text !== 'expect' && start.text !== 'machine';
  if (!cursor.failed && simple) return parseStatement(cursor);
  cursor.fail(
    'cannotFail',
    `\`${start.text}\` cannot fault; \`expect fails\` takes an access or a system call.`,
    tokenRange(start),
  );
  return { kind: 'invalid', keyword: start.text, range: tokenRange(start) };
}

function reportUnknown(cursor: Cursor, start: Token): void {
  const range = tokenRange(start);
  if (start.kind !== 'name') return cursor.expected('a statement');
  if (start.text === 'else') return cursor.fail('unknownStatement', 'This `else` follows no `if` block.', range);
  const assigned = cursor.ahead(1);
  if (assigned.kind === 'operator' && assigned.text === '=') {
    const message = `\`${start.text}\` is not a statement. A constant is bound with \`let ${start.text} = …\`.`;
    return cursor.fail('unknownStatement', message, range, replacing(range, `let ${start.text}`));
  }
  const suggestion = nearest(start.text, ['machine', ...Object.keys(STATEMENT_PARSERS)]);
  const fixes = suggestion === undefined ? [] : [replacing(range, suggestion)];
  cursor.fail('unknownStatement', `\`${start.text}\` is not a statement.${didYouMean(suggestion)}`, range, ...fixes);
}

function parseBlock(cursor: Cursor): Block {
  const open = cursor.expectOperator('{', 'and a block');
  if (!open) return { statements: [], range: cursor.missing().range };
  const statements: Statement[] = [];
  if (!cursor.enterBlock()) return { statements, range: tokenRange(open) };
  parseStatements(cursor, statements);
  cursor.leaveBlock();
  if (!cursor.takeOperator('}')) cursor.report('unclosedBlock', 'This `{` is never closed.', tokenRange(open));
  return { statements, range: cursor.rangeFrom(open) };
}

/** Skips the rest of a bad statement: to the line's end or a `}` that closes a block around it. Reads a block it opens. */
function recover(cursor: Cursor): Block | undefined {
  let body: Block | undefined;
  while (!cursor.atLineEnd()) {
    const { kind, text } = cursor.current;
    const operator = kind === 'operator' ? text : '';
    if (operator === '}') break;
    if (operator === '{') {
      cursor.failed = false;
      const block = parseBlock(cursor);
      body = body ? { statements: [...body.statements, ...block.statements], range: block.range } : block;
      cursor.failed = true;
    } else cursor.advance();
  }
  return body;
}
