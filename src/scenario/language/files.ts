/** The files that a scenario names: what it includes, and the traces that it replays. */
import type { Range } from './ast';
import { parse } from './parser';
import { visitStatements } from './visit';

export interface FileReference {
  kind: 'include' | 'trace';
  /** As in the statement: relative to the scenario. */
  name: string;
  /** The name between its quotes. */
  range: Range;
}

export function fileReferences(text: string): FileReference[] {
  const found: FileReference[] = [];
  visitStatements(parse(text).file, (statement) => {
    const { kind } = statement;
    if ((kind !== 'include' && kind !== 'trace') || statement.file.value === '') return;
    const { start, end } = statement.file.range;
    const range = { start: { ...start, column: start.column + 1 }, end: { ...end, column: end.column - 1 } };
    found.push({ kind, name: statement.file.value, range });
  });
  return found;
}

/** Each name once. */
export const fileNames = (text: string): string[] => [...new Set(fileReferences(text).map(({ name }) => name))];
