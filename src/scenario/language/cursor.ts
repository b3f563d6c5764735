/**
 * Where the parser stands in the tokens, and its error recovery. The first error of a statement is reported and marks the
 * statement `failed`; from then on it reports nothing and consumes nothing, until `recover` skips to the statement's end.
 * So parsing functions read on as if nothing had happened, never throw, and one bad line makes one error.
 */
import type { CodeName } from './codes';
import { diagnostic, replacing, type Diagnostic, type QuickFix } from './diagnostics';
import type { MissingExpression, Range, Word } from './ast';
import { tokenRange, type Token } from './lexer';
import { rangeOf, spanning } from './positions';

/** Parts of one expression, and levels of nested blocks: keeps recursive code over trees within any stack. */
const MAX_PARTS = 1000;
const MAX_NESTING = 100;
/** Beyond this many errors a text is not a scenario, and more of them help nobody. */
const MAX_DIAGNOSTICS = 1000;

export class Cursor {
  readonly diagnostics: Diagnostic[] = [];
  failed = false;
  private index = 0;
  private parts = 0;
  private nesting = 0;
  private readonly tokens: Token[];
  private last: Token;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens.filter(({ kind }) => kind !== 'comment');
    this.last = this.tokens[0];
  }

  get current(): Token {
    return this.tokens[this.index];
  }

  ahead(count: number): Token {
    return this.tokens[Math.min(this.index + count, this.tokens.length - 1)];
  }

  advance(): Token {
    this.last = this.current;
    if (this.index < this.tokens.length - 1) this.index++;
    return this.last;
  }

  /** From `first` to the last token that was consumed. */
  rangeFrom(first: Token | Range): Range {
    const start = 'kind' in first ? tokenRange(first) : first;
    return spanning(start, tokenRange(this.last));
  }

  // ── Looking and taking ───────────────────────────────────────────────────────────────────────────────────────

  atOperator(text: string): boolean {
    return !this.failed && this.current.kind === 'operator' && this.current.text === text;
  }

  atWord(text: string): boolean {
    return !this.failed && this.current.kind === 'name' && this.current.text === text;
  }

  atLineEnd(): boolean {
    return this.current.kind === 'newline' || this.current.kind === 'end';
  }

  /** True if nothing of the current line is consumed yet. */
  atLineStart(): boolean {
    return this.current.line !== this.last.line;
  }

  takeOperator(text: string): Token | undefined {
    return this.atOperator(text) ? this.advance() : undefined;
  }

  takeWord<Text extends string>(text: Text): Word<Text> | undefined {
    return this.atWord(text) ? { text, range: tokenRange(this.advance()) } : undefined;
  }

  takeOneOf<Text extends string>(words: readonly Text[]): Word<Text> | undefined {
    const found = words.find((word) => this.atWord(word));
    return found === undefined ? undefined : this.takeWord(found);
  }

  expectOperator(text: string, purpose: string): Token | undefined {
    const token = this.takeOperator(text);
    if (!token) this.expected(`\`${text}\` ${purpose}`);
    return token;
  }

  expectWord(text: string): void {
    if (!this.takeWord(text)) this.expected(`\`${text}\``);
  }

  // ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────────

  fail(code: CodeName, message: string, range: Range, ...fixes: QuickFix[]): void {
    if (!this.failed) this.report(code, message, range, ...fixes);
    this.failed = true;
  }

  /** An error that leaves the statement readable. */
  report(code: CodeName, message: string, range: Range, ...fixes: QuickFix[]): void {
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push(diagnostic(code, message, range, ...fixes));
  }

  /** Errors that were found in a part of the statement that is read on its own. */
  adopt(diagnostics: readonly Diagnostic[]): void {
    this.diagnostics.push(...diagnostics.slice(0, MAX_DIAGNOSTICS - this.diagnostics.length));
    if (diagnostics.length > 0) this.failed = true;
  }

  /** The current token is not what was needed. If the lexer could not read it, that is the error. */
  expected(what: string, ...fixes: QuickFix[]): void {
    if (this.failed) return;
    const token = this.current;
    if (token.problem) return this.failWithProblem(token, token.problem);
    if (this.atLineEnd()) return this.fail('expected', `Expected ${what}, but nothing follows.`, this.gap(), ...fixes);
    this.fail('expected', `Expected ${what}, but found \`${shorten(token.text)}\`.`, tokenRange(token), ...fixes);
  }

  private failWithProblem(token: Token, { code, message, suggestion }: NonNullable<Token['problem']>): void {
    const range = tokenRange(token);
    const fixes = suggestion === undefined ? [] : [replacing(range, suggestion)];
    this.fail(code, message, range, ...fixes);
  }

  /** What stands for an expression that could not be read. */
  missing(): MissingExpression {
    return { kind: 'missing', range: this.gap() };
  }

  /** The place where something is missing: just behind the last token of the line, never on the next line. */
  private gap(): Range {
    const { line, column } = this.current;
    const { line: lastLine, column: lastColumn, text } = this.last;
    const end = lastLine === line ? lastColumn + text.length : column;
    return this.atLineEnd() ? rangeOf(line, Math.max(0, end - 1), end) : tokenRange(this.current);
  }

  // ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────

  startExpression(): void {
    this.parts = 0;
  }

  /** Counts one part of the current expression; false (and an error) if there are too many. */
  countPart(): boolean {
    if (++this.parts <= MAX_PARTS) return true;
    this.fail('tooComplex', `An expression has at most ${MAX_PARTS} parts.`, tokenRange(this.current));
    return false;
  }

  enterBlock(): boolean {
    if (this.nesting < MAX_NESTING) return ++this.nesting > 0;
    this.fail('tooComplex', `Blocks nest at most ${MAX_NESTING} levels deep.`, tokenRange(this.current));
    return false;
  }

  leaveBlock(): void {
    this.nesting--;
  }
}

const shorten = (text: string): string => (text.length <= 30 ? text : text.slice(0, 27) + '…');
