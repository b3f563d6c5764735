/** What each statement demands of its parts, one function a kind. Blocks and their scopes are checker.ts's. */
import type { AccessStatement, Expression, MmapStatement, Statement } from './ast';
import {
  checkAccessed,
  checkBounds,
  checkCanonical,
  checkOrder,
  checkPageMultiple,
  checkPageRange,
  checkUser,
} from './checkAddress';
import type { CheckContext } from './checkContext';
import { checkExpression, checkVariable } from './checkExpression';
import type { Range } from './expressions';
import { foldNumber } from './fold';
import { MAX_VALUE } from './numbers';
import { memberOf } from './kinds';
import { nameRow } from './names';
import { MAX_THETA } from './patternBounds';
import { statementRow } from './statements';

/** Largest single access: what crosses one page boundary at most. */
const MAX_ACCESS_BYTES = 4096n;

type Kind = Statement['kind'];
export type StatementOf<K extends Kind> = Statement extends infer S
  ? S extends { kind: infer SK }
    ? K extends SK
      ? S
      : never
    : never
  : never;

type Checks = { [K in Kind]?: (context: CheckContext, statement: StatementOf<K>) => void };

const needsTarget = (context: CheckContext, { target }: { target: Expression }): void => {
  checkExpression(context, target, 'target');
  const { start } = checkOrder(context, target);
  checkCanonical(context, target, start);
};

const needsPages = (context: CheckContext, statement: { target: Expression }): void => {
  needsTarget(context, statement);
  checkPageRange(context, statement.target);
};

const needsCount = (context: CheckContext, count: Expression, what: string, minimum = 0n): void => {
  checkExpression(context, count, 'number');
  checkBounds(context, count, what, minimum, MAX_VALUE);
};

function mmap(context: CheckContext, { size, at }: MmapStatement): void {
  regionSize(context, size);
  if (at) regionStart(context, at, size);
}

function regionSize(context: CheckContext, size: Expression): void {
  checkExpression(context, size, 'number');
  checkPageMultiple(context, size, 'size', 'up');
  checkBounds(context, size, 'The size of a region', 1n, 1n << 62n);
}

/** A place that a region is given. */
function regionStart(context: CheckContext, at: Expression, size: Expression): void {
  checkExpression(context, at, 'number');
  checkPageMultiple(context, at, 'address', 'down');
  const start = foldNumber(at, context.lookup);
  const bytes = foldNumber(size, context.lookup);
  if (start === undefined || !checkCanonical(context, at, start)) return;
  checkUser(context, at, bytes === undefined || bytes === 0n ? start : start + bytes - 1n);
}

function access(context: CheckContext, statement: AccessStatement): void {
  const { target, pattern, size, asKernel } = statement;
  if (pattern) rangedAccess(context, statement);
  else if (target.kind === 'range') unpatternedRange(context, target);
  else {
    checkExpression(context, target, 'number');
    checkAccessed(context, target, asKernel !== undefined);
  }
  if (!size) return;
  checkExpression(context, size, 'number');
  checkBounds(context, size, 'The size of an access', 1n, MAX_ACCESS_BYTES);
}

function unpatternedRange(context: CheckContext, target: Expression): void {
  checkExpression(context, target, 'any');
  const { end } = target.range;
  const fix = { title: 'Access every page', edits: [{ range: { start: end, end }, newText: ' step 4KiB' }] };
  context.report('expected', 'Accessing a range needs a pattern: `step N` or `random COUNT`.', target.range, fix);
}

function rangedAccess(context: CheckContext, { target, pattern, asKernel, keyword }: AccessStatement): void {
  checkExpression(context, target, 'target');
  const { start, end } = checkOrder(context, target);
  const canonical = checkCanonical(context, target, start);
  if (canonical && !asKernel && end !== undefined && end > 0n) checkUser(context, target, end - 1n);
  if (!pattern) return;
  requireWord(context, keyword, pattern.kind, pattern.range);
  if (pattern.kind === 'step') return needsCount(context, pattern.step, 'A step', 1n);
  needsCount(context, pattern.count, 'The number of accesses', 1n);
  if (pattern.seed) checkExpression(context, pattern.seed, 'number');
  if (pattern.kind === 'zipf' && pattern.theta) theta(context, pattern.theta);
}

/** The only number of the language that may have a fraction. */
function theta(context: CheckContext, value: Expression): void {
  if (value.kind !== 'decimal') {
    checkExpression(context, value, 'number');
    checkBounds(context, value, 'Theta', 0n, BigInt(MAX_THETA));
  } else if (value.value > MAX_THETA) context.report('outOfRange', `Theta is between 0 and ${MAX_THETA}.`, value.range);
}

/** Reports a word of a statement that this version cannot run yet. */
function requireWord(context: CheckContext, keyword: string, word: string, range: Range): void {
  if (statementRow(keyword)?.laterWords?.includes(word))
    context.report(
      'laterStatement',
      `\`${keyword} … ${word}\` is not available in this version of ptscope yet.`,
      range,
    );
}

/** A register, a field of an entry, or a word of physical memory. */
function isSettable(context: CheckContext, target: Expression): boolean {
  switch (target.kind) {
    case 'name':
      return nameRow(target.name)?.settable === true && !context.scopes.find(target.name);
    case 'call':
      return target.callee.kind === 'name' && nameRow(target.callee.name)?.settable === true;
    case 'member': {
      const { object, property } = target;
      const named = object.kind === 'call' ? object.callee : object;
      const row = named.kind === 'name' ? nameRow(named.name) : undefined;
      return row !== undefined && memberOf(row.kind, property.name)?.settable === true;
    }
    default:
      return false;
  }
}

function set(context: CheckContext, { target, value }: StatementOf<'set'>): void {
  const errors = context.diagnostics.length;
  checkExpression(context, target, 'any');
  const readable = context.diagnostics.length === errors;
  if (readable && !isSettable(context, target))
    context.report(
      'notSettable',
      '`set` changes registers, fields of entries and `phys(P)`; this is none of them.',
      target.range,
    );
  checkExpression(context, value, 'number');
}

const targetOnly: readonly (keyof Checks)[] = ['promote', 'demote', 'swapout', 'hotunplug', 'iterate'];

const CHECKS: Checks = {
  ...Object.fromEntries(targetOnly.map((kind) => [kind, needsTarget])),
  mmap,
  access,
  set,
  munmap: needsPages,
  mprotect: needsPages,
  madvise: needsPages,
  mremap: (context, statement) => {
    needsPages(context, statement);
    regionSize(context, statement.size);
    if (statement.at) regionStart(context, statement.at, statement.size);
  },
  onCpu: (context, { cpu }) => needsCount(context, cpu, 'The number of a CPU'),
  brk: (context, { size }) => needsCount(context, size, 'A size'),
  pkey: (context, statement) => {
    needsPages(context, statement);
    checkExpression(context, statement.key, 'number');
    checkBounds(context, statement.key, 'A protection key', 0n, 15n);
  },
  pkru: (context, { value }) => {
    checkExpression(context, value, 'number');
    checkBounds(context, value, 'The register', 0n, 0xffff_ffffn);
  },
  trace: (context, { limit, skip, offset }) => {
    for (const count of [limit, skip, offset]) if (count) checkExpression(context, count, 'number');
  },
  migrate: (context, statement) => {
    needsTarget(context, statement);
    needsCount(context, statement.node, 'The number of a node');
  },
  rehash: (context, { batches }) => {
    if (batches !== undefined) needsCount(context, batches, 'A number of batches');
  },
  reclaim: (context, { count, range }) => {
    if (count === undefined) requireWord(context, 'reclaim', 'tables', range);
    else needsCount(context, count, 'A number of pages');
  },
  fragment: (context, { order, free }) => {
    checkExpression(context, order, 'number');
    checkBounds(context, order, 'An order', 0n, 10n);
    needsCount(context, free, 'A number of blocks');
  },
  invlpg: (context, { address }) => {
    checkExpression(context, address, 'number');
    checkCanonical(context, address, foldNumber(address, context.lookup));
  },
  expect: (context, { condition }) => {
    checkExpression(context, condition, 'condition');
    checkVariable(context, condition);
  },
  print: (context, { text }) => {
    for (const part of text.parts) if (part.kind === 'value') checkExpression(context, part.expression, 'any');
  },
  break: (context, { condition }) => condition && void checkExpression(context, condition, 'condition'),
  repeat: (context, { count }) => needsCount(context, count, 'A number of times'),
  if: (context, { condition }) => void checkExpression(context, condition, 'condition'),
  for: (context, statement) => {
    needsTarget(context, statement);
    needsCount(context, statement.step, 'A step', 1n);
  },
};

/** Checks the expressions of one statement; what is inside its blocks, and the names it binds, is not looked at. */
export function checkParts(context: CheckContext, statement: Statement): void {
  // The table pairs each kind with a check of that kind, which the type of a lookup cannot say.
  const check = CHECKS[statement.kind] as ((context: CheckContext, statement: Statement) => void) | undefined;
  check?.(context, statement);
  if (statement.kind !== 'mmap') return;
  const { backing, stack } = statement;
  for (const word of [{ text: backing.type, range: backing.range }, ...(stack ? [stack] : [])])
    requireWord(context, 'mmap', word.text, word.range);
}
