/** Places in a text: small helpers on the 0-based, end-excluded ranges of expressions.ts. No state. */
import type { Position, Range } from './expressions';

export const rangeOf = (line: number, column: number, end: number): Range => ({
  start: { line, column },
  end: { line, column: end },
});

export const spanning = (first: Range, last: Range): Range => ({ start: first.start, end: last.end });

export const comparePositions = (a: Position, b: Position): number => a.line - b.line || a.column - b.column;

/** True from the first character up to just behind the last: where an editor's cursor touches the range. */
export const touches = (range: Range, position: Position): boolean =>
  comparePositions(range.start, position) <= 0 && comparePositions(position, range.end) <= 0;

/** The lines of a text as editors count them: `\n`, `\r\n` and a lone `\r` end a line. A byte order mark is not text. */
export const splitLines = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
