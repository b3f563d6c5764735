/** Where a run stands, in words: for call stacks, titles and the listing's first line. */
import { formatAddress } from '../../machine/core/addresses';
import type { LoadedTrace } from '../../trace/load';
import { distance } from './patterns';
import { tracedAccess } from './pendingAccess';
import { accessStatementOf, type Construct, type Instruction, type Program, type StatementInfo } from './program';
import type { LoopFrame, RunState } from './state';

export interface Standing {
  statement: StatementInfo | undefined;
  /** Tests, included files and loops around it, outermost first. */
  constructs: readonly Construct[];
  /** Place in a ranged statement or trace, and how many there are. */
  index?: number;
  count?: number;
  title: string;
  /** Line of the trace file, from 1. */
  traceLine?: number;
  traceName?: string;
}

/** `0x5555_5540_0010 (heap+0x10)` if a region holds the address. */
export function describeAddress(state: RunState, address: bigint): string | undefined {
  const region = regionOf(state, address);
  return region && `${formatAddress(address)} (${region})`;
}

function regionOf(state: RunState, address: bigint): string | undefined {
  for (const value of Object.values(state.bindings)) {
    if (typeof value !== 'object' || value.type !== 'region' || address < value.start || address >= value.end) continue;
    return `${value.name}+0x${(address - value.start).toString(16)}`;
  }
  return undefined;
}

/** `at`: place in the running pattern or trace. */
export function standingOf(program: Program, state: RunState, at: number, traces: readonly LoadedTrace[]): Standing {
  const { activity, end } = state;
  const loops = state.loops.map((frame) => loopOf(program, frame));
  const instruction = program.instructions[state.pc];
  if (end !== null || instruction === undefined) return { statement: undefined, constructs: loops, title: 'end' };
  if (instruction.op !== 'tick') return { statement: undefined, constructs: loops, title: 'the loop goes on' };
  const statement = program.statements[instruction.id];
  const standing = { statement, constructs: [...statement.within, ...loops], title: statement.text };
  switch (activity?.kind) {
    case undefined:
      return standing;
    case 'operation':
      return { ...standing, title: `${statement.text} (step ${at + 2})` };
    case 'trace': {
      const { name, store } = traces[activity.trace];
      const { kind, address, sizeBytes } = tracedAccess(activity, at, traces);
      const title = `${kind} ${formatAddress(address)}, ${sizeBytes} bytes`;
      return {
        ...standing,
        index: at,
        count: activity.count,
        title,
        traceLine: store.recordAt(at).line,
        traceName: name,
      };
    }
    case 'pattern': {
      const address = activity.start + BigInt(distance(activity, at));
      const operation = accessStatementOf(instruction.statement)?.operation ?? 'access';
      const title = `${operation} ${regionOf(state, address) ?? formatAddress(address)} (${at + 1} of ${activity.count})`;
      return { ...standing, index: at, count: activity.count, title };
    }
  }
}

function loopOf(program: Program, frame: LoopFrame): Construct {
  const { statement, file } = program.instructions[frame.loop] as Extract<Instruction, { op: 'loop' }>;
  const { line } = statement.range.start;
  const turn = `${frame.turn + 1}/${frame.turns}`;
  if (frame.name === undefined) return { text: `repeat ${turn}`, file, line };
  return {
    text: `for ${frame.name} = ${formatAddress(frame.first + BigInt(frame.turn) * frame.step)} (${turn})`,
    file,
    line,
  };
}
