/**
 * Everything that can be known before running: names, kinds, addresses, overlaps, order. It goes through the statements
 * once, in order, binding names as it meets them; it reports and never stops, and accepts any tree that the parser makes.
 */
import type { Block, Expression, Identifier, MmapStatement, ScenarioFile, Statement } from './ast';
import type { PagingFormat } from '../../machine/paging/format';
import { isUserRange } from './checkAddress';
import { CheckContext } from './checkContext';
import { checkExpression } from './checkExpression';
import { checkParts, type StatementOf } from './checkStatement';
import type { Diagnostic } from './diagnostics';
import type { Range } from './expressions';
import { fold, foldNumber, foldRange } from './fold';
import type { Kind } from './kinds';
import { Mappings } from './mappings';
import { nameRow } from './names';
import { didYouMean, nearest } from './nearest';
import { formatHex } from './numbers';
import { comparePositions, rangeOf } from './positions';
import type { Binding, BindingType, Reference } from './scope';
import { statementRow } from './statements';

export interface CheckResult {
  diagnostics: Diagnostic[];
  /** Every name that the file binds, with where it is visible and what is known of its value. */
  bindings: Binding[];
  /** Every use of such a name in an expression or a statement. */
  references: Reference[];
}

/** `format` is that of the machine’s scheme; without one, addresses are not checked. */
export function check(file: ScenarioFile, format?: PagingFormat): CheckResult {
  const checker = new Checker(new CheckContext(format), file);
  checker.run();
  const { diagnostics, references, scopes } = checker.context;
  return { diagnostics, references, bindings: scopes.all };
}

/** Statements that need an address space to work in. */
const NEEDS_PROCESS: readonly Statement['kind'][] = ['mmap', 'munmap', 'access', 'trace', 'mprotect', 'madvise', 'brk'];
const TOP_ONLY: readonly Statement['kind'][] = ['test', 'include'];

class Checker {
  private readonly mappings = new Mappings();
  private depth = 0;
  private reportedNoProcess = false;

  constructor(
    readonly context: CheckContext,
    private readonly file: ScenarioFile,
  ) {}

  run(): void {
    this.checkMachinePlace();
    this.statements(this.file.statements);
    this.context.scopes.close(this.file.range.end);
  }

  private checkMachinePlace(): void {
    const { machine, statements } = this.file;
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
      const nested = this.depth > 0 && !this.file.machine;
      if (nested) this.context.report('machineNotFirst', 'The machine block stands at the top of the file.', range);
      else this.context.report('machineTwice', 'The file has a machine block already.', range);
    }
    if (this.depth > 0 && TOP_ONLY.includes(kind))
      this.context.report('misplaced', `\`${keyword}\` stands at the top of a file, not in a block.`, range);
    if (NEEDS_PROCESS.includes(kind)) this.requireProcess(statement);
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
        this.bind(statement.name, 'process', 'process', statement.range);
        return statement.kind === 'process' ? this.mappings.create(statement.name.name) : undefined;
      case 'switch':
        return this.switchTo(statement.name);
      case 'exit':
        return statement.name && void this.process(statement.name);
      case 'mmap':
        return this.mmap(statement);
      case 'munmap':
        return this.munmap(statement.target);
      case 'let':
        return this.let(statement);
      case 'expectFails':
        return this.expectFails(statement);
      case 'repeat':
      case 'onCpu':
      case 'parallel':
        return statement.body && this.mayRun(statement.body);
      case 'for':
        return this.mayRun(statement.body, () => void this.bind(statement.name, 'loop', 'number', statement.range));
      case 'if':
        return this.branches(statement);
      case 'test':
        return this.mappings.isolated(() => {
          this.context.scopes.isolated(statement.range.end, () => this.nested(statement.body));
        });
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
    this.context.scopes.block(block.range.end, () => {
      prepare?.();
      this.nested(block);
    });
  }

  private mayRun(block: Block, prepare?: () => void): void {
    this.mappings.branch(() => this.scoped(block, prepare));
  }

  private branches({ then, otherwise }: StatementOf<'if'>): void {
    const blocks = otherwise ? [then, otherwise] : [then];
    this.mappings.branch(...blocks.map((block) => () => this.scoped(block)));
  }

  private invalid({ name, keyword, body, range }: StatementOf<'invalid'>): void {
    if (keyword === 'process') this.mappings.create(name?.name ?? '');
    const binds = name && !nameRow(name.name) && !this.context.scopes.find(name.name);
    if (binds && !body) this.bind(name, 'broken', 'unknown', range);
    if (!body) return;
    const { lenient } = this.context;
    this.context.lenient = true;
    this.mayRun(body);
    this.context.lenient = lenient;
  }

  private expectFails({ statement, condition }: StatementOf<'expectFails'>): void {
    const { context } = this;
    if (statement.kind !== 'invalid' && !statementRow(statement.keyword)?.mayFail) {
      const message = `\`${statement.keyword}\` cannot fault; \`expect fails\` takes an access or a system call.`;
      context.report('cannotFail', message, keywordRange(statement));
    }
    const before = context.mayFault;
    context.mayFault = true;
    this.statement(statement);
    context.mayFault = before;
    if (condition) checkExpression(context, condition, 'condition');
  }

  // ── Names ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private bind(name: Identifier, type: BindingType, kind: Kind, statement: Range): Binding | undefined {
    if (name.name === '' || !this.isFree(name)) return undefined;
    const binding: Binding = {
      ...{ name: name.name, type, kind, range: name.range, statement },
      visibleFrom: type === 'loop' ? name.range.end : statement.end,
      visibleTo: this.file.range.end,
    };
    this.context.scopes.bind(binding);
    return binding;
  }

  private isFree({ name, range }: Identifier): boolean {
    const row = nameRow(name);
    if (row) {
      this.context.report('reservedName', `\`${name}\` already means something in expressions: ${row.doc}`, range);
      return false;
    }
    const other = this.context.scopes.find(name);
    if (!other || other.type === 'broken' || other.released) return true;
    const line = other.range.start.line + 1;
    this.context.report(
      'duplicateName',
      `\`${name}\` is bound on line ${line} already, as ${TITLES[other.type]}.`,
      range,
    );
    return false;
  }

  private process(name: Identifier): Binding | undefined {
    const { context } = this;
    const binding = context.scopes.find(name.name);
    if (binding) context.references.push({ range: name.range, binding });
    if (binding?.type === 'process' || binding?.type === 'broken') return binding;
    if (context.lenient || name.name === '') return undefined;
    if (binding) {
      context.report('wrongKind', `\`${name.name}\` is ${TITLES[binding.type]}, not a process.`, name.range);
      return undefined;
    }
    const processes = context.scopes.all.filter(({ type }) => type === 'process').map((process) => process.name);
    const suggestion = context.suggest(() => nearest(name.name, processes));
    context.report('unknownName', `There is no process \`${name.name}\`.${didYouMean(suggestion)}`, name.range);
    return undefined;
  }

  private switchTo(name: Identifier): void {
    const binding = this.process(name);
    if (binding) this.mappings.enter(binding.name);
  }

  private let({ name, value, range }: StatementOf<'let'>): void {
    const kind = checkExpression(this.context, value, 'any');
    const binding = this.bind(name, 'constant', kind, range);
    if (binding) binding.value = fold(value, this.context.lookup);
  }

  // ── Mappings ───────────────────────────────────────────────────────────────────────────────────────────────────

  private mmap({ name, size, at, range }: MmapStatement): void {
    const { lookup, mayFault } = this.context;
    const bytes = foldNumber(size, lookup);
    const start = at && foldNumber(at, lookup);
    const binding = this.bind(name, 'region', 'region', range);
    if (binding) Object.assign(binding, { start, size: bytes, process: this.mappings.process });
    if (!at || start === undefined || bytes === undefined || bytes === 0n || mayFault) return;
    const end = start + bytes;
    // What cannot be mapped at all is reported as that.
    if (!isUserRange(this.context, start, end)) return;
    const other = this.mappings.add({ name: name.name, start, end, range: name.range });
    if (!other) return;
    const place = `${formatHex(other.start)} .. ${formatHex(other.end)}`;
    const line = other.range.start.line + 1;
    this.context.report('overlap', `This overlaps \`${other.name}\` (${place}), mapped on line ${line}.`, at.range);
  }

  private munmap(target: Expression): void {
    const { lookup, scopes } = this.context;
    const { start, end } = foldRange(target, lookup);
    if (start === undefined || end === undefined) this.mappings.forget();
    else this.mappings.remove(start, end);
    const binding = target.kind === 'name' ? scopes.find(target.name) : undefined;
    // `expect fails read heap` may still use the name.
    if (binding?.type === 'region' && !this.context.mayFault) binding.released = true;
  }
}

const TITLES: Readonly<Record<BindingType, string>> = {
  ...{ region: 'a region', process: 'a process', constant: 'a constant' },
  ...{ loop: 'the name of a loop', broken: 'a name' },
};

/** The first word of a statement: where an error about the statement as such is shown. */
function keywordRange({ keyword, range: { start } }: Statement): Range {
  const word = keyword.split(' ')[0];
  return rangeOf(start.line, start.column, start.column + word.length);
}
