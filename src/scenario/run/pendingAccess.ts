/** The access that is about to be made: where it goes is known from the state, before anything has happened. */
import { addressOf } from '../../machine/core/addresses';
import type { LoadedTrace } from '../../trace/load';
import { ACCESS_KIND_NAMES } from '../../trace/record';
import { type Environment, number } from './evaluate';
import { accessBytes, distance, startPattern } from './patterns';
import { accessStatementOf, type Program } from './program';
import type { RunState, TraceActivity } from './state';

export interface PendingAccess {
  kind: 'read' | 'write' | 'exec';
  address: bigint;
  sizeBytes: number;
}

/** `at`: place in the running pattern or trace. `undefined` if the next tick makes no access. */
export function pendingAccess(
  program: Program,
  state: RunState,
  at: number,
  traces: readonly LoadedTrace[],
  environment: Environment,
  defaultSeed: number,
): PendingAccess | undefined {
  const { activity } = state;
  if (activity?.kind === 'trace') return tracedAccess(activity, at, traces);
  const instruction = program.instructions[state.pc];
  const statement = instruction?.op === 'tick' ? accessStatementOf(instruction.statement) : undefined;
  if (state.end !== null || statement === undefined) return undefined;
  const { operation: kind, pattern: words, target } = statement;
  if (words === undefined)
    return { kind, address: number(target, environment), sizeBytes: accessBytes(statement, environment) };
  const running = activity?.kind === 'pattern' ? activity : undefined;
  const pattern = running ?? startPattern(statement, words, environment, defaultSeed);
  const address = pattern.start + BigInt(distance(pattern, running === undefined ? 0 : at));
  return { kind, address, sizeBytes: pattern.sizeBytes };
}

/** The record that a trace comes to next, where the statement's offset puts it. */
export function tracedAccess(activity: TraceActivity, at: number, traces: readonly LoadedTrace[]): PendingAccess {
  const { kind, vpn, offset, sizeBytes } = traces[activity.trace].store.recordAt(at);
  const address = BigInt.asUintN(64, addressOf(vpn, offset) + activity.offset);
  return { kind: ACCESS_KIND_NAMES[kind], address, sizeBytes };
}
