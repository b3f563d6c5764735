/** From the tree of a checked scenario to the program that runs. */
import type { LetStatement, Range, Statement, TestStatement } from '../language/ast';
import type { Sources } from '../language/sources';
import { standsAlone } from '../language/standalone';
import { blocksOf } from '../language/visit';
import type { Construct, Instruction, Program, StatementInfo, TickStatement } from './program';

const TICKS = new Set<Statement['kind']>([
  'access',
  'break',
  'brk',
  'demote',
  'exit',
  'expectFails',
  'expect',
  'flush',
  'fork',
  'fragment',
  'invept',
  'invlpg',
  'iterate',
  'khugepaged',
  'let',
  'madvise',
  'mark',
  'migrate',
  'mmap',
  'mprotect',
  'mremap',
  'munmap',
  'onCpu',
  'pkey',
  'pkru',
  'print',
  'process',
  'promote',
  'reclaim',
  'rehash',
  'set',
  'swapout',
  'switch',
  'trace',
]);

const isTick = (statement: Statement): statement is TickStatement => TICKS.has(statement.kind);

/** A test of a scenario, by its name. */
export interface TestInfo {
  name: string;
  /** Number of the file. */
  file: number;
  range: Range;
}

/** The tests of a scenario and of what it includes, in order. */
export function testsOf(sources: Sources): TestInfo[] {
  const found: TestInfo[] = [];
  visitTop(sources, (statement, file) => {
    if (statement.kind === 'test') found.push({ name: statement.name.value, file, range: statement.range });
  });
  return found;
}

/** The scenario must have passed the checker without errors. `test`: the name of one of its tests. */
export function compile(sources: Sources, test?: string): Program {
  const compiler = new Compiler(sources);
  if (test === undefined) compiler.whole();
  else compiler.test(test);
  return compiler.program();
}

type Visit = (statement: Statement, file: number) => void;

/** Every statement at the top of the files, in the order in which they run; an `include` before what it includes. */
function visitTop(sources: Sources, visit: Visit): void {
  const seen = new Set<number>();
  const each = (file: number): void => {
    for (const statement of sources.files[file].parsed.file.statements) {
      visit(statement, file);
      const included = statement.kind === 'include' ? includedBy(sources, file, statement.file.value) : undefined;
      if (included === undefined || seen.has(included)) continue;
      seen.add(included);
      each(included);
    }
  };
  each(0);
}

function includedBy({ files }: Sources, file: number, name: string): number {
  const target = files[file].includes.get(name);
  if (target === undefined || !('file' in target)) throw new Error(`the checker let 'include "${name}"' through`);
  return target.file;
}

class Compiler {
  private readonly instructions: Instruction[] = [];
  private readonly statements: StatementInfo[] = [];
  private readonly omitted: { file: number; line: number }[] = [];
  private readonly traces: Program['traces'][number][] = [];
  private readonly lines: readonly (readonly string[])[];
  private readonly included = new Set<number>();
  private within: readonly Construct[] = [];
  private file = 0;

  constructor(private readonly sources: Sources) {
    this.lines = sources.files.map(({ text }) => text.split(/\r\n|\n|\r/));
  }

  program(): Program {
    const { instructions, statements, omitted, traces } = this;
    const files = this.sources.files.map(({ path, text }) => ({ path, text }));
    return { files, instructions, statements, omitted, traces };
  }

  whole(): void {
    this.emit(this.sources.files[0].parsed.file.statements);
  }

  test(name: string): void {
    const constants: { statement: LetStatement; file: number }[] = [];
    const known = new Set<string>();
    let found: { statement: TestStatement; file: number } | undefined;
    visitTop(this.sources, (statement, file) => {
      const wanted = statement.kind === 'test' && statement.name.value === name;
      if (wanted) found = { statement, file };
      else if (statement.kind !== 'let' || found !== undefined || !standsAlone(statement.value, (n) => known.has(n)))
        this.omit(statement, file);
      else {
        known.add(statement.name.name);
        constants.push({ statement, file });
      }
    });
    if (found === undefined) throw new Error(`there is no test '${name}'`);
    const { statement, file } = found;
    for (const constant of constants) this.in(constant.file, () => this.emitOne(constant.statement));
    this.in(file, () =>
      this.inside(statement, `test ${JSON.stringify(name)}`, () => this.emit(statement.body.statements)),
    );
  }

  private in(file: number, work: () => void): void {
    const before = this.file;
    this.file = file;
    work();
    this.file = before;
  }

  /** Statements that are emitted meanwhile stand in the construct. */
  private inside(construct: Statement, title: string, work: () => void): void {
    const { within, file } = this;
    this.within = [...within, { text: title, file, line: construct.range.start.line }];
    work();
    this.within = within;
  }

  private omit(statement: Statement, file: number): void {
    if (isTick(statement)) this.omitted.push({ file, line: statement.range.start.line });
    for (const { statements } of blocksOf(statement)) for (const inner of statements) this.omit(inner, file);
  }

  /** The first line, as far as the statement stands on it; of a block its head. */
  private textOf({ start, end }: Range): string {
    const line = this.lines[this.file][start.line];
    const text = start.line === end.line ? line.slice(start.column, end.column) : line.slice(start.column);
    return text.trim();
  }

  private emit(statements: readonly Statement[]): void {
    for (const statement of statements) this.emitOne(statement);
  }

  private emitOne(statement: Statement): void {
    if (isTick(statement)) return this.emitTick(statement);
    switch (statement.kind) {
      case 'repeat':
      case 'for':
        return this.emitLoop(statement);
      case 'if':
        return this.emitIf(statement);
      case 'include':
        return this.emitInclude(statement);
      case 'test':
        return this.omit(statement, this.file);
      case 'machine':
        return;
      default:
        throw new Error(`the checker let '${statement.keyword}' through`);
    }
  }

  private emitTick(statement: TickStatement): void {
    const { file, within } = this;
    const id = this.statements.length;
    const { range } = statement;
    this.statements.push({ id, file, range, text: this.textOf(range), within });
    const inner = statement.kind === 'expectFails' ? statement.statement : statement;
    if (inner.kind === 'trace') this.traces.push({ statement: inner, file });
    this.instructions.push({ op: 'tick', statement, id, file });
  }

  private emitLoop(statement: Extract<Statement, { kind: 'repeat' | 'for' }>): void {
    const { instructions, file } = this;
    const loop = instructions.length;
    instructions.push({ op: 'loop', statement, file, exit: -1 });
    this.emit(statement.body.statements);
    instructions.push({ op: 'again', loop });
    instructions[loop] = { op: 'loop', statement, file, exit: instructions.length };
  }

  private emitIf({ condition, then, otherwise }: Extract<Statement, { kind: 'if' }>): void {
    const { instructions, file } = this;
    const branch = instructions.length;
    instructions.push({ op: 'jump', to: -1 });
    this.emit(then.statements);
    const skip = instructions.length;
    if (otherwise !== undefined) instructions.push({ op: 'jump', to: -1 });
    instructions[branch] = { op: 'unless', condition, file, to: instructions.length };
    if (otherwise === undefined) return;
    this.emit(otherwise.statements);
    instructions[skip] = { op: 'jump', to: instructions.length };
  }

  /** A file's statements stand where it is included first. */
  private emitInclude(statement: Extract<Statement, { kind: 'include' }>): void {
    const file = includedBy(this.sources, this.file, statement.file.value);
    if (this.included.has(file)) return;
    this.included.add(file);
    this.inside(statement, `include ${JSON.stringify(statement.file.value)}`, () =>
      this.in(file, () => this.emit(this.sources.files[file].parsed.file.statements)),
    );
  }
}
