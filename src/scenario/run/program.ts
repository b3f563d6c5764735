/**
 * A checked scenario compiled to a flat list of instructions, so that where a run stands is a number and a few records.
 *
 * An instruction either makes ticks (an access, a system call, an `expect`) or only directs the flow (loops, branches);
 * the latter are followed without a tick. A program is immutable; all that changes is in the run's state.
 */
import type {
  AccessStatement,
  BreakStatement,
  ExpectFailsStatement,
  ExpectStatement,
  Expression,
  FlushStatement,
  ForStatement,
  InvlpgStatement,
  LetStatement,
  MarkStatement,
  MmapStatement,
  MunmapStatement,
  PrintStatement,
  ProcessStatement,
  Range,
  RepeatStatement,
  ScenarioFile,
  SetStatement,
  Statement,
  SwitchStatement,
  TraceStatement,
} from '../language/ast';

/** Statements that make at least one tick when they run. */
export type TickStatement =
  | AccessStatement
  | BreakStatement
  | ExpectFailsStatement
  | ExpectStatement
  | FlushStatement
  | InvlpgStatement
  | LetStatement
  | MarkStatement
  | MmapStatement
  | MunmapStatement
  | PrintStatement
  | ProcessStatement
  | SetStatement
  | SwitchStatement
  | TraceStatement;

export type Instruction =
  | { op: 'tick'; statement: TickStatement; id: number }
  | { op: 'loop'; statement: RepeatStatement | ForStatement; /** Index behind the loop. */ exit: number }
  | { op: 'again'; /** Index of the loop instruction. */ loop: number }
  | { op: 'unless'; condition: Expression; to: number }
  | { op: 'jump'; to: number };

/** What the debugger knows of a statement: where it is, and how it reads. */
export interface StatementInfo {
  id: number;
  range: Range;
  text: string;
}

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly statements: readonly StatementInfo[];
  /** Trace files that must be loaded before the program runs. */
  readonly traces: readonly TraceStatement[];
}

/** The access that a statement makes, also inside `expect fails`. */
export function accessStatementOf(statement: TickStatement): AccessStatement | undefined {
  const inner = statement.kind === 'expectFails' ? statement.statement : statement;
  return inner.kind === 'access' ? inner : undefined;
}

const TICKS = new Set<Statement['kind']>([
  'access',
  'break',
  'expectFails',
  'expect',
  'flush',
  'invlpg',
  'let',
  'mark',
  'mmap',
  'munmap',
  'print',
  'process',
  'set',
  'switch',
  'trace',
]);

/** `file` must have passed the checker without errors. `source` is its text. */
export function compile(file: ScenarioFile, source: string): Program {
  const lines = source.split(/\r\n|\n|\r/);
  const instructions: Instruction[] = [];
  const statements: StatementInfo[] = [];
  const traces: TraceStatement[] = [];

  const textOf = ({ start, end }: Range): string =>
    (start.line === end.line
      ? lines[start.line].slice(start.column, end.column)
      : lines[start.line].slice(start.column)
    ).trim();

  const emit = (list: readonly Statement[]): void => list.forEach(emitOne);

  function emitOne(statement: Statement): void {
    if (TICKS.has(statement.kind)) {
      const id = statements.length;
      statements.push({ id, range: statement.range, text: textOf(statement.range) });
      if (statement.kind === 'trace') traces.push(statement);
      if (statement.kind === 'expectFails' && statement.statement.kind === 'trace') traces.push(statement.statement);
      instructions.push({ op: 'tick', statement: statement as TickStatement, id });
    } else if (statement.kind === 'repeat' || statement.kind === 'for') {
      const loop = instructions.length;
      instructions.push({ op: 'loop', statement, exit: -1 });
      emit(statement.body.statements);
      instructions.push({ op: 'again', loop });
      instructions[loop] = { op: 'loop', statement, exit: instructions.length };
    } else if (statement.kind === 'if') emitIf(statement);
    else if (statement.kind !== 'machine') throw new Error(`the checker let '${statement.keyword}' through`);
  }

  function emitIf(statement: Extract<Statement, { kind: 'if' }>): void {
    const branch = instructions.length;
    instructions.push({ op: 'jump', to: -1 });
    emit(statement.then.statements);
    const skip = instructions.length;
    if (statement.otherwise !== undefined) instructions.push({ op: 'jump', to: -1 });
    instructions[branch] = { op: 'unless', condition: statement.condition, to: instructions.length };
    if (statement.otherwise === undefined) return;
    emit(statement.otherwise.statements);
    instructions[skip] = { op: 'jump', to: instructions.length };
  }

  emit(file.statements);
  return { instructions, statements, traces };
}
