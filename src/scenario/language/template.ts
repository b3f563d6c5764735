/** Strings with `{expression}` parts: of `print`, and of a breakpoint's log message. */
import type { Range, Template, TemplatePart } from './ast';
import { Cursor } from './cursor';
import { diagnostic, type Diagnostic } from './diagnostics';
import { parseExpressionAt } from './expressionParser';
import { tokenizeLine, unescape, type Token } from './lexer';
import { rangeOf } from './positions';

export interface TemplateResult {
  template: Template;
  diagnostics: Diagnostic[];
}

/** The template in a string token, quotes and escapes as in any string. */
export function templateOfToken(token: Token): TemplateResult {
  return readTemplate(token.text.slice(1, -1), token.line, token.column + 1, true);
}

/** A log message: the bare text, without quotes or escapes; lines are counted from 0, and the text stays on one. */
export function parseTemplate(text: string): TemplateResult {
  return readTemplate(text.replace(/[\r\n]/g, ' '), 0, 0, false);
}

/** What comes next: an escape, a doubled brace, a brace, or anything else. */
const PIECE = /\\.|\{\{|\}\}|\{[^{}]*\}?|\}|[^\\{}]+|\\/gsy;

function readTemplate(raw: string, line: number, column: number, escapes: boolean): TemplateResult {
  const parts: TemplatePart[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const match of raw.matchAll(PIECE)) {
    const piece = match[0];
    const range = rangeOf(line, column + match.index, column + match.index + piece.length);
    if (piece.startsWith('{') && piece !== '{{') parts.push(readValue(piece, range, diagnostics));
    else if (piece === '}')
      diagnostics.push(diagnostic('badString', 'This `}` closes nothing; write `}}` for a brace.', range));
    else appendText(parts, piece === '{{' || piece === '}}' ? piece[0] : escapes ? unescape(piece) : piece, range);
  }
  return { template: { kind: 'template', parts, range: rangeOf(line, column, column + raw.length) }, diagnostics };
}

function readValue(piece: string, range: Range, diagnostics: Diagnostic[]): TemplatePart {
  const { line, column } = range.start;
  const closed = piece.endsWith('}');
  const inner = piece.slice(1, closed ? -1 : undefined);
  const tokens = tokenizeLine(inner, line, column + 1);
  const cursor = new Cursor([...tokens, { kind: 'end', text: '', line, column: column + 1 + inner.length }]);
  if (!closed) cursor.fail('badString', 'This `{` is never closed; write `{{` for a brace.', range);
  const expression = parseExpressionAt(cursor);
  if (!cursor.atLineEnd()) cursor.expected('`}` after the expression');
  diagnostics.push(...cursor.diagnostics);
  return { kind: 'value', expression, range };
}

function appendText(parts: TemplatePart[], text: string, range: Range): void {
  const last = parts.at(-1);
  if (last?.kind !== 'text') return void parts.push({ kind: 'text', text, range });
  last.text += text;
  last.range = { start: last.range.start, end: range.end };
}
