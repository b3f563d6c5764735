/**
 * The files that a scenario is made of. Number 0 is the one that was asked for; the others were included, by it or by each
 * other. Which file a name means, and what stands in it, is found out by whoever can read files (readSources.ts); here
 * and above everything is known.
 */
import type { IncludeStatement } from './ast';
import { parse, type ParseResult } from './parser';
import { visitStatements } from './visit';

/** What an `include` names: a file by its number, or why there is none. */
export type IncludeTarget = { readonly file: number } | { readonly problem: string };

export interface SourceFile {
  /** As a person or a host names it. */
  readonly path: string;
  readonly text: string;
  readonly parsed: ParseResult;
  /** By the name in the statement. A name that is not here was not looked up: anything may be in that file. */
  readonly includes: ReadonlyMap<string, IncludeTarget>;
}

export interface Sources {
  readonly files: readonly SourceFile[];
}

/** A scenario of one file, whose includes, if it has any, are not known. */
export const singleSource = (text: string, path = ''): Sources => ({
  files: [{ path, text, parsed: parse(text), includes: new Map() }],
});

/** The text of the scenario's own file. */
export const textOf = (source: string | Sources): string =>
  typeof source === 'string' ? source : source.files[0].text;

/** Every `include` of a file, wherever it stands. */
export function includesOf({ file }: ParseResult): IncludeStatement[] {
  const found: IncludeStatement[] = [];
  visitStatements(file, (statement) => {
    if (statement.kind === 'include') found.push(statement);
  });
  return found;
}
