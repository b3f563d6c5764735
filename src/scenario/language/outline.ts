/** The shape of a file for an editor: symbols, where names are bound, what can be folded. */
import { analyse } from './analysis';
import type { Position, Range, Statement } from './ast';
import { tokenize } from './lexer';
import { parse } from './parser';
import { rangeOf, touches } from './positions';
import { includesOf, singleSource, type Sources } from './sources';
import { blocksOf, visitStatements } from './visit';

export type SymbolKind = 'machine' | 'process' | 'region' | 'constant' | 'block' | 'test' | 'mark';

export interface DocumentSymbol {
  name: string;
  detail: string;
  kind: SymbolKind;
  range: Range;
  /** The name itself. */
  selectionRange: Range;
  children: DocumentSymbol[];
}

export function documentSymbols(text: string): DocumentSymbol[] {
  const { file } = parse(text);
  const statements: Statement[] = file.machine ? [file.machine, ...file.statements] : file.statements;
  return statements.flatMap(symbolsOf);
}

function symbolsOf(statement: Statement): DocumentSymbol[] {
  const children = blocksOf(statement).flatMap((block) => block.statements.flatMap(symbolsOf));
  const own = ownSymbol(statement);
  // A block without a name of its own is shown for what is in it.
  return own ? [{ ...own, range: statement.range, children }] : children;
}

type OwnSymbol = Pick<DocumentSymbol, 'name' | 'detail' | 'kind' | 'selectionRange'>;

function ownSymbol(statement: Statement): OwnSymbol | undefined {
  const { range } = statement;
  const symbol = (kind: SymbolKind, name: string, detail: string, selectionRange = range): OwnSymbol | undefined =>
    name === '' ? undefined : { name, detail, kind, selectionRange };
  switch (statement.kind) {
    case 'machine':
      return symbol('machine', 'machine', statement.settings.map(({ key }) => key.text).join(', '));
    case 'process':
    case 'fork':
      return symbol('process', statement.name.name, statement.keyword, statement.name.range);
    case 'mmap':
      return symbol('region', statement.name.name, statement.backing.type, statement.name.range);
    case 'let':
      return symbol('constant', statement.name.name, 'let', statement.name.range);
    case 'for':
      return symbol('block', `for ${statement.name.name}`, '', statement.name.range);
    case 'test':
      return symbol('test', statement.name.value, 'test', statement.name.range);
    case 'mark':
      return symbol('mark', statement.name.value, 'mark', statement.name.range);
    default:
      return undefined;
  }
}

export interface Definition {
  /** The included file that has it; absent: the scenario itself. */
  path?: string;
  range: Range;
}

/** Where the name at a place is bound, or the beginning of the file that an `include` there names. */
export function definition(source: string | Sources, position: Position): Definition | undefined {
  const sources = typeof source === 'string' ? singleSource(source) : source;
  const { references, bindings } = analyse(sources);
  const used = references.find(({ range }) => touches(range, position))?.binding;
  const binding = used ?? bindings.find(({ file, range }) => file === 0 && touches(range, position));
  if (binding) return placed(sources, binding.file, binding.range);
  const [{ parsed, includes }] = sources.files;
  const include = includesOf(parsed).find(({ file }) => touches(file.range, position));
  const target = include && includes.get(include.file.value);
  return target && 'file' in target ? placed(sources, target.file, rangeOf(0, 0, 0)) : undefined;
}

const placed = ({ files }: Sources, file: number, range: Range): Definition =>
  file === 0 ? { range } : { path: files[file].path, range };

export interface FoldingRange {
  startLine: number;
  endLine: number;
  kind: 'block' | 'comment';
}

/** Blocks up to the line before their `}`, and comments of several lines. */
export function foldingRanges(text: string): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  const add = (kind: FoldingRange['kind'], startLine: number, endLine: number): void => {
    if (endLine > startLine) ranges.push({ startLine, endLine, kind });
  };
  visitStatements(parse(text).file, (statement) => {
    if (statement.kind === 'machine') add('block', statement.range.start.line, statement.range.end.line - 1);
    for (const { range } of blocksOf(statement)) add('block', range.start.line, range.end.line - 1);
  });
  for (const [first, last] of commentRuns(text)) add('comment', first, last);
  return ranges.sort((a, b) => a.startLine - b.startLine);
}

/** Runs of lines that hold nothing but a comment. */
function commentRuns(text: string): [number, number][] {
  const tokens = tokenize(text);
  const alone = tokens.filter(({ kind, line }, i) => kind === 'comment' && (i === 0 || tokens[i - 1].line < line));
  const runs: [number, number][] = [];
  for (const { line } of alone) {
    const run = runs.at(-1);
    if (run?.[1] === line - 1) run[1] = line;
    else runs.push([line, line]);
  }
  return runs;
}
