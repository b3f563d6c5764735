/** `trace`: a first tick that maps what the trace needs, then one tick a record. */
import { offsetOfAddress, PAGE_BYTES, vpnOfAddress, wrapPage } from '../../../machine/core/addresses';
import type { TraceStatement } from '../../language/ast';
import { EvaluationError, number } from '../evaluate';
import type { Execution } from '../execution';
import { mapInferredRegions } from '../inferredRegions';
import { accessDone, accessFailed, statementDone } from './outcome';

export function trace(x: Execution, statement: TraceStatement): void {
  const { activity } = x.state;
  if (activity?.kind === 'trace') record(x, activity.trace, activity.offset);
  else start(x, statement);
}

function start(x: Execution, statement: TraceStatement): void {
  const index = x.program.traces.findIndex((use) => use.statement === statement);
  const loaded = x.traces[index];
  const offset = statement.offset === undefined ? 0n : number(statement.offset, x.environment);
  const problem = mapInferredRegions(x.machine.kernel, loaded, offset);
  if (problem !== undefined)
    throw new EvaluationError(`a region of the trace cannot be mapped: ${problem}`, statement.range);
  const count = loaded.store.length;
  x.begin({ kind: 'trace', trace: index, count, offset });
  if (count === 0) statementDone(x);
}

function record(x: Execution, trace: number, shift: bigint): void {
  const { store } = x.traces[trace];
  const { kind, vpn, offset, sizeBytes } = store.recordAt(x.at);
  const from = offset + offsetOfAddress(shift);
  const page = wrapPage(vpn + vpnOfAddress(shift) + (from >= PAGE_BYTES ? 1 : 0));
  if (!x.machine.access(kind, page, from % PAGE_BYTES, sizeBytes, 1)) return accessFailed(x);
  accessDone(x, store.length);
}
