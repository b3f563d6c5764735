/** What growing a selection takes in, step by step: the expressions around a place, the statement, the blocks, the file. */
import { analyse } from './analysis';
import type { Position, Range } from './ast';
import { settingAt } from './locate';
import { comparePositions, rangeOf, splitLines, touches } from './positions';
import { blocksOf, visitExpressions, visitStatements } from './visit';

/** Innermost first; each holds the one before. */
export function selectionRanges(text: string, position: Position): Range[] {
  const analysis = analyse(text);
  const found: Range[] = [analysis.file.range];
  const add = (range: Range): void => {
    if (touches(range, position)) found.push(range);
  };
  const setting = settingAt(analysis, position);
  if (setting) [setting.range, setting.key.range, ...setting.values.map(({ range }) => range)].forEach(add);
  visitStatements(analysis.file, (statement) => {
    add(statement.range);
    blocksOf(statement).forEach(({ range }) => add(range));
    visitExpressions(statement, ({ range }) => add(range));
  });
  const word = wordAt(splitLines(text)[position.line] ?? '', position);
  if (word) found.push(word);
  return nested(found);
}

function wordAt(line: string, { line: number, column }: Position): Range | undefined {
  const start = /\w*$/.exec(line.slice(0, column))?.index ?? column;
  const end = column + (/^\w*/.exec(line.slice(column))?.[0].length ?? 0);
  return end > start ? rangeOf(number, start, end) : undefined;
}

/** From small to large, leaving out what does not hold the one before, or is the same. */
function nested(ranges: readonly Range[]): Range[] {
  const bySize = [...ranges].sort((a, b) => comparePositions(b.start, a.start) || comparePositions(a.end, b.end));
  const chain: Range[] = [];
  for (const range of bySize) {
    const inner = chain.at(-1);
    if (!inner || (holds(range, inner) && !holds(inner, range))) chain.push(range);
  }
  return chain;
}

const holds = (outer: Range, inner: Range): boolean =>
  comparePositions(outer.start, inner.start) <= 0 && comparePositions(inner.end, outer.end) <= 0;
