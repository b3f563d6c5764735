/**
 * The one way to lay a scenario out. It works on tokens, line by line: it changes blanks, blank lines, indentation and the
 * alignment of comments and machine settings, and never a token, so that the formatted text reads as the same tree and
 * formatting twice changes nothing. A line that cannot be read keeps its inside.
 */
import { tokenize, tokenizeLine, type Token } from './lexer';
import { parse } from './parser';
import { visitStatements } from './visit';
import type { Setting } from './ast';
import { spaceBetween } from './spacing';

interface FormattedLine {
  depth: number;
  code: string;
  comment: string;
  /** Length of the key if the line is one machine setting: values are aligned behind it. */
  key?: number;
}

const INDENT = '  ';
/** Beyond these, alignment and indentation stop to help (and a hostile text would grow with its square). */
const MAX_DEPTH = 100;
const MAX_COLUMN = 80;
const MAX_KEY = 16;

export function format(text: string): string {
  const settings = settingsByLine(text);
  const lines = joinElse(linesOf(text)).map(layOut(settings));
  const paragraphs = intoParagraphs(lines);
  const body = paragraphs.map((paragraph) => formatParagraph(paragraph).join('\n')).join('\n\n');
  const end = /\r\n|\n|\r/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
  return body === '' ? '' : (body + '\n').replace(/\n/g, end);
}

function linesOf(text: string): Token[][] {
  const lines: Token[][] = [[]];
  for (const token of tokenize(text)) {
    if (token.kind === 'newline') lines.push([]);
    else if (token.kind !== 'end') lines[lines.length - 1].push(token);
  }
  return lines;
}

/** `}` and an `else` on the next line belong on one. */
function joinElse(lines: readonly Token[][]): Token[][] {
  const joined: Token[][] = [];
  for (const line of lines) {
    const previous = joined.at(-1);
    const closes = previous?.length === 1 && isOperator(previous[0], '}');
    if (closes && line.length > 0 && line[0].kind === 'name' && line[0].text === 'else')
      joined[joined.length - 1] = previous.concat(line);
    else joined.push(line);
  }
  return joined;
}

const isOperator = (token: Token, text: string): boolean => token.kind === 'operator' && token.text === text;

type SettingsByLine = ReadonlyMap<number, Setting>;

function settingsByLine(text: string): SettingsByLine {
  const settings = new Map<number, Setting>();
  visitStatements(parse(text).file, (statement) => {
    if (statement.kind !== 'machine') return;
    for (const setting of statement.settings) settings.set(setting.range.start.line, setting);
  });
  return settings;
}

/** One line after the other: the depth of blocks carries over. */
function layOut(settings: SettingsByLine): (line: Token[]) => FormattedLine {
  let depth = 0;
  return (line) => {
    const code = line.filter(({ kind }) => kind !== 'comment');
    const comment = line.find(({ kind }) => kind === 'comment')?.text.trimEnd() ?? '';
    const leading = code.findIndex((token) => !isOperator(token, '}'));
    const closed = leading === -1 ? code.length : leading;
    const own = Math.max(0, depth - closed);
    for (const token of code) {
      if (isOperator(token, '{')) depth++;
      if (isOperator(token, '}')) depth = Math.max(0, depth - 1);
    }
    const setting = code.length > 0 ? settings.get(code[0].line) : undefined;
    const key = setting && setting.values.length > 0 && isWhole(setting, code) ? setting.key.text.length : undefined;
    return { depth: Math.min(own, MAX_DEPTH), code: formatCode(code, setting), comment, key };
  };
}

function isWhole({ range }: Setting, code: readonly Token[]): boolean {
  const last = code[code.length - 1];
  return range.start.column === code[0].column && range.end.column === last.column + last.text.length;
}

function formatCode(tokens: readonly Token[], setting: Setting | undefined): string {
  const raw = tokens.some(({ kind }) => kind === 'bad') && !setting;
  const parts = tokens.map((token, i) => {
    if (i === 0) return token.text;
    const gap = sourceGap(tokens[i - 1], token);
    const inside = setting && isInside(setting, tokens[i - 1]) && isInside(setting, token);
    const space = raw ? gap : inside ? gap > 0 : spaceBetween(tokens, i, gap > 0);
    return ' '.repeat(Number(space)) + token.text;
  });
  const formatted = parts.join('');
  if (sameTokens(formatted, tokens)) return formatted;
  return tokens.map((token, i) => (i > 0 ? ' '.repeat(sourceGap(tokens[i - 1], token)) : '') + token.text).join('');
}

/** Blanks between two tokens as written; 1 if they come from two lines. */
const sourceGap = (left: Token, right: Token): number =>
  left.line === right.line ? right.column - left.column - left.text.length : 1;

const isInside = ({ range }: Setting, token: Token): boolean =>
  token.line === range.start.line && token.column >= range.start.column && token.column < range.end.column;

function sameTokens(text: string, tokens: readonly Token[]): boolean {
  const again = tokenizeLine(text, 0, 0);
  return again.length === tokens.length && again.every((token, i) => token.text === tokens[i].text);
}

function intoParagraphs(lines: readonly FormattedLine[]): FormattedLine[][] {
  const paragraphs: FormattedLine[][] = [[]];
  for (const line of lines) {
    if (line.code !== '' || line.comment !== '') paragraphs[paragraphs.length - 1].push(line);
    else paragraphs.push([]);
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}

/** A paragraph's settings are aligned at their values, its trailing comments at one column. */
function formatParagraph(paragraph: readonly FormattedLine[]): string[] {
  const alignable = paragraph.flatMap(({ key }) => (key !== undefined && key <= MAX_KEY ? [key] : []));
  const width = greatest(alignable);
  const codes = paragraph.map(({ depth, code, key }) => {
    const indentation = code === '' ? '' : INDENT.repeat(depth);
    if (key === undefined || key > MAX_KEY) return indentation + code;
    return indentation + code.slice(0, key).padEnd(width) + code.slice(key);
  });
  const commented = codes.filter((code, i) => code !== '' && paragraph[i].comment !== '' && code.length <= MAX_COLUMN);
  const column = greatest(commented.map((code) => code.length));
  return paragraph.map(({ depth, comment }, i) => {
    if (comment === '') return codes[i];
    return codes[i] === '' ? INDENT.repeat(depth) + comment : `${codes[i].padEnd(column)}  ${comment}`;
  });
}

/** Not `Math.max(…)`: a paragraph may have more lines than a call may have arguments. */
const greatest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
