/**
 * The syntax tree of a scenario. Plain data: discriminated unions on `kind`, no methods, no parent links.
 *
 * Every node has `range`, 0-based, in UTF-16 units as editors count, its end excluded. Values are as written: nothing is
 * resolved or folded here (checker.ts and fold.ts do that). A line that could not be read is an `invalid` statement, an
 * expression that could not be read is a `missing` expression; both always come with an error, so that whoever runs a
 * tree without errors never meets them.
 */
import type { Advice } from '../../machine/core/advice';
import type { Expression, Identifier, Node, StringLiteral, Template } from './expressions';

export * from './expressions';

/** The whole file. `machine` is the first machine block; further ones stay in `statements`, where the checker finds them. */
export interface ScenarioFile extends Node {
  kind: 'file';
  machine?: MachineBlock;
  statements: Statement[];
}

/** A contextual word of a statement (`populate`, `as kernel`), kept with its place. */
export interface Word<Text extends string = string> extends Node {
  text: Text;
}

/** `{ … }`; the range includes the braces. */
export interface Block extends Node {
  statements: Statement[];
}

// ── Machine block ────────────────────────────────────────────────────────────────────────────────────────────────

export interface MachineBlock extends Node {
  kind: 'machine';
  keyword: string;
  settings: Setting[];
}

/** One line `KEY VALUE…` of a machine block, its value still as words: machineKeys.ts says what they may be. */
export interface Setting extends Node {
  kind: 'setting';
  key: Word;
  values: Word[];
}

// ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | MachineBlock
  | ProcessStatement
  | SwitchStatement
  | OnCpuStatement
  | MmapStatement
  | MunmapStatement
  | MprotectStatement
  | MremapStatement
  | BrkStatement
  | MadviseStatement
  | PkeyStatement
  | PkruStatement
  | ForkStatement
  | ExitStatement
  | AccessStatement
  | TraceStatement
  | IterateStatement
  | PromoteStatement
  | KhugepagedStatement
  | RehashStatement
  | MigrateStatement
  | ReclaimStatement
  | FragmentStatement
  | FlushStatement
  | InveptStatement
  | InvlpgStatement
  | SetStatement
  | ExpectStatement
  | ExpectFailsStatement
  | PrintStatement
  | BreakStatement
  | MarkStatement
  | LetStatement
  | RepeatStatement
  | ForStatement
  | IfStatement
  | IncludeStatement
  | TestStatement
  | ParallelStatement
  | InvalidStatement;

/** Every statement knows its row in statements.ts. */
interface StatementNode extends Node {
  /** The word (or words: `expect fails`, `on cpu`, `flush tlb`) that the statement starts with. */
  keyword: string;
}

export interface ProcessStatement extends StatementNode {
  kind: 'process';
  name: Identifier;
}

export interface SwitchStatement extends StatementNode {
  kind: 'switch';
  name: Identifier;
}

/** `on cpu N`; with a body only inside `parallel`. */
export interface OnCpuStatement extends StatementNode {
  kind: 'onCpu';
  cpu: Expression;
  body?: Block;
}

export interface Protection extends Node {
  read: boolean;
  write: boolean;
  exec: boolean;
}

export interface Backing extends Node {
  type: 'anon' | 'shared' | 'file' | 'dax';
  /** The file's name, for `file` and `dax`. */
  name?: StringLiteral;
}

export interface MmapStatement extends StatementNode {
  kind: 'mmap';
  name: Identifier;
  size: Expression;
  protection: Protection;
  backing: Backing;
  at?: Expression;
  hugePages?: Word<'thp' | 'nothp'>;
  populate?: Word<'populate'>;
  stack?: Word<'stack'>;
}

/** `target` of a range statement: a `range` expression, or an expression whose value is a region (all of it). */
export interface MunmapStatement extends StatementNode {
  kind: 'munmap';
  target: Expression;
}

export interface MprotectStatement extends StatementNode {
  kind: 'mprotect';
  target: Expression;
  protection: Protection;
}

export interface MremapStatement extends StatementNode {
  kind: 'mremap';
  target: Expression;
  size: Expression;
  at?: Expression;
}

export interface BrkStatement extends StatementNode {
  kind: 'brk';
  size: Expression;
}

export interface MadviseStatement extends StatementNode {
  kind: 'madvise';
  target: Expression;
  advice: Word<Advice>;
}

export interface PkeyStatement extends StatementNode {
  kind: 'pkey';
  target: Expression;
  key: Expression;
}

export interface PkruStatement extends StatementNode {
  kind: 'pkru';
  value: Expression;
}

export interface ForkStatement extends StatementNode {
  kind: 'fork';
  name: Identifier;
}

export interface ExitStatement extends StatementNode {
  kind: 'exit';
  name?: Identifier;
}

export type AccessOperation = 'read' | 'write' | 'exec';

/**
 * `read`, `write`, `exec`. Without a pattern it is one access at `target` (a region means its first byte); with one,
 * `target` is a range or a region, all of it.
 */
export interface AccessStatement extends StatementNode {
  kind: 'access';
  operation: AccessOperation;
  target: Expression;
  pattern?: AccessPattern;
  size?: Expression;
  asKernel?: Word<'kernel'>;
}

export type AccessPattern = StepPattern | RandomPattern | ZipfPattern | ChasePattern;

export interface StepPattern extends Node {
  kind: 'step';
  step: Expression;
}
export interface RandomPattern extends Node {
  kind: 'random';
  count: Expression;
  seed?: Expression;
}
export interface ZipfPattern extends Node {
  kind: 'zipf';
  count: Expression;
  theta?: Expression;
  seed?: Expression;
}
export interface ChasePattern extends Node {
  kind: 'chase';
  count: Expression;
  seed?: Expression;
}

export interface TraceStatement extends StatementNode {
  kind: 'trace';
  file: StringLiteral;
  format?: Word;
  limit?: Expression;
  skip?: Expression;
  offset?: Expression;
}

export interface IterateStatement extends StatementNode {
  kind: 'iterate';
  target: Expression;
  using?: Word<'default' | 'driver'>;
}

/** Kernel work on a range that needs nothing but the range. */
export interface PromoteStatement extends StatementNode {
  kind: 'promote' | 'demote' | 'swapout' | 'hotunplug';
  target: Expression;
  /** Of `promote` and `demote`: the kernel's own mappings. */
  asKernel?: Word<'kernel'>;
}

/** Runs the thread that resizes cuckoo tables. */
export interface RehashStatement extends StatementNode {
  kind: 'rehash';
  /** Batches; one if absent. */
  batches?: Expression;
}

export interface KhugepagedStatement extends StatementNode {
  kind: 'khugepaged';
}

export interface MigrateStatement extends StatementNode {
  kind: 'migrate';
  target: Expression;
  node: Expression;
}

export interface ReclaimStatement extends StatementNode {
  kind: 'reclaim';
  /** Absent for `reclaim tables`. */
  count?: Expression;
}

export interface FragmentStatement extends StatementNode {
  kind: 'fragment';
  order: Expression;
  free: Expression;
}

export interface FlushStatement extends StatementNode {
  kind: 'flush';
}

export interface InveptStatement extends StatementNode {
  kind: 'invept';
}

export interface InvlpgStatement extends StatementNode {
  kind: 'invlpg';
  address: Expression;
}

/** `set target = value`; the target is a register, a field of an entry, or `phys(P)`. */
export interface SetStatement extends StatementNode {
  kind: 'set';
  target: Expression;
  value: Expression;
}

export interface ExpectStatement extends StatementNode {
  kind: 'expect';
  condition: Expression;
  message?: StringLiteral;
}

/** The inner statement must fault fatally; then `condition`, if given, must hold. */
export interface ExpectFailsStatement extends StatementNode {
  kind: 'expectFails';
  statement: Statement;
  condition?: Expression;
}

export interface PrintStatement extends StatementNode {
  kind: 'print';
  text: Template;
}

export interface BreakStatement extends StatementNode {
  kind: 'break';
  label?: StringLiteral;
  condition?: Expression;
}

export interface MarkStatement extends StatementNode {
  kind: 'mark';
  name: StringLiteral;
}

export interface LetStatement extends StatementNode {
  kind: 'let';
  name: Identifier;
  value: Expression;
}

export interface RepeatStatement extends StatementNode {
  kind: 'repeat';
  count: Expression;
  body: Block;
}

export interface ForStatement extends StatementNode {
  kind: 'for';
  name: Identifier;
  target: Expression;
  step: Expression;
  body: Block;
}

export interface IfStatement extends StatementNode {
  kind: 'if';
  condition: Expression;
  then: Block;
  /** `else if` is an `else` block of one `if` statement. */
  otherwise?: Block;
}

export interface IncludeStatement extends StatementNode {
  kind: 'include';
  file: StringLiteral;
}

export interface TestStatement extends StatementNode {
  kind: 'test';
  name: StringLiteral;
  body: Block;
}

export interface ParallelStatement extends StatementNode {
  kind: 'parallel';
  body: Block;
}

/**
 * A line that could not be read. If it opened a block, the block is here, so that what is in it is still looked at; if it
 * would have bound a name, the name is, so that its uses are no errors of their own.
 */
export interface InvalidStatement extends StatementNode {
  kind: 'invalid';
  name?: Identifier;
  body?: Block;
}
