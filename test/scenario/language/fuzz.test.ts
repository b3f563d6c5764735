/** No input makes any part of the language throw, hang, or answer with a place that is not in the text. */
import assert from 'node:assert/strict';
import { analyse } from '../../../src/scenario/language/analysis';
import { CODES } from '../../../src/scenario/language/codes';
import type { Diagnostic } from '../../../src/scenario/language/diagnostics';
import { format } from '../../../src/scenario/language/formatter';
import { parseExpression } from '../../../src/scenario/language/parser';
import { comparePositions, splitLines } from '../../../src/scenario/language/positions';
import {
  complete,
  definition,
  documentSymbols,
  fileReferences,
  foldingRanges,
  hover,
  inlayHints,
  inlineExpressions,
  occurrencesAt,
  selectionRanges,
  semanticTokens,
  signaturesAt,
  testOutline,
} from '../../../src/scenario/language/services';
import { singleSource } from '../../../src/scenario/language/sources';
import { applyOverride } from '../../../src/scenario/language/settings';
import { defaultConfig } from '../../../src/scenario/language/presets';
import { parseTemplate } from '../../../src/scenario/language/template';
import { garbage, randomizer } from './generators';

const KNOWN = new Set<string>(Object.values(CODES).map(({ code }) => code));

function assertPlace({ code, message, range: { start, end } }: Diagnostic, lines: readonly string[]): void {
  const inside =
    start.line >= 0 && start.column >= 0 && end.line < lines.length && end.column <= lines[end.line].length;
  assert.ok(inside && comparePositions(start, end) <= 0, `${code} ${JSON.stringify({ start, end })}`);
  assert.ok(KNOWN.has(code) && message.length > 0);
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 2000));

describe('ten thousand texts that are no scenarios', function () {
  this.timeout(120_000);

  it('are parsed, checked and formatted without an exception', () => {
    const random = randomizer(20260101);
    for (let round = 0; round < 10_500; round++) {
      const text = garbage(random, round);
      try {
        const lines = splitLines(text);
        for (const found of analyse(text).diagnostics) assertPlace(found, lines);
        const formatted = format(text);
        assert.equal(format(formatted), formatted);
      } catch (error) {
        throw new Error(`round ${round}: ${quote(text)}`, { cause: error });
      }
    }
  });

  it('get an answer from every editor service at any place', () => {
    const random = randomizer(7);
    for (let round = 0; round < 1500; round++) {
      const text = garbage(random, round);
      const lines = splitLines(text);
      const line = random(lines.length);
      const position = { line, column: random(lines[line].length + 1) };
      try {
        complete(text, position);
        hover(text, position);
        definition(text, position);
        documentSymbols(text);
        foldingRanges(text);
        everyOther(text, position);
        parseExpression(text);
        parseTemplate(text);
        applyOverride(defaultConfig(), text);
      } catch (error) {
        throw new Error(`round ${round} at ${JSON.stringify(position)}: ${quote(text)}`, { cause: error });
      }
    }
  });
});

/** Services that are asked for a place, or for the lines that are shown. */
function everyOther(text: string, position: { line: number; column: number }): void {
  fileReferences(text);
  testOutline(text);
  semanticTokens(text);
  signaturesAt(text, position);
  occurrencesAt(singleSource(text), 0, position);
  inlineExpressions(analyse(text).file, 0, position.line);
  const first = Math.max(0, position.line - 50);
  inlayHints(text, { start: { line: first, column: 0 }, end: position });
  assert.ok(selectionRanges(text, position).length > 0);
}

describe('texts made to be slow or deep', function () {
  this.timeout(30_000);
  const many = 20_000;
  const TEXTS: Record<string, string> = {
    'open blocks': 'repeat 1 {\n'.repeat(many),
    'open blocks on one line': 'repeat 1 {'.repeat(many),
    'open braces': '{'.repeat(many),
    'closing braces': '}'.repeat(many),
    'closing braces on lines': '}\n'.repeat(many),
    'else if': 'if a { }' + ' else if a { }'.repeat(many),
    'expect fails': 'expect fails '.repeat(many),
    parentheses: 'expect ' + '('.repeat(many),
    sums: 'expect 1' + ' + 1'.repeat(many),
    'unknown names': Array.from({ length: many }, (_, i) => `read name${i}`).join('\n'),
    'many constants': Array.from({ length: many }, (_, i) => `let c${i} = c${i - 1} + 1`).join('\n'),
    'many mappings':
      'process p\n' + Array.from({ length: 4000 }, (_, i) => `mmap m${i} 4K rw anon at 0x1000*${i + 1}`).join('\n'),
    'a long word': 'a'.repeat(1 << 20),
    'a long number': 'read ' + '1'.repeat(1 << 20),
    'a long string': 'print "' + '{a b}'.repeat(many) + '"',
    'open templates': 'print "' + '{'.repeat(many) + '"',
    escapes: 'print "' + '\\'.repeat(many),
    'blank lines': '\n'.repeat(many * 5),
    'a long setting': 'machine {\n' + 'k'.repeat(many) + ' v\n'.repeat(2000) + '}',
    settings: 'machine {\n' + 'seed 1\n'.repeat(many) + '}',
    comments: 'read 1 # x\n'.repeat(many * 5),
    'one long line': 'read 1'.repeat(many * 10),
    'a brace and a long line': '}\nelse' + ' x'.repeat(many * 10),
    'a very long string': `print "${'x'.repeat(5 << 20)}"`,
    'a very long comment': '#'.repeat(5 << 20),
  };
  for (const name of ['open blocks', 'expect fails', 'many constants', 'many mappings', 'one long line'])
    it(`${name} do not keep the editor waiting`, () => {
      const start = Date.now();
      const text = TEXTS[name];
      everyOther(text, { line: text.split('\n').length - 1, column: 0 });
      assert.ok(Date.now() - start < 25_000, `${Date.now() - start} ms`);
    });

  for (const [name, text] of Object.entries(TEXTS)) {
    it(`${name} are answered in time`, () => {
      const start = Date.now();
      analyse(text);
      format(text);
      // Far above what any of them takes (under one second), far below what a square would.
      assert.ok(Date.now() - start < 15_000, `${Date.now() - start} ms`);
    });
  }
});
