/**
 * The lines of a machine block. A line is words parted by blanks: what looks like a broken number elsewhere (`64x4`,
 * `4K+2M`) is a word here, so the words are made of whatever tokens stand together.
 */
import type { MachineBlock, Setting, Word } from './ast';
import type { Cursor } from './cursor';
import { tokenRange, type Token } from './lexer';
import { STATEMENT_PARSERS } from './statementParsers';

export function parseMachineBlock(cursor: Cursor, start: Token): MachineBlock {
  const settings: Setting[] = [];
  const open = cursor.expectOperator('{', 'and the machine’s settings');
  if (!open) return { kind: 'machine', keyword: 'machine', settings, range: cursor.rangeFrom(start) };
  for (;;) {
    while (cursor.current.kind === 'newline') cursor.advance();
    if (cursor.current.kind === 'end' || cursor.atOperator('}') || atStatement(cursor)) break;
    settings.push(parseSetting(cursor));
  }
  if (!cursor.takeOperator('}')) reportUnclosed(cursor, open);
  return { kind: 'machine', keyword: 'machine', settings, range: cursor.rangeFrom(start) };
}

/** A statement inside the block means that its `}` was forgotten: what follows must not be read as settings. */
const atStatement = ({ current: { kind, text } }: Cursor): boolean =>
  kind === 'name' && text !== 'flush' && Object.hasOwn(STATEMENT_PARSERS, text);

function reportUnclosed(cursor: Cursor, open: Token): void {
  const { kind, text } = cursor.current;
  const where = kind === 'end' ? '' : ` before the statement \`${text}\``;
  cursor.report('unclosedBlock', `This \`{\` is never closed${where}.`, tokenRange(open));
}

function parseSetting(cursor: Cursor): Setting {
  const key = parseWord(cursor);
  const values: Word[] = [];
  while (!cursor.atLineEnd() && !cursor.atOperator('}')) values.push(parseWord(cursor));
  return { kind: 'setting', key, values, range: cursor.rangeFrom(key.range) };
}

function parseWord(cursor: Cursor): Word {
  const first = cursor.advance();
  let text = first.text;
  let end = first.column + first.text.length;
  while (!cursor.atLineEnd() && !cursor.atOperator('}') && cursor.current.column === end) {
    text += cursor.current.text;
    end += cursor.advance().text.length;
  }
  return { text, range: cursor.rangeFrom(first) };
}
