/** Which function carries out which statement: the table that a reader starts from. */
import { MachineDied } from '../../../machine/core/death';
import { EvaluationError } from '../evaluate';
import type { Execution } from '../execution';
import type { TickStatement } from '../program';
import { access } from './access';
import { flush, invept, invlpg, pkru, set } from './hardware';
import { fragment, iterate, khugepaged, migrate, onRange, reclaim, rehash } from './kernelWork';
import { brk, madvise, mmap, mprotect, mremap, munmap, pkey } from './mapping';
import { machineDied } from './outcome';
import { breakHere, expect, letName, mark, print } from './output';
import { exit, fork, onCpu, process, switchTo } from './process';

import { trace } from './trace';

type Kind = TickStatement['kind'];
/** Carries out one tick of a statement, and tells the execution how it went (outcome.ts). */
type Executors = { readonly [K in Kind]: (x: Execution, statement: Extract<TickStatement, { kind: K }>) => void };

const EXECUTORS: Executors = {
  access,
  trace,
  mmap,
  munmap,
  mprotect,
  mremap,
  brk,
  madvise,
  pkey,
  process,
  switch: switchTo,
  fork,
  exit,
  onCpu,
  promote: onRange,
  demote: onRange,
  swapout: onRange,
  // The checker lets no scenario through that needs it.
  hotunplug: onRange,
  khugepaged,
  rehash,
  migrate,
  reclaim,
  fragment,
  iterate,
  flush,
  invept,
  invlpg,
  pkru,
  set,
  expect,
  // The statement inside runs as ever; outcome.ts looks whether it should have failed.
  expectFails: (x, { statement }) => execute(x, statement as TickStatement),
  print,
  break: breakHere,
  mark,
  let: letName,
};

/** Statements that need an address space to work in. */
const NEEDS_PROCESS: ReadonlySet<Kind> = new Set<Kind>([
  ...(['access', 'trace', 'mmap', 'munmap', 'mprotect', 'mremap', 'brk', 'madvise', 'pkey'] as const),
  ...(['fork', 'promote', 'demote', 'swapout', 'migrate', 'iterate'] as const),
]);

/** Statements that only look. */
const ON_A_DEAD_MACHINE: ReadonlySet<Kind> = new Set<Kind>(['expect', 'print', 'break', 'mark', 'let']);

export function execute(x: Execution, statement: TickStatement): void {
  const ofKernel = 'asKernel' in statement && statement.asKernel !== undefined && statement.kind !== 'access';
  if (NEEDS_PROCESS.has(statement.kind) && !ofKernel && x.machine.kernel.current === undefined)
    throw new EvaluationError('no process runs yet: `process NAME` comes first', statement.range);
  if (x.machine.dead && !ON_A_DEAD_MACHINE.has(statement.kind))
    throw new EvaluationError('the machine has died: nothing runs on it any more', statement.range);
  // The table pairs each kind with a function of that kind, which the type of a look-up cannot say.
  const run = EXECUTORS[statement.kind] as (x: Execution, statement: TickStatement) => void;
  try {
    run(x, statement);
  } catch (error) {
    if (!(error instanceof MachineDied)) throw error;
    machineDied(x, error);
  }
}
