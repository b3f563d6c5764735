/** What the tests of the language share. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse } from '../../../src/scenario/language/analysis';
import type { Expression, Statement } from '../../../src/scenario/language/ast';
import type { Diagnostic } from '../../../src/scenario/language/diagnostics';
import { parse, parseExpression } from '../../../src/scenario/language/parser';

/** `3:5-9 PTS020`: line from 1, columns from 0, as the tests write places. */
export const brief = ({ code, range: { start, end } }: Diagnostic): string =>
  `${start.line + 1}:${start.column}-${end.column} ${code}`;

export const briefs = (text: string): string[] => analyse(text).diagnostics.map(brief);

/** Codes of a text that stands behind a process and a region `heap` at 0x5555_5540_0000. */
export const PRELUDE = 'process p\nmmap heap 64MiB rw anon at 0x5555_5540_0000\n';
export const codesAfterPrelude = (text: string): string[] =>
  analyse(PRELUDE + text).diagnostics.map(({ code }) => code);

export function onlyStatement(text: string): Statement {
  const { file, diagnostics } = parse(text);
  if (diagnostics.length > 0) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return file.machine ?? file.statements[0];
}

/** An expression with all its parentheses: `(a + (b * c))`. */
export function show(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
    case 'decimal':
      return expression.text;
    case 'string':
    case 'boolean':
      return JSON.stringify(expression.value);
    case 'name':
      return expression.name;
    case 'member':
      return `${show(expression.object)}.${expression.property.name}`;
    case 'index':
      return `${show(expression.object)}[${show(expression.index)}]`;
    case 'call':
      return `${show(expression.callee)}(${expression.args.map(show).join(', ')})`;
    case 'unary':
      return `(${expression.operator}${show(expression.operand)})`;
    case 'binary':
      return `(${show(expression.left)} ${expression.operator} ${show(expression.right)})`;
    case 'conditional':
      return `(${show(expression.condition)} ? ${show(expression.then)} : ${show(expression.otherwise)})`;
    case 'range':
      return `(${show(expression.from)} ${expression.form === 'to' ? '..' : 'for'} ${show(expression.limit)})`;
    case 'missing':
      return '?';
  }
}

export const shown = (text: string): string => show(parseExpression(text).expression);

/** A tree without its places, for comparing what two texts mean. */
export const withoutRanges = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'range') return undefined;
      return typeof inner === 'bigint' ? inner.toString() : inner;
    }),
  );

/** The file that the language’s design begins with. */
export const FIRST_FILE = readFileSync(join(__dirname, 'first-file.ptscen'), 'utf8');

/** Every form of every statement, supported or not. */
export const ALL_STATEMENTS = readFileSync(join(__dirname, 'all-statements.ptscen'), 'utf8');
