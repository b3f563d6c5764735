/**
 * Loops and branches: the instructions that direct a run and make no tick. Each is a function from a state to the next,
 * evaluated in an environment that sees that state.
 */
import { type Environment, evaluate, EvaluationError, number, range } from './evaluate';
import type { Instruction } from './program';
import type { LoopFrame, RunState } from './state';
import { truth } from './values';

type Control = Exclude<Instruction, { op: 'tick' }>;
type Loop = Extract<Instruction, { op: 'loop' }>;

/** The state behind one control instruction, which `state.pc` points to. */
export function control(instruction: Control, state: RunState, environment: Environment): RunState {
  switch (instruction.op) {
    case 'jump':
      return { ...state, pc: instruction.to };
    case 'unless':
      return { ...state, pc: truth(evaluate(instruction.condition, environment)) ? state.pc + 1 : instruction.to };
    case 'loop':
      return enter(instruction, state, environment);
    case 'again':
      return turn(instruction.loop, state);
  }
}

function enter(instruction: Loop, state: RunState, environment: Environment): RunState {
  const frame = firstTurn(instruction, state.pc, environment);
  const empty = instruction.exit === state.pc + 2;
  if (frame.turns === 0 || empty) return { ...state, pc: instruction.exit };
  return bound({ ...state, pc: state.pc + 1, loops: [...state.loops, frame] }, frame);
}

function firstTurn({ statement }: Loop, loop: number, environment: Environment): LoopFrame {
  const frame = { loop, turn: 0, first: 0n, step: 0n };
  if (statement.kind === 'repeat') return { ...frame, turns: Number(number(statement.count, environment)) };
  const { start, end } = range(statement.target, environment);
  const step = number(statement.step, environment);
  if (step < 1n) throw new EvaluationError('the step must be at least one', statement.step.range);
  const turns = end > start ? Number((end - start + step - 1n) / step) : 0;
  return { ...frame, turns, name: statement.name.name, first: start, step };
}

function turn(loop: number, state: RunState): RunState {
  const outer = state.loops.slice(0, -1);
  const frame = state.loops[outer.length];
  if (frame.turn + 1 >= frame.turns) return { ...state, loops: outer, pc: state.pc + 1 };
  const next = { ...frame, turn: frame.turn + 1 };
  return bound({ ...state, loops: [...outer, next], pc: loop + 1 }, next);
}

/** A `for` loop's variable has the value of its turn. */
function bound(state: RunState, frame: LoopFrame): RunState {
  if (frame.name === undefined) return state;
  const value = frame.first + BigInt(frame.turn) * frame.step;
  return { ...state, bindings: { ...state.bindings, [frame.name]: value } };
}
