/**
 * Text to tokens. A token never crosses a line; every line ends with a `newline` token and the text with an `end` token.
 * The lexer reports nothing: what it cannot read is a `bad` token that carries its problem, and whoever consumes it reports
 * it. That lets the machine block, whose words (`64x4`) are no numbers, read the same tokens in its own way.
 */
import type { CodeName } from './codes';
import type { Range } from './expressions';
import { parseNumber } from './numbers';
import { rangeOf, splitLines } from './positions';

export type TokenKind = 'number' | 'decimal' | 'string' | 'name' | 'operator' | 'comment' | 'newline' | 'end' | 'bad';

export interface Token {
  kind: TokenKind;
  /** As written. */
  text: string;
  line: number;
  column: number;
  /** Value of a `number` token. */
  value?: bigint;
  problem?: TokenProblem;
}

export interface TokenProblem {
  code: CodeName;
  message: string;
  suggestion?: string;
}

export const tokenRange = (token: Token): Range => rangeOf(token.line, token.column, token.column + token.text.length);

/** In order of preference: a longer operator before its beginning. */
const OPERATORS = [
  ...['..', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||'],
  ...[
    '+',
    '-',
    '*',
    '/',
    '%',
    '<',
    '>',
    '&',
    '^',
    '|',
    '~',
    '!',
    '?',
    ':',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '.',
    '=',
  ],
];
const TOKEN = new RegExp(
  [
    '(?<space>[ \\t\\f\\v\\u00a0]+)',
    '(?<comment>#.*)',
    '(?<number>[0-9]+\\.[0-9][0-9A-Za-z_]*|[0-9][0-9A-Za-z_]*)',
    '(?<name>[A-Za-z_][A-Za-z0-9_]*)',
    '(?<string>"(?:[^"\\\\]|\\\\.)*"?)',
    `(?<operator>${OPERATORS.map((text) => text.replace(/[^\w]/g, '\\$&')).join('|')})`,
    '(?<bad>[\\x00-\\x7f]|[^\\x00-\\x7f]+)',
  ].join('|'),
  'ys',
);

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const lines = splitLines(text);
  lines.forEach((content, line) => {
    for (const token of tokenizeLine(content, line, 0)) tokens.push(token);
    const last = line === lines.length - 1;
    tokens.push({ kind: last ? 'end' : 'newline', text: '', line, column: content.length });
  });
  return tokens;
}

/** The tokens of one line (or of a part of one, which starts at `column`), without its end. */
export function tokenizeLine(content: string, line: number, column: number): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(content); match !== null; match = TOKEN.exec(content)) {
    const token = makeToken(match, line, column + match.index);
    if (token) tokens.push(token);
  }
  return tokens;
}

function makeToken(match: RegExpExecArray, line: number, column: number): Token | undefined {
  const text = match[0];
  const groups = match.groups ?? {};
  const place = { text, line, column };
  if (groups.space !== undefined) return undefined;
  if (groups.comment !== undefined) return { kind: 'comment', ...place };
  if (groups.name !== undefined) return { kind: 'name', ...place };
  if (groups.operator !== undefined) return { kind: 'operator', ...place };
  if (groups.number !== undefined) return numberToken(place);
  if (groups.string !== undefined) return stringToken(place);
  const message = `${describeCharacter(text)} has no meaning here.`;
  return { kind: 'bad', ...place, problem: { code: 'badCharacter', message } };
}

type Place = Pick<Token, 'text' | 'line' | 'column'>;

function numberToken(place: Place): Token {
  if (/^[0-9]+\.[0-9]+$/.test(place.text)) return { kind: 'decimal', ...place };
  const value = parseNumber(place.text);
  if (typeof value === 'bigint') return { kind: 'number', ...place, value };
  const code = value.problem === 'tooLarge' ? 'numberTooLarge' : 'badNumber';
  return { kind: 'bad', ...place, problem: { code, message: value.message, suggestion: value.suggestion } };
}

function stringToken(place: Place): Token {
  const closed = place.text.length > 1 && /^"(?:[^"\\]|\\.)*"$/s.test(place.text);
  if (!closed)
    return { kind: 'bad', ...place, problem: { code: 'badString', message: 'This string is never closed.' } };
  const escape = /\\[^"\\nt]/.exec(place.text.replace(/\\\\/g, '..'));
  if (!escape) return { kind: 'string', ...place };
  const message = `\`${escape[0]}\` is not an escape; use \`\\\\\` for a backslash.`;
  return { kind: 'bad', ...place, problem: { code: 'badString', message } };
}

function describeCharacter(text: string): string {
  const code = text.codePointAt(0) ?? 0;
  const printable = code > 0x20 && code !== 0x7f && !(code >= 0xd800 && code <= 0xdfff);
  return printable ? `\`${text.slice(0, 20)}\`` : `The character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** The value of a readable string token (or of a part of one). */
export const unescape = (raw: string): string =>
  raw.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);

/** The value of a string token without its quotes. */
export const stringValue = (token: Token): string => unescape(token.text.slice(1, -1));
