/**
 * Breakpoints on a line of the listing: what happens there is waited for wherever it happens again. A function is waited for
 * as such, a read of a table entry as the hardware's use of that entry, and so on: so each line is a rule of a kind that is
 * there already, or none.
 */
import type { MachineEvent } from '../../machine/core/events';
import { FUNCTION_NAMES } from '../../machine/core/functions';
import { entryAddressIn } from '../../machine/paging/format';
import type { Run } from '../../scenario/run/run';
import { changedWords } from '../data/clusters';
import { type DataMode, entryTarget } from '../data/target';
import { entryTitle } from '../data/words';
import { unusable } from '../errors';
import { FILTERS } from '../filters';
import type { Guard } from './guard';
import type { Rule } from './rule';
import { dataRule, filterRule, functionRule, lineRule } from './rules';

export interface MicroOp {
  /** What is waited for, in words. */
  title: string;
  rule(id: number, guard: Guard): Rule;
}

/** `statement`: id of the statement that the tick belongs to; absent of a trace. Throws a sentence where nothing can be waited for. */
export function microOp(
  events: readonly MachineEvent[],
  index: number,
  run: Run,
  statement: number | undefined,
): MicroOp {
  const event = events[index];
  const { format } = run.machine.scheme;
  switch (event?.kind) {
    case 'statement':
      if (statement === undefined) break;
      return { title: event.text, rule: (id, guard) => lineRule(id, statement, guard) };
    case 'enter':
    case 'call':
      return functionOp(event);
    case 'tableRead':
      return entryOp(run, entryAddressIn(format, event.table, event.index), 'read', 'hardware');
    case 'hardwareWrite':
      return entryOp(run, entryAddressIn(format, event.table, event.index), 'write', 'hardware');
    case 'entryWrite':
      return entryOp(run, entryAddressIn(format, event.table, event.index), 'write', 'kernel');
    case 'clusterWrite': {
      const [word] = changedWords(event);
      if (word === undefined) break;
      return entryOp(run, entryAddressIn(format, event.table, word), 'write', 'kernel');
    }
    case 'fault':
    case 'faultResolved':
      return faultOp(events, index);
    default:
  }
  throw unusable(
    'Here nothing can be waited for: a breakpoint sits on a statement, a function, a fault, or an entry that is read or written.',
  );
}

function functionOp({ name, implementation }: { name: string; implementation: string }): MicroOp {
  const functions = FUNCTION_NAMES.flatMap((f, i) => (f === name ? [i] : []));
  const choice = implementation === 'kernel' ? undefined : (implementation as 'default' | 'driver');
  return {
    title: choice === undefined ? name : `${name} [${choice}]`,
    rule: (id, guard) => functionRule(id, { functions, implementation: choice }, guard),
  };
}

function entryOp(run: Run, address: number, access: 'read' | 'write', mode: DataMode): MicroOp {
  const target = entryTarget(address, run.machine.scheme.format);
  const called = entryTitle(run, address);
  return {
    title: `${called} ${access === 'read' ? 'read' : 'written'} by the ${mode}`,
    rule: (id, guard) => dataRule(id, { target, access, mode }, called, guard),
  };
}

function faultOp(events: readonly MachineEvent[], index: number): MicroOp {
  const verdict = events.slice(index).find((e) => e.kind === 'faultResolved');
  const kind = verdict?.kind === 'faultResolved' ? verdict.fault : 'fatal';
  const filter = FILTERS.find(({ id }) => id === `fault.${kind}`);
  if (filter === undefined) throw unusable(`There is no breakpoint for a ${kind} fault.`);
  return { title: filter.label, rule: (id, guard) => ({ ...filterRule(filter, guard), id }) };
}
