/**
 * Everything that can be known before running: names, kinds, addresses, overlaps, order. It goes through the statements
 * once, in order, binding names as it meets them; it reports and never stops, and accepts any tree that the parser makes.
 */
import type { Block, Expression, Identifier, MmapStatement, Statement } from './ast';
import type { PagingFormat } from '../../machine/paging/format';
import { isUserRange } from './checkAddress';
import { CheckContext } from './checkContext';
import { CheckFiles, type Entered, type Place } from './checkFiles';
import { checkExpression } from './checkExpression';
import { CheckNames } from './checkNames';
import { checkParts, type StatementOf } from './checkStatement';
import type { Diagnostic } from './diagnostics';
import type { Range } from './expressions';
import { fold, foldNumber, foldRange } from './fold';
import { Mappings } from './mappings';
import { nameRow } from './names';
import { formatHex } from './numbers';
import { comparePositions, rangeOf } from './positions';
import type { Binding, Reference } from './scope';
import type { Sources } from './sources';
import { standsAlone } from './standalone';
import { statementRow } from './statements';

export interface CheckResult {
  /** By number of the file. */
  diagnostics: readonly Diagnostic[][];
  /** Every name that the files bind, with where it is visible and what is known of its value. */
  bindings: Binding[];
  /** Every use of such a name in an expression or a statement. */
  references: Reference[];
  entered: readonly Entered[];
}

/** `format` is that of the machine’s scheme; without one, addresses are not checked. */
export function check(sources: Sources, format?: PagingFormat): CheckResult {
  const checker = new Checker(new CheckContext(format), sources);
  checker.run();
  const { found, references, scopes } = checker.context;
  return { diagnostics: found, references, bindings: scopes.all, entered: checker.files.entered };
}

/** Statements that need an address space to work in. */
const NEEDS_PROCESS: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  ...(['mmap', 'munmap', 'mprotect', 'mremap', 'brk', 'madvise', 'pkey', 'access', 'trace', 'fork', 'exit'] as const),
  ...(['iterate', 'promote', 'demote', 'migrate', 'swapout'] as const),
]);
const TOP_ONLY: readonly Statement['kind'][] = ['test', 'include'];

class Checker {
  private readonly mappings = new Mappings();
  private depth = 0;
  private reportedNoProcess = false;
  private inParallel = false;
  /** True in a test, also in what it includes. */
  private inTest = false;
  /** Depth of statements that stand directly in the test, or at the top of what it includes. */
  private testDepth = 0;
  private readonly tests = new Map<string, Place>();
  readonly files: CheckFiles;
  private readonly names: CheckNames;

  constructor(
    readonly context: CheckContext,
    sources: Sources,
  ) {
    this.files = new CheckFiles(context, sources);
    this.names = new CheckNames(context, this.files, () => this.depth > 0);
  }

  run(): void {
    const { file } = this.files.current.parsed;
    this.checkMachinePlace();
    this.statements(file.statements);
    this.context.scopes.close(file.range.end);
  }

  private checkMachinePlace(): void {
    const { machine, statements } = this.files.current.parsed.file;
    const first = statements.find(({ kind }) => kind !== 'machine');
    if (!machine || !first || comparePositions(machine.range.start, first.range.start) < 0) return;
    this.context.report('machineNotFirst', 'The machine block stands above all statements.', keywordRange(machine));
  }

  private statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    this.checkAvailable(statement);
    this.checkPlace(statement);
    checkParts(this.context, statement);
    this.effect(statement);
  }

  private checkAvailable(statement: Statement): void {
    const row = statementRow(statement.keyword);
    if (statement.kind === 'invalid' || row === undefined || row.supported) return;
    const message = `\`${row.name}\` is not available in this version of ptscope yet.`;
    this.context.report('laterStatement', message, keywordRange(statement));
  }

  private checkPlace(statement: Statement): void {
    const { kind, keyword } = statement;
    const range = keywordRange(statement);
    if (kind === 'machine') {
      const nested = this.depth > 0 && !this.files.current.parsed.file.machine;
      if (nested) this.context.report('machineNotFirst', 'The machine block stands at the top of the file.', range);
      else this.context.report('machineTwice', 'The file has a machine block already.', range);
    }
    if (TOP_ONLY.includes(kind) && !this.isAtTop(kind))
      this.context.report('misplaced', `\`${keyword}\` stands at the top of a file, not in a block.`, range);
    if (kind === 'onCpu' && statement.body && !this.inParallel)
      this.context.report(
        'misplaced',
        '`on cpu N` has a block only inside `parallel`; alone, it holds from here on.',
        range,
      );
    const ofKernel = (kind === 'promote' || kind === 'demote') && statement.asKernel !== undefined;
    if (NEEDS_PROCESS.has(kind) && !ofKernel) this.requireProcess(statement);
  }

  /** The block of a test is as good as the top of a file, except for another test. */
  private isAtTop(kind: Statement['kind']): boolean {
    if (this.inTest) return kind === 'include' && this.depth <= this.testDepth;
    return this.depth === 0;
  }

  private requireProcess(statement: Statement): void {
    if (this.mappings.hasProcess || this.reportedNoProcess || this.context.lenient) return;
    this.reportedNoProcess = true;
    const { start } = statement.range;
    const indentation = ' '.repeat(start.column);
    const edits = [{ range: { start, end: start }, newText: `process main\n${indentation}` }];
    const message = `\`${statement.keyword}\` needs a process; there is none yet.`;
    const fix = { title: 'Insert `process main`', edits };
    this.context.report('noProcess', message, keywordRange(statement), fix);
  }

  // ── What a statement does to names and mappings ────────────────────────────────────────────────────────────────

  private effect(statement: Statement): void {
    switch (statement.kind) {
      case 'process':
      case 'fork':
        this.names.bind(statement.name, 'process', 'process', statement.range);
        return statement.kind === 'process' ? this.mappings.create(statement.name.name) : undefined;
      case 'switch':
        return this.switchTo(statement.name);
      case 'exit':
        if (statement.name) this.names.process(statement.name);
        return this.mappings.exit(statement.name?.name);
      case 'mmap':
        return this.mmap(statement);
      case 'munmap':
        return this.munmap(statement.target);
      case 'mremap':
        return this.mremap(statement);
      case 'let':
        return this.let(statement);
      case 'expectFails':
        return this.expectFails(statement);
      case 'parallel':
        return this.parallel(statement.body);
      case 'repeat':
      case 'onCpu':
        return statement.body && this.mayRun(statement.body);
      case 'for':
        return this.mayRun(
          statement.body,
          () => void this.names.bind(statement.name, 'loop', 'number', statement.range),
        );
      case 'if':
        return this.branches(statement);
      case 'test':
        return this.test(statement);
      case 'include':
        return this.include(statement);
      case 'invalid':
        return this.invalid(statement);
      default:
    }
  }

  private nested(block: Block): void {
    this.depth++;
    this.statements(block.statements);
    this.depth--;
  }

  private scoped(block: Block, prepare?: () => void): void {
    this.context.scopes.block(this.files.placeOf(block.range.end), () => {
      prepare?.();
      this.nested(block);
    });
  }

  private mayRun(block: Block, prepare?: () => void): void {
    this.mappings.branch(() => this.scoped(block, prepare));
  }

  private parallel(body: Block): void {
    this.inParallel = true;
    this.mayRun(body);
    this.inParallel = false;
  }

  private branches({ then, otherwise }: StatementOf<'if'>): void {
    const blocks = otherwise ? [then, otherwise] : [then];
    this.mappings.branch(...blocks.map((block) => () => this.scoped(block)));
  }

  private invalid({ name, keyword, body, range }: StatementOf<'invalid'>): void {
    if (keyword === 'process') this.mappings.create(name?.name ?? '');
    const binds = name && !nameRow(name.name) && !this.context.scopes.find(name.name);
    if (binds && !body) this.names.bind(name, 'broken', 'unknown', range);
    if (!body) return;
    const { lenient } = this.context;
    this.context.lenient = true;
    this.mayRun(body);
    this.context.lenient = lenient;
  }

  // ── Tests and other files ──────────────────────────────────────────────────────────────────────────────────────

  /** A test runs on a machine of its own, and includes for itself. */
  private test({ name, body, range }: StatementOf<'test'>): void {
    const { context, files, reportedNoProcess, inTest, testDepth } = this;
    const { lenient } = context;
    this.nameTest(name.value, name.range);
    Object.assign(this, { inTest: true, testDepth: this.depth + 1, reportedNoProcess: false });
    const look = (): void => context.scopes.isolated(files.placeOf(range.end), () => this.nested(body));
    files.inTest(() => this.mappings.isolated(look));
    Object.assign(this, { inTest, testDepth, reportedNoProcess });
    context.lenient = lenient;
  }

  private nameTest(name: string, range: Range): void {
    const other = this.tests.get(name);
    if (!other) this.tests.set(name, { file: this.context.file, range });
    else {
      const message = `There is a test of this name already, ${this.files.describe(other)}.`;
      this.context.report('duplicateName', message, range);
    }
  }

  private include({ file, range }: StatementOf<'include'>): void {
    const { depth, testDepth } = this;
    const outcome = this.files.include(file, range, () => {
      Object.assign(this, { depth: 0, testDepth: 0 });
      this.included();
      Object.assign(this, { depth, testDepth });
    });
    if (outcome === 'entered' || outcome === 'seen') return;
    // Whatever would be bound or mapped there is not known.
    this.context.lenient = true;
    this.mappings.unknown();
  }

  private included(): void {
    const { machine, statements } = this.files.current.parsed.file;
    if (machine)
      this.context.report('misplaced', 'A file that is included has no machine block.', keywordRange(machine));
    this.statements(statements);
  }

  private expectFails({ statement, condition }: StatementOf<'expectFails'>): void {
    const { context } = this;
    if (statement.kind !== 'invalid' && !statementRow(statement.keyword)?.mayFail) {
      const message = `\`${statement.keyword}\` cannot fail; \`expect fails\` takes an access, a system call or work of the kernel on a range.`;
      context.report('cannotFail', message, keywordRange(statement));
    }
    const before = context.mayFault;
    context.mayFault = true;
    this.statement(statement);
    context.mayFault = before;
    if (condition) checkExpression(context, condition, 'condition');
  }

  // ── Names ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private switchTo(name: Identifier): void {
    const binding = this.names.process(name);
    if (binding) this.mappings.enter(binding.name);
  }

  private let({ name, value, range }: StatementOf<'let'>): void {
    const kind = checkExpression(this.context, value, 'any');
    const binding = this.names.bind(name, 'constant', kind, range);
    if (!binding) return;
    binding.value = fold(value, this.context.lookup);
    binding.standalone = standsAlone(value, (used) => this.context.scopes.find(used)?.standalone === true);
  }

  // ── Mappings ───────────────────────────────────────────────────────────────────────────────────────────────────

  private mmap({ name, size, at, range }: MmapStatement): void {
    const { lookup, mayFault } = this.context;
    const bytes = foldNumber(size, lookup);
    const start = at && foldNumber(at, lookup);
    const binding = this.names.bind(name, 'region', 'region', range);
    if (binding) Object.assign(binding, { start, size: bytes, process: this.mappings.process });
    if (!at || start === undefined || bytes === undefined || bytes === 0n || mayFault) return;
    const end = start + bytes;
    // What cannot be mapped at all is reported as that.
    if (!isUserRange(this.context, start, end)) return;
    const other = this.mappings.add({ name: name.name, start, end, file: this.context.file, range: name.range });
    if (!other) return;
    const place = `${formatHex(other.start)} .. ${formatHex(other.end)}`;
    const where = this.files.describe(other);
    this.context.report('overlap', `This overlaps \`${other.name}\` (${place}), mapped ${where}.`, at.range);
  }

  /** The range may have moved, and so may what has its name. */
  private mremap({ target }: StatementOf<'mremap'>): void {
    const binding = target.kind === 'name' ? this.context.scopes.find(target.name) : undefined;
    this.unmap(target);
    if (binding?.type === 'region') binding.start = binding.size = undefined;
  }

  private unmap(target: Expression): void {
    const { start, end } = foldRange(target, this.context.lookup);
    if (start === undefined || end === undefined) this.mappings.forget();
    else this.mappings.remove(start, end);
  }

  private munmap(target: Expression): void {
    const { scopes } = this.context;
    this.unmap(target);
    const binding = target.kind === 'name' ? scopes.find(target.name) : undefined;
    // `expect fails read heap` may still use the name.
    if (binding?.type === 'region' && !this.context.mayFault) binding.released = true;
  }
}

/** The first word of a statement: where an error about the statement as such is shown. */
function keywordRange({ keyword, range: { start } }: Statement): Range {
  const word = keyword.split(' ')[0];
  return rangeOf(start.line, start.column, start.column + word.length);
}
