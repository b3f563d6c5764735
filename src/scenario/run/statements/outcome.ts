/** How statements end: as they should, with a fault, with an error of a system call; and what `expect fails` makes of it. */
import { formatAddress } from '../../../machine/core/addresses';
import { Signal } from '../../../machine/core/probe';
import type { ExpectFailsStatement, Range } from '../../language/ast';
import { evaluate, EvaluationError } from '../evaluate';
import type { Execution } from '../execution';
import { type Explanation, explainFailure } from '../explain';
import { describeAddress } from '../standing';
import { truth } from '../values';

// ---- the statement came to its end ------------------------------------------------------------------------------------

/** The statement has done what it says, which is not what `expect fails` waits for. */
export function statementDone(x: Execution): void {
  const { expectFails } = x;
  if (expectFails !== undefined)
    fail(x, expectFails.range, 'the statement did not fail', { text: 'it ran to its end' });
  x.next();
}

/** One access of `count` is done; the last one ends the statement. */
export function accessDone(x: Execution, count: number): void {
  if (x.at + 1 < count) x.at++;
  else statementDone(x);
}

/** The kernel has done its part of the call, or a first step of it: the rest follows, a step a tick. */
export function callDone(x: Execution): void {
  if (x.machine.kernel.operation === null) statementDone(x);
  else x.begin({ kind: 'operation' });
}

/** True if the statement is in the middle of its kernel work: then this was one more step of it. */
export function continued(x: Execution): boolean {
  if (x.state.activity === null) return false;
  x.at++;
  const { kernel } = x.machine;
  if (!kernel.step()) return true;
  const { failure } = kernel;
  if (failure === null) statementDone(x);
  else callFailed(x, `${failure.error}: ${failure.text}`, x.instruction.statement.range);
  return true;
}

// ---- the statement failed ---------------------------------------------------------------------------------------------

/** The access ended in a fatal fault: what `expect fails` waits for, or the end of the run. */
export function accessFailed(x: Execution): void {
  const { expectFails, machine } = x;
  if (expectFails !== undefined) return failedAsExpected(x, expectFails);
  const fault = machine.faultRecord(machine.faultCount - 1);
  if (fault?.signal === undefined) throw new Error('an access failed without a fatal fault');
  const { kind, signal } = fault;
  const address = describeAddress(x.state, fault.address) ?? formatAddress(fault.address);
  const place = x.place(x.instruction.statement.range);
  if (signal === 'RESET')
    return x.finish({
      ...{ kind: 'fatal', fault: kind, signal, ...place },
      text: `the machine died: ${machine.causeOfDeath}`,
    });
  const why = signal === 'OOM' ? `: ${machine.kernel.describeMemory()}` : '';
  x.finish({ kind: 'fatal', fault: kind, signal, ...place, text: `${signal} at ${address}${why}` });
}

/** The kernel itself could not go on in the middle of its work. */
export function machineDied(x: Execution, error: unknown): void {
  x.machine.diedInKernel(error);
  accessFailed(x);
}

/** A system call returned an error: what `expect fails` waits for, or the end of the run. */
export function callFailed(x: Execution, text: string, where: Range): void {
  const { expectFails } = x;
  if (expectFails === undefined) throw new EvaluationError(text, where);
  failedAsExpected(x, expectFails);
}

/** The statement failed, as it should; its condition must hold too. */
function failedAsExpected(x: Execution, { condition, range: where }: ExpectFailsStatement): void {
  if (condition === undefined || truth(evaluate(condition, x.environment))) pass(x);
  else fail(x, where, undefined, explainFailure(condition, x.environment));
  x.next();
}

// ---- expectations -----------------------------------------------------------------------------------------------------

export function pass(x: Execution): void {
  x.state = { ...x.state, passed: x.state.passed + 1 };
  x.machine.probe.recorder?.emit({ kind: 'output', category: 'expect', text: 'holds' });
}

export function fail(x: Execution, where: Range, message: string | undefined, why: Explanation): void {
  const { text: actual, compared } = why;
  const { text } = x.program.statements[x.statementId];
  const { line, ...file } = x.place(where);
  // `x.tick` already counts the tick that runs.
  const said = { text, message: message ?? '', actual, tick: x.tick - 1 };
  const failure = { line: line + 1, ...file, ...said, ...(compared && { compared }) };
  x.state = { ...x.state, failed: [...x.state.failed, failure] };
  x.machine.probe.recorder?.emit({ kind: 'output', category: 'failed', text: `${text}: ${actual}` });
  x.machine.probe.signal(Signal.FailedExpect);
  x.onOutput?.({ kind: 'failed', failure });
}
