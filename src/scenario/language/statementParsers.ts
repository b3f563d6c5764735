/**
 * How each statement is read: one function a keyword. Its keyword is already consumed; it reads on until the statement
 * is complete and leaves what follows to parser.ts. It never throws and needs no checks of its own: after an error the
 * cursor hands out placeholders.
 */
import type { AccessOperation, Block, IfStatement, MmapStatement, Statement } from './ast';
import { ADVICE } from '../../machine/core/advice';
import type { Cursor } from './cursor';
import { parseExpressionAt, parseIdentifier } from './expressionParser';
import { tokenRange, type Token } from './lexer';

import * as parts from './statementParts';

/** What a statement's parser may use of the parser around it. */
export interface StatementContext {
  cursor: Cursor;
  /** The `{ … }` that must come next. */
  block(): Block;
  /** The statement that must come next, for `expect fails`. */
  statement(): Statement;
}

type ParseStatement = (context: StatementContext, start: Token) => Statement;

const ofRange =
  (kind: 'munmap' | 'swapout' | 'hotunplug'): ParseStatement =>
  ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    return { kind, keyword: kind, target, range: cursor.rangeFrom(start) };
  };

const ofPages =
  (kind: 'promote' | 'demote'): ParseStatement =>
  ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    const whose = parts.parseWhose(cursor);
    return { kind, keyword: kind, target, ...whose, range: cursor.rangeFrom(start) };
  };

const ofName =
  (kind: 'process' | 'switch' | 'fork'): ParseStatement =>
  ({ cursor }, start) => {
    const name = parseIdentifier(cursor, 'a process’s name');
    return { kind, keyword: kind, name, range: cursor.rangeFrom(start) };
  };

const access =
  (operation: AccessOperation): ParseStatement =>
  ({ cursor }, start) => {
    const target = parseExpressionAt(cursor, 'an address or a range');
    const options = parts.parseAccessOptions(cursor);
    return { kind: 'access', keyword: operation, operation, target, ...options, range: cursor.rangeFrom(start) };
  };

const mmap: ParseStatement = ({ cursor }, start): MmapStatement => {
  const name = parseIdentifier(cursor, 'a name for the region');
  const size = parseExpressionAt(cursor, 'a size');
  const protection = parts.parseProtection(cursor);
  const backing = parts.parseBacking(cursor);
  const options = parts.parseMmapOptions(cursor);
  return { kind: 'mmap', keyword: 'mmap', name, size, protection, backing, ...options, range: cursor.rangeFrom(start) };
};

const expect: ParseStatement = (context, start) => {
  const { cursor } = context;
  // `fails` is a keyword only before another statement: a region may bear the name.
  if (cursor.atWord('fails') && cursor.ahead(1).kind === 'name') return expectFails(context, start);
  const condition = parseExpressionAt(cursor, 'a condition');
  const message = cursor.takeOperator(',') ? parts.parseString(cursor, 'a message in quotes') : undefined;
  return { kind: 'expect', keyword: 'expect', condition, message, range: cursor.rangeFrom(start) };
};

const expectFails: ParseStatement = ({ cursor, statement }, start) => {
  cursor.advance();
  const inner = statement();
  const condition = cursor.takeWord('with') ? parseExpressionAt(cursor, 'a condition') : undefined;
  const range = cursor.rangeFrom(start);
  return { kind: 'expectFails', keyword: 'expect fails', statement: inner, condition, range };
};

const ifStatement: ParseStatement = (context, start): IfStatement => {
  const { cursor } = context;
  const condition = parseExpressionAt(cursor, 'a condition');
  const then = context.block();
  const otherwise = parseElse(context);
  return { kind: 'if', keyword: 'if', condition, then, otherwise, range: cursor.rangeFrom(start) };
};

function parseElse(context: StatementContext): Block | undefined {
  const { cursor } = context;
  // `else` may stand on a line of its own.
  let skip = 0;
  while (cursor.ahead(skip).kind === 'newline') skip++;
  const { kind, text } = cursor.ahead(skip);
  if (cursor.failed || kind !== 'name' || text !== 'else') return undefined;
  while (skip-- >= 0) cursor.advance();
  if (!cursor.atWord('if')) return context.block();
  if (!cursor.enterBlock()) return { statements: [], range: tokenRange(cursor.current) };
  const nested = ifStatement(context, cursor.advance());
  cursor.leaveBlock();
  return { statements: [nested], range: nested.range };
}

const breakStatement: ParseStatement = ({ cursor }, start) => {
  const label = cursor.current.kind === 'string' ? parts.parseString(cursor, 'a label') : undefined;
  const condition = cursor.takeWord('if') ? parseExpressionAt(cursor, 'a condition') : undefined;
  return { kind: 'break', keyword: 'break', label, condition, range: cursor.rangeFrom(start) };
};

const forStatement: ParseStatement = (context, start) => {
  const { cursor } = context;
  const name = parseIdentifier(cursor, 'a name for the address');
  cursor.expectWord('in');
  const target = parts.parseTarget(cursor);
  cursor.expectWord('step');
  const step = parseExpressionAt(cursor, 'a step');
  const body = context.block();
  return { kind: 'for', keyword: 'for', name, target, step, body, range: cursor.rangeFrom(start) };
};

const onCpu: ParseStatement = (context, start) => {
  const { cursor } = context;
  cursor.expectWord('cpu');
  const cpu = parseExpressionAt(cursor, 'a CPU’s number');
  const body = cursor.atOperator('{') ? context.block() : undefined;
  return { kind: 'onCpu', keyword: 'on cpu', cpu, body, range: cursor.rangeFrom(start) };
};

/** By the first word. `machine` is not here: its lines are no statements (machineParser.ts). */
export const STATEMENT_PARSERS: Readonly<Record<string, ParseStatement>> = {
  process: ofName('process'),
  switch: ofName('switch'),
  fork: ofName('fork'),
  on: onCpu,
  mmap,
  munmap: ofRange('munmap'),
  promote: ofPages('promote'),
  demote: ofPages('demote'),
  swapout: ofRange('swapout'),
  hotunplug: ofRange('hotunplug'),
  read: access('read'),
  write: access('write'),
  exec: access('exec'),
  expect,
  if: ifStatement,
  for: forStatement,
  break: breakStatement,
  mprotect: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    const protection = parts.parseProtection(cursor);
    return { kind: 'mprotect', keyword: 'mprotect', target, protection, range: cursor.rangeFrom(start) };
  },
  mremap: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    cursor.expectWord('to');
    const size = parseExpressionAt(cursor, 'a size');
    const at = cursor.takeWord('at') ? parseExpressionAt(cursor, 'an address') : undefined;
    return { kind: 'mremap', keyword: 'mremap', target, size, at, range: cursor.rangeFrom(start) };
  },
  brk: ({ cursor }, start) => {
    const size = parseExpressionAt(cursor, 'a size');
    return { kind: 'brk', keyword: 'brk', size, range: cursor.rangeFrom(start) };
  },
  madvise: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    const advice = parts.parseChoice(cursor, ADVICE, 'an advice');
    return { kind: 'madvise', keyword: 'madvise', target, advice, range: cursor.rangeFrom(start) };
  },
  pkey: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    const key = parseExpressionAt(cursor, 'a protection key');
    return { kind: 'pkey', keyword: 'pkey', target, key, range: cursor.rangeFrom(start) };
  },
  pkru: ({ cursor }, start) => {
    const value = parseExpressionAt(cursor, 'a value');
    return { kind: 'pkru', keyword: 'pkru', value, range: cursor.rangeFrom(start) };
  },
  exit: ({ cursor }, start) => {
    const name = cursor.current.kind === 'name' ? parseIdentifier(cursor, 'a process’s name') : undefined;
    return { kind: 'exit', keyword: 'exit', name, range: cursor.rangeFrom(start) };
  },
  trace: ({ cursor }, start) => {
    const file = parts.parseString(cursor, 'the trace’s file name in quotes');
    const options = parts.parseTraceOptions(cursor);
    return { kind: 'trace', keyword: 'trace', file, ...options, range: cursor.rangeFrom(start) };
  },
  iterate: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    const using = cursor.takeWord('using')
      ? parts.parseChoice(cursor, ['default', 'driver'], 'which iterator')
      : undefined;
    return { kind: 'iterate', keyword: 'iterate', target, using, range: cursor.rangeFrom(start) };
  },
  rehash: ({ cursor }, start) => {
    const batches =
      cursor.atLineEnd() || cursor.atOperator('}') ? undefined : parseExpressionAt(cursor, 'a number of batches');
    return { kind: 'rehash', keyword: 'rehash', batches, range: cursor.rangeFrom(start) };
  },
  khugepaged: ({ cursor }, start) => ({ kind: 'khugepaged', keyword: 'khugepaged', range: cursor.rangeFrom(start) }),
  migrate: ({ cursor }, start) => {
    const target = parts.parseTarget(cursor);
    cursor.expectWord('node');
    const node = parseExpressionAt(cursor, 'a node’s number');
    return { kind: 'migrate', keyword: 'migrate', target, node, range: cursor.rangeFrom(start) };
  },
  reclaim: ({ cursor }, start) => {
    const count = cursor.takeWord('tables') ? undefined : parseExpressionAt(cursor, 'a number of pages, or `tables`');
    return { kind: 'reclaim', keyword: 'reclaim', count, range: cursor.rangeFrom(start) };
  },
  fragment: ({ cursor }, start) => {
    cursor.expectWord('order');
    const order = parseExpressionAt(cursor, 'an order');
    cursor.expectWord('free');
    const free = parseExpressionAt(cursor, 'a number of blocks');
    return { kind: 'fragment', keyword: 'fragment', order, free, range: cursor.rangeFrom(start) };
  },
  flush: ({ cursor }, start) => {
    cursor.expectWord('tlb');
    return { kind: 'flush', keyword: 'flush tlb', range: cursor.rangeFrom(start) };
  },
  invept: ({ cursor }, start) => ({ kind: 'invept', keyword: 'invept', range: cursor.rangeFrom(start) }),
  invlpg: ({ cursor }, start) => {
    const address = parseExpressionAt(cursor, 'an address');
    return { kind: 'invlpg', keyword: 'invlpg', address, range: cursor.rangeFrom(start) };
  },
  set: ({ cursor }, start) => {
    const target = parseExpressionAt(cursor, 'what to set');
    cursor.expectOperator('=', 'and a value');
    const value = parseExpressionAt(cursor, 'a value after `=`');
    return { kind: 'set', keyword: 'set', target, value, range: cursor.rangeFrom(start) };
  },
  print: ({ cursor }, start) => {
    const text = parts.parseTemplateString(cursor);
    return { kind: 'print', keyword: 'print', text, range: cursor.rangeFrom(start) };
  },
  mark: ({ cursor }, start) => {
    const name = parts.parseString(cursor, 'a name in quotes');
    return { kind: 'mark', keyword: 'mark', name, range: cursor.rangeFrom(start) };
  },
  let: ({ cursor }, start) => {
    const name = parseIdentifier(cursor, 'a name for the constant');
    cursor.expectOperator('=', 'and a value');
    const value = parseExpressionAt(cursor, 'a value after `=`');
    return { kind: 'let', keyword: 'let', name, value, range: cursor.rangeFrom(start) };
  },
  repeat: (context, start) => {
    const count = parseExpressionAt(context.cursor, 'a number of times');
    const body = context.block();
    return { kind: 'repeat', keyword: 'repeat', count, body, range: context.cursor.rangeFrom(start) };
  },
  include: ({ cursor }, start) => {
    const file = parts.parseString(cursor, 'a file name in quotes');
    return { kind: 'include', keyword: 'include', file, range: cursor.rangeFrom(start) };
  },
  test: (context, start) => {
    const name = parts.parseString(context.cursor, 'the test’s name in quotes');
    const body = context.block();
    return { kind: 'test', keyword: 'test', name, body, range: context.cursor.rangeFrom(start) };
  },
  parallel: (context, start) => {
    const body = context.block();
    return { kind: 'parallel', keyword: 'parallel', body, range: context.cursor.rangeFrom(start) };
  },
};
