/** What may come next at a place, made of the same tables that the checker reads. Only what this version can run. */
import { analyse, type Analysis } from './analysis';
import type { Position, Range } from './ast';
import { checkExpression } from './checkExpression';
import { kindRow, titleOf } from './kinds';
import { tokenizeLine, tokenRange, type Token } from './lexer';
import { bindingsAt, contextAt } from './locate';
import { defaultOf, KEY_WORDS, machineKeyRow, MACHINE_KEYS } from './machineKeys';
import { NAMES } from './names';
import { parseExpression } from './parser';
import { comparePositions, rangeOf, splitLines } from './positions';
import { COST_NAMES } from './settingReaders';
import { textOf, type Sources } from './sources';
import { STATEMENTS, statementRow } from './statements';

export type CompletionKind =
  'statement' | 'key' | 'value' | 'word' | 'region' | 'process' | 'constant' | 'name' | 'function' | 'member';

export interface Completion {
  label: string;
  kind: CompletionKind;
  detail: string;
  documentation?: string;
  insertText: string;
  /** What it replaces: the word that is being written, or nothing. */
  range: Range;
}

type Item = Omit<Completion, 'range' | 'insertText'> & { insertText?: string };

/** `source`: the text of a file whose includes are not known, or all files of a scenario. */
export function complete(source: string | Sources, position: Position): Completion[] {
  const line = splitLines(textOf(source))[position.line] ?? '';
  const written = line.slice(0, position.column);
  const place = placeOf(written, position);
  if (!place) return [];
  const { before, range } = place;
  const items = itemsAt(analyse(source), position, before, written);
  return items.map((item) => ({ insertText: item.label, ...item, range }));
}

interface Place {
  /** Tokens of the line before the word that is being written. */
  before: Token[];
  /** That word. */
  range: Range;
}

/** Undefined where nothing can be completed: in a comment, in a string, in a number. */
function placeOf(written: string, { line, column }: Position): Place | undefined {
  const empty = rangeOf(line, column, column);
  const tokens = tokenizeLine(written, line, 0);
  const last = tokens.at(-1);
  if (!last) return { before: [], range: empty };
  const embedded = embeddedExpression(last);
  if (embedded) return placeOf(' '.repeat(embedded.column) + embedded.text, { line, column });
  if (last.kind === 'comment' || last.kind === 'bad') return undefined;
  if (last.column + last.text.length < column) return { before: tokens, range: empty };
  if (last.kind === 'name') return { before: tokens.slice(0, -1), range: tokenRange(last) };
  return last.kind === 'operator' ? { before: tokens, range: empty } : undefined;
}

/** The open `{…` of a string that is being written. A blank stands for the statement before it. */
function embeddedExpression(token: Token): { text: string; column: number } | undefined {
  const open = token.problem?.code === 'badString' ? /\{[^{}"]*$/.exec(token.text) : null;
  return open ? { text: `print ${open[0].slice(1)}`, column: Math.max(0, token.column + open.index - 5) } : undefined;
}

function itemsAt(analysis: Analysis, position: Position, before: readonly Token[], written: string): Item[] {
  if (inMachine(analysis, position)) return machineItems(analysis, before);
  const last = before.at(-1);
  if (last === undefined || last.text === '{' || last.text === '}') return statementItems(() => true);
  if (last.text === '.') return memberItems(analysis, position, before, written);
  const inner = before.slice(before.findLastIndex(({ text }) => text === '{' || text === '}') + 1);
  const texts = inner.map(({ text }) => text);
  if (texts.length === 2 && texts[0] === 'expect' && texts[1] === 'fails')
    return statementItems(({ mayFail }) => mayFail === true);
  return argumentItems(analysis, position, texts);
}

function inMachine({ file: { machine } }: Analysis, position: Position): boolean {
  if (!machine) return false;
  const { start, end } = machine.range;
  const open = { line: start.line, column: start.column + 'machine {'.length };
  return comparePositions(open, position) <= 0 && comparePositions(position, end) < 0;
}

function machineItems({ config }: Analysis, before: readonly Token[]): Item[] {
  const words = before.filter(({ text }) => text !== '{' && text !== 'machine').map(({ text }) => text);
  const [key, ...values] = words;
  if (key === undefined) {
    return KEY_WORDS.flatMap((word) => {
      const row = MACHINE_KEYS.find((candidate) => candidate.key.split(' ')[0] === word && candidate.supported);
      if (!row) return [];
      return [
        {
          label: word,
          kind: 'key' as const,
          detail: row.syntax,
          documentation: `${row.doc} Default: ${defaultOf(row, config.preset)}.`,
        },
      ];
    });
  }
  const row = machineKeyRow([key, values[0]].join(' ')) ?? machineKeyRow(key);
  if (!row) return values.length === 0 ? secondWords(key) : [];
  const known =
    key === 'cost' && values.length === 0 ? COST_NAMES : values.length > 0 && row.key === key ? [] : row.values;
  return known.map((value) => ({ label: value, kind: 'value' as const, detail: row.syntax, documentation: row.doc }));
}

/** Of keys of two words, of which the first is no key by itself: `flush drop`. */
const secondWords = (first: string): Item[] =>
  MACHINE_KEYS.filter(({ key, supported }) => supported && key.startsWith(`${first} `)).map(({ key, syntax, doc }) => ({
    label: key.slice(first.length + 1),
    kind: 'key' as const,
    detail: syntax,
    documentation: doc,
  }));

function statementItems(accept: (row: (typeof STATEMENTS)[number]) => boolean): Item[] {
  return STATEMENTS.filter((row) => row.supported && accept(row)).map(({ name, syntax, summary, example }) => ({
    label: name,
    kind: 'statement' as const,
    detail: syntax.split('\n')[0],
    documentation: `${summary}\n\n${example}`,
  }));
}

/** Members of what stands before the dot. */
function memberItems(analysis: Analysis, position: Position, before: readonly Token[], written: string): Item[] {
  const end = before[before.length - 1].column;
  const { expression } = parseExpression(written.slice(startOfOperand(before), end));
  const kind = checkExpression(contextAt(analysis, position), expression, 'any');
  const title = titleOf(kind);
  return (kindRow(kind)?.members ?? []).map(({ name, doc }) => ({
    label: name,
    kind: 'member' as const,
    detail: `of ${title}`,
    documentation: doc,
  }));
}

/** The column at which the operand before the last dot begins: names, dots and whole parentheses, backwards. */
function startOfOperand(tokens: readonly Token[]): number {
  let depth = 0;
  let start = tokens.length - 1;
  for (let i = tokens.length - 2; i >= 0; i--) {
    const { text, kind } = tokens[i];
    if (text === ')' || text === ']') depth++;
    else if (text === '(' || text === '[') depth--;
    else if (depth === 0 && kind !== 'name' && text !== '.') break;
    else if (depth === 0 && kind === 'name' && tokens[i + 1].kind === 'name') break;
    if (depth < 0) break;
    start = i;
  }
  return tokens[start].column;
}

/** Statements whose first argument is a new name: nothing to offer. */
const BINDS = ['process', 'mmap', 'let', 'fork', 'for'];

function argumentItems(analysis: Analysis, position: Position, texts: readonly string[]): Item[] {
  const [keyword] = texts;
  if (texts.length === 1 && BINDS.includes(keyword)) return [];
  const bound = bindingsAt(analysis, position);
  const visible = ['switch', 'exit'].includes(keyword) ? bound.filter(({ type }) => type === 'process') : bound;
  const names: Item[] = visible.map(({ name, type }) => ({
    label: name,
    kind: type === 'region' || type === 'process' ? type : 'constant',
    detail: type,
  }));
  if (keyword === 'switch' || keyword === 'exit') return names;
  return [...wordItems(keyword), ...names, ...nameItems()];
}

function wordItems(keyword: string): Item[] {
  // A statement of two words (`flush tlb`) is found by its first.
  const row = statementRow(keyword) ?? STATEMENTS.find(({ name }) => name.startsWith(`${keyword} `));
  const words = row?.words.filter((word) => !row.laterWords?.includes(word)) ?? [];
  return words.map((label) => ({ label, kind: 'word' as const, detail: row?.syntax.split('\n')[0] ?? '' }));
}

const nameItems = (): Item[] =>
  NAMES.filter(({ supported }) => supported).map(({ name, doc, kind, parameters }) => ({
    label: name,
    kind: parameters ? ('function' as const) : ('name' as const),
    detail: parameters ? `${name}(${parameters.map((parameter) => parameter.name).join(', ')})` : titleOf(kind),
    documentation: doc,
    insertText: parameters ? `${name}(` : name,
  }));
