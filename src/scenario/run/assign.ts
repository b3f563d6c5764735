/** `target = value`: what a `set` statement and a person in the debugger can change. */
import type { Expression } from '../language/ast';
import { type Environment, evaluate, number } from './evaluate';
import type { MachineNames } from './names/machineNames';

/** Changes a register, a field of an entry, or a word of physical memory. A sentence if that cannot be. */
export function assign(
  target: Expression,
  value: bigint,
  environment: Environment,
  names: MachineNames,
): string | undefined {
  if (target.kind === 'name') return names.setRegister(target.name, value);
  if (
    target.kind === 'call' &&
    target.callee.kind === 'name' &&
    target.callee.name === 'phys' &&
    target.args.length === 1
  )
    return names.setPhysical(number(target.args[0], environment), value);
  if (target.kind !== 'member') return 'only registers, fields of entries and phys(…) can be set';
  const object = evaluate(target.object, environment);
  const { name } = target.property;
  const member =
    typeof object === 'object' && object.type === 'object' ? object.members.find((m) => m.name === name) : undefined;
  return member?.set === undefined ? `'${name}' cannot be set` : member.set(value);
}
