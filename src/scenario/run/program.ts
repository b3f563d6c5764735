/**
 * A checked scenario compiled to a flat list of instructions, so that where a run stands is a number and a few records.
 *
 * An instruction either makes ticks (an access, a system call, an `expect`) or only directs the flow (loops, branches);
 * the latter are followed without a tick. Included statements stand where the `include` stands. A program is either all
 * statements outside tests, or one test: the constants above it that it can see, then its block. A program is immutable;
 * all that changes is in the run's state.
 */
import type {
  AccessStatement,
  BreakStatement,
  BrkStatement,
  ExitStatement,
  ExpectFailsStatement,
  ExpectStatement,
  Expression,
  FlushStatement,
  ForStatement,
  ForkStatement,
  FragmentStatement,
  InveptStatement,
  InvlpgStatement,
  IterateStatement,
  KhugepagedStatement,
  LetStatement,
  MadviseStatement,
  MarkStatement,
  MigrateStatement,
  MmapStatement,
  MprotectStatement,
  MremapStatement,
  MunmapStatement,
  OnCpuStatement,
  PkeyStatement,
  PkruStatement,
  PrintStatement,
  ProcessStatement,
  PromoteStatement,
  Range,
  ReclaimStatement,
  RehashStatement,
  RepeatStatement,
  SetStatement,
  SwitchStatement,
  TraceStatement,
} from '../language/ast';

/** Statements that make at least one tick when they run. */
export type TickStatement =
  | AccessStatement
  | BreakStatement
  | BrkStatement
  | ExitStatement
  | ExpectFailsStatement
  | ExpectStatement
  | FlushStatement
  | ForkStatement
  | FragmentStatement
  | InveptStatement
  | InvlpgStatement
  | IterateStatement
  | KhugepagedStatement
  | RehashStatement
  | LetStatement
  | MadviseStatement
  | MarkStatement
  | MigrateStatement
  | MmapStatement
  | MprotectStatement
  | MremapStatement
  | MunmapStatement
  | OnCpuStatement
  | PkeyStatement
  | PkruStatement
  | PrintStatement
  | ProcessStatement
  | PromoteStatement
  | ReclaimStatement
  | SetStatement
  | SwitchStatement
  | TraceStatement;

/** `file`: number of the file that the statement stands in. */
export type Instruction =
  | { op: 'tick'; statement: TickStatement; id: number; file: number }
  | { op: 'loop'; statement: RepeatStatement | ForStatement; file: number; /** Index behind the loop. */ exit: number }
  | { op: 'again'; /** Index of the loop instruction. */ loop: number }
  | { op: 'unless'; condition: Expression; file: number; to: number }
  | { op: 'jump'; to: number };

/** A line of a scenario that others stand inside of: `test "…"`, `include "…"`. */
export interface Construct {
  text: string;
  file: number;
  /** From 0. */
  line: number;
}

/** What the debugger knows of a statement: where it is, and how it reads. */
export interface StatementInfo {
  id: number;
  /** Number of the file. */
  file: number;
  range: Range;
  text: string;
  /** Outermost first. */
  within: readonly Construct[];
}

export interface ProgramFile {
  readonly path: string;
  readonly text: string;
}

export interface Program {
  /** The scenario itself, then what it includes. */
  readonly files: readonly ProgramFile[];
  readonly instructions: readonly Instruction[];
  readonly statements: readonly StatementInfo[];
  /** Where statements begin that this program leaves out, because they are in tests, or outside of the one that runs. */
  readonly omitted: readonly { file: number; line: number }[];
  /** Trace files that must be loaded before the program runs, each named as in its file. */
  readonly traces: readonly { statement: TraceStatement; file: number }[];
}

/** The access that a statement makes, also inside `expect fails`. */
export function accessStatementOf(statement: TickStatement): AccessStatement | undefined {
  const inner = statement.kind === 'expectFails' ? statement.statement : statement;
  return inner.kind === 'access' ? inner : undefined;
}

/** True if nothing happens but that constants are bound: what is left of a file of tests without them. */
export const onlyBinds = ({ instructions }: Program): boolean =>
  instructions.every((each) => each.op === 'tick' && each.statement.kind === 'let');

/** A place as results name it: a line from 0, and the file if it is not the scenario's own. */
export interface Place {
  line: number;
  file?: string;
}

export const placeIn = ({ files }: Program, file: number, { start }: Range): Place =>
  file === 0 ? { line: start.line } : { line: start.line, file: files[file].path };
