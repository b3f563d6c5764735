/** What a statement, a function or a key of the machine takes, while it is being written, and which part comes next. */
import type { Position } from './ast';
import { argumentsOf } from './arguments';
import { tokenizeLine, type Token } from './lexer';
import { defaultOf, machineKeyRow } from './machineKeys';
import { nameRow } from './names';
import { parse } from './parser';
import { comparePositions, splitLines } from './positions';
import { STATEMENTS, statementRow, type StatementRow } from './statements';

export interface Signature {
  label: string;
  documentation: string;
  /** Parts of the label, from and to. */
  parameters: [number, number][];
  /** Which of them is being written; −1: none any more. */
  active: number;
}

/** All ways to write what is being written at a place; the first that fits is to be shown. */
export function signaturesAt(text: string, position: Position): Signature[] {
  const written = (splitLines(text)[position.line] ?? '').slice(0, position.column);
  const tokens = tokenizeLine(written, position.line, 0);
  if (tokens.some(({ kind }) => kind === 'comment')) return [];
  const own = tokens.slice(tokens.findLastIndex(({ text: t }) => t === '{' || t === '}') + 1);
  const [first] = own;
  if (first === undefined || (own.length === 1 && touchesEnd(first, written))) return [];
  const open = openCall(own);
  if (open) return open;
  // A word that is still being written does not yet count.
  const last = own[own.length - 1];
  const ended = touchesEnd(last, written) ? own.slice(0, -1) : own;
  return isInMachine(text, position) ? ofKey(ended) : ofStatement(ended);
}

const touchesEnd = (token: Token, written: string): boolean => token.column + token.text.length === written.length;

function isInMachine(text: string, position: Position): boolean {
  const { machine } = parse(text).file;
  return (
    machine !== undefined &&
    comparePositions(machine.range.start, position) < 0 &&
    comparePositions(position, machine.range.end) < 0
  );
}

// ── Functions ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The innermost call whose parenthesis is open. */
function openCall(tokens: readonly Token[]): Signature[] | undefined {
  let closed = 0;
  let commas = 0;
  for (let i = tokens.length - 1; i > 0; i--) {
    const { text } = tokens[i];
    if (text === ')') closed++;
    else if (text === ',' && closed === 0) commas++;
    else if (text === '(' && closed > 0) closed--;
    else if (text === '(') {
      const call = ofFunction(tokens[i - 1].text, commas);
      if (call) return call;
      commas = 0;
    }
  }
  return undefined;
}

const PARAMETERS = { address: 'a virtual address', physical: 'a physical address', number: 'a number' } as const;

function ofFunction(name: string, active: number): Signature[] | undefined {
  const row = nameRow(name);
  if (!row?.parameters) return undefined;
  const parameters: [number, number][] = [];
  let label = `${name}(`;
  row.parameters.forEach((parameter, i) => {
    if (i > 0) label += ', ';
    parameters.push([label.length, label.length + parameter.name.length]);
    label += parameter.name;
  });
  const kinds = row.parameters.map(({ name: called, kind }) => `${called}: ${PARAMETERS[kind]}`).join(', ');
  return [{ label: `${label})`, documentation: `${row.doc} ${kinds}.`, parameters, active }];
}

// ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────────

function ofStatement(tokens: readonly Token[]): Signature[] {
  const row = rowOf(tokens);
  if (!row) return [];
  const given = wholeArguments(tokens.slice(row.name.split(' ').length));
  const signatures = row.syntax
    .split(/\n/)
    .map((line) => line.trim())
    .map((syntax): Signature & { fits: boolean } => {
      const parts = partsOf(syntax, row.name);
      const { active, fits } = nextPart(syntax, parts, given, row.words);
      return { label: syntax, documentation: row.summary, parameters: parts, active, fits };
    });
  // The form that has the words that are there already.
  return signatures
    .sort((a, b) => Number(b.fits) - Number(a.fits))
    .map(({ label, documentation, parameters, active }) => ({ label, documentation, parameters, active }));
}

/** First tokens of the arguments; one that ends in an operator is still being written. */
function wholeArguments(tokens: readonly Token[]): string[] {
  const last = tokens.at(-1);
  const isOpen = last?.kind === 'operator' && last.text !== ')' && last.text !== ']';
  const all = argumentsOf(tokens).map(([first]) => first.text);
  return isOpen ? all.slice(0, -1) : all;
}

/** `expect fails` before `expect`. Of `expect fails write …`, the write: that is what is being written. */
function rowOf(tokens: readonly Token[]): StatementRow | undefined {
  const [first, second] = tokens.map(({ text }) => text);
  return (
    statementRow(`${first} ${second}`) ??
    statementRow(first) ??
    STATEMENTS.find(({ name }) => name.startsWith(`${first} `))
  );
}

/** Words of a syntax behind the keyword; what stands in brackets or braces is one part. */
function partsOf(syntax: string, keyword: string): [number, number][] {
  const parts: [number, number][] = [];
  const PART = /\[[^\]]*\]|\{[^}]*\}|"[^"]*"|[^\s[{|]+/g;
  PART.lastIndex = keyword.length;
  for (let match = PART.exec(syntax); match; match = PART.exec(syntax))
    parts.push([match.index, match.index + match[0].length]);
  return parts;
}

const LITERAL = /^[a-z]/;

/**
 * Goes through the parts with what is there. A word of the syntax (`step`, `at`) is found wherever it stands; anything else
 * takes the next place. `words`: those of all forms of the statement; a form fits if it has all that are there.
 */
function nextPart(
  syntax: string,
  parts: readonly [number, number][],
  given: readonly string[],
  words: readonly string[],
): { active: number; fits: boolean } {
  const wordsOf = (part: number): string[] =>
    syntax
      .slice(...parts[part])
      .replace(/^\[|\]$/g, '')
      .split(/[\s|]+/);
  let at = 0;
  let fits = true;
  /** Values that a group which has begun still wants. */
  let wanted = 0;
  for (const text of given) {
    const named = parts.findIndex((_, part) => wordsOf(part).some((word) => word === text && LITERAL.test(word)));
    if (named < 0 && words.includes(text)) fits = false;
    if (named >= 0) {
      wanted = wordsOf(named).length > 1 && !syntax.slice(...parts[named]).includes('|') ? 1 : 0;
      at = wanted > 0 ? named : named + 1;
    } else if (wanted > 0) {
      wanted--;
      at++;
    } else if (at < parts.length && !wordsOf(at).every((word) => LITERAL.test(word))) at++;
  }
  return { active: at < parts.length ? at : -1, fits };
}

// ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function ofKey(tokens: readonly Token[]): Signature[] {
  const [key, second] = tokens.map(({ text }) => text);
  const row = machineKeyRow(`${key} ${second}`) ?? machineKeyRow(key);
  if (!row) return [];
  const parameters = partsOf(row.syntax, row.key);
  const taken = tokens.length - row.key.split(' ').length;
  const documentation = `${row.doc} Default: ${defaultOf(row, 'skylake')}.`;
  return [{ label: row.syntax, documentation, parameters, active: Math.min(taken, parameters.length - 1) }];
}
