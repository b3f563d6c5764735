/** Lines of the scenario on which a breakpoint can sit. All lines are 0-based. */
import type { Program, StatementInfo } from '../../scenario/run/program';
import { unusable } from '../errors';

/** The first statement that begins on a line, or else the next one that begins after it. */
export function statementAt(program: Program, file: number, line: number): StatementInfo {
  let best: StatementInfo | undefined;
  for (const s of program.statements) {
    if (s.file !== file || s.range.start.line < line) continue;
    if (best === undefined || s.range.start.line < best.range.start.line) best = s;
  }
  const end = best?.range.start.line ?? Infinity;
  if (program.omitted.some((other) => other.file === file && other.line >= line && other.line < end))
    throw unusable('What stands here does not run now: it is in a test, or outside of the test that runs.');
  if (best === undefined) throw unusable('No statement begins at or after this line.');
  return best;
}

/** Lines of a file on which a breakpoint can sit, between two lines. */
export function locations(program: Program, file: number, from: number, to: number): number[] {
  const lines = program.statements
    .filter((s) => s.file === file && s.range.start.line >= from && s.range.start.line <= to)
    .map((s) => s.range.start.line);
  return [...new Set(lines)].sort((a, b) => a - b);
}
