/** Parts that several statements share: targets, strings, protections, and options in any order. */
import type {
  AccessPattern,
  AccessStatement,
  Backing,
  Expression,
  MmapStatement,
  Protection,
  StringLiteral,
  Template,
  TraceStatement,
  Word,
} from './ast';
import type { Cursor } from './cursor';
import { replacing } from './diagnostics';
import { parseExpressionAt } from './expressionParser';
import { stringValue, tokenRange, type Token } from './lexer';
import { didYouMean, nearest } from './nearest';
import { templateOfToken } from './template';

/** A RANGE: `A .. B`, `A for SIZE`, or a region. */
export const parseTarget = (cursor: Cursor): Expression => parseExpressionAt(cursor, 'a range or a region');

function takeStringToken(cursor: Cursor, what: string): Token | undefined {
  if (!cursor.failed && cursor.current.kind === 'string') return cursor.advance();
  cursor.expected(what);
  return undefined;
}

export function parseString(cursor: Cursor, what: string): StringLiteral {
  const { range } = cursor.missing();
  const token = takeStringToken(cursor, what);
  if (!token) return { kind: 'string', value: '', range };
  return { kind: 'string', value: stringValue(token), range: tokenRange(token) };
}

export function parseTemplateString(cursor: Cursor): Template {
  const { range } = cursor.missing();
  const token = takeStringToken(cursor, 'a text in quotes');
  if (!token) return { kind: 'template', parts: [], range };
  const { template, diagnostics } = templateOfToken(token);
  cursor.adopt(diagnostics);
  return { ...template, range: tokenRange(token) };
}

/** One of some words; the placeholder after an error is the first of them. */
export function parseChoice<Text extends string>(cursor: Cursor, words: readonly Text[], what: string): Word<Text> {
  const { range } = cursor.missing();
  const found = cursor.takeOneOf(words);
  if (found) return found;
  const { kind, text } = cursor.current;
  const suggestion = kind === 'name' ? nearest(text, words) : undefined;
  const fixes = suggestion === undefined ? [] : [replacing(range, suggestion)];
  cursor.expected(`${what} (${words.join(', ')})`, ...fixes);
  return { text: words[0], range };
}

/** `rwx` in any order and number, or `none`. */
export function parseProtection(cursor: Cursor): Protection {
  const { kind, text } = cursor.current;
  const { range } = cursor.missing();
  const letters = text === 'none' ? '' : text;
  const readable = kind === 'name' && (text === 'none' || /^(?!.*(.).*\1)[rwx]{1,3}$/.test(text));
  if (cursor.failed || !readable) {
    cursor.expected('a protection (letters of `rwx`, or `none`)');
    return { read: false, write: false, exec: false, range };
  }
  cursor.advance();
  const has = (letter: string): boolean => letters.includes(letter);
  return { read: has('r'), write: has('w'), exec: has('x'), range };
}

export function parseBacking(cursor: Cursor): Backing {
  const type = parseChoice(cursor, ['anon', 'shared', 'file', 'dax'], 'a kind of memory');
  if (type.text !== 'file' && type.text !== 'dax') return { type: type.text, range: type.range };
  const name = parseString(cursor, 'a file name in quotes');
  return { type: type.text, name, range: cursor.rangeFrom(type.range) };
}

// ── Options ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Reader<Value> = (cursor: Cursor, word: Word) => Value | undefined;
type Readers<Options> = { [Name in keyof Options]-?: { words: readonly string[]; read: Reader<Options[Name]> } };

/** Options in any order, each at most once, until something comes that is none of them. */
function parseOptions<Options extends object>(cursor: Cursor, readers: Readers<Options>): Partial<Options> {
  const options: Partial<Options> = {};
  const names = Object.keys(readers) as (keyof Options)[];
  for (;;) {
    const name = names.find((candidate) => readers[candidate].words.some((text) => cursor.atWord(text)));
    if (name === undefined) break;
    const token = cursor.advance();
    const word: Word = { text: token.text, range: tokenRange(token) };
    if (options[name] !== undefined) cursor.fail('repeatedOption', `\`${word.text}\` is given twice.`, word.range);
    options[name] = readers[name].read(cursor, word);
  }
  suggestOption(
    cursor,
    names.flatMap((name) => readers[name].words),
  );
  return options;
}

/** The commonest slip is a misspelt option; naming it beats "text after the end of the statement". */
function suggestOption(cursor: Cursor, known: readonly string[]): void {
  const { kind, text } = cursor.current;
  if (cursor.failed || kind !== 'name' || text === 'with') return;
  const suggestion = nearest(text, known);
  if (suggestion === undefined) return;
  const range = tokenRange(cursor.current);
  const message = `\`${text}\` is not an option here.${didYouMean(suggestion)}`;
  cursor.fail('trailingText', message, range, replacing(range, suggestion));
}

const value = (words: readonly string[], what: string): { words: readonly string[]; read: Reader<Expression> } => ({
  words,
  read: (cursor) => parseExpressionAt(cursor, what),
});

function flag<Text extends string>(...words: Text[]): { words: readonly Text[]; read: Reader<Word<Text>> } {
  return {
    words,
    read: (_, word) => ({ text: words.find((text) => text === word.text) ?? words[0], range: word.range }),
  };
}

type MmapOptions = Pick<MmapStatement, 'at' | 'hugePages' | 'populate' | 'stack'>;

export const parseMmapOptions = (cursor: Cursor): Partial<MmapOptions> =>
  parseOptions<MmapOptions>(cursor, {
    at: value(['at'], 'an address after `at`'),
    hugePages: flag('thp', 'nothp'),
    populate: flag('populate'),
    stack: flag('stack'),
  });

type TraceOptions = Pick<TraceStatement, 'format' | 'limit' | 'skip' | 'offset'>;

export const parseTraceOptions = (cursor: Cursor): Partial<TraceOptions> =>
  parseOptions<TraceOptions>(cursor, {
    format: { words: ['as'], read: parseFormat },
    limit: value(['limit'], 'a number of records'),
    skip: value(['skip'], 'a number of records'),
    offset: value(['offset'], 'an address to add'),
  });

function parseFormat(cursor: Cursor): Word {
  const token = cursor.current;
  const range = tokenRange(token);
  if (token.kind !== 'name') cursor.expected('a trace format');
  else cursor.advance();
  return { text: token.text, range };
}

type AccessOptions = Pick<AccessStatement, 'pattern' | 'size' | 'asKernel'>;

export const parseAccessOptions = (cursor: Cursor): Partial<AccessOptions> =>
  parseOptions<AccessOptions>(cursor, {
    pattern: { words: ['step', 'random', 'zipf', 'chase'], read: parsePattern },
    size: value(['size'], 'a number of bytes'),
    asKernel: { words: ['as'], read: (c) => parseChoice(c, ['kernel'], 'who accesses') },
  });

/** `as kernel` behind a range. */
export const parseWhose = (cursor: Cursor): Partial<Pick<AccessStatement, 'asKernel'>> =>
  parseOptions<Pick<AccessStatement, 'asKernel'>>(cursor, {
    asKernel: { words: ['as'], read: (c) => parseChoice(c, ['kernel'], 'whose mappings') },
  });

function parsePattern(cursor: Cursor, word: Word): AccessPattern {
  const start = word.range;
  if (word.text === 'step') {
    const step = parseExpressionAt(cursor, 'a step in bytes');
    return { kind: 'step', step, range: cursor.rangeFrom(start) };
  }
  const count = parseExpressionAt(cursor, 'a number of accesses');
  const theta =
    word.text === 'zipf' && cursor.takeWord('theta') ? parseExpressionAt(cursor, 'a skew like 0.99') : undefined;
  const seed = cursor.takeWord('seed') ? parseExpressionAt(cursor, 'a seed') : undefined;
  const range = cursor.rangeFrom(start);
  if (word.text === 'zipf') return { kind: 'zipf', count, theta, seed, range };
  return { kind: word.text === 'chase' ? 'chase' : 'random', count, seed, range };
}
